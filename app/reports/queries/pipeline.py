"""Pipeline and publisher performance: what came, from whom, what it cost and how far it went."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import case, cast, func, select, tuple_
from sqlalchemy.types import Date

from app.access.models import PersonRow
from app.analytics.models import Period
from app.analytics.queries import FIGURES, View, total, within
from app.analytics.queries.figures import arrived, measured, speed
from app.analytics.queries.pictures import funnel, source_chart, sources, trend
from app.analytics.queries.words import before_label, bucket_labels, change, figure_label, span_label
from app.contacts.models import Contact
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.publishers.models import Offer, Publisher, Submission
from app.publishers.queries import Filters, query_of
from app.publishers.queries.figures import STATUSES, counted
from app.reports.queries.made import Chunk, Column, Made, Place, Report, Sight, Table, sight_of
from themes.catalogue import later, say
from themes.charts import Chart, Series
from themes.formats import number, percent
from themes.terms import worded, worded_many

WON = ("won", "done")
TITLE = later("Pipeline and %(publisher)s performance")
FIGURES_OF = ("leads", "reached", "speed", "enrolled")
HOW_POSTS = later(
    "Everything that %(publishers)s sent, without tests: accepted, duplicate or rejected, with the price of what was "
    "accepted. The %(publisher)s’s own page shows the same."
)


async def build(work: Work, person: Person, seen: View, period: Period) -> Made:
    sight = sight_of(person)
    charts = [await trend(work, FIGURES["leads"], seen, period), await funnel(work, seen, period)]
    tables = []
    if sight.cost:
        charts.append(source_chart(await sources(work, seen, period), period))
    if sight.cost and _posts_are_whole(seen):
        charts.append(await _posts_chart(work, seen, period))
    opens = person.may("publishers.view")
    tables += [await _by_publisher(work, seen, period, sight, opens=opens), await _by_owner(work, seen, period)]
    return Made(
        name="pipeline", title=worded(TITLE), period=period,
        headline=await headline(work, person, seen, period), charts=charts, tables=tables, how=_how(sight, seen),
    )  # fmt: skip


async def headline(work: Work, person: Person, seen: View, period: Period) -> str:
    """512 leads, up 35% on Oct 4 to Oct 31. In these days 416 were reached and 11 enrolled."""
    now, before = (
        await total(work, FIGURES["leads"], seen, period),
        await total(work, FIGURES["leads"], seen, period.before()),
    )
    met, won = await total(work, FIGURES["reached"], seen, period), await total(work, FIGURES["enrolled"], seen, period)
    moved = change(now, before)
    said = worded_many("%(n)s %(lead)s", "%(n)s %(leads)s", round(now or 0), n=number(now or 0, 0))
    if moved is not None and abs(moved) >= 0.005:
        up = later("%(said)s, up %(share)s on %(when)s")
        words = up if moved > 0 else later("%(said)s, down %(share)s on %(when)s")
        said = say(words, said=said, share=percent(abs(moved)), when=before_label(period))
    return worded(
        "%(said)s. In these days %(met)s were reached and %(won)s came to %(stage)s.",
        said=said,
        stage=figure_label(FIGURES["enrolled"], seen),
        met=number(met or 0, 0),
        won=number(won or 0, 0),
    )


def _how(sight: Sight, seen: View) -> list[tuple[str, str]]:
    told = [(figure_label(FIGURES[name], seen), worded(FIGURES[name].how)) for name in FIGURES_OF]
    if sight.cost:
        told += [
            (worded(FIGURES["cost"].label), worded(FIGURES["cost"].how)),
            (say("Sent, accepted, refused"), worded(HOW_POSTS)),
        ]
    return told


def _posts_are_whole(seen: View) -> bool:
    """What was refused has no owner, stage or state: posts are shown only where nothing of that kind narrows them."""
    return not {*seen.scope.given()} - {"publisher", "offer"} and seen.reach_is_all


def _posts(seen: View, period: Period, *columns: Any) -> Any:
    """Any columns over what was sent, as the publisher's own page counts it."""
    sent = select(*columns).select_from(Submission)
    sent = sent.where(Submission.tally, Submission.at >= period.since, Submission.at < period.until)
    if seen.scope.publisher:
        sent = sent.where(Submission.publisher_id == seen.scope.publisher)
    return sent.where(Submission.offer_id == seen.scope.offer) if seen.scope.offer else sent


