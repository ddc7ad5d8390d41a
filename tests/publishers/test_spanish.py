"""A publisher's person who reads Spanish meets no English sentence of ours on their own pages."""

import re
from types import SimpleNamespace

import pytest

from tests.portal.test_spanish import english
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import sign_in
from themes import catalogue
from themes.view import current

pytestmark = pytest.mark.anyio
PAGES = (
    "/publisher", "/publisher/leads", "/publisher/leads?status=rejected", "/publisher/leads?status=duplicate",
    "/publisher/leads/sub-ids", "/publisher/spec", "/publisher/keys", "/publisher/earnings", "/publisher/people", "/account",
    "/account/notices", "/notices",
)  # fmt: skip
SPANISH = {"locale": "es_US", "mode": "system", "density": "cosy", "zone": ""}
# What a program gets, field names and key names are the same in every language.
EXACT = ("pre", "code", "option")


def ours(page):
    """The page without the tenant's own words: its fields, the offer's name."""
    text = re.sub(r'<(section|div)[^>]* id="fields".*?(?=id="answers")', "", page.text, flags=re.DOTALL)
    return SimpleNamespace(text=text.replace(">Debt<", "><").replace(": Debt", ":"))


@pytest.mark.parametrize("state", ["live", "test"])
async def test_every_page_is_spanish_but_for_exact_answers(cast, state):
    desk = await open_desk(cast, state=state)
    for body in (lead(1), lead(1), lead(2, zip=None), lead(3, test=True)):
        await desk.post(body)
    pat = await sign_in(cast, desk)
    assert (await pat.post("/account/preferences", SPANISH)).status_code == 303
    pages = {path: await pat.get(path) for path in PAGES}
    assert [path for path, page in pages.items() if page.status_code != 200 or 'lang="es"' not in page.text] == []
    found = [f"{path}: {each}" for path, page in pages.items() for each in english(ours(page), EXACT)]
    assert not found, "\n".join(found)
    refused = await pat.post("/publisher/keys", {"networks": "nowhere"})
    assert refused.status_code == 422 and english(refused, EXACT) == set()


class Marked(dict):
    """A catalogue that has every text, so that none can hide by still waiting for its translation."""

    def get(self, key, default=None):
        return f"«{key}"


async def test_a_program_is_answered_in_english_whatever_it_asks_for(cast, monkeypatch):
    monkeypatch.setattr(catalogue, "texts", lambda language: Marked() if language == "es" else {})
    desk = await open_desk(cast)
    es = {"Accept-Language": "es-MX,es;q=0.9", "Authorization": f"Bearer {desk.secret}", "Cookie": "lang=es"}
    for body in (
        lead(1, surprise="x"),
        lead(2, zip="00000"),
        lead(3, state="GA"),
        lead(4, consent={"text": "x" * 20_000}),
        {},
    ):
        assert "«" not in (await desk.post(body, headers=es)).text
    for content, headers in (("{", {}), ("x", {"Content-Type": "text/csv"}), ("{}", {"Idempotency-Key": "k" * 300})):
        sent = await desk.post(content, headers={"Content-Type": "application/json", **es, **headers})
        assert sent.status_code >= 400 and "«" not in sent.text
    for path in ("spec", "spec?offer=none", "leads/none"):
        assert "«" not in (await desk.client.get(f"/intake/v1/{path}", headers=es)).text
    unknown = await desk.client.post("/intake/v1/leads", json={}, headers=es | {"Authorization": "Bearer pub_none"})
    assert unknown.status_code == 401 and "«" not in unknown.text
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post("/account/preferences", SPANISH)).status_code == 303
    refused = await luis.get("/api/v1/leads?sort=luck", headers={"Accept-Language": "es"})
    assert refused.status_code == 422 and "Sort by one of" in refused.text and "«" not in refused.text
    assert "«" in (await desk.client.get("/login", headers=es)).text


async def test_what_one_request_speaks_ends_with_it(cast):
    visitor = cast.visitor("harbor")
    page = await visitor.get("/login", headers={"Accept-Language": "es"})
    assert 'lang="es' in page.text
    assert current().language == "en"
