"""Reading calls and the tenant's outcomes; how calls read in a timeline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from app.calls.models import OPEN, Call, Outcome, Script, script_for
from app.contacts.models import Contact
from app.core import config
from app.core.errors import NotFound
from app.core.events import Event
from app.core.permissions import Person
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from app.leads.queries import visible
from themes.catalogue import later, say

SCREEN = 50
UNCOUNTED = ("refused", "canceled")
STATE_WORDS = {
    "queued": later("Calling"), "dialing": later("Calling"), "ringing": later("Ringing"), "answered": later("On the line"),
    "completed": later("Spoke"), "no_answer": later("No answer"), "busy": later("Busy"), "voicemail": later("Voicemail"),
    "failed": later("Failed"), "canceled": later("Hung up before they answered"), "missed": later("Missed"),
    "logged": later("Logged by hand"), "refused": later("Refused"), "unknown": later("May have called"),
}  # fmt: skip


async def outcomes(work: Work, *, retired: bool = False) -> list[Outcome]:
    """The tenant's outcomes in the order of their numbers; with those that are offered no more if asked."""
    found = msgspec.convert(await config.get(work, "call_outcomes"), list[Outcome])
    return found if retired else [each for each in found if not each.retired]


async def scripts(work: Work) -> list[Script]:
    return msgspec.convert(await config.get(work, "call_scripts"), list[Script])


async def script(work: Work, lead: Lead) -> Script | None:
    """What to say first to this lead."""
    found = await scripts(work)
    if not found:
        return None
    statement = select(Pipeline.name, Stage.name).where(Pipeline.id == lead.pipeline_id, Stage.id == lead.stage_id)
    pipeline, stage = (await work.execute(statement)).one()
    return script_for(found, pipeline, stage)


async def goal(work: Work, person_id: UUID) -> int:
    """Calls a day that this person aims for; 0 for none."""
    goals = await config.get(work, "call_goals")
    return int(goals.get("people", {}).get(str(person_id), goals.get("calls", 0)))


async def outcome(work: Work, name: str) -> Outcome | None:
    return next((each for each in await outcomes(work) if each.name == name), None)


async def open_call(work: Work, person: Person, lead_id: UUID) -> Call | None:
    """This person's call with the lead that still lacks its outcome: going on, or just over."""
    found = select(Call).where(
        Call.agent_id == person.id, Call.lead_id == lead_id, Call.direction == "out", Call.outcome.is_(None),
        Call.state.not_in(["refused", "logged"]),
    )  # fmt: skip
    return (await work.scalars(found.order_by(Call.at.desc()).limit(1))).first()


async def line_busy(work: Work, person_id: UUID) -> Call | None:
    """The call that this person is on right now."""
    found = select(Call).where(
        Call.agent_id == person_id, Call.direction == "out", Call.state.in_(OPEN), Call.outcome.is_(None)
    )
    return (await work.scalars(found.order_by(Call.at.desc()).limit(1))).first()


async def call(work: Work, person: Person, call_id: UUID) -> Call:
    """Within reach. Raises NotFound."""
    row = (await work.execute((await _within(work, person)).where(Call.id == call_id))).first()
    if row is None:
        raise NotFound
    found: Call = row[0]
    return found


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One call in a list."""

    call: Call
    name: str
    outcome: str


async def recent(
    work: Work,
    person: Person,
    *,
    missed: bool = False,
    agent: UUID | None = None,
    placed: bool = False,
    spoken: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    outcome: str = "",
    cursor: str = "",
    limit: int = SCREEN,
) -> tuple[list[Line], str]:
    """Newest first; `missed` only those that nobody called back, `agent` only one person's, `placed` only those
    that figures count: out, and neither refused nor hung up before; `spoken` those of them where somebody was. And where the next screen begins.
    """
    found = await _within(work, person)
    if missed:
        found = found.where(Call.state == "missed", Call.returned_at.is_(None))
    if placed:
        found = found.where(Call.direction == "out", Call.state.not_in(UNCOUNTED))
    if spoken:
        found = found.where(spoken_with([each.name for each in await outcomes(work, retired=True) if each.reached]))
    if agent:
        found = found.where(Call.agent_id == agent)
    if since is not None:
        found = found.where(Call.at >= since)
    if until is not None:
        found = found.where(Call.at < until)
    if outcome:
        found = found.where(Call.outcome == outcome)
    if cursor:
        found = found.where(tuple_(Call.at, Call.id) < tuple_(*_position(cursor)))
    rows = (await work.execute(found.order_by(Call.at.desc(), Call.id.desc()).limit(limit + 1))).all()
    labels = {each.name: each.label for each in await outcomes(work, retired=True)}
    lines = [Line(call=row[0], name=row[1].name, outcome=labels.get(row[0].outcome or "", "")) for row in rows[:limit]]
    last = lines[-1].call if len(rows) > limit else None
    return lines, f"{last.at.isoformat()}_{last.id}" if last else ""


def spoken_with(reached: Sequence[str]) -> ColumnElement[bool]:
    """Calls where somebody was spoken with: by an outcome that says so, or answered while none is chosen yet."""
    return or_(Call.outcome.in_(reached), and_(Call.outcome.is_(None), Call.state == "answered"))


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's own calls of a time. `talk` in seconds; `by_outcome` as (outcome, calls), the most first."""

    calls: int
    answered: int
    reached: int
    talk: int
    by_outcome: list[tuple[Outcome, int]]


