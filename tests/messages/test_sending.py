"""From words to the other side and back: real SMTP, the carrier over HTTP, reports in any order, doubts
parked.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.compliance import service as compliance
from app.compliance.models.tables import Attempt
from app.contacts.models import Contact
from app.core import clock
from app.core.events import Event
from app.core.ports import doors
from app.core.ports.failures import OutcomeUnknown
from app.core.work import unit
from app.leads.models import Lead
from app.messages import service
from app.messages.models import Message
from app.messages.service import leaving
from tests.contacting import AFTERNOON, a_lead, acting, at, leave, mail_in, one, report, rows, simulator

pytestmark = pytest.mark.anyio


async def write(cast: Any, slug: str, lead: Lead, channel: str = "email", who: str = "luis", **wanted: Any) -> Message:
    send = service.send_email if channel == "email" else service.send_sms
    given = {
        "text": "Hello Dana.\n\nShall we talk?",
        **({"subject": "Your review"} if channel == "email" else {}),
        **wanted,
    }
    async with acting(cast, slug, who) as work:
        return await send(work, lead.contact_id, lead_id=lead.id, **given)


async def kinds(cast: Any, slug: str, lead: Lead) -> list[str]:
    found = select(Event.kind).where(Event.entity_id == lead.id, Event.kind.like("message.%")).order_by(Event.id)
    return await rows(cast, slug, found)


async def test_a_mail_leaves_by_smtp_in_the_brands_layout_with_the_way_out(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        message = await write(cast, "harbor", lead)
        assert message.state == "queued" and peer.mails() == []
        assert (await leave(cast))["done"] >= 1
        (mail,) = peer.mails("dana@example.net")
        row = await one(cast, "harbor", Message, message.id)
        touched = await one(cast, "harbor", Lead, lead.id)
    assert (row.state, row.provider_id) == ("sent", mail.id)
    assert mail.headers["Message-ID"] == row.message_ref
    assert "Shall we talk?" in mail.body and "Harbor Debt Relief" in mail.body
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/u/{row.leave_token}" in mail.headers["List-Unsubscribe"]
    assert f"/u/{row.leave_token}" in mail.html and "<h1" not in mail.headers["Subject"]
    assert touched.first_contact_at == AFTERNOON
    assert await kinds(cast, "harbor", lead) == ["message.queued", "message.sent"]


async def test_mail_about_running_business_has_nothing_to_unsubscribe_from(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "willow")
        await write(cast, "willow", lead, purpose="servicing")
        await leave(cast, "willow")
        (mail,) = peer.mails("dana@example.net")
    assert "List-Unsubscribe" not in mail.headers and "/u/" not in mail.html


async def test_a_refused_message_is_an_answer_that_stays_and_sends_nothing(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        message = await write(cast, "harbor", lead, "sms", purpose="marketing")
        await leave(cast)
        assert peer.sms("+17275550142") == []
    assert (message.state, message.refused_code) == ("refused", "not_eligible")
    assert "debt relief" in message.refused_why
    assert await kinds(cast, "harbor", lead) == ["message.refused"]


async def test_the_same_key_writes_once(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        first, again = [await write(cast, "harbor", lead, key="step-1") for _ in range(2)]
        other = await write(cast, "harbor", lead, key="step-2")
    assert first.id == again.id != other.id


async def test_a_test_lead_is_never_written_to(cast: Any) -> None:
    with at():
        test, real = (
            await a_lead(cast, test=True),
            await a_lead(cast, phone="+17275550160", email="r@example.net"),
        )
        assert (await write(cast, "harbor", test)).refused_code == "test_lead"
        assert (await write(cast, "harbor", real)).state == "queued"


async def test_what_was_lawful_when_written_is_asked_again_when_it_leaves(cast: Any) -> None:
    with simulator(cast.runtime) as peer:
        with at():
            lead = await a_lead(cast, "summit")
            message = await write(cast, "summit", lead, "sms")
            assert message.state == "queued"
        night = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
        await leave(cast, "summit", until=night)
        row = await one(cast, "summit", Message, message.id)
        assert (row.state, row.refused_code) == ("refused", "quiet_hours") and peer.sms() == []
        (attempt,) = await rows(cast, "summit", select(Attempt).where(Attempt.record_id == message.id))
        assert attempt.void_at is not None


async def test_reports_in_any_order_and_twice_end_in_the_same_state(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead, "sms")
        await leave(cast, "summit")
        (text_,) = peer.sms("+17275550142")
        path = f"/message/{message.id}"
        for status in ("delivered", "sent", "delivered"):
            answer = await report(
                cast, "summit", "sms.status", f"{text_.id}:{status}", {"id": text_.id, "status": status}, path
            )
            assert answer.status_code == 200
        row = await one(cast, "summit", Message, message.id)
    assert (row.state, row.provider_id, row.segments) == ("delivered", text_.id, 1)
    assert await kinds(cast, "summit", lead) == ["message.queued", "message.sent", "message.delivered"]


async def test_a_report_that_overtakes_the_answer_is_not_set_back(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead, "sms")
        await report(
            cast,
            "summit",
            "sms.status",
            "sms_x:delivered",
            {"id": "sms_x", "status": "delivered"},
            f"/message/{message.id}",
        )
        async with unit(tenant=cast.tenants["summit"]) as work:
            await leaving.settle(work, message.id, leaving.Outcome(provider_id="sms_x"))
        assert (await one(cast, "summit", Message, message.id)).state == "delivered"


async def test_a_forged_a_stale_and_a_foreign_report_change_nothing(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead, "sms")
        path, body = (
            f"/hooks/carrier/message/{message.id}",
            b'{"type":"sms.status","data":{"id":"x","status":"delivered"}}',
        )
        forged = {"webhook-id": "e1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        answer = await cast.visitor("summit").client.post(path, content=body, headers=forged)
        assert answer.status_code == 403
        elsewhere = await report(
            cast, "harbor", "sms.status", "e2", {"id": "x", "status": "delivered"}, f"/message/{message.id}"
        )
        assert elsewhere.status_code == 200
        assert (await one(cast, "summit", Message, message.id)).state == "queued"


async def test_silence_after_the_mail_was_handed_over_is_parked_and_never_repeated(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, email="lost@example.net")
        message = await write(cast, "harbor", lead)
        assert (await leave(cast))["parked"] == 1
        await leave(cast, until=AFTERNOON + timedelta(days=2))
        assert len(peer.mails("lost@example.net")) == 1
        row = await one(cast, "harbor", Message, message.id)
    assert (row.state, row.error != "") == ("unknown", True)
    assert await kinds(cast, "harbor", lead) == ["message.queued", "message.unknown"]


async def test_a_text_whose_answer_was_lost_is_asked_for_by_its_key(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead, "sms")
        killed = {"once": False}
        settle = leaving.settle

        async def dies(work: Any, message_id: Any, outcome: Any) -> None:
            if not killed["once"]:
                killed["once"] = True
                raise RuntimeError("killed between the answer and noting it")
            await settle(work, message_id, outcome)

        from app.core.agenda import kinds as declared

        found = declared.find("messages.send")
        monkeypatch.setitem(
            declared._kinds,
            "messages.send",
            type(found)(
                **{name: getattr(found, name) for name in found.__dataclass_fields__ if name != "settle"},
                settle=dies,
            ),
        )
        await leave(cast, "summit")
        await leave(cast, "summit", until=AFTERNOON + timedelta(minutes=5))
        assert killed["once"] and len(peer.sms("+17275550142")) == 1
        assert (await one(cast, "summit", Message, message.id)).state == "sent"


async def test_a_server_that_says_later_gets_the_mail_later_once(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, email="busy@example.net")
        message = await write(cast, "harbor", lead)
        assert (await leave(cast))["retry"] == 1
        assert (await one(cast, "harbor", Message, message.id)).state == "sending"
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(text("update spine.agenda set attempts = 7, due = :now"), {"now": AFTERNOON})
        await leave(cast)
        row = await one(cast, "harbor", Message, message.id)
        assert (row.state, peer.mails()) == ("failed", []) and "a day" in row.error


async def test_a_refused_mailbox_fails_at_once_and_marks_the_address(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, email="refuse@example.net")
        message = await write(cast, "harbor", lead)
        await leave(cast)
        assert (await one(cast, "harbor", Message, message.id)).state == "failed"
        assert (await one(cast, "harbor", Contact, lead.contact_id)).email_bounced_at is not None
        assert (await write(cast, "harbor", lead)).refused_code == "suppressed"


async def test_a_bounce_for_good_ends_mail_and_one_that_passes_does_not(cast: Any) -> None:
    from app.core.ports.simulator import letters
    from app.core.ports.simulator.store import Message as Kept

    with at(), simulator(cast.runtime) as peer:
        lead, other = await a_lead(cast), await a_lead(cast, phone="+17275550161", email="o@example.net")
        for each in (lead, other):
            await write(cast, "harbor", each)
        await leave(cast)
        for who, status in (("dana@example.net", "5.1.1"), ("o@example.net", "4.2.2")):
            (mail,) = peer.mails(who)
            assert isinstance(mail, Kept)
            raw = letters.bounce(mail, clock.now(), "<b@example.net>", status)
            assert (await mail_in(cast, "harbor", f"{mail.id}:bounced", raw)).status_code == 200
        states = [
            (await rows(cast, "harbor", select(Message).where(Message.lead_id == each.id)))[0].state
            for each in (lead, other)
        ]
    assert states == ["bounced", "sent"]
    assert (await write(cast, "harbor", lead)).refused_code == "suppressed"


async def test_no_word_of_anybody_splits_a_header(cast: Any) -> None:
    evil = [
        "Hi\r\nBcc: victim@example.com", "Hi\nX-Evil: 1", "Hi\r\n\r\nbody", "=?utf-8?q?Hi=0D=0ABcc:_v@example.com?=", "a\u2028Bcc: v@example.com",
        "\x0bBcc: v@example.com", "\x85Cc: v@example.com",
    ]  # fmt: skip
    with at(), simulator(cast.runtime) as peer:
        for number, words in enumerate(evil):
            lead = await a_lead(
                cast, first_name=words, phone=f"+172755501{number + 10}", email=f"e{number}@example.net"
            )
            await write(cast, "harbor", lead, subject=words, text=words + ".")
            await write(cast, "harbor", lead, template="welcome", text="")
        await leave(cast)
        mails = peer.mails()
        assert len(mails) == 2 * len(evil)
        for mail in mails:
            names = {name.lower() for name in mail.headers}
            assert not names & {"bcc", "x-evil", "cc"}
            assert mail.recipient.startswith("e")


async def test_a_template_speaks_to_this_person(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        message = await write(cast, "harbor", lead, template="welcome", text="", subject="")
    assert message.subject == "Dana, your debt review"
    assert message.body.startswith("Hello Dana,") and "Luis" in message.body and "{{" not in message.body


async def test_the_last_text_of_a_day_goes_to_one_of_two_writers(cast: Any) -> None:
    with at():
        lead = await a_lead(cast, "summit")
        said = [(await write(cast, "summit", lead, "sms")).state for _ in range(4)]
    assert said == ["queued", "queued", "queued", "refused"]


async def test_nothing_leaves_while_no_server_is_set_up_and_then_it_does(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        message = await write(cast, "harbor", lead)
        assert (await leave(cast))["retry"] == 1
        with simulator(cast.runtime) as peer:
            await leave(cast, until=AFTERNOON + timedelta(minutes=1))
            assert len(peer.mails("dana@example.net")) == 1
    assert (await one(cast, "harbor", Message, message.id)).state == "sent"


async def test_an_unknown_outcome_is_what_the_port_says_it_is(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        async def send_sms(self, **_: Any) -> Any:
            raise OutcomeUnknown("silence")

        async def find_sms(self, *_: Any, **__: Any) -> Any:
            raise OutcomeUnknown("silence")

    monkeypatch.setattr(doors, "carrier", lambda: Silent())
    with at():
        lead = await a_lead(cast, "summit")
        message = await write(cast, "summit", lead, "sms")
        assert (await leave(cast, "summit"))["parked"] == 1
        assert (await one(cast, "summit", Message, message.id)).state == "unknown"
        async with unit(tenant=cast.tenants["summit"]) as work:
            counted = select(func.count()).select_from(Attempt).where(Attempt.void_at.is_(None))
            assert await work.scalar(counted) == 1
            assert (await compliance.verdict(work, lead.contact_id, "sms")).count.used == 1