async def _posts_chart(work: Work, seen: View, period: Period) -> Chart:
    day = cast(func.date_trunc(period.unit, func.timezone(period.zone, Submission.at)), Date)
    rows = await work.execute(
        _posts(seen, period, day, Submission.status, func.count()).group_by(day, Submission.status)
    )
    counts = {(row[0], row[1]): row[2] for row in rows}
    sums = {status: sum(n for (_, one), n in counts.items() if one == status) for status in STATUSES}
    everything = sum(sums.values())
    rate = percent(sums["accepted"] / everything) if everything else ""
    labels = {"accepted": say("Accepted"), "duplicate": say("Duplicate"), "rejected": say("Rejected")}
    return Chart(
        kind="stacked", title=say("%(rate)s of what was sent was accepted", rate=rate) if everything else say("Nothing was sent"),
        subtitle=worded("%(Leads)s sent by %(publishers)s · %(when)s", when=span_label(period)), head=say("Day"),
        labels=bucket_labels(period), n=everything,
        series=[Series(name=labels[status], values=[counts.get((bucket, status), 0) for bucket in period.buckets()])
                for status in STATUSES],
        how=worded(HOW_POSTS), empty=say("Nothing was sent in this period."),
    )  # fmt: skip


async def _by_publisher(work: Work, seen: View, period: Period, sight: Sight, *, opens: bool) -> Table:
    """One line a publisher; leads that came otherwise are one line too. `opens`: figures of posts lead to the posts."""
    won = func.count().filter(Stage.kind.in_(WON))
    columns = (Lead.publisher_id, func.count(), func.count(Lead.first_contact_at), won, func.sum(Lead.cost_amount))
    came = _over(seen, period, *columns).join(Stage, Stage.id == Lead.stage_id).group_by(Lead.publisher_id)
    leads = {row[0]: row[1:] for row in await work.execute(came)}
    posts = await _sent(work, seen, period) if sight.cost and _posts_are_whole(seen) else {}
    names = dict((await work.execute(select(Publisher.id, Publisher.name))).tuples().all())
    ids = sorted({*leads, *posts}, key=lambda id_: (-leads.get(id_, (0,))[0], names.get(id_, "~")))
    rows = [
        _publisher_row(names.get(id_) or say("Other ways"), leads.get(id_), posts.get(id_), bool(posts), sight)
        for id_ in ids
    ]
    behind = await _behind(work, seen, period, [_published(id_) for id_ in ids])
    slug = await _slug(work, seen) if opens else ""
    lists = {
        status: [_posted(period, slug, id_, status) for id_ in ids] if opens else []
        for status in ("", "paid", *STATUSES)
    }
    return Table(
        title=worded("By %(publisher)s"), columns=_publisher_columns(lists if posts else {}, sight, seen, behind), rows=rows, urls=behind.came,
        total=_publisher_row(say("Together"), _sum(leads.values()), _sum(posts.values()), bool(posts), sight) if ids else [],
    )  # fmt: skip


class _Behind(msgspec.Struct, frozen=True):
    """For each row the leads that came, of them those that were reached, and those that stand in a won stage."""

    came: list[str]
    met: list[str]
    won: list[str]


async def _behind(work: Work, seen: View, period: Period, whose: list[dict[str, Any]]) -> _Behind:
    stages = list(await work.scalars(select(Stage.name).where(Stage.kind.in_(WON))))
    came = within("created_at", period)
    spoken = {"not": {"field": "first_contact_at", "op": "is_empty"}}
    won = {"field": "stage", "op": "in", "value": stages}
    return _Behind(
        [seen.url(came, one) for one in whose],
        [seen.url(came, one, spoken) for one in whose],
        [seen.url(came, one, won) for one in whose] if stages else [],
    )


