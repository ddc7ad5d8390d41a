"""A publisher's person who reads Spanish meets no English sentence of ours on their own pages."""

import re
from types import SimpleNamespace

import pytest

from tests.portal.test_spanish import english
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import sign_in

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