async def numbers(work: Work, person_id: UUID, since: datetime, until: datetime) -> Numbers:
    """Refused calls were none, and those that were hung up before anybody could answer."""
    made = (Call.agent_id == person_id, Call.direction == "out", Call.at >= since, Call.at < until)
    made = (*made, Call.state.not_in(UNCOUNTED))
    answered = Call.answered_at.is_not(None)
    counted = select(
        Call.outcome, func.count(), func.count().filter(answered), func.coalesce(func.sum(Call.seconds), 0)
    )
    rows = (await work.execute(counted.where(*made).group_by(Call.outcome))).all()
    known = {each.name: each for each in await outcomes(work, retired=True)}
    ended = [(known[row[0]], row[1]) for row in rows if row[0] in known]
    return Numbers(
        calls=sum(row[1] for row in rows),
        answered=sum(row[2] for row in rows),
        reached=sum(count for outcome, count in ended if outcome.reached),
        talk=int(sum(row[3] for row in rows)),
        by_outcome=sorted(ended, key=lambda one: -one[1]),
    )


async def _within(work: Work, person: Person) -> Select[Any]:
    """Calls with leads that this person sees; those with strangers only for whoever sees all."""
    lead = and_(Lead.id == Call.lead_id, await visible(work, person))
    statement = select(Call, Contact).join(Contact, Contact.id == Call.contact_id).outerjoin(Lead, lead)
    return statement if person.reach == "all" else statement.where(Lead.id.is_not(None))


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, call_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(call_id)
    except ValueError:
        raise NotFound from None


async def describe_calls(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """What came of each call, with the notes taken during it."""
    ids = [UUID(event.payload["call"]) for event in found if "call" in event.payload]
    rows = (await work.scalars(select(Call).where(Call.id.in_(ids)))).all() if ids else []
    known, named = {str(row.id): row for row in rows}, {each.name: each for each in await outcomes(work, retired=True)}
    return {event.id: _item(event, known.get(event.payload.get("call", "")), named) for event in found}


def _item(event: Event, row: Call | None, named: dict[str, Outcome]) -> TimelineItem:
    name = event.kind.partition(".")[2]
    if name in ("outcome", "logged"):
        came = named.get(event.payload.get("outcome", ""))
        tone: Tone = came.tone if came else ""
        title = say("Call: %(outcome)s", outcome=came.label) if came else say("Call")
        return TimelineItem(title=title, body=row.notes if row else "", icon=came.icon if came else "", tone=tone)
    if row is None:
        return TimelineItem(title=say("Call"))
    if name == "refused":
        return TimelineItem(title=say("Call refused"), body=say(row.refused_why), tone="error")
    if name == "ended":
        how = say(STATE_WORDS[row.state])
        return TimelineItem(
            title=say("Call ended: %(how)s, %(time)s", how=how, time=_minutes(row.seconds))
            if row.seconds
            else say("Call ended: %(how)s", how=how)
        )
    if name == "missed":
        return TimelineItem(
            title=say("called us; called back") if row.returned_at else say("called us, and nobody answered"),
            tone="warning",
        )
    said = {
        "placed": later("called them"), "answered": later("The call was answered"), "failed": later("The call failed: %(why)s"),
        "unknown": later("The call may have been placed"), "outcome_undone": later("took the outcome of the call back"),
    }  # fmt: skip
    return TimelineItem(
        title=say(said.get(name, later("Call")), why=say(row.error)), tone="error" if name == "failed" else ""
    )


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


async def tries(work: Work, lead_id: UUID) -> list[UUID]:
    """Tasks to try again that earlier calls of this lead made by themselves; nobody was promised anything."""
    made = Call.undo["task"].astext
    found = await work.scalars(
        select(made).where(Call.lead_id == lead_id, Call.callback_at.is_(None), made.is_not(None))
    )
    return [UUID(task_id) for task_id in found]