def _published(id_: UUID | None) -> dict[str, Any]:
    return {"field": "publisher", "op": "eq", "value": str(id_)} if id_ else {"field": "publisher", "op": "is_empty"}


async def _sent(work: Work, seen: View, period: Period) -> dict[UUID, tuple[int, ...]]:
    """Publisher → sent, accepted, duplicate, rejected, spent."""
    found = _posts(seen, period, Submission.publisher_id, *counted()).group_by(Submission.publisher_id)
    return {row[0]: tuple(int(value) for value in row[1:]) for row in await work.execute(found)}


async def _slug(work: Work, seen: View) -> str:
    """The short name of the offer that the report is narrowed to; empty for all."""
    offer = await work.get(Offer, seen.scope.offer) if seen.scope.offer else None
    return offer.slug if offer else ""


def _posted(period: Period, slug: str, id_: UUID | None, status: str) -> str:
    """The list of what this publisher sent in the period, with the same days; nothing for leads that came otherwise."""
    first, last = period.first.isoformat(), period.last.isoformat()
    filters = Filters(status=status, offer=slug, since=first, until=last, zone=period.zone)
    return (
        f"/admin/publishers/{id_}/leads?{query_of(filters)}&test=" if id_ else ""
    )  # without tests, also of who only tests


def _publisher_columns(lists: dict[str, list[str]], sight: Sight, seen: View, behind: "_Behind") -> list[Column]:
    """`lists` are the posts behind each figure, by status; empty where posts are not shown."""
    kinds = {"": (say("Sent"), "number"), "accepted": (say("Accepted"), "percent"), "duplicate": (say("Duplicate"), "number"),
             "rejected": (say("Rejected"), "number"), "paid": (say("Spent"), "money")}  # fmt: skip
    sent = [Column(label, kind, lists[status]) for status, (label, kind) in kinds.items()] if lists else []
    return [
        Column(worded("%(Publisher)s")), *sent, Column(worded("%(Leads)s"), "number", behind.came),
        Column(say("Reached"), "percent", behind.met), Column(figure_label(FIGURES["enrolled"], seen), "number", behind.won),
        *([Column(worded("Per %(deal)s"), "money")] if sight.cost else []),
    ]  # fmt: skip


def _publisher_row(name: str, leads: Any, sent: Any, posts: bool, sight: Sight) -> list[Any]:
    came, met, won, cost = leads or (0, 0, 0, 0)
    all_, taken, twice, refused, spent = sent or (0, 0, 0, 0, 0)
    first = [all_, taken / all_ if all_ else None, twice, refused, spent] if posts else []
    per = [int(cost or 0) / won if won else None] if sight.cost else []
    return [name, *first, came, met / came if came else None, won, *per]


def _sum(rows: Any) -> tuple[int, ...] | None:
    lines = list(rows)
    return tuple(sum(int(value or 0) for value in column) for column in zip(*lines, strict=True)) if lines else None


