"""Schedules: at their hour in the tenant's zone, once for each period, with the rights that people have then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.access.models import PersonRow, Role
from app.core import clock
from app.core.ports import doors
from app.core.ports.mail import Sent
from app.reports.models import ReportFile, ReportSchedule, Rhythm, next_run, period_of
from tests.analytics.people import acting, lead
from tests.drive import drain

pytestmark = pytest.mark.anyio
ZONE = "America/New_York"
TUESDAY = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
FORM = {"report": "pipeline", "format": "csv", "every": "week", "hour": "7", "weekday": "0", "monthday": "1"}


class Letterbox:
    """Takes mail; `silent` swallows the answer after the message, as a crash would."""

    def __init__(self) -> None:
        self.mails, self.silent = [], False

    async def send(self, mail, key):
        self.mails.append((key, mail))
        if self.silent:
            raise RuntimeError("gone")
        return Sent("1", f"<{key}>")

    async def ask(self, mail, key):
        return Sent("1", f"<{key}>") if any(one == key for one, _ in self.mails) else None


@pytest.fixture
def letterbox(monkeypatch):
    box = Letterbox()
    monkeypatch.setattr(doors, "mailer", lambda: box)
    return box


async def scheduled(cast, *names, who="ada", **more):
    """A schedule made through the form; its row."""
    async with acting(cast) as work:
        people = {row.email.split("@")[0]: str(row.id) for row in await work.scalars(select(PersonRow))}
    browser = await cast.browser("harbor", who)
    with clock.held_at(TUESDAY):
        answer = await browser.post(
            "/admin/reports/schedules", {**FORM, **more, "recipients": [people[name] for name in names]}
        )
    assert answer.status_code == 303, answer.text[:300]
    async with acting(cast) as work:
        return (await work.scalars(select(ReportSchedule))).one(), people


def run_at(runtime, moment):
    return drain(runtime, until=moment)


async def test_it_goes_out_once_at_its_hour_and_again_a_week_later(cast, letterbox):
    async with acting(cast) as work:
        await lead(work, TUESDAY - timedelta(days=1))
    row, _ = await scheduled(cast, "ada")
    monday = datetime(2026, 3, 16, 11, 0, tzinfo=UTC)  # 7 am in New York
    assert row.next_at == monday
    await run_at(cast.runtime, monday - timedelta(minutes=5))
    assert letterbox.mails == []
    for _ in range(2):
        await run_at(cast.runtime, monday + timedelta(minutes=5))
    ((_, mail),) = letterbox.mails
    assert mail.to == "ada@example.com" and "Mon, Mar 9, 2026 to Sun, Mar 15, 2026" in mail.subject
    assert mail.attachments[0].name.endswith(".csv") and b"Publisher" in mail.attachments[0].content
    await run_at(cast.runtime, monday + timedelta(days=7, minutes=5))
    assert len(letterbox.mails) == 2


async def test_running_twice_or_dying_in_between_makes_one_file_and_one_mail(cast, letterbox):
    from app.reports import service

    row, _ = await scheduled(cast, "ada")
    monday = row.next_at
    with clock.held_at(monday):
        for _ in range(3):
            async with acting(cast) as work:
                again = (await work.scalars(select(ReportSchedule))).one()
                await service.send_now(work, again)
    letterbox.silent = True
    await run_at(cast.runtime, monday)
    letterbox.silent = False
    async with acting(cast) as work:
        died = "update spine.agenda set state = 'calling', due = :now, leased_until = null where kind = 'reports.mail'"
        await work.execute(text(died), {"now": monday})
    await run_at(cast.runtime, monday)
    async with acting(cast) as work:
        assert await work.scalar(select(func.count()).select_from(ReportFile)) == 1
    assert len(letterbox.mails) == 1


async def test_whoever_lost_the_right_sends_nothing_and_the_home_says_so(cast, letterbox):
    row, people = await scheduled(cast, "ada", who="ada")
    async with acting(cast) as work:
        await work.execute(update(PersonRow).where(PersonRow.email == "ada@example.com").values(state="deactivated"))
        admin = (await work.scalars(select(Role).where(Role.name == "admin"))).one()
        await work.execute(update(PersonRow).where(PersonRow.email == "maria@example.com").values(role_id=admin.id))
    await run_at(cast.runtime, row.next_at)
    assert letterbox.mails == []
    home = (await (await cast.browser("harbor", "maria")).get("/admin")).text
    assert "1 scheduled report was not sent" in home
    assert people


async def test_a_recipient_who_lost_the_right_gets_nothing_while_others_do(cast, letterbox):
    async with acting(cast) as work:
        manager = (await work.scalars(select(Role).where(Role.name == "admin"))).one()
        await work.execute(update(PersonRow).where(PersonRow.email == "maria@example.com").values(role_id=manager.id))
    row, _ = await scheduled(cast, "ada", "maria")
    async with acting(cast) as work:
        agent = (await work.scalars(select(Role).where(Role.name == "agent"))).one()
        await work.execute(update(PersonRow).where(PersonRow.email == "maria@example.com").values(role_id=agent.id))
    await run_at(cast.runtime, row.next_at)
    assert [mail.to for _, mail in letterbox.mails] == ["ada@example.com"]


async def test_nobody_is_chosen_who_sees_less(cast):
    async with acting(cast) as work:
        people = {row.email.split("@")[0]: str(row.id) for row in await work.scalars(select(PersonRow))}
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/reports/schedules", {**FORM, "recipients": people["luis"]})
    assert refused.status_code == 422 and "sees less than you do" in refused.text


async def test_paused_sends_nothing_until_it_goes_on(cast, letterbox):
    row, _ = await scheduled(cast, "ada")
    ada = await cast.browser("harbor", "ada")
    await ada.post(f"/admin/reports/schedules/{row.id}/pause")
    await run_at(cast.runtime, row.next_at)
    assert letterbox.mails == []
    with clock.held_at(TUESDAY):
        await ada.post(f"/admin/reports/schedules/{row.id}/resume")
    await run_at(cast.runtime, row.next_at)
    assert len(letterbox.mails) == 1


async def test_a_clock_set_back_strands_nothing(cast, letterbox):
    """Rows of schedules are brought to now by the shared clock; one that comes too early plans itself anew."""
    row, _ = await scheduled(cast, "ada")
    async with acting(cast) as work:
        await work.execute(text("update spine.agenda set due = :now where key like 'every:report:%'"), {"now": TUESDAY})
    await run_at(cast.runtime, TUESDAY)
    assert letterbox.mails == []
    await run_at(cast.runtime, row.next_at)
    assert len(letterbox.mails) == 1


async def test_taken_away_it_is_gone(cast, letterbox):
    row, _ = await scheduled(cast, "ada")
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert (await luis.post(f"/admin/reports/schedules/{row.id}/delete")).status_code == 404
    assert (await ada.post(f"/admin/reports/schedules/{row.id}/delete")).status_code == 303
    assert (await run_at(cast.runtime, row.next_at))["failed"] == 0
    assert letterbox.mails == []


@pytest.mark.parametrize(
    ("change", "said"),
    [({"hour": "24"}, "from 0 to 23"), ({"every": "year"}, "Choose how often"), ({"recipients": ""}, "Choose who gets it"),
     ({"every": "month", "monthday": "31"}, "from 1 to 28"), ({"report": "x"}, "Choose a report")],
)  # fmt: skip
async def test_what_a_form_lacks_is_told_and_kept(cast, change, said):
    async with acting(cast) as work:
        me = str((await work.scalars(select(PersonRow.id).where(PersonRow.email == "ada@example.com"))).one())
    answer = await (await cast.browser("harbor", "ada")).post(
        "/admin/reports/schedules", {**FORM, "recipients": me, **change}
    )
    assert answer.status_code == 422 and said in answer.text


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (Rhythm(every="day", hour=7), "2026-03-10T10:59:00+00:00", "2026-03-10T11:00:00+00:00"),
        (Rhythm(every="day", hour=7), "2026-03-10T11:00:00+00:00", "2026-03-11T11:00:00+00:00"),
        (
            Rhythm(every="day", hour=7),
            "2026-03-07T13:00:00+00:00",
            "2026-03-08T11:00:00+00:00",
        ),  # the clocks go forward
        (
            Rhythm(every="day", hour=2),
            "2026-03-08T05:30:00+00:00",
            "2026-03-08T07:00:00+00:00",
        ),  # an hour that is skipped
        (Rhythm(every="week", hour=7, weekday=4), "2026-03-10T11:00:00+00:00", "2026-03-13T11:00:00+00:00"),
        (Rhythm(every="month", hour=0, monthday=28), "2026-02-28T05:00:00+00:00", "2026-03-28T04:00:00+00:00"),
    ],
)
def test_the_next_time_is_the_hour_on_the_wall(rhythm, after, due):
    assert next_run(rhythm, datetime.fromisoformat(after), ZONE) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("every", "first", "last"),
    [
        ("day", date(2026, 3, 9), date(2026, 3, 9)),
        ("week", date(2026, 3, 3), date(2026, 3, 9)),
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_it_reports_of_whole_days_that_are_over(every, first, last):
    found = period_of(Rhythm(every=every), TUESDAY, ZONE)
    assert (found.first, found.last) == (first, last)
