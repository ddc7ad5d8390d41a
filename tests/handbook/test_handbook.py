"""The handbook: for whoever may use a surface, in the tenant's words, found by search and from the `?` of a page."""

import re
from html import unescape

import msgspec
import pytest

from app.core.slice import all_slices
from app.handbook import queries
from tests.contacting import acting

pytestmark = pytest.mark.anyio
SHEET = {"HX-Request": "true"}


async def test_each_reads_what_goes_with_their_rights(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert "Brand" in (await ada.get("/help")).text and (await ada.get("/help/brand")).status_code == 200
    assert "Your queue" in (await luis.get("/help")).text and (await luis.get("/help/queue")).status_code == 200
    assert (await luis.get("/help/brand")).status_code == 404
    assert (await ada.get("/help/no-such-page")).status_code == 404
    assert (await cast.visitor("harbor").get("/help")).status_code == 303


async def test_it_speaks_the_tenants_words(cast):
    ada, other = await cast.browser("keystone", "ada"), await cast.browser("harbor", "ada")
    told, plain = (await ada.get("/help/publishers")).text, (await other.get("/help/publishers")).text
    assert "<h1" in told and "Lead partners and offers" in told and "Add the lead partner" in told
    assert "Add the publisher" in plain
    assert "Screening and deadlines" in (await ada.get("/help")).text
    assert "Screening and deadlines" not in (await other.get("/help")).text


async def test_a_search_finds_words_of_the_text_titles_first(cast):
    ada = await cast.browser("harbor", "ada")
    found = re.findall(r'row-link[^>]* href="/help/([a-z-]+)"', (await ada.get("/help", params={"q": "leaving"})).text)
    assert found and found[0] == "people"
    none = await ada.get("/help", params={"q": "xylophone"})
    assert none.status_code == 200 and "No page says “xylophone”." in unescape(none.text)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/admin", "home"), ("/admin/people/invite", "people"), ("/agent", "queue"), ("/agent/leads", "list"),
        ("/agent/leads/0191", "lead"), ("/agent/leads/import", "imports"), ("/admin/brand", "brand"),
        ("/agent/leads/exports/new", "list"), ("/agent/leads/0191/program/plan", "programs"), ("/admin/program", "programs"),
        ("/agent/messages", "inbox"), ("/agent/snippets", "lead"), ("/notices", "account"), ("/admin/invoice-terms", "billing"),
    ],
)  # fmt: skip
async def test_the_question_mark_opens_the_page_about_where_one_is(cast, address, name):
    ada = await cast.browser("harbor", "ada")
    page = await ada.get("/help", params={"at": address})
    assert page.headers["location"] == f"/help/{name}"
    sheet = await ada.get("/help", params={"at": address}, headers=SHEET)
    assert sheet.status_code == 200 and 'id="sheet-title"' in sheet.text and "<html" not in sheet.text


async def test_every_page_of_the_navigation_has_one(cast):
    """Whatever a slice puts into the bar at the side or the settings is explained."""
    items = [
        item
        for slice_ in all_slices()
        for item in slice_.nav
        if item.audience in ("agent", "admin", "publisher", "console")
    ]
    async with acting(cast, "harbor", "ada") as work:
        everything = {item.permission for item in items} | {page.permission for page in queries._all()}
        able = msgspec.structs.replace(work.person, permissions=frozenset(everything))
        missing = [item.url for item in items if item.fit is None and await queries.about(work, able, item.url) is None]
    assert items and missing == []


async def test_texts_name_only_words_that_are_known_and_pages_that_exist(cast):
    ada = await cast.browser("harbor", "ada")
    for page in queries._all():
        assert not re.search(r"(?<!\{)\{[A-Za-z]+\}", queries.said(page.body + page.title)), page.name
    for address in {start for page in queries._all() for start in page.at if start.startswith("/admin")}:
        assert (await ada.get(address)).status_code in (200, 404), address


async def test_what_is_new_is_told_to_those_it_is_for(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert "days off" in (await ada.get("/help/new")).text
    told = (await luis.get("/help/new")).text
    assert "A handbook in your words" in told and "days off" not in told