async def _by_owner(work: Work, seen: View, period: Period) -> Table:
    """One line for whoever owns leads of the period now, most leads first."""
    won = func.count().filter(Stage.kind.in_(WON))
    columns = (Lead.owner_id, func.count(), func.count(Lead.first_contact_at), won)
    came = _over(seen, period, *columns).join(Stage, Stage.id == Lead.stage_id).group_by(Lead.owner_id)
    leads = {row[0]: row[1:] for row in await work.execute(came)}
    rows = speed(seen, period.since, period.until).subquery()
    quick = select(Lead.owner_id, measured(FIGURES["speed"], rows)).select_from(rows).join(Lead, Lead.id == rows.c.lead)
    speeds = dict((await work.execute(quick.group_by(Lead.owner_id))).tuples().all())
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_([id_ for id_ in leads if id_]))
    names = dict((await work.execute(people)).tuples().all())
    ids = sorted(leads, key=lambda id_: (-leads[id_][0], names.get(id_, "~")))
    behind = await _behind(work, seen, period, [_owned(id_) for id_ in ids])
    return Table(
        title=say("By owner"),
        columns=[Column(say("Owner")), Column(worded("%(Leads)s"), "number", behind.came), Column(say("Reached"), "percent", behind.met),
                 Column(worded("Speed to %(lead)s"), "span", behind.met),
                 Column(figure_label(FIGURES["enrolled"], seen), "number", behind.won)],
        rows=[[names.get(id_) or say("Nobody"), leads[id_][0], leads[id_][1] / leads[id_][0], speeds.get(id_), leads[id_][2]] for id_ in ids],
        urls=behind.came,
    )  # fmt: skip


def _owned(id_: UUID | None) -> dict[str, Any]:
    return {"field": "owner", "op": "eq", "value": str(id_)} if id_ else {"field": "owner", "op": "is_empty"}


def _over(seen: View, period: Period, *columns: Any) -> Any:
    return arrived(seen, period.since, period.until).with_only_columns(*columns)


# --- the single rows


def columns(sight: Sight) -> list[Column]:
    return [
        Column(say("Arrived"), "moment"), Column(say("Name")), Column(say("State")), Column(say("Stage")), Column(say("Owner")),
        Column(say("Source")), *([Column(worded("%(Publisher)s")), Column(say("Offer"))] if sight.cost else []),
        Column(say("Score"), "number"), Column(say("First contact"), "moment"), Column(say("Value"), "money"),
        *([Column(say("Cost"), "money")] if sight.cost else []),
    ]  # fmt: skip


async def rows(work: Work, person: Person, seen: View, period: Period, after: Place | None, limit: int) -> Chunk:
    """Leads of the period, the first to arrive first."""
    sight = sight_of(person)
    name = func.trim(Contact.first_name + " " + Contact.last_name)
    shown = case((name != "", name), else_=func.coalesce(Contact.email, Contact.phone, ""))
    bought = (func.coalesce(Publisher.name, ""), func.coalesce(Offer.name, "")) if sight.cost else ()
    cells = (
        Lead.created_at, shown, func.coalesce(Contact.state, ""), Stage.label, func.coalesce(PersonRow.name, ""), Lead.source,
        *bought, Lead.score, Lead.first_contact_at, Lead.value_amount, *((Lead.cost_amount,) if sight.cost else ()),
    )  # fmt: skip
    statement = (
        _over(seen, period, Lead.id, *cells)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .outerjoin(PersonRow, PersonRow.id == Lead.owner_id)
        .outerjoin(Publisher, Publisher.id == Lead.publisher_id)
        .outerjoin(Offer, Offer.id == Lead.offer_id)
    )
    return await chunk(work, statement, Lead.created_at, Lead.id, after, limit)


async def chunk(work: Work, statement: Any, at: Any, id_: Any, after: Place | None, limit: int) -> Chunk:
    """Rows by (at, id), the id in front of the cells; and the place of the last one when there may be more."""
    if after is not None:
        statement = statement.where(tuple_(at, id_) > tuple_(*after))
    found = (await work.execute(statement.order_by(at, id_).limit(limit))).all()
    last = (found[-1][1], found[-1][0]) if len(found) == limit else None
    return [list(row[1:]) for row in found], last


async def count(work: Work, seen: View, period: Period) -> int:
    return int(await total(work, FIGURES["leads"], seen, period) or 0)


REPORT = Report(
    name="pipeline",
    title=TITLE,
    summary="What came, from whom, what it cost and how far it went.",
    headline=headline,
    build=build,
    columns=columns,
    rows=rows,
    count=count,
    scoped=("owner", "team", "publisher", "offer", "pipeline", "state"),
)
