"""Marketing mail stops by itself where too much comes back or is called spam, and goes on when a person says so (T52)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock
from app.core.events import Event
from app.core.ports.simulator import letters
from app.core.work import unit
from app.messages.models import Message
from app.messages.service import health
from app.messages.service.health import Figures
from app.team.models import Notice
from tests.contacting import AFTERNOON, a_lead, at, leave, mail_in, one, rows, simulator
from tests.messages.test_sending import write
from tests.sequences.watching import again, made, put_in, told

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "sent, bounced, complained, bad",
    [
        (99, 99, 99, False), (100, 5, 0, False), (100, 6, 0, True), (1000, 50, 0, False), (1000, 51, 0, True),
        (100, 0, 2, False), (100, 0, 3, True), (1000, 0, 3, False), (1000, 0, 4, True), (0, 0, 0, False),
    ],
)  # fmt: skip
def test_the_shares_count_from_a_hundred_mails_and_three_complaints_on(
    sent: int, bounced: int, complained: int, bad: bool
) -> None:
    assert Figures(sent=sent, bounced=bounced, complained=complained).bad is bad


async def sent_before(cast: Any, lead: Any, count: int, *, state: str = "sent", **more: Any) -> None:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for _ in range(count):
            row = {"direction": "out", "channel": "email", "purpose": "marketing", "at": clock.now(), "state": state}
            work.add(Message(id=uuid7(), contact_id=lead.contact_id, **{**row, **more}))


async def comes_back(cast: Any, peer: Any, email: str, phone: str, kind: str = "bounce") -> None:
    """A mail that somebody writes to them, and what their mail server says of it."""
    lead = await a_lead(cast, email=email, phone=phone)
    await write(cast, "harbor", lead)
    await leave(cast)
    (mail,) = peer.mails(email)
    make = letters.bounce if kind == "bounce" else letters.complaint
    await mail_in(cast, "harbor", f"{kind}-{email}", make(mail, clock.now(), f"<{email}>"))
    await leave(cast)


async def test_one_bounce_too_many_pauses_it_and_tells_with_the_figures(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        await sent_before(cast, lead, 94)
        await sent_before(cast, lead, 4, state="bounced")
        await sent_before(cast, lead, 50, state="bounced", at=AFTERNOON - timedelta(days=8))  # long ago
        await sent_before(cast, lead, 50, state="bounced", purpose="servicing")
        ada = await cast.browser("harbor", "ada")
        await comes_back(cast, peer, "one@example.net", "+17275550150")  # 5 of 99
        await comes_back(cast, peer, "two@example.net", "+17275550151")  # 6 of 100
        shown = (await ada.get("/admin/sender/health")).text
        assert "of 100 mails in 7 days 6 came back (6.0%)" in shown and "Resume" in shown
        luis = await cast.browser("harbor", "luis")
        before = (await luis.get(f"/agent/leads/{lead.id}/composer?channel=email")).text
        assert "of 100 mails in 7 days 6 came back" in before and "would be refused now" in before
        assert "would be refused now" not in (await luis.get(f"/agent/leads/{lead.id}/composer?channel=sms")).text
        assert (await write(cast, "harbor", lead)).refused_code == "mail_paused"
        assert (await write(cast, "harbor", lead, purpose="servicing")).state == "queued"
        assert "Marketing mail is paused" in (await ada.get("/admin")).text
        assert await rows(cast, "harbor", select(Notice.id).where(Notice.kind == "message.mail_paused"))
        assert "Marketing mail is paused" in (await ada.get("/notices")).text
        assert len(await rows(cast, "harbor", select(Event.id).where(Event.kind == "message.mail_paused"))) == 1


async def test_complaints_pause_it_once_however_many_come_at_the_same_moment(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        await sent_before(cast, lead, 197)
        for number in range(3):
            await comes_back(cast, peer, f"spam{number}@example.net", f"+1727555016{number}", "complaint")
            paused = bool(await rows(cast, "harbor", select(Event.id).where(Event.kind == "message.mail_paused")))
            assert paused is (number == 2)
        mail = letters.complaint(peer.mails("spam0@example.net")[0], clock.now(), "<again>")
        await mail_in(cast, "harbor", "again", mail)
        async with unit(tenant=cast.tenants["harbor"]) as work:
            assert (await health.figures(work)).complained == 3  # reported twice is once


async def test_what_is_on_its_way_when_it_pauses_stays_here(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        await sent_before(cast, lead, 94)
        await sent_before(cast, lead, 6, state="bounced")
        message, other = await write(cast, "harbor", lead), await write(cast, "harbor", lead, purpose="servicing")
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await health.look(work)
        await leave(cast)
        assert len(peer.mails("dana@example.net")) == 1
        assert (await one(cast, "harbor", Message, message.id)).refused_code == "mail_paused"
        assert (await one(cast, "harbor", Message, other.id)).state == "sent"


async def test_resuming_counts_anew_and_lets_sequences_go_on_where_they_waited(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        await sent_before(cast, lead, 94)
        await sent_before(cast, lead, 6, state="bounced")
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await health.look(work)
        sequence = await made(cast, [{"kind": "email", "template": "nurture_1"}, {"kind": "wait", "span": "9d"}])
        run = await put_in(cast, sequence, lead)
        ada = await cast.browser("harbor", "ada")
        for page in ("/admin/sequences", f"/admin/sequences/{sequence.id}"):
            shown = (await ada.get(page)).text
            assert "E-mails that win people wait" in shown and "of 100 mails in 7 days 6 came back" in shown
    for minutes in range(0, 180, 10):
        with at(AFTERNOON + timedelta(minutes=minutes)), simulator(cast.runtime) as peer:
            await leave(cast)
            assert peer.mails("dana@example.net") == []
    assert Counter(await told(cast, run))["email", "held"] == 1  # said once, however long it waits
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    with at(AFTERNOON + timedelta(hours=3)), simulator(cast.runtime) as peer:
        assert (await luis.post("/admin/sender/resume")).status_code == 404
        assert (await luis.get("/admin/sender/health")).status_code == 404
        assert (await ada.post("/admin/sender/resume")).status_code == 303
        assert (await ada.post("/admin/sender/resume")).status_code == 303
        assert "of 0 (" in (await ada.get("/admin/sender/health")).text
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await health.look(work)
            assert await health.why_not(work) == ""
    with at(AFTERNOON + timedelta(hours=4)), simulator(cast.runtime) as peer:
        await leave(cast)
        assert len(peer.mails("dana@example.net")) == 1
    assert (await again(cast, run)).state == "active" and (await told(cast, run))[-2:] == [
        ("email", "done"),
        ("wait", "waits"),
    ]
    resumed = select(Event.id).where(Event.kind == "message.mail_resumed")
    assert len(await rows(cast, "harbor", resumed)) == 1
