"""Each figure once: the rows that it counts as one statement (at, lead, amount, …), from which every count, sum, line and
list is made. A page, a report and the list behind a number cannot differ, because they count the same rows.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, and_, cast, exists, func, literal, or_, select
from sqlalchemy.types import Date, Integer

from app.analytics.models import Period
from app.analytics.queries.scope import View
from app.billing.models import Invoice, Payment
from app.calls.models import Call
from app.calls.queries import UNCOUNTED, spoken_with
from app.core import clock
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead, Stage
from themes.catalogue import later
from themes.charts import Unit

NOBODY = literal(0)
USUAL_WEEKS = 8


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`rows(view, since, until)` are what is counted; `sums` adds up their amounts instead. `how` is shown on the page."""

    name: str
    label: str
    how: str
    rows: Callable[[View, datetime, datetime], Select[Any]]
    unit: Unit = "number"
    sums: bool = False
    median: bool = False
    good: str = "up"


def arrived(view: View, since: datetime, until: datetime) -> Select[Any]:
    """Leads by when they arrived; tests and deleted ones are left out. The amount is what they cost."""
    columns = (Lead.created_at.label("at"), Lead.id.label("lead"), Lead.cost_amount.label("amount"))
    return select(*columns).select_from(Lead).where(*view.where, Lead.created_at >= since, Lead.created_at < until)


def reached(view: View, since: datetime, until: datetime) -> Select[Any]:
    """Leads by when somebody first spoke with them."""
    columns = (Lead.first_contact_at.label("at"), Lead.id.label("lead"), NOBODY.label("amount"))
    return (
        select(*columns)
        .select_from(Lead)
        .where(*view.where, Lead.first_contact_at >= since, Lead.first_contact_at < until)
    )


def speed(view: View, since: datetime, until: datetime) -> Select[Any]:
    """Leads that were reached, by when they arrived; the amount is the seconds in between."""
    seconds = func.extract("epoch", Lead.first_contact_at - Lead.created_at)
    columns = (Lead.created_at.label("at"), Lead.id.label("lead"), seconds.label("amount"))
    known = (Lead.created_at >= since, Lead.created_at < until, Lead.first_contact_at >= Lead.created_at)
    return select(*columns).select_from(Lead).where(*view.where, *known)


def enrolled(view: View, since: datetime, until: datetime) -> Select[Any]:
    """Leads that moved to a won stage, once each, by when; those that went back to an open stage are not counted."""
    back = exists().where(Stage.id == Lead.stage_id, Stage.kind.in_(("new", "open")))
    moved = (
        Event.kind == "lead.stage_changed",
        Event.payload["to_kind"].astext == "won",
        Event.at >= since,
        Event.at < until,
    )
    first = func.min(Event.at)
    return (
        select(first.label("at"), Lead.id.label("lead"), func.max(Lead.value_amount).label("amount"))
        .join(Lead, Lead.id == Event.entity_id)
        .where(*moved, *view.where, ~back)
        .group_by(Lead.id)
    )


def paid(view: View, since: datetime, until: datetime) -> Select[Any]:
    """Settled payments on invoices by when they came in; refunds count against them."""
    columns = (Payment.received_at.label("at"), Invoice.id.label("lead"), Payment.amount.label("amount"))
    rows = select(*columns).join(Invoice, Invoice.id == Payment.invoice_id)
    rows = rows.where(Payment.state == "settled", Payment.received_at >= since, Payment.received_at < until)
    return rows if view.whole else rows.where(Invoice.contact_id.in_(select(Lead.contact_id).where(*view.where)))


def called(view: View, since: datetime, until: datetime, spoken: Sequence[str]) -> Select[Any]:
    """Calls that left, by when; the amount is 1 where somebody was spoken with: `spoken` are the outcomes that say so."""
    amount = func.coalesce(cast(spoken_with(spoken), Integer), 0).label("amount")
    columns = (Call.at.label("at"), Call.lead_id.label("lead"), amount, Call.agent_id.label("agent"))
    rows = select(*columns).where(
        Call.direction == "out", Call.state.not_in(UNCOUNTED), Call.at >= since, Call.at < until
    )
    return rows if view.whole else rows.where(Call.lead_id.in_(select(Lead.id).where(*view.where)))


