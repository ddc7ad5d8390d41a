"""Hosted forms: what a visitor meets without scripts and cookies, and what is kept of it."""

import asyncio
import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from sqlalchemy import func, select

from app.compliance import service as compliance
from app.contacts.models import Consent, Contact
from app.core import limits
from app.core.errors import Invalid
from app.core.work import unit
from app.leads.models import Lead
from app.publishers import queries, service
from app.publishers.models import Cap, Submission, Terms
from app.publishers.models.hosted import Content, FormDraft, Question, Screen, Words
from app.publishers.service import visiting
from tests.portal.test_spanish import english
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import text_of
from tests.publishers.test_spanish import Marked
from themes import catalogue

pytestmark = pytest.mark.anyio
WORDS = "I agree that Harbor may call and text me at the number I gave."
PALABRAS = "Acepto que Harbor me llame al número que di."
CONTENT = Content(
    languages=("en", "es"),
    words={
        "en": Words(title="Get help", intro="Two short steps.", thanks="Maria calls you today before 7 pm."),
        "es": Words(title="Pida ayuda", thanks="María le llama hoy antes de las 7."),
    },
    screens=(
        Screen((Question("first_name"), Question("zip", labels={"es": "Código postal"})), {"en": "About you"}),
        Screen((Question("phone"), Question("email", required=True))),
    ),
)
PERSON = {"first_name": "Dana", "zip": "33602", "phone": "(727) 555-0142", "email": "dana@example.com"}


def draft(**changes):
    whole = {
        "name": "Help form", "slug": "help", "state": "live", "content": CONTENT,
        "consents": {"en": WORDS, "es": PALABRAS}, "frames": ("https://www.example.com",), "per_hour": 300,
    }  # fmt: skip
    return FormDraft(**(whole | changes))


