"""What people write back: STOP in every spelling, threads, the unsubscribe page, each webhook once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.compliance import service as compliance
from app.compliance.models.tables import ListEntry
from app.contacts.models import Consent
from app.core.events import Event
from app.core.ports.simulator import letters
from app.leads.models import Lead
from app.messages import service
from app.messages.models import Message
from app.messages.service import outside
from tests.contacting import AFTERNOON, a_lead, acting, at, leave, mail_in, one, report, rows, simulator

pytestmark = pytest.mark.anyio


async def ours(cast: Any, slug: str) -> str:
    async with acting(cast, slug) as work:
        return await outside.own_number(work)


async def texted(
    cast: Any,
    slug: str,
    words: str,
    event_id: str = "e1",
    choice: str | None = None,
    sender: str = "+17275550142",
) -> Any:
    data = {"id": event_id, "from_": sender, "to": await ours(cast, slug), "text": words, "opt_out": choice}
    return await report(cast, slug, "sms.inbound", event_id, data)


async def write(cast: Any, slug: str, lead: Lead, channel: str = "sms", **wanted: Any) -> Message:
    send = service.send_email if channel == "email" else service.send_sms
    async with acting(cast, slug) as work:
        return await send(work, lead.contact_id, lead_id=lead.id, **{"text": "Hello", "subject": "Hi", **wanted})


@pytest.mark.parametrize("words", ["STOP", " stop please ", "Don't text me any more", "Alto"])
async def test_a_stop_ends_texts_at_once_and_is_confirmed_once(cast: Any, words: str) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        assert (await texted(cast, "summit", words)).status_code == 200
        assert (await write(cast, "summit", lead)).refused_code == "opted_out"
        assert (await write(cast, "summit", lead, "email")).state == "queued"
        await texted(cast, "summit", words, "e2")
        await leave(cast, "summit")
        confirmations = [text for text in peer.sms("+17275550142") if "no more texts" in text.body]
    assert len(confirmations) == 1
    (entry,) = await rows(cast, "summit", select(ListEntry))
    assert (entry.list, entry.channel, entry.words) == ("opt_out", "sms", words.strip())
    (consent,) = await rows(cast, "summit", select(Consent).where(Consent.contact_id == lead.contact_id))
    assert consent.revoked_at == AFTERNOON


async def test_where_the_carrier_confirms_we_stay_silent(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        await a_lead(cast, "summit")
        await texted(cast, "summit", "STOP", choice="stop")
        await leave(cast, "summit")
        assert peer.sms("+17275550142") == []


async def test_the_simulators_person_who_says_stop_is_left_alone(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit", phone="+17275550146")
        await write(cast, "summit", lead)
        await leave(cast, "summit")
        peer.simulator.exchange.text_in("+17275550146", await ours(cast, "summit"), "STOP")
        await texted(cast, "summit", "STOP", choice="stop", sender="+17275550146")
        assert (await write(cast, "summit", lead)).state == "refused"


async def test_start_lifts_what_the_person_themselves_said(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, "summit")
        await texted(cast, "summit", "STOP", "e1", "stop")
        await texted(cast, "summit", "START", "e2", "start")
        assert (await write(cast, "summit", lead)).state == "queued"


async def test_a_thousandfold_webhook_has_one_effect(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, "summit")
        answers = await asyncio.gather(*(texted(cast, "summit", "Yes, call me", "same") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(not answer.json()["repeat"] for answer in answers) == 1
    (message,) = await rows(cast, "summit", select(Message).where(Message.direction == "in"))
    assert (message.lead_id, message.body, message.answered_at) == (lead.id, "Yes, call me", None)
    (event,) = await rows(cast, "summit", select(Event).where(Event.kind == "message.received"))
    assert event.entity_id == lead.id
    assert (await one(cast, "summit", Lead, lead.id)).heat_why == "wrote back"


async def test_an_answer_takes_the_message_off_the_list(cast: Any) -> None:
    browser = await cast.browser("summit", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, "summit")
        await texted(cast, "summit", "What does it cost?")
        assert "What does it cost?" in (await browser.get("/agent/messages")).text
        form = {"channel": "sms", "text": "Nothing yet."}
        assert (await browser.post(f"/agent/leads/{lead.id}/messages", form)).status_code == 303
        assert "What does it cost?" not in (await browser.get("/agent/messages")).text
        assert "What does it cost?" in (await browser.get("/agent/messages?view=all")).text


async def test_a_message_to_another_number_is_not_ours(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        data = {"id": "x", "from_": "+17275550142", "to": "+18005550199", "text": "STOP"}
        assert (await report(cast, "summit", "sms.inbound", "x", data)).status_code == 200
    assert await rows(cast, "summit", select(Message)) == []


async def test_a_reply_by_mail_is_threaded_and_its_quotation_left_out(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        sent = await write(cast, "harbor", lead, "email")
        await leave(cast)
        (mail,) = peer.mails("dana@example.net")
        raw = letters.reply(
            "dana.other@example.net", mail.sender, "Yes, after five.", AFTERNOON, "<r1@example.net>", mail
        )
        assert (await mail_in(cast, "harbor", "m1", raw, "dana.other@example.net", mail.sender)).status_code == 200
        assert (await mail_in(cast, "harbor", "m1", raw)).json()["repeat"]
    (reply,) = await rows(cast, "harbor", select(Message).where(Message.direction == "in"))
    assert (reply.in_reply_to, reply.lead_id, reply.body) == (sent.id, lead.id, "Yes, after five.")


async def test_a_mail_that_says_unsubscribe_is_obeyed_and_an_answering_machine_is_not(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        machine = b"From: dana@example.net\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nStop by next week, unsubscribe."
        await mail_in(cast, "harbor", "m1", machine)
        assert (await write(cast, "harbor", lead, "email")).state == "queued"
        await mail_in(cast, "harbor", "m2", b"From: Dana <dana@example.net>\r\nSubject: Re: Hi\r\n\r\nunsubscribe\r\n")
        assert (await write(cast, "harbor", lead, "email")).refused_code == "opted_out"
    kinds = await rows(cast, "harbor", select(Event.payload).where(Event.kind == "message.received").order_by(Event.id))
    assert [payload["automatic"] for payload in kinds] == [True, False]


async def test_a_complaint_ends_all_mail(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        await write(cast, "harbor", lead, "email")
        await leave(cast)
        (mail,) = peer.mails("dana@example.net")
        raw = letters.complaint(mail, AFTERNOON, "<c1@example.net>")
        await mail_in(cast, "harbor", "c1", raw)
        assert (await write(cast, "harbor", lead, "email", purpose="transactional")).state == "refused"


async def test_looking_at_the_way_out_changes_nothing_and_one_bare_post_is_enough(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        message = await write(cast, "harbor", lead, "email")
        url, visitor = f"/u/{message.leave_token}", cast.visitor("harbor")
        for _ in range(3):
            shown = await visitor.client.get(url)
            assert shown.status_code == 200 and "d…@example.net" in shown.text
        assert (await write(cast, "harbor", lead, "email")).state == "queued"
        left = await cast.visitor("harbor").client.post(url, data={"List-Unsubscribe": "One-Click"})
        assert left.status_code == 200 and "dana@example.net" not in left.text
        assert (await cast.visitor("harbor").client.post(url)).status_code == 200
        assert (await write(cast, "harbor", lead, "email")).refused_code == "opted_out"
        async with acting(cast, "harbor") as work:
            assert (await compliance.verdict(work, lead.contact_id, "email", "transactional")).allowed
        await visitor.client.post(f"{url}/again")
        assert (await write(cast, "harbor", lead, "email")).state == "queued"
    assert len(await rows(cast, "harbor", select(Event).where(Event.kind == "message.unsubscribed"))) == 1


async def test_the_way_out_is_unguessable_and_of_one_tenant(cast: Any) -> None:
    with at():
        message = await write(cast, "harbor", await a_lead(cast), "email")
    assert len(message.leave_token) >= 32
    for slug, token in (
        ("summit", message.leave_token),
        ("harbor", message.leave_token[:-1]),
        ("harbor", str(message.id)),
    ):
        assert (await cast.visitor(slug).client.get(f"/u/{token}")).status_code == 404
        assert (await cast.visitor(slug).client.post(f"/u/{token}")).status_code == 404
    assert (await cast.visitor("harbor").client.get(f"/u/{message.leave_token}")).status_code == 200


async def test_a_stop_between_writing_and_leaving_keeps_the_text_here(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead)
        await texted(cast, "summit", "STOP", choice="stop")
        await leave(cast, "summit", until=AFTERNOON + timedelta(seconds=1))
        assert peer.sms("+17275550142") == []
        assert (await one(cast, "summit", Message, message.id)).refused_code == "opted_out"
