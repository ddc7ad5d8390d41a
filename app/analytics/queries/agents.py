"""Figures per person: one's own beside the team's median, and a table for whoever sees a team."""

from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import cast, func, select
from sqlalchemy.types import Date

from app.analytics.models import Period, Scope
from app.analytics.queries.figures import FIGURES, called, enrolled, measured, reached, speed
from app.analytics.queries.scope import View, view
from app.analytics.queries.words import before_label, bucket_labels, change, rows_url, span_label
from app.calls.queries import outcomes
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.team.queries import members, reach_ids
from themes.catalogue import later, say
from themes.charts import Chart, Series
from themes.formats import number, percent

LEAST_PEOPLE = 3  # of fewer a median would be somebody's figure


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """One person's period. `speed` is the median in seconds, None where nobody was reached."""

    person_id: UUID | None
    name: str
    calls: int = 0
    answered: int = 0
    reached: int = 0
    enrolled: int = 0
    speed: float | None = None
    urls: dict[str, str] = {}  # the rows behind a figure, by its name

    @property
    def ratio(self) -> float | None:
        return self.answered / self.calls if self.calls else None


class Own(msgspec.Struct, frozen=True, kw_only=True):
    mine: Numbers
    before: Numbers
    middle: Numbers | None  # the team's medians; None under three people
    chart: Chart


HOW_CALLS = later(
    "Calls you placed, by day. Spoken with: calls that ended with an outcome that says so, as your queue counts them."
)


async def everybody(work: Work, period: Period, only: list[UUID] | None = None) -> list[Numbers]:
    """Active staff (or these) with what they did in the period, by name. Four statements."""
    whole = View(scope=Scope(), where=(~Lead.test, Lead.deleted_at.is_(None)), parts=(), whole=True)
    calls = await _calls(work, whole, period)
    met = await _owned(work, reached, FIGURES["reached"], whole, period)
    won = await _owned(work, enrolled, FIGURES["enrolled"], whole, period)
    quick = await _owned(work, speed, FIGURES["speed"], whole, period)
    return [
        Numbers(
            person_id=one.id, name=one.name, urls=_urls(one.id, period), calls=calls.get(one.id, (0, 0))[0], answered=calls.get(one.id, (0, 0))[1],
            reached=int(met.get(one.id) or 0), enrolled=int(won.get(one.id) or 0), speed=quick.get(one.id),
        )
        for one in await members(work, only)
    ]  # fmt: skip


def _urls(person_id: UUID, period: Period) -> dict[str, str]:
    theirs = {"field": "owner", "op": "eq", "value": str(person_id)}
    seen = View(scope=Scope(owner=person_id), where=(), parts=(theirs,), whole=False)
    placed = {"view": "all", "agent": person_id, "from": period.first, "to": period.last, "placed": 1}
    return {
        "calls": f"/agent/calls?{urlencode(placed)}",
        "answered": f"/agent/calls?{urlencode({**placed, 'spoken': 1})}",
        **{name: rows_url(FIGURES[name], seen, period) for name in ("reached", "enrolled", "speed")},
    }


async def _calls(work: Work, whole: View, period: Period) -> dict[UUID, tuple[int, int]]:
    rows = called(whole, period.since, period.until, await spoken(work)).subquery()
    counted = select(rows.c.agent, func.count(), func.sum(rows.c.amount)).group_by(rows.c.agent)
    return {agent: (n, int(answered or 0)) for agent, n, answered in await work.execute(counted)}


async def spoken(work: Work) -> list[str]:
    """Outcomes of this house that mean that somebody was spoken with."""
    return [one.name for one in await outcomes(work, retired=True) if one.reached]


async def _owned(work: Work, rows_of: Any, figure: Any, whole: View, period: Period) -> dict[UUID, float | None]:
    """The figure by who owns the leads now."""
    rows = rows_of(whole, period.since, period.until).subquery()
    counted = select(Lead.owner_id, measured(figure, rows)).select_from(rows).join(Lead, Lead.id == rows.c.lead)
    found = await work.execute(counted.group_by(Lead.owner_id))
    return {owner: None if value is None else float(value) for owner, value in found}


async def own(work: Work, person: Person, period: Period) -> Own:
    now, before = await everybody(work, period), await everybody(work, period.before(), [person.id])
    blank = Numbers(person_id=person.id, name=person.name)
    return Own(
        mine=next((one for one in now if one.person_id == person.id), blank),
        before=next(iter(before), blank),
        middle=_middle([one for one in now if one.calls or one.reached]),
        chart=await _by_day(work, person, period),
    )


def _middle(people: list[Numbers]) -> Numbers | None:
    """Medians of those who did anything; nobody's name stands with them."""
    if len(people) < LEAST_PEOPLE:
        return None
    speeds = [one.speed for one in people if one.speed is not None]
    return Numbers(
        person_id=None, name="", calls=round(median(one.calls for one in people)),
        answered=round(median(one.answered for one in people)), reached=round(median(one.reached for one in people)),
        enrolled=round(median(one.enrolled for one in people)), speed=median(speeds) if speeds else None,
    )  # fmt: skip


async def team(work: Work, person: Person, period: Period) -> list[Numbers]:
    """Whoever lies in this person's reach, most enrolled first; oneself alone gives nothing."""
    ids = await reach_ids(work, person)
    if ids == [person.id]:
        return []
    found = await everybody(work, period, ids)
    return sorted(found, key=lambda one: (-one.enrolled, -one.reached, -one.calls, one.name))


async def _by_day(work: Work, person: Person, period: Period) -> Chart:
    whole = await view(work, person, Scope())
    calls = await _day_counts(work, whole, person, period)
    before = await _day_counts(work, whole, person, period.before())
    sums = sum(n for n, _ in calls), sum(n for n, _ in before)
    moved = change(*sums)
    said = say("%(n)s calls", n=number(sums[0]))
    title = (
        said
        if moved is None
        else say("%(said)s, %(share)s against %(when)s", said=said, share=_signed(moved), when=before_label(period))
    )
    return Chart(
        kind="columns", title=title, subtitle=say("Your calls · %(when)s", when=span_label(period)), head=say("Day"),
        labels=bucket_labels(period),
        series=[Series(name=say("Calls"), values=[n for n, _ in calls]), Series(name=say("Spoken with"), values=[n for _, n in calls]),
                Series(name=before_label(period), values=[n for n, _ in before][: len(calls)], dashed=True)],
        how=say(HOW_CALLS), empty=say("No calls in this period."),
    )  # fmt: skip


def _signed(moved: float) -> str:
    return f"+{percent(moved)}" if moved > 0 else percent(moved)


async def _day_counts(work: Work, whole: View, person: Person, period: Period) -> list[tuple[int, int]]:
    open_view = msgspec.structs.replace(whole, whole=True)
    rows = called(open_view, period.since, period.until, await spoken(work)).subquery()
    day = cast(func.date_trunc(period.unit, func.timezone(period.zone, rows.c.at)), Date)
    counted = select(day, func.count(), func.sum(rows.c.amount)).where(rows.c.agent == person.id).group_by(day)
    known = {row[0]: (int(row[1]), int(row[2] or 0)) for row in await work.execute(counted)}
    return [known.get(bucket, (0, 0)) for bucket in period.buckets()]