async def open_form(cast, *, terms=None, state="live", **changes):
    desk = await open_desk(cast, terms=terms, state=state)
    async with unit(tenant=desk.tenant) as work:
        form = await service.create_form(work, desk.publisher_id, desk.offer_id, draft(**changes))
    return desk, form


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Nobody waits two seconds here but the test of it; in tests everybody has one address, so its budget is wide."""
    monkeypatch.setattr(visiting, "QUICKEST", visiting.timedelta(0))
    monkeypatch.setattr(visiting, "AN_ADDRESS", limits.Limit(100, 10_000))


def inputs(answer):
    """What the page would send as it stands: hidden ones, and the values of those that show."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", answer.text.partition('action="/f/')[2].partition("</form>")[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = unescape(value[1]) if value else ""
    return found


async def send(client, page, url="/f/help", **changes):
    return await client.post(url, data={**inputs(page), **changes})


async def walk(client, url="/f/help", person=PERSON, **options):
    """Both screens, as a browser without scripts walks them."""
    page = await client.get(url, **options)
    page = await send(client, page, go="next", first_name=person["first_name"], zip=person["zip"])
    return await send(client, page, go="send", phone=person["phone"], email=person["email"])


async def count(desk, model=Lead):
    async with unit(tenant=desk.tenant) as work:
        return await work.scalar(select(func.count()).select_from(model))


async def test_two_screens_make_a_lead_with_the_consent_as_shown(cast):
    desk, form = await open_form(cast)
    url = "/f/help?utm_source=radio&utm_campaign=autumn&utm_medium=cpc&sub_id=s-1&landing_page=https://example.com/x"
    done = await walk(desk.client, url)
    assert done.status_code == 303 and done.headers["location"].startswith("/f/help/thanks")
    assert "Maria calls you today before 7 pm." in text_of(await desk.client.get(done.headers["location"]))
    async with unit(tenant=desk.tenant) as work:
        kept = (await work.scalars(select(Lead))).one()
        person = (await work.scalars(select(Contact).where(Contact.id == kept.contact_id))).one()
        consent = (await work.scalars(select(Consent))).one()
        row = (await work.scalars(select(Submission))).one()
        exchange = await queries.exchange(work, desk.publisher_id, row.id)
    assert (kept.source, kept.campaign, kept.sub_source) == ("radio", "autumn", "s-1")
    assert kept.landing_page == "https://example.com/x" and kept.publisher_id == desk.publisher_id
    assert (person.phone, person.email) == ("+17275550142", "dana@example.com")
    assert (consent.text, consent.address) == (WORDS, "127.0.0.1") and consent.url.endswith("/f/help")
    assert abs((consent.at - row.at).total_seconds()) < 5
    assert row.form_id == form.id and row.price_amount == 4_500 and row.status == "accepted"
    assert parse_qs(exchange.request)["utm_medium"] == ["cpc"]


async def test_consent_stands_on_the_last_screen_alone_beside_the_button(cast):
    desk, _ = await open_form(cast)
    first = await desk.client.get("/f/help")
    assert WORDS not in first.text and "Step 1 of 2" in text_of(first) and "About you" in first.text
    last = await send(desk.client, first, go="next", **PERSON)
    assert WORDS in last.text and 'aria-describedby="consent"' in last.text


async def test_words_that_changed_meanwhile_are_kept_as_the_visitor_saw_them(cast):
    desk, form = await open_form(cast)
    page = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    async with unit(tenant=desk.tenant) as work:
        newer = draft(consents={"en": "Other words.", "es": PALABRAS})
        changed = await service.change_form(work, desk.publisher_id, form.id, newer)
        assert [one["version"] for one in changed.consents] == [1, 2, 3]
    assert (await send(desk.client, page, go="send", **PERSON)).status_code == 303
    other = {**PERSON, "phone": "(727) 555-0143", "email": "other@example.com"}
    assert (await walk(desk.client, person=other)).status_code == 303
    async with unit(tenant=desk.tenant) as work:
        assert set(await work.scalars(select(Consent.text))) == {WORDS, "Other words."}


async def test_spanish_by_the_browser_or_by_choice_with_spanish_words_kept(cast):
    desk, _ = await open_form(cast)
    page = await desk.client.get("/f/help", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert 'lang="es"' in page.text and "Pida ayuda" in page.text and "Código postal" in page.text
    assert "Get help" in (await desk.client.get("/f/help", headers={"Accept-Language": "fr"})).text
    done = await walk(desk.client, "/f/help?lang=es")
    assert "María le llama" in (await desk.client.get(done.headers["location"])).text
    async with unit(tenant=desk.tenant) as work:
        assert (await work.scalars(select(Consent.text))).one() == PALABRAS
        assert (await work.scalars(select(Contact.language))).one() == "es", "what is written to them is Spanish"


async def test_errors_stand_beside_the_field_and_nothing_typed_is_lost(cast):
    desk, _ = await open_form(cast)
    page = await desk.client.get("/f/help?sub_id=keep-me")
    wrong = await send(desk.client, page, go="next", first_name="Dana", zip="3360")
    assert wrong.status_code == 422 and 'id="field-zip-error"' in wrong.text
    assert inputs(wrong) | {"first_name": "Dana", "zip": "3360", "sub_id": "keep-me"} == inputs(wrong)
    last = await send(desk.client, wrong, go="next", first_name="Dana", zip="33602")
    refused = await send(desk.client, last, go="send", phone="12", email="")
    assert refused.status_code == 422 and refused.text.count("field-error") >= 2 and inputs(refused)["phone"] == "12"
    back = await send(desk.client, refused, go="back", phone="12", email="x")
    assert back.status_code == 200 and inputs(back)["zip"] == "33602" and inputs(back)["phone"] == "12"
    again = await send(desk.client, back, go="next")
    assert inputs(again)["email"] == "x"
    assert await count(desk) == 0


async def test_a_spanish_visitor_reads_every_fault_in_spanish(cast):
    desk, _ = await open_form(cast)
    page = await desk.client.get("/f/help?lang=es")
    for typed in ({"first_name": "", "zip": ""}, {"first_name": "D" * 300, "zip": "3360"}):
        wrong = await send(desk.client, page, go="next", **typed)
        assert wrong.status_code == 422 and english(wrong, ("option",)) == set()
    last = await send(desk.client, page, go="next", first_name="Dana", zip="33602")
    refused = await send(desk.client, last, go="send", phone="12", email="x")
    assert refused.status_code == 422 and english(refused, ("option",)) == set()
    assert "10 dígitos" in refused.text and "nombre@example.com" in refused.text


async def test_what_a_spanish_visitor_sent_is_kept_with_an_answer_that_its_publisher_reads(cast, monkeypatch):
    monkeypatch.setattr(catalogue, "texts", lambda language: Marked() if language == "es" else {})
    desk, _ = await open_form(cast, terms=Terms(states=("FL",)))
    told = await walk(desk.client, "/f/help?lang=es", person={**PERSON, "zip": "30303"})
    assert told.status_code == 422 and "«" in told.text
    async with unit(tenant=desk.tenant) as work:
        (reason,) = (await work.scalars(select(Submission.reasons))).one()
    assert reason["message"] == '"GA" is not in this offer. Choose one of: FL.'


async def test_a_fault_that_only_the_whole_shows_leads_to_its_screen(cast):
    desk, _ = await open_form(cast, terms=Terms(states=("FL",)))
    told = await walk(desk.client, person={**PERSON, "zip": "30303"})
    assert told.status_code == 422 and 'id="field-zip-error"' in told.text and "Step 1 of 2" in text_of(told)
    assert inputs(told)["email"] == PERSON["email"]


async def test_whoever_is_known_or_suppressed_reads_the_same_as_everybody(cast):
    desk, _ = await open_form(cast)
    first = await walk(desk.client)
    again = await walk(desk.client)
    async with unit(tenant=desk.tenant) as work:
        await compliance.put_on_list(work, "internal", phone="+17275550199")
    silent = await walk(desk.client, person={**PERSON, "phone": "(727) 555-0199", "email": "s@example.com"})
    answers = [(one.status_code, one.headers["location"], one.text) for one in (first, again, silent)]
    assert answers[0] == answers[1] == answers[2] and first.status_code == 303
    async with unit(tenant=desk.tenant) as work:
        found = (await work.scalars(select(Submission.status).order_by(Submission.at))).all()
    assert found == ["accepted", "duplicate", "rejected"] and await count(desk) == 1


async def test_pressing_twice_makes_one_lead_and_one_row(cast):
    desk, _ = await open_form(cast)
    page = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    answers = await asyncio.gather(*(send(desk.client, page, go="send", **PERSON) for _ in range(3)))
    assert [one.status_code for one in answers] == [303, 303, 303]
    assert await count(desk) == 1 and await count(desk, Submission) == 1


async def test_caps_hold_for_forms_too_and_a_full_one_says_so_before_anybody_types(cast):
    desk, _ = await open_form(cast, terms=Terms(caps=(Cap("day", leads=1),)))
    waiting = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    await desk.post(lead(101))
    late = await send(desk.client, waiting, go="send", **PERSON)
    assert late.status_code == 200 and "right now" in text_of(late)
    assert "right now" in text_of(await desk.client.get("/f/help"))
    assert await count(desk) == 1


async def test_a_trap_or_a_form_filled_in_at_once_makes_no_lead_and_a_person_may_press_again(cast, monkeypatch):
    desk, _ = await open_form(cast)
    last = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    trapped = await send(desk.client, last, go="send", **PERSON, website="https://spam.example")
    assert trapped.status_code == 422 and await count(desk, Submission) == 0
    monkeypatch.setattr(visiting, "QUICKEST", visiting.timedelta(seconds=60))
    quick = await send(desk.client, last, go="send", **PERSON)
    assert quick.status_code == 422 and inputs(quick)["phone"] == PERSON["phone"] and await count(desk, Submission) == 0
    monkeypatch.setattr(visiting, "QUICKEST", visiting.timedelta(0))
    assert (await send(desk.client, quick, go="send", **PERSON)).status_code == 303
    assert await count(desk) == 1


async def test_a_flood_of_machines_does_not_shut_out_people(cast):
    """A hundred machines for each person: they fall into the trap, are too quick, or all use one page."""
    desk, _ = await open_form(cast, per_hour=20)
    last = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    for number in range(100):
        bot = {**PERSON, "phone": f"(727) 555-{number + 1000:04}", "email": f"bot{number}@example.com"}
        await send(desk.client, last, go="send", **bot, website="x")
    people = [{**PERSON, "phone": f"(813) 555-{n + 100:04}", "email": f"person{n}@example.com"} for n in range(10)]
    done = [await walk(desk.client, person=person) for person in people]
    assert [one.status_code for one in done] == [303] * 10 and await count(desk) == 10


async def test_a_page_that_is_sent_again_and_again_is_held_and_its_budget_told(cast):
    desk, _ = await open_form(cast)
    last = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    bots = [{**PERSON, "phone": f"(727) 555-{n + 100:04}", "email": f"b{n}@example.com"} for n in range(8)]
    answers = [await send(desk.client, last, go="send", **bot) for bot in bots]
    held = [one for one in answers if one.status_code == 429]
    assert [one.status_code for one in answers[:5]] == [303] * 5 and len(held) == 3
    assert int(held[0].headers["Retry-After"]) >= 1 and inputs(held[0])["phone"] == bots[5]["phone"]


async def test_one_address_has_a_budget_and_is_told_when_to_come_back(cast, monkeypatch):
    desk, _ = await open_form(cast)
    monkeypatch.setattr(visiting, "AN_ADDRESS", limits.Limit(0.5, 1))
    people = [{**PERSON, "phone": f"(727) 555-{n + 100:04}", "email": f"b{n}@example.com"} for n in range(8)]
    answers = [await walk(desk.client, person=person) for person in people]
    told = next(one for one in answers if one.status_code == 429)
    assert 1 <= int(told.headers["Retry-After"]) <= 3 and inputs(told)["email"] and "press again" in told.text


async def test_a_token_of_another_form_or_a_made_up_one_gives_a_fresh_page_with_what_was_typed(cast):
    desk, form = await open_form(cast)
    page = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    async with unit(tenant=desk.tenant) as work:
        second = await service.create_form(work, desk.publisher_id, desk.offer_id, draft(slug="other", name="Other"))
        foreign = visiting.token_for(work, second.id, 1)
        assert visiting.read_token(work, second.id, foreign) and not visiting.read_token(work, form.id, foreign)
    for token in (foreign, "", "a.b.c.d", "é"):
        told = await send(desk.client, page, go="send", **PERSON, token=token)
        assert told.status_code == 422 and inputs(told)["phone"] == PERSON["phone"]
        assert (await send(desk.client, told, go="back")).status_code == 200
    assert await count(desk, Submission) == 0


async def test_only_its_own_list_may_frame_it(cast):
    desk, _ = await open_form(cast)
    answer = await desk.client.get("/f/help?embed=1")
    assert "frame-ancestors 'self' https://www.example.com" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "frame-ancestors 'none'" in (await desk.client.get("/login")).headers["content-security-policy"]
    assert "topbar" not in answer.text and "topbar" in (await desk.client.get("/f/help")).text


async def test_a_draft_is_seen_by_preview_alone_and_makes_tests(cast):
    desk, form = await open_form(cast, state="live", slug="help")
    async with unit(tenant=desk.tenant) as work:
        await service.change_form(work, desk.publisher_id, form.id, draft(state="draft"))
        signature = visiting.preview_signature(work, form.id)
    assert (await desk.client.get("/f/help")).status_code == 404
    assert (await desk.client.get("/f/help?preview=made-up")).status_code == 404
    done = await walk(desk.client, f"/f/help?preview={signature}")
    assert done.status_code == 303 and (await desk.client.get(done.headers["location"])).status_code == 200
    async with unit(tenant=desk.tenant) as work:
        row = (await work.scalars(select(Submission))).one()
    assert not row.tally and row.price_amount == 0


async def test_a_visitor_cannot_slip_in_what_the_form_does_not_ask(cast):
    desk, _ = await open_form(cast)
    last = await send(desk.client, await desk.client.get("/f/help"), go="next", **PERSON)
    extra = {"offer": "other", "test": "true", "ip": "203.0.113.9", "consent.text": "x", "city": "Tampa"}
    assert (await send(desk.client, last, go="send", **PERSON, **extra)).status_code == 303
    async with unit(tenant=desk.tenant) as work:
        row = (await work.scalars(select(Submission))).one()
        person = (await work.scalars(select(Contact).where(Contact.email == PERSON["email"]))).one()
        consent = (await work.scalars(select(Consent))).one()
    assert row.tally and person.city in (None, "") and (consent.text, consent.address) == (WORDS, "127.0.0.1")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consents": {"en": WORDS}}, "consent_es"),
        ({"frames": ("http://example.com",)}, "frames"),
        ({"frames": ("https://example.com; script-src *",)}, "frames"),
        ({"content": Content(words=CONTENT.words, screens=CONTENT.screens[:1])}, "questions"),
        ({"per_hour": 0}, "per_hour"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"name": " "}, "name"),
    ],
)
async def test_a_form_that_could_not_work_is_refused(cast, change, field):
    desk = await open_desk(cast)
    with pytest.raises(Invalid) as told:
        async with unit(tenant=desk.tenant) as work:
            await service.create_form(work, desk.publisher_id, desk.offer_id, draft(**change))
    assert field in [error.field for error in told.value.errors]


