"""The list of sequences, one sequence, its start and stops, and switching it on and off."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.calls.queries import outcomes
from app.core import clock, config, fields, pages
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.pages.asking import Asking, as_text, asking, one_step
from app.leads.service import stages
from app.messages import service as messages
from app.sequences import forms, queries, service
from app.sequences.models import EVENTS, STOPS, Sequence, Stops, Trigger
from app.sequences.pages.library import PATH, library_page, ways
from app.sequences.queries import Card, Line, Review, StepLine, TestLine
from app.sequences.service import SequenceValues, Standing
from themes import formats
from themes.catalogue import say, say_many
from themes.charts import Chart, Series
from themes.terms import worded

MANAGE = {"permission": "sequences.manage"}

HEAD = ("label", "summary", "events", "among", "days", "side", "date_field", "stages", "again_days")


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """`cards`: the library, while there is no sequence yet. `held`: why no mail that wins people leaves; "" when it does."""

    lines: list[Line]
    held: str
    cards: list[Card]
    key: str
    url: str


class SequencePage(msgspec.Struct, frozen=True, kw_only=True):
    """One sequence: `changed` when the draft is not what runs, `under_way` how many it concerns; `held` as on the list,
    where it has a mail.
    """

    sequence: Sequence
    starts: str
    stops: str
    lines: list[StepLine]
    changed: bool
    under_way: int
    faults: list[FieldError]
    tests: dict[str, TestLine]
    hooks: dict[str, Standing]
    kinds: list[tuple[str, str]]
    signs: dict[str, str]
    url: str
    held: str = ""
    errors: list[FieldError] = []


class HeadPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of name, start and stops."""

    sequence: Sequence | None
    typed: dict[str, Any]
    asking: Asking
    events: list[tuple[str, str]]
    among: list[tuple[str, str]]
    dates: list[tuple[str, str]]
    rules: list[tuple[str, str]]
    stages: list[tuple[str, str]]
    tabs: list[tuple[str, str]]
    url: str


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """What turning it on would do; `chart` is the first day hour by hour, None where nobody was played through."""

    sequence: Sequence
    review: Review
    chart: Chart | None
    changed: bool
    under_way: int
    faults: list[FieldError]
    url: str


