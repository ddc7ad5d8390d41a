"""Secure messages, notices by choice, language: between a client and the firm."""

import re

import pytest
from sqlalchemy import delete, select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core.work import unit
from app.leads import service as leads
from app.messages import service as messages
from app.messages.models import Message
from app.programs import service as programs
from app.programs.models import Deposit
from app.team.models import Notice
from tests.drive import drain
from tests.leads.making import person_id
from tests.portal.test_portal import dana as dana
from tests.portal.test_portal import seen
from tests.programs.making import a_client, a_program, an_offer

pytestmark = pytest.mark.anyio


async def sent(tenant, channel):
    async with unit(tenant=tenant) as work:
        found = select(Message).where(Message.channel == channel, Message.cause.has_key("notice"))
        return list(await work.scalars(found.order_by(Message.at)))


async def test_client_and_firm_write_to_each_other_and_see_what_was_read(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        await leads.assign(work, program.lead_id, await person_id(cast, "luis"), reason="manual")
    form = {"once": "one-press", "text": "Can I pay more in May?"}
    for _ in range(2):  # pressed twice
        assert (await browser.post("/portal/messages", form)).status_code == 303
    assert seen(await browser.get("/portal/messages")).count("Can I pay more in May?") == 1
    luis = await cast.browser("harbor", "luis")
    assert "Can I pay more in May?" in seen(await luis.get("/agent/messages"))
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        told = list(await work.scalars(select(Notice).where(Notice.kind == "portal.wrote")))
    assert [row.person_id for row in told] == [await person_id(cast, "luis")]
    url = f"/agent/leads/{program.lead_id}/secure"
    assert (await luis.post(url, {"once": "a", "text": "Yes, any amount."})).status_code == 303
    assert "not read yet" in seen(await luis.get(url))
    assert "Can I pay more in May?" not in seen(await luis.get("/agent/messages"))  # answered
    assert "One new message for you" in seen(await browser.get("/portal"))
    assert "Yes, any amount." in seen(await browser.get("/portal/messages"))
    assert "new message" not in seen(await browser.get("/portal"))
    assert "not read yet" not in seen(await luis.get(url))


async def test_who_answers_in_the_inbox_stays_in_the_inbox(cast, dana):
    _, program = dana
    luis = await cast.browser("harbor", "luis")
    url, talk = f"/agent/leads/{program.lead_id}/secure", "/agent/inbox?talk=1"
    beside = await luis.get(url, headers={"Referer": f"http://harbor.localhost:8000{talk}"})
    assert f'name="next" value="{talk}"' in beside.text
    assert (await luis.post(url, {"text": "Yes.", "next": talk})).headers["Location"] == talk
    assert (await luis.post(url, {"text": "No.", "next": "//evil.example"})).headers["Location"] == url.removesuffix(
        "/secure"
    )


async def test_a_notice_of_a_message_holds_none_of_its_words(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    luis = await cast.browser("harbor", "luis")
    url = f"/agent/leads/{program.lead_id}/secure"
    assert (await luis.post(url, {"once": "a", "text": "Your account ends in 4242."})).status_code == 303
    await drain(runtime, harbor)
    mails = await sent(harbor, "email")
    assert [("4242" in mail.body, mail.purpose, mail.attempt_id is not None) for mail in mails] == [
        (False, "servicing", True)
    ]
    assert "You have a new message from us." in seen(await browser.get("/portal/more"))


@pytest.mark.parametrize(
    ("text", "said"), [("", "Write your message first"), ("x" * 5_001, "the limit is 5000")], ids=["empty", "long"]
)
async def test_a_message_with_a_fault_is_kept_and_refused(cast, dana, text, said):
    browser, program = dana
    answer = await browser.post("/portal/messages", {"once": "a", "text": text})
    assert answer.status_code == 422 and said in answer.text and text[:40] in answer.text
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"/agent/leads/{program.lead_id}/secure", {"text": text})).status_code == 422


