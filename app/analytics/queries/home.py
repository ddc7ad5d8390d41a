"""Everything of `/admin`: what waits, today against the usual, how the period goes."""

from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select, text

from app.analytics.models import Period, Scope
from app.analytics.queries import pictures
from app.analytics.queries.figures import FIGURES, Figure, today_and_usual
from app.analytics.queries.scope import View, view
from app.analytics.queries.words import MANIFOLD, change, figure_label, rows_url
from app.core import attention, clock, config
from app.core.attention import Need, Step
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible
from app.programs.models import Debt, Program, Settlement
from themes.catalogue import say, say_many
from themes.charts import Chart, written
from themes.terms import worded

TODAY = ("leads", "speed", "reached", "enrolled", "revenue")


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One of today's figures beside the usual one, in words; `trend` is a share of one."""

    label: str
    value: str
    usual: str
    trend: float | None
    good: str
    url: str
    how: str


class Home(msgspec.Struct, frozen=True, kw_only=True):
    needs: list[Need]
    steps: list[Step]
    tiles: list[Tile]
    settled: bool  # nothing of setting up is left to do


async def home(work: Work, person: Person, zone: str) -> Home:
    seen = await view(work, person, Scope())
    skipped = set(await config.get(work, "setup_skipped"))
    steps = [step for step in await attention.steps(work, person) if step.name not in skipped]
    return Home(
        needs=await attention.needs(work, person),
        steps=steps,
        settled=all(step.done for step in steps),
        tiles=await _tiles(work, seen, zone),
    )


async def _tiles(work: Work, seen: View, zone: str) -> list[Tile]:
    day = clock.now().astimezone(ZoneInfo(zone)).date()
    today, shown = Period(first=day, last=day, zone=zone, key="today"), []
    for figure in (FIGURES[name] for name in TODAY):
        now, usual = await today_and_usual(work, figure, seen, today)
        weekday = say(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()])
        shown.append(
            Tile(
                label=figure_label(figure, seen), value=written(now, figure.unit),
                usual="" if usual is None else say("usually %(usual)s on a %(day)s by now", usual=_usual(usual, figure), day=weekday),
                trend=_trend(now, usual), good=figure.good, url=rows_url(figure, seen, today), how=worded(figure.how),
            )
        )  # fmt: skip
    return shown


def _usual(usual: float, figure: Figure) -> str:
    """A mean of few is no head count: "under 1" reads better than 0.1."""
    if figure.unit == "number" and 0 < usual < 1:
        return say("under 1")
    return written(round(usual) if figure.unit == "number" else usual, figure.unit)


def _trend(now: float | None, usual: float | None) -> float | None:
    moved = change(now, usual)
    return None if moved is None or moved > MANIFOLD else moved


async def charts(work: Work, person: Person, period: Period) -> list[Chart]:
    """How the period went. They read every lead of it, so the page shows them a moment later."""
    seen = await view(work, person, Scope())
    return [
        await pictures.trend(work, FIGURES["leads"], seen, period),
        await pictures.funnel(work, seen, period),
        pictures.source_chart(await pictures.sources(work, seen, period), period),
        await pictures.trend(work, FIGURES["revenue"], seen, period),
        await pictures.heat(work, seen, period),
        await pictures.states(work, seen, period),
    ]


async def needs(work: Work, person: Person) -> list[Need]:
    """What no single room knows of: jobs that failed or are in doubt, settlement offers that clients have to answer, and
    creditors that are to be paid since they did."""
    found = []
    if person.may("settings.manage"):
        stuck = text(
            "select count(*) from spine.agenda where state in ('failed', 'parked') and tenant_role = current_user"
        )
        count = await work.scalar(stuck) or 0
        sentence = say_many("%(count)s job needs a person", "%(count)s jobs need a person", count)
        found.append(Need(sentence=sentence, count=count, url="/admin/jobs", verb=say("Look"), tone="error"))
    if person.may("programs.view"):
        counts = await _offers(work, person)
        paid, count = counts.get("approved", 0), counts.get("offered", 0)
        due = say_many("%(count)s approved offer waits to be paid", "%(count)s approved offers wait to be paid", paid)
        found.append(Need(sentence=due, count=paid, url="/agent/programs", verb=say("Pay")))
        sentence = say_many(
            "%(count)s offer waits for a client’s answer", "%(count)s offers wait for a client’s answer", count
        )
        found.append(
            Need(sentence=sentence, count=count, url="/agent/programs?show=offers", verb=say("See"), tone="info")
        )
    return found


async def _offers(work: Work, person: Person) -> dict[str, int]:
    """State → how many, of programs that are under way."""
    waiting = (
        select(Settlement.state, func.count())
        .join(Debt, Debt.id == Settlement.debt_id)
        .join(Program, Program.id == Debt.program_id)
        .join(Lead, Lead.id == Program.lead_id)
        .where(Settlement.state.in_(["offered", "approved"]), Program.state == "active", await visible(work, person))
    )
    return dict((await work.execute(waiting.group_by(Settlement.state))).tuples().all())
