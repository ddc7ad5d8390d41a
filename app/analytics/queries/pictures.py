"""Charts of the figures, each with the lists behind its points."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import cast, func, select
from sqlalchemy.types import Integer

from app.analytics.models import Period
from app.analytics.queries.figures import FIGURES, Figure, arrived, by_bucket, total
from app.analytics.queries.scope import View, within
from app.analytics.queries.words import (
    before_label,
    bucket_head,
    bucket_labels,
    figure_label,
    finding,
    hour_label,
    rows_url,
    slot_url,
    span_label,
    weekdays,
)
from app.contacts.models import Contact
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from themes.catalogue import say
from themes.charts import Chart, Series
from themes.formats import number, percent
from themes.terms import worded

MOST_BARS = 8
FEW = 3  # enrolments, from which on a cost per enrolment is a figure and not a chance


async def trend(work: Work, figure: Figure, view: View, period: Period) -> Chart:
    """The figure by day, week or month, with the period before as the dashed line."""
    before = period.before()
    now, then = await by_bucket(work, figure, view, period), await by_bucket(work, figure, view, before)
    count, was = await _whole(work, figure, view, period, now), await _whole(work, figure, view, before, then)
    urls = [rows_url(figure, view, part) for part in parts(period)]
    label = figure_label(figure, view)
    return Chart(
        kind="lines" if period.days > 1 else "columns",
        title=finding(label, count, was, figure.unit, period),
        subtitle=f"{label} · {span_label(period)}",
        labels=bucket_labels(period), head=bucket_head(period),
        series=[Series(name=label, values=now, urls=urls),
                Series(name=before_label(period), values=(then + [None] * len(now))[: len(now)], dashed=True)],
        unit=figure.unit, how=worded(figure.how),
    )  # fmt: skip


async def _whole(work: Work, figure: Figure, view: View, period: Period, buckets: list[float | None]) -> float | None:
    """Counts and sums add up; a median has to be asked for."""
    return await total(work, figure, view, period) if figure.median else sum(value or 0 for value in buckets)


def parts(period: Period) -> list[Period]:
    """The period in its buckets, cut to its own days."""
    starts = period.buckets()
    ends = [start - timedelta(days=1) for start in starts[1:]] + [period.last]
    return [
        Period(first=max(start, period.first), last=end, zone=period.zone)
        for start, end in zip(starts, ends, strict=True)
    ]


async def funnel(work: Work, view: View, period: Period) -> Chart:
    """How far the leads that arrived in the period have come: all, reached, then every stage that is not the first."""
    stages = await _stages(work, view)
    counts = dict(
        (await work.execute(_arrived(view, period, Lead.stage_id, func.count()).group_by(Lead.stage_id))).tuples().all()
    )
    spoken = _arrived(view, period, func.count()).where(Lead.first_contact_at.is_not(None))
    everybody, met = sum(counts.values()), await work.scalar(spoken) or 0
    came = within("created_at", period)
    rows = [(worded("%(Leads)s"), everybody, view.url(came)),
            (_reached(stages), met, view.url(came, {"not": {"field": "first_contact_at", "op": "is_empty"}}))]  # fmt: skip
    for place, stage in enumerate(stages[1:], 1):
        later = stages[place:]
        names = [one.name for one in later]
        rows.append((stage.label, sum(counts.get(one.id, 0) for one in later),
                     view.url(came, {"field": "stage", "op": "in", "value": names})))  # fmt: skip
    shares = ["" if not everybody or not place else say("%(share)s of all", share=percent(row[1] / everybody))
              for place, row in enumerate(rows)]  # fmt: skip
    won = sum(counts.get(one.id, 0) for one in stages if one.kind in ("won", "done"))
    return Chart(
        kind="funnel", title=_funnel_finding(everybody, met, won),
        subtitle=worded("How far the %(leads)s of %(when)s have come", when=span_label(period)),
        labels=[row[0] for row in rows], head=say("Step"), n=everybody,
        series=[Series(name=worded("%(Leads)s"), values=[row[1] for row in rows], urls=[row[2] for row in rows], notes=shares)],
        how=worded("%(Leads)s that arrived in the period, by the stage they stand in now or have passed. "
                "Lost ones count among all and, where somebody spoke with them, among the reached."),
        empty=worded("No %(leads)s in this period."),
    )  # fmt: skip


def _funnel_finding(everybody: int, met: int, won: int) -> str:
    if not everybody:
        return worded("No %(leads)s yet")
    return say("%(met)s of %(n)s reached, %(won)s won", met=number(met), n=number(everybody), won=number(won))


def _reached(stages: list[Stage]) -> str:
    """Another word where a stage has this one."""
    plain = say("Reached")
    return say("Spoken with") if any(stage.label == plain for stage in stages) else plain


async def _stages(work: Work, view: View) -> list[Stage]:
    """Of the chosen pipeline or the first, without the lost ones."""
    wanted = select(Stage).join(Pipeline, Pipeline.id == Stage.pipeline_id).order_by(Pipeline.position, Stage.position)
    found = list(await work.scalars(wanted.where(Stage.kind != "lost")))
    chosen = view.scope.pipeline or (found[0].pipeline_id if found else None)
    return [stage for stage in found if stage.pipeline_id == chosen]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source in a period. `won`: how many of its leads have enrolled since; amounts in minor units."""

    name: str
    leads: int
    reached: int
    won: int
    cost: int
    url: str

    @property
    def per_won(self) -> float | None:
        return self.cost / self.won if self.won else None


