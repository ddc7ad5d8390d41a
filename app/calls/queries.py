"""Reading calls and the tenant's outcomes; how calls read in a timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, select, tuple_

from app.calls.models import OPEN, Call, Outcome
from app.contacts.models import Contact
from app.core import config
from app.core.errors import NotFound
from app.core.events import Event
from app.core.permissions import Person
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible

SCREEN = 50
STATE_WORDS = {
    "queued": "Calling", "dialing": "Calling", "ringing": "Ringing", "answered": "On the line", "completed": "Spoke",
    "no_answer": "No answer", "busy": "Busy", "voicemail": "Voicemail", "failed": "Failed", "canceled": "Hung up before they answered",
    "missed": "Missed", "logged": "Logged by hand", "refused": "Refused", "unknown": "May have called",
}  # fmt: skip


async def outcomes(work: Work) -> list[Outcome]:
    """The tenant's outcomes in the order of their numbers."""
    return msgspec.convert(await config.get(work, "call_outcomes"), list[Outcome])


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
    work: Work, person: Person, *, missed: bool = False, cursor: str = "", limit: int = SCREEN
) -> tuple[list[Line], str]:
    """Newest first; `missed` only those that nobody called back. And where the next screen begins."""
    found = await _within(work, person)
    if missed:
        found = found.where(Call.state == "missed", Call.returned_at.is_(None))
    if cursor:
        found = found.where(tuple_(Call.at, Call.id) < tuple_(*_position(cursor)))
    rows = (await work.execute(found.order_by(Call.at.desc(), Call.id.desc()).limit(limit + 1))).all()
    labels = {each.name: each.label for each in await outcomes(work)}
    lines = [Line(call=row[0], name=row[1].name, outcome=labels.get(row[0].outcome or "", "")) for row in rows[:limit]]
    last = lines[-1].call if len(rows) > limit else None
    return lines, f"{last.at.isoformat()}_{last.id}" if last else ""


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
    known, named = {str(row.id): row for row in rows}, {each.name: each for each in await outcomes(work)}
    return {event.id: _item(event, known.get(event.payload.get("call", "")), named) for event in found}


def _item(event: Event, row: Call | None, named: dict[str, Outcome]) -> TimelineItem:
    name = event.kind.partition(".")[2]
    if name in ("outcome", "logged"):
        came = named.get(event.payload.get("outcome", ""))
        tone: Tone = came.tone if came else ""
        title = f"Call: {came.label}" if came else "Call"
        return TimelineItem(title=title, body=row.notes if row else "", icon=came.icon if came else "", tone=tone)
    if row is None:
        return TimelineItem(title="Call")
    if name == "refused":
        return TimelineItem(title="Call refused", body=row.refused_why, tone="error")
    if name == "ended":
        return TimelineItem(
            title=f"Call ended: {STATE_WORDS[row.state]}" + (f", {_minutes(row.seconds)}" if row.seconds else "")
        )
    if name == "missed":
        return TimelineItem(
            title="called us, and nobody answered" if not row.returned_at else "called us; called back",
            tone="warning",
        )
    said = {
        "placed": "called them", "answered": "The call was answered", "failed": f"The call failed: {row.error}",
        "unknown": "The call may have been placed", "outcome_undone": "took the outcome of the call back",
    }  # fmt: skip
    return TimelineItem(title=said.get(name, "Call"), tone="error" if name == "failed" else "")


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
