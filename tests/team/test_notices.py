"""Telling people: one line a record, nobody told of their own deeds, mailed only what was not read, each to themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select, update

from app.access.models import PersonRow
from app.contacts import service as contacts
from app.core import clock
from app.core.ports.simulator.peer import Peer
from app.core.work import Actor, unit
from app.leads import service as leads
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from app.team import service
from app.team.models import Notice, NoticeKind, Wish, Wishes, mail_due
from tests.drive import drain
from tests.leads.making import a_lead, as_actor, person_id

pytestmark = pytest.mark.anyio
AT = datetime(2026, 5, 4, 14, 3, tzinfo=UTC)  # a Monday, 10:03 am in New York
KIND = NoticeKind(name="test.kind", label="Test", sentence="Test", url="/", mail=True)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def mailbox(runtime):
    with Peer() as peer:
        kept, runtime.settings = runtime.settings, msgspec.structs.replace(runtime.settings, mail_url=peer.mail_url)
        yield peer.simulator.store
        runtime.settings = kept


async def told(cast, first, slug="harbor"):
    """What stands in somebody's centre, the oldest first."""
    found = select(Notice).join(PersonRow, PersonRow.id == Notice.person_id)
    async with unit(tenant=cast.tenants[slug]) as work:
        return list(await work.scalars(found.where(PersonRow.email == f"{first}@example.com").order_by(Notice.id)))


async def give(cast, lead_id, to, by="ada"):
    async with unit(await as_actor(cast, by), tenant=cast.tenants["harbor"]) as work:
        await leads.assign(work, lead_id, await person_id(cast, to), reason="manual")


async def test_whoever_is_given_a_lead_hears_of_it_and_its_page_reads_it(cast, runtime):
    lead = await a_lead(cast)
    await give(cast, lead, "luis")
    await drain(runtime, cast.tenants["harbor"])
    (notice,) = await told(cast, "luis")
    assert notice.kind == "lead.assigned" and await told(cast, "ada") == []
    browser = await cast.browser("harbor", "luis")
    page = (await browser.get("/notices")).text
    assert "Ada Admin gave you Dana Reyes" in page and "1 unread notification" in page
    assert "1 unread notification" in (await browser.get("/notices/bell", headers={"HX-Request": "true"})).text
    await browser.get(f"/agent/leads/{lead}")
    assert (await told(cast, "luis"))[0].read_at is not None
    assert "unread notification" not in (await browser.get("/agent/tasks")).text


async def test_ones_own_deed_is_no_news(cast, runtime):
    lead = await a_lead(cast)
    await give(cast, lead, "ada", by="ada")
    await give(cast, lead, "luis", by="ada")
    await drain(runtime, cast.tenants["harbor"])
    assert await told(cast, "ada") == [] and len(await told(cast, "luis")) == 1


async def test_the_same_record_within_ten_minutes_is_one_line(cast):
    luis, record = await person_id(cast, "luis"), await a_lead(cast)
    for minutes in (0, 4, 8, 30):
        with clock.held_at(AT + timedelta(minutes=minutes)):
            async with unit(tenant=cast.tenants["harbor"]) as work:
                await service.notify(work, "message.received", [luis], "lead", record)
    assert [one.count for one in await told(cast, "luis")] == [3, 1]


async def test_a_flood_is_five_lines_and_how_many_more(cast, runtime):
    rows = [await a_lead(cast) for _ in range(8)]
    for lead in rows:
        await give(cast, lead, "luis")
    await drain(runtime, cast.tenants["harbor"])
    notices = await told(cast, "luis")
    assert len(notices) == 5 and sum(one.values.get("others", 0) for one in notices) == 3
    assert "and 3 more" in (await (await cast.browser("harbor", "luis")).get("/notices")).text


async def test_a_notice_is_its_readers_alone(cast, runtime):
    lead = await a_lead(cast)
    await give(cast, lead, "luis")
    await drain(runtime, cast.tenants["harbor"])
    (notice,) = await told(cast, "luis")
    luis, maria = await cast.browser("harbor", "luis"), await cast.browser("harbor", "maria")
    for verb in ("read", "unread"):
        assert (await maria.post(f"/notices/{notice.id}/{verb}")).status_code == 404
    assert (await maria.get(f"/notices/{notice.id}")).status_code == 404
    assert "Dana" not in (await maria.get("/notices")).text
    gone = await luis.get(f"/notices/{notice.id}")
    assert gone.status_code == 303 and gone.headers["location"] == f"/agent/leads/{lead}"
    assert (await told(cast, "luis"))[0].read_at is not None
    assert (await luis.post(f"/notices/{notice.id}/unread")).status_code == 303
    assert (await told(cast, "luis"))[0].read_at is None


async def test_a_record_that_went_out_of_reach_keeps_its_name_to_itself(cast, runtime):
    lead = await a_lead(cast)
    await give(cast, lead, "luis")
    await drain(runtime, cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    assert "Dana" in (await luis.get("/notices")).text
    await give(cast, lead, "maria")
    page = (await luis.get("/notices")).text
    assert "Dana" not in page and "a record that you no longer see" in page


async def test_by_mail_goes_what_was_not_read_once_and_in_one_letter(cast, runtime, mailbox):
    first, second = await a_lead(cast), await a_lead(cast)
    with clock.held_at(AT):
        for lead in (first, second):
            await give(cast, lead, "luis")
        await drain(runtime, cast.tenants["harbor"])
        assert mailbox.messages() == []
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(minutes=8))
    (mail,) = [one for one in mailbox.messages() if one.recipient == "luis@example.com"]
    assert mail.headers["Subject"] == "2 new notices" and mail.body.count("gave you Dana Reyes") == 2
    assert "Harbor Debt Relief" in mail.html and "/notices?show=unread" in mail.body
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(hours=2))
    assert len([one for one in mailbox.messages() if one.recipient == "luis@example.com"]) == 1