async def sources(work: Work, view: View, period: Period) -> list[Source]:
    """The cheapest enrolment first, then those without one, the dearest first."""
    won = func.count().filter(Stage.kind.in_(("won", "done")))
    statement = _arrived(
        view, period, Lead.source, func.count(), func.count(Lead.first_contact_at), won, func.sum(Lead.cost_amount)
    ).join(Stage, Stage.id == Lead.stage_id)
    came = within("created_at", period)
    rows = [
        Source(
            name=name or say("Not known"), leads=leads, reached=met, won=wins, cost=int(cost or 0),
            url=view.url(came, {"field": "source", "op": "eq", "value": name} if name else {"field": "source", "op": "is_empty"}),
        )
        for name, leads, met, wins, cost in await work.execute(statement.group_by(Lead.source))
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.per_won is None, row.per_won or 0, -row.cost, -row.leads))


def source_chart(rows: list[Source], period: Period) -> Chart:
    """Cost per enrolment; while nobody of the period enrolled, how many came from where."""
    if not any(row.won and row.cost for row in rows):
        return _source_counts(sorted(rows, key=lambda row: -row.leads)[:MOST_BARS], period)
    shown = rows[:MOST_BARS]
    best = next((row for row in rows if row.per_won and row.won >= FEW), None)
    plain = worded("Cost per %(deal)s by source")
    return Chart(
        kind="bars", unit="money", head=say("Source"),
        title=worded("%(source)s brings %(deals)s for least", source=_capital(best.name)) if best and len(rows) > 1 else plain,
        subtitle=worded("Cost per %(deal)s of the %(leads)s of %(when)s", when=span_label(period)),
        labels=[row.name for row in shown],
        series=[Series(
            name=worded("Cost per %(deal)s"), values=[row.per_won for row in shown], urls=[row.url for row in shown],
            notes=[say("%(won)s of %(n)s", won=number(row.won), n=number(row.leads)) for row in shown],
        )],
        how=worded("What the %(leads)s that arrived in the period cost, divided by how many of them stand in a won stage now. "
                   "A source without one shows a dash; beside each figure stands how many were won of how many."),
    )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _source_counts(rows: list[Source], period: Period) -> Chart:
    return Chart(
        kind="bars", head=say("Source"), title=_most(rows),
        subtitle=worded("%(Leads)s by source · %(when)s", when=span_label(period)),
        labels=[row.name for row in rows],
        series=[Series(name=worded("%(Leads)s"), values=[row.leads for row in rows], urls=[row.url for row in rows])],
        how=worded(FIGURES["leads"].how), empty=worded("No %(leads)s in this period."),
    )  # fmt: skip


def _most(rows: list[Source]) -> str:
    if len(rows) < 2 or not rows[0].leads:
        return worded("%(Leads)s by source")
    return worded("%(source)s sends most %(leads)s", source=_capital(rows[0].name))


async def heat(work: Work, view: View, period: Period) -> Chart:
    """When leads arrive, by weekday and hour of the tenant's zone."""
    local = func.timezone(period.zone, Lead.created_at)
    day, hour = (cast(func.extract(part, local), Integer) for part in ("isodow", "hour"))
    rows = await work.execute(_arrived(view, period, day, hour, func.count()).group_by(day, hour))
    counts = {(day_, hour_): n for day_, hour_, n in rows}
    names = weekdays()
    hours = [hour_label(hour_) for hour_ in range(24)]
    top = max(counts, key=lambda at: counts[at], default=None)
    return Chart(
        kind="heat", head=say("Hour"), labels=hours,
        title=say("Most arrive on %(day)s at %(hour)s", day=names[top[0] - 1], hour=hours[top[1]]) if top else worded("When %(leads)s arrive"),
        subtitle=say("Arrivals by hour and weekday · %(when)s", when=span_label(period)),
        series=[_heat_row(view, period, name, [counts.get((place, hour_), 0) for hour_ in range(24)], place)
                for place, name in enumerate(names, 1)],
        n=sum(counts.values()), how=worded(FIGURES["leads"].how), empty=worded("No %(leads)s in this period."),
    )  # fmt: skip


def _heat_row(view: View, period: Period, name: str, values: list[float | None], weekday: int) -> Series:
    """Empty hours lead nowhere: half the marks of the chart."""
    urls = [slot_url(view, period, weekday, hour) if value else "" for hour, value in enumerate(values)]
    return Series(name=name, values=values, urls=urls)


async def states(work: Work, view: View, period: Period) -> Chart:
    """Where leads live: the most first."""
    counted = _arrived(view, period, Contact.state, func.count()).join(Contact, Contact.id == Lead.contact_id)
    rows = (await work.execute(counted.group_by(Contact.state).order_by(func.count().desc()))).all()
    came, known = within("created_at", period), [(state, n) for state, n in rows if state]
    everybody, shown = sum(row[1] for row in rows), known[:MOST_BARS]
    urls = [view.url(came, {"field": "state", "op": "eq", "value": state}) for state, _ in shown]
    return Chart(
        kind="bars", head=say("State"), labels=[state for state, _ in shown],
        title=worded("%(state)s sends most %(leads)s", state=known[0][0]) if known else worded("%(Leads)s by state"),
        subtitle=worded("%(Leads)s by state · %(when)s", when=span_label(period)), n=everybody,
        series=[Series(name=worded("%(Leads)s"), values=[n for _, n in shown], urls=urls,
                       notes=[percent(n / everybody) for _, n in shown])],
        how=worded("%(Leads)s that arrived in the period, by the state of their address."), empty=worded("No %(leads)s in this period."),
    )  # fmt: skip


def _arrived(view: View, period: Period, *columns: Any) -> Any:
    """Any columns over the leads that `figures.arrived` counts."""
    return arrived(view, period.since, period.until).with_only_columns(*columns)
