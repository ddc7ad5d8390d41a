"""A form that is sent after the session ended: nothing that was typed is lost, and it is its writer's alone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.contacts.models import Note
from app.core.drafts import Draft
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, read_token, sign_in
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio
WORDS = "Dana wants to be called back on Friday, after four."


async def drafts(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return list(await work.scalars(select(Draft)))


async def notes(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await work.scalar(select(func.count()).where(Note.body == WORDS))


async def writing(cast, **fields):
    """Luis, whose session ends while a note lies open; what came of sending it."""
    lead = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    browser = await cast.browser("harbor", "luis")
    await browser.get(f"/agent/leads/{lead}")
    await people.age_sessions(cast, "harbor", last_seen=timedelta(days=2))
    answer = await browser.post(f"/agent/leads/{lead}/notes", {"body": WORDS, "_csrf": browser.csrf, **fields})
    return lead, browser, answer


async def test_what_was_typed_waits_behind_the_sign_in_and_goes_on_with_one_press(cast):
    lead, browser, answer = await writing(cast)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=/resume/")
    onward = answer.headers["location"].partition("next=")[2]
    assert WORDS not in str([draft.body for draft in await drafts(cast)]), "it lies sealed"
    await sign_in(browser, "luis@example.com", next=onward)
    page = await read_token(browser, onward)
    assert WORDS in page.text and await notes(cast) == 0
    sent = await browser.post(onward, {"body": WORDS, "_csrf": browser.csrf})
    assert sent.status_code == 307 and sent.headers["location"] == f"/agent/leads/{lead}/notes"
    assert (await browser.post(sent.headers["location"], {"body": WORDS})).status_code == 303
    assert await notes(cast) == 1 and await drafts(cast) == []
    assert (await browser.get(onward)).status_code == 404, "once"


async def test_nobody_else_finds_it(cast):
    _, browser, answer = await writing(cast)
    onward = answer.headers["location"].partition("next=")[2]
    maria = await cast.browser("harbor", "maria")
    assert (await maria.get(onward)).status_code == 404
    assert (await maria.post(onward)).status_code == 404
    await sign_in(browser, "luis@example.com")
    assert (await read_token(browser, onward)).status_code == 200
    assert (await browser.post(f"{onward}/drop")).status_code == 303 and await drafts(cast) == []


@pytest.mark.parametrize("fields", [{"_csrf": "made up"}, {"password": "secret words"}])
async def test_what_did_not_come_from_a_page_of_theirs_or_holds_a_secret_is_not_kept(cast, fields):
    lead = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    browser = await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", last_seen=timedelta(days=2))
    given = {"body": WORDS, "_csrf": browser.csrf, **fields}
    answer = await browser.client.post(f"/agent/leads/{lead}/notes", data=given)
    assert answer.status_code == 303 and answer.headers["location"] == "/login" and await drafts(cast) == []


async def test_another_site_leaves_nothing_behind(cast):
    lead, browser = await a_lead(cast), await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", last_seen=timedelta(days=2))
    foreign = {"Origin": "https://elsewhere.example.com", "Sec-Fetch-Site": "cross-site"}
    given = {"body": WORDS, "_csrf": browser.csrf}
    answer = await browser.client.post(f"/agent/leads/{lead}/notes", data=given, headers=foreign)
    assert answer.headers["location"] == "/login" and await drafts(cast) == []
    stranger = at(cast, "harbor")
    await read_token(stranger)
    await stranger.post(f"/agent/leads/{lead}/notes", {**given, "_csrf": stranger.csrf})
    assert await drafts(cast) == []


async def test_a_page_can_ask_whether_the_session_still_stands(cast):
    browser = await cast.browser("harbor", "luis")
    assert (await browser.get("/alive", headers={"HX-Request": "true"})).status_code == 204
    await people.age_sessions(cast, "harbor", last_seen=timedelta(days=2))
    assert (await browser.get("/alive", headers={"HX-Request": "true"})).status_code == 401