class SequencePages(Controller):
    """`/admin/sequences`."""

    path = PATH
    opt = {"permission": "sequences.view"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        lines = await queries.sequences(work)
        library = None if lines else await library_page(work)
        context = ListPage(
            lines=lines,
            held=await _held(work),
            cards=library.cards if library else [],
            key=library.key if library else "",
            url=PATH,
        )
        return await pages.page(
            request,
            work,
            "sequences/list.html",
            context,
            title=say("Sequences"),
            fragment="sequences/_list.html",
        )

    @get("/new", opt=MANAGE)
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await head_page(work, None, {})
        return await pages.page(request, work, "sequences/head.html", context, title=say("New sequence"))

    @post("/", opt=MANAGE)
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await _save_head(request, work, None)

    @get("/{sequence_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        context = await sequence_page(work, sequence_id)
        title = context.sequence.label
        return await pages.page(
            request, work, "sequences/show.html", context, title=title, fragment="sequences/_steps.html"
        )

    @get("/{sequence_id:uuid}/start", opt=MANAGE)
    async def start(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        row = await queries.sequence(work, sequence_id)
        context = await head_page(work, row, _typed_head(row))
        return await pages.page(request, work, "sequences/head.html", context, title=row.label)

    @post("/{sequence_id:uuid}/start", opt=MANAGE)
    async def change(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        return await _save_head(request, work, await queries.sequence(work, sequence_id))

    @get("/{sequence_id:uuid}/review", opt=MANAGE)
    async def review(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        context = await _review_page(work, sequence_id)
        return await pages.page(request, work, "sequences/review.html", context, title=context.sequence.label)

    @post("/{sequence_id:uuid}/on", opt=MANAGE)
    async def turn_on(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        """Also publishes changes; `move` takes those under way over to the new steps."""
        given = await pages.form(request)
        try:
            row = await service.turn_on(work, sequence_id, move=given.get("move") == "1")
        except Invalid as problem:
            context = await sequence_page(work, sequence_id)
            return await pages.refused(
                request, work, "sequences/show.html", context, problem, title=context.sequence.label
            )
        return pages.redirect(request, f"{PATH}/{row.id}", Toast(say("“%(row)s” is on.", row=row.label)))

    @post("/{sequence_id:uuid}/pause", opt=MANAGE)
    async def pause(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        row = await service.pause(work, sequence_id)
        return pages.redirect(
            request,
            f"{PATH}/{row.id}",
            Toast(say("“%(row)s” is paused. Nobody is sent anything by it.", row=row.label)),
        )

    @post("/{sequence_id:uuid}/restore", opt=MANAGE)
    async def restore(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        row = await service.restore_steps(work, sequence_id)
        return pages.redirect(request, f"{PATH}/{row.id}", Toast(say("The steps are as they were published.")))

    @post("/{sequence_id:uuid}/delete", opt=MANAGE)
    async def delete(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        row = await service.archive(work, sequence_id)
        return pages.redirect(request, PATH, Toast(say("“%(row)s” is deleted.", row=row.label)))


async def sequence_page(work: Work, sequence_id: UUID) -> SequencePage:
    row, known = await queries.sequence(work, sequence_id), await queries.words(work)
    lines = await queries.steps(work, row, known)
    return SequencePage(
        held=await _held(work) if any(line.kind == "email" for line in lines) else "",
        sequence=row,
        starts=known.starts(row),
        stops=known.stops(row),
        lines=lines,
        changed=await queries.unpublished(work, row),
        under_way=await queries.under_way(work, row),
        faults=await service.faults(work, row),
        tests=await queries.tests(work, row),
        hooks={step: known for (of, step), known in (await service.standings(work)).items() if of == row.id},
        kinds=[(kind, say(label)) for kind, label in queries.LABELS.items()],
        signs=queries.SIGNS,
        url=f"{PATH}/{row.id}",
    )


async def _held(work: Work) -> str:
    held = await messages.held_back(work, "email", "marketing")
    return held[1] if held else ""


async def _review_page(work: Work, sequence_id: UUID) -> ReviewPage:
    row = await queries.sequence(work, sequence_id)
    found = await queries.review(work, row)
    return ReviewPage(
        sequence=row,
        review=found,
        chart=first_sends(found, await config.get(work, "zone")) if found.looked else None,
        changed=await queries.unpublished(work, row),
        under_way=await queries.under_way(work, row),
        faults=await service.faults(work, row),
        url=f"{PATH}/{row.id}",
    )


def first_sends(review: Review, zone: str) -> Chart:
    """The hours up to the last that sends, by our clocks, so that quiet ones between show as such."""
    sends = dict(review.hours)
    begin = clock.now().replace(minute=0, second=0, microsecond=0)
    hours = [begin + timedelta(hours=each) for each in range(24)]
    whole = sum(sends.values())
    return Chart(
        kind="columns",
        title=say_many("%(count)s message in the first 24 hours", "%(count)s messages in the first 24 hours", whole),
        subtitle=say_many(
            "As if it began now for %(count)s real person, by hour, %(zone)s. Nothing is sent.",
            "As if it began now for %(count)s real people, by hour, %(zone)s. Nothing is sent.",
            review.looked,
            zone=formats.zone_name(zone),
        ),
        labels=[formats.clock_time(at, zone) for at in hours],
        head=say("Hour"),
        series=[Series(name=say("Messages"), values=[float(sends.get(at, 0)) for at in hours])],
        empty=say("None in the first 24 hours."),
    )


def _typed_head(row: Sequence) -> dict[str, Any]:
    trigger, stops = msgspec.convert(row.trigger, Trigger), msgspec.convert(row.stops, Stops)
    return {
        "label": row.label,
        "summary": row.summary,
        "by": trigger.by,
        "events": list(trigger.events),
        "among": list(trigger.among),
        "days": abs(trigger.days) or "",
        "side": "after" if trigger.days < 0 else "before",
        "date_field": trigger.field,
        "yearly": "1" if trigger.yearly else "",
        "rules": list(stops.rules),
        "stages": list(stops.stages),
        "again_days": "" if row.again_days is None else row.again_days,
        "where": as_text(row.where),
    }


async def head_page(work: Work, row: Sequence | None, typed: dict[str, Any]) -> HeadPage:
    fieldset = await fields.registry(work, "lead")
    found = [(stage.name, stage.label) for stage in await stages(work)]
    ended = [(each.name, each.label) for each in await outcomes(work)]
    begin = {**dict.fromkeys(HEAD, ""), "by": "event", "rules": list(STOPS), **typed}
    lists = {name: _list(begin[name]) for name in ("events", "among", "rules", "stages")}
    return HeadPage(
        sequence=row,
        typed={**begin, **lists},
        asking=await asking(work, typed),
        events=[(kind, worded(words)) for kind, words in EVENTS.items()],
        among=list(dict([*found, *ended]).items()),
        dates=[(one.name, one.label) for one in fieldset if one.kind in ("day", "moment") and one.filterable],
        rules=[(rule, say(words)) for rule, words in STOPS.items()],
        stages=found,
        tabs=[] if row else ways(len(service.shipped(work))),
        url=f"{PATH}/{row.id}/start" if row else PATH,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


async def _save_head(request: HttpRequest, work: Work, row: Sequence | None) -> Response[Any]:
    given = await pages.form(request)
    title = row.label if row else "New sequence"
    try:
        if (further := await one_step(work, given)) is not None:
            context = await head_page(work, row, further)
            return await pages.page(request, work, "sequences/head.html", context, title=title)
        values: SequenceValues = forms.read_head(given)
        saved = await service.change(work, row.id, values) if row else await service.create(work, values)
    except Invalid as problem:
        context = await head_page(work, row, given)
        return await pages.refused(request, work, "sequences/head.html", context, problem, title=title)
    return pages.redirect(request, f"{PATH}/{saved.id}", Toast(say("Saved.")))
