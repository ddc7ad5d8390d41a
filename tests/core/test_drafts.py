"""What is typed is kept for its writer alone, until it is sent."""

import pytest

from app.core import drafts
from app.core.work import unit

pytestmark = pytest.mark.anyio


async def test_what_is_typed_is_kept_for_its_writer_until_it_is_sent(cast):
    luis, maria = await cast.browser("harbor", "luis"), await cast.browser("harbor", "maria")
    kept = await luis.post("/drafts/note-1", {"text": "Call after four", "_csrf": luis.csrf})
    assert kept.status_code == 204
    await luis.post("/drafts/note-1", {"text": "Call after five"})
    await maria.post("/drafts/note-1", {"text": "Mine"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        rows = {row.body["text"] for row in await work.scalars(drafts.select(drafts.Draft))}
    assert rows == {"Call after five", "Mine"}
    await luis.post("/drafts/note-1", {"text": ""})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert [row.body["text"] for row in await work.scalars(drafts.select(drafts.Draft))] == ["Mine"]


@pytest.mark.parametrize(("key", "text"), [("k" * 121, "x"), ("note", "x" * 100_001)], ids=["key", "body"])
async def test_what_is_too_long_is_refused_and_nothing_is_kept(cast, key, text):
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"/drafts/{key}", {"text": text})).status_code == 422
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert list(await work.scalars(drafts.select(drafts.Draft))) == []


async def test_a_visitor_has_no_drafts(cast):
    assert (await cast.visitor("harbor").post("/drafts/note", {"text": "x"})).status_code in (303, 401, 403)