async def test_nobody_reads_another_thread(cast, dana):
    browser, program = dana
    await browser.post("/portal/messages", {"once": "a", "text": "For you alone."})
    other = await a_program(cast.tenants["harbor"], first="Omar")
    omar = await a_client(cast, "harbor", other.contact_id, "Omar")
    assert "For you alone." not in (await omar.get("/portal/messages")).text
    assert (await browser.get(f"/agent/leads/{program.lead_id}/secure")).status_code == 404
    assert (
        await (await cast.browser("summit", "luis")).get(f"/agent/leads/{program.lead_id}/secure")
    ).status_code == 404
    assert (
        await (await cast.browser("harbor", "luis")).get(f"/agent/leads/{program.lead_id}/secure")
    ).status_code == 200


@pytest.mark.parametrize(
    ("ticked", "channels"),
    [({}, set()), ({"offer-email": "1"}, {"email"}), ({"offer-portal": "1"}, {"portal"}), (None, {"email", "portal"})],
    ids=["nothing", "mail", "here", "never chose"],
)
async def test_notices_come_by_the_channels_that_were_chosen(cast, dana, runtime, ticked, channels):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    if ticked is not None:
        assert (await browser.post("/portal/notices", ticked)).status_code == 303
    await an_offer(harbor, program)
    await drain(runtime, harbor)
    got = {"email"} if await sent(harbor, "email") else set()
    async with unit(tenant=harbor) as work:
        if list(await work.scalars(select(Notice).where(Notice.kind == "client.offer"))):
            got.add("portal")
    assert got == channels and not await sent(harbor, "sms")


async def test_who_reads_the_thread_has_read_its_notice_and_gets_none_for_what_they_saw_come(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        await messages.write_out(work, program.contact_id, "First.")
    await drain(runtime, harbor)
    assert "1 unread notification" in (await browser.get("/portal")).text
    assert "1 unread" not in (await browser.get("/portal/messages")).text
    assert "1 unread" not in (await browser.get("/portal")).text
    before = len(await sent(harbor, "email"))
    async with unit(tenant=harbor) as work:
        await messages.write_out(work, program.contact_id, "Second.")
    assert "Second." in (await browser.get("/portal/messages")).text  # it came while the page was open
    await drain(runtime, harbor)
    assert "unread notification" not in (await browser.get("/portal")).text
    assert before == 1 == len(await sent(harbor, "email"))


async def test_a_client_hears_that_deposits_go_on(cast, dana, runtime):
    _, program = dana
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        first = (
            await work.scalars(select(Deposit).where(Deposit.program_id == program.id).order_by(Deposit.due_on))
        ).first()
        await programs.return_deposit(work, first.id, "R02")
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        await work.execute(delete(Notice))
        await programs.end_hold(work, program.id)
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        assert list(await work.scalars(select(Notice.kind).where(Notice.kind == "client.deposit"))) == [
            "client.deposit"
        ]


async def test_a_text_goes_through_the_gate(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        (await work.get(Contact, program.contact_id)).phone = "+17275550142"
    await browser.post("/portal/notices", {"offer-sms": "1"})
    await an_offer(harbor, program)
    await drain(runtime, harbor)
    rows = await sent(harbor, "sms")
    assert len(rows) == 1 and rows[0].purpose == "servicing" and "$" not in rows[0].body
    assert rows[0].state == "refused" or rows[0].attempt_id is not None


async def test_the_language_counts_for_pages_and_for_mail(cast, dana):
    browser, program = dana
    assert (await browser.post("/language", {"lang": "es", "next": "/portal/more"})).status_code == 303
    assert 'lang="es"' in re.search(r"<html[^>]*>", (await browser.get("/portal")).text)[0]
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.get(Contact, program.contact_id)).language == "es"
        person = (await work.scalars(select(PersonRow).where(PersonRow.party_id == program.contact_id))).one()
    assert person.preferences["locale"] == "es_US"
    assert (await browser.post("/language", {"lang": "tlh"})).status_code == 404
    away = await browser.post("/language", {"lang": "en", "next": "https://elsewhere.example"})
    assert away.headers["location"] == "/"


async def test_a_visitor_chooses_the_language_before_signing_in(cast):
    visitor = cast.visitor("harbor")
    page = await visitor.get("/login")
    assert "Español" in page.text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]
    answer = await visitor.post("/language", data={"lang": "es", "next": "/login", "_csrf": token})
    assert answer.status_code == 303 and "lang=es" in answer.headers["set-cookie"]
    assert 'lang="es"' in re.search(r"<html[^>]*>", (await visitor.get("/login")).text)[0]