async def test_what_was_read_here_is_not_mailed(cast, runtime, mailbox):
    lead = await a_lead(cast)
    with clock.held_at(AT):
        await give(cast, lead, "luis")
        await give(cast, await a_lead(cast), "maria")
        await drain(runtime, cast.tenants["harbor"])
        await (await cast.browser("harbor", "luis")).post("/notices/read")
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(minutes=8))
    assert [one.recipient for one in mailbox.messages()] == ["maria@example.com"]


@pytest.mark.parametrize(
    ("wishes", "at", "due"),
    [
        (Wishes(), AT, datetime(2026, 5, 4, 14, 10, tzinfo=UTC)),
        (Wishes({"test.kind": Wish(True, "daily")}), AT, datetime(2026, 5, 5, 12, 0, tzinfo=UTC)),
        (Wishes({}, ("20:00", "07:30")), AT, datetime(2026, 5, 4, 14, 10, tzinfo=UTC)),
        (Wishes({}, ("20:00", "07:30")), AT + timedelta(hours=12), datetime(2026, 5, 5, 11, 30, tzinfo=UTC)),
        (Wishes({}, ("20:00", "07:30")), AT + timedelta(hours=18), datetime(2026, 5, 5, 11, 30, tzinfo=UTC)),
        (Wishes({}, ("09:00", "12:00")), AT, datetime(2026, 5, 4, 16, 0, tzinfo=UTC)),
    ],
)
def test_when_a_notice_may_be_mailed(wishes, at, due):
    assert mail_due(wishes, KIND, NEW_YORK, at) == due


def test_what_is_urgent_passes_quiet_hours():
    urgent = msgspec.structs.replace(KIND, urgent=True)
    assert mail_due(Wishes({}, ("09:00", "12:00")), urgent, NEW_YORK, AT) == AT + timedelta(minutes=7)


async def test_everybody_chooses_what_they_hear_and_how(cast, runtime, mailbox):
    luis = await cast.browser("harbor", "luis")
    form = {"mail-lead.assigned": "now", "quiet_from": "21:00", "quiet_to": "07:00"}
    assert (await luis.post("/account/notices", form)).status_code == 303
    page = (await luis.get("/account/notices")).text
    assert 'value="21:00"' in page and 'name="app-lead.assigned" value="1">' in page
    with clock.held_at(AT):
        await give(cast, await a_lead(cast), "luis")
        await drain(runtime, cast.tenants["harbor"])
    assert "Dana" not in (await luis.get("/notices")).text, "not shown here any more"
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(minutes=8))
    assert len(mailbox.messages()) == 1, "but mailed"
    refused = await luis.post("/account/notices", {**form, "quiet_to": "late"})
    assert refused.status_code == 422 and "Enter a time like 20:00." in refused.text and 'value="late"' in refused.text


async def test_a_mention_in_a_note_is_told_to_whoever_is_meant(cast, runtime):
    lead = await a_lead(cast)
    async with unit(await as_actor(cast, "ada"), tenant=cast.tenants["harbor"]) as work:
        body = "Could @maria or @luis.ortega call? Write to x@ada.example.com, not to @nobody."
        await contacts.add_note(work, "lead", lead, body)
    await drain(runtime, cast.tenants["harbor"])
    assert [one.kind for one in await told(cast, "maria")] == ["note.mention"]
    assert [one.kind for one in await told(cast, "luis")] == ["note.mention"]
    assert await told(cast, "ada") == []


async def test_a_task_says_when_its_minute_has_come_and_a_day_later(cast, runtime):
    lead, luis = await a_lead(cast), await as_actor(cast, "luis")
    with clock.held_at(AT):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            _, moved, done = [
                await tasks.add_task(
                    work, TaskValues(title=title, due_at=AT + timedelta(hours=1)), entity="lead", entity_id=lead
                )
                for title in ("Send papers", "Ask again", "Long done")
            ]
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            await tasks.change_task(work, moved.id, due_at=AT + timedelta(days=9))
            await tasks.complete(work, done.id)
        await drain(runtime, cast.tenants["harbor"])
    assert await told(cast, "luis") == []
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(hours=1))
    assert [(one.kind, one.values["title"]) for one in await told(cast, "luis")] == [("task.due", "Send papers")]
    await drain(runtime, cast.tenants["harbor"], until=AT + timedelta(hours=25))
    assert [one.kind for one in await told(cast, "luis")] == ["task.due", "task.overdue"]


async def test_read_ones_go_after_thirty_days(cast):
    luis = await person_id(cast, "luis")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for kind in ("message.received", "message.stuck", "lead.assigned"):
            await service.notify(work, kind, [luis], "lead", await a_lead(cast))
        for kind, days in (("message.received", 31), ("message.stuck", 29)):
            long_ago = clock.now() - timedelta(days=days)
            await work.execute(update(Notice).where(Notice.kind == kind).values(read_at=long_ago))
    async with unit(Actor("system"), tenant=cast.tenants["harbor"]) as work:
        await service.tidy(work)
    assert {one.kind for one in await told(cast, "luis")} == {"message.stuck", "lead.assigned"}


async def test_only_kinds_that_can_come_here_are_offered(cast):
    harbor, keystone = await cast.browser("harbor", "luis"), await cast.browser("keystone", "luis")
    one, other = (await harbor.get("/account/notices")).text, (await keystone.get("/account/notices")).text
    assert "A deposit came back" in one and "A deadline for a claim" not in one and "asks to go live" not in one
    assert "A deadline for a claim" in other and "A deposit came back" not in other
    assert "asks to go live" in (await (await cast.browser("harbor", "ada")).get("/account/notices")).text