async def test_an_admin_makes_a_form_on_the_page_and_finds_it_as_it_was_made(cast):
    desk = await open_desk(cast)
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    base = f"/admin/publishers/{desk.publisher_id}/forms"
    page = await ada.get(f"{base}/new")
    assert page.status_code == 200 and "What visitors agree to" in page.text
    typed = {
        "name": "Autumn", "state": "live", "languages": "en", "per_hour": "100", "frames": "https://www.example.com/",
        "screen_first_name": "1", "screen_zip": "1", "place_zip": "1", "screen_phone": "2", "screen_2_en": "How we reach you",
        "label_phone_en": "Mobile", "title_en": "Hello", "consent_en": WORDS, "thanks_en": "We call at once.",
    }  # fmt: skip
    refused = await ada.post(base, {**typed, "thanks_en": ""})
    assert refused.status_code == 422 and "Say who calls, and when." in refused.text and "Autumn" in refused.text
    assert (await luis.post(base, typed)).status_code == 404
    made = await ada.post(base, typed)
    assert made.status_code == 303
    editor = await ada.get(made.headers["location"])
    assert "How we reach you" in editor.text and "/f/autumn?embed=1" in unescape(editor.text)
    assert (await ada.post(made.headers["location"], {**typed, "slug": "autumn"})).status_code == 303
    first = await desk.client.get("/f/autumn")
    assert first.text.index('name="zip"') < first.text.index('name="first_name"')
    second = await send(desk.client, first, "/f/autumn", go="next", first_name="Dana", zip="33602")
    assert "Mobile" in second.text and "How we reach you" in second.text
    assert "/f/autumn" in (await ada.get(f"/admin/publishers/{desk.publisher_id}")).text


async def test_another_publishers_form_is_not_reached(cast):
    desk, form = await open_form(cast)
    other = await open_desk(cast, name="Other")
    ada = await cast.browser("harbor", "ada")
    assert (await ada.get(f"/admin/publishers/{desk.publisher_id}/forms/{form.id}")).status_code == 200
    assert (await ada.get(f"/admin/publishers/{other.publisher_id}/forms/{form.id}")).status_code == 404
    assert (await cast.visitor("summit").get("/f/help")).status_code == 404