FIGURES = {
    figure.name: figure
    for figure in (
        Figure(
            name="leads", label=later("%(Leads)s"), rows=arrived,
            how=later("%(Leads)s by the moment they arrived. Tests and deleted ones are left out."),
        ),
        Figure(
            name="speed", label=later("Speed to %(lead)s"), rows=speed, unit="span", median=True, good="down",
            how=later("From arrival to the first conversation: the median of the %(leads)s that arrived then and were reached."),
        ),
        Figure(
            name="reached", label=later("Reached"), rows=reached,
            how=later("%(Leads)s by the moment somebody first spoke or wrote with them."),
        ),
        Figure(
            name="enrolled", label=later("Enrolled"), rows=enrolled,
            how=later("%(Leads)s that moved to a won stage, each once. One that went back to an open stage is not counted."),
        ),
        Figure(
            name="revenue", label=later("Revenue"), rows=paid, unit="money", sums=True,
            how=later("Settled payments on invoices by the day they came in. Refunds are taken off."),
        ),
        Figure(
            name="cost", label=later("Cost of %(leads)s"), rows=arrived, unit="money", sums=True, good="",
            how=later("What the %(leads)s that arrived then cost: the price agreed for each accepted %(lead)s."),
        ),
    )
}  # fmt: skip


def in_slot(figure: Figure, zone: str, weekday: int, hour: int) -> Figure:
    """The same, of leads that arrived in one hour of one weekday (1 is Monday) of the zone."""
    local = func.timezone(zone, Lead.created_at)
    slot = func.extract("isodow", local) == weekday, func.extract("hour", local) == hour
    return msgspec.structs.replace(figure, rows=lambda view, since, until: figure.rows(view, since, until).where(*slot))


def measured(figure: Figure, rows: Any) -> Any:
    """The figure over these rows."""
    if figure.median:
        return func.percentile_cont(0.5).within_group(rows.c.amount)
    return func.coalesce(func.sum(rows.c.amount), 0) if figure.sums else func.count()


async def total(work: Work, figure: Figure, view: View, period: Period) -> float | None:
    """The figure of a period; None for a median of nothing."""
    rows = figure.rows(view, period.since, period.until).subquery()
    return _number(await work.scalar(select(measured(figure, rows)).select_from(rows)))


async def by_bucket(work: Work, figure: Figure, view: View, period: Period) -> list[float | None]:
    """One value for each of the period's buckets."""
    rows = figure.rows(view, period.since, period.until).subquery()
    day = cast(func.date_trunc(period.unit, func.timezone(period.zone, rows.c.at)), Date)
    found = await work.execute(select(day, measured(figure, rows)).group_by(day))
    known: dict[date, Any] = {row[0]: _number(row[1]) for row in found}
    return [known.get(bucket, None if figure.median else 0) for bucket in period.buckets()]


async def today_and_usual(work: Work, figure: Figure, view: View, today: Period) -> tuple[float | None, float | None]:
    """Since midnight, and the mean of the same weekdays of eight weeks by this time of day (for a median: theirs)."""
    gone = clock.now() - today.since
    windows = [(start, start + gone) for start in (_weeks_before(today, week) for week in range(USUAL_WEEKS + 1))]
    rows = figure.rows(view, windows[-1][0], clock.now() + timedelta(seconds=1)).subquery()
    inside = or_(*(and_(rows.c.at >= since, rows.c.at <= until) for since, until in windows))
    day = cast(func.timezone(today.zone, rows.c.at), Date)
    found = await work.execute(select(day, measured(figure, rows)).where(inside).group_by(day))
    known = {row[0]: _number(row[1]) for row in found}
    now = known.pop(today.first, None if figure.median else 0)
    if figure.median:
        values = sorted(value for value in known.values() if value is not None)
        return now, values[len(values) // 2] if values else None
    return now, sum(value or 0 for value in known.values()) / USUAL_WEEKS


def _weeks_before(today: Period, weeks: int) -> datetime:
    day = today.first - timedelta(weeks=weeks)
    return msgspec.structs.replace(today, first=day, last=day).since


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
