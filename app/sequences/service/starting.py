"""Who enters by themselves: when something happens, when it has been quiet for long, when a day comes
near.
"""

from collections.abc import Sequence as Listed
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core import agenda, clock, conditions, config, fields
from app.core.conditions import ConditionError
from app.core.errors import NotFound, invalid
from app.core.events import Event
from app.core.fields.tables import FieldValue
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries.imports import quiet
from app.messages import service as messages
from app.messages.models import Message
from app.sequences.models import Sequence, SequenceRun, Trigger
from app.sequences.service import runs
from themes.catalogue import say

CHUNK = 100
SINCE = func.coalesce(Lead.last_contact_at, Lead.created_at)


async def consider(work: Work, event: Event) -> None:
    """Let the event start whatever it fits: one read of the few that are on, and a row for each that
    matches. An import that was told to start none starts none, whatever comes of it.
    """
    wanted = [one for one, trigger in await _listening(work) if trigger.fits(event.kind, event.payload)]
    if not wanted or await quiet(work, event.trace):
        return
    lead_id = await _lead_of(work, event)
    if lead_id is not None:
        for sequence_id in wanted:
            cause = f"event:{event.id}"
            await agenda.add(
                work,
                "sequences.start",
                sequence_id,
                lead_id,
                cause,
                key=f"sequences.start:{sequence_id}:{event.id}",
            )


async def _listening(work: Work) -> list[tuple[UUID, Trigger]]:
    """Sequences that are on and wait for events; one read per unit of work, however many events it
    looks at.
    """
    known: list[tuple[UUID, Trigger]] | None = work.info.get("sequence_triggers")
    if known is None:
        found = select(Sequence.id, Sequence.trigger).where(Sequence.state == "on", Sequence.archived_at.is_(None))
        rows = [(row.id, msgspec.convert(row.trigger, Trigger)) for row in await work.execute(found)]
        known = work.info["sequence_triggers"] = [row for row in rows if row[1].by == "event"]
    return known


async def _lead_of(work: Work, event: Event) -> UUID | None:
    """The lead that the event is about, or the latest of the person that it is about."""
    if event.entity == "lead":
        return event.entity_id
    if "lead" in event.payload:
        return UUID(str(event.payload["lead"]))
    person = event.entity_id if event.entity == "contact" else event.payload.get("contact")
    lead = await messages.latest_lead(work, UUID(str(person))) if person else None
    return lead.id if lead else None


async def enter(work: Work, sequence_id: UUID, lead_id: UUID, cause: str) -> None:
    """A lead that is gone meanwhile needs no sequence."""
    try:
        await runs.start(work, sequence_id, lead_id, cause)
    except NotFound:
        return


async def add_leads(work: Work, sequence_id: UUID, lead_ids: Listed[UUID]) -> int:
    """People put leads in by hand: how many are in now that were not. Those that are in stay where they
    are.
    """
    cause = f"hand:{work.actor.id}:{clock.now().isoformat()}"
    begun = [await runs.start(work, sequence_id, lead_id, cause, by_hand=True) for lead_id in lead_ids]
    return sum(run is not None for run in begun)


async def add_one(work: Work, lead_id: UUID, to: str) -> None:
    """The same as a verb of the list of leads. Raises Invalid for a sequence that is none."""
    try:
        sequence_id = UUID(to)
    except ValueError:
        raise invalid("to_sequence", "Choose a sequence.") from None
    await add_leads(work, sequence_id, [lead_id])


async def look_all(work: Work) -> None:
    """Each sequence that time starts looks for whom it is for."""
    found = select(Sequence.id, Sequence.trigger).where(Sequence.state == "on", Sequence.archived_at.is_(None))
    for row in await work.execute(found):
        if msgspec.convert(row.trigger, Trigger).by in ("quiet", "date"):
            await agenda.add(work, "sequences.look", row.id, None, key=f"sequences.look:{row.id}")


async def look(work: Work, sequence_id: UUID, after: UUID | None) -> None:
    """Let a chunk of those in for whom it is time, then the next one."""
    sequence = await work.get(Sequence, sequence_id)
    if sequence is None or sequence.state != "on":
        return
    try:
        statement = await due_leads(work, sequence)
    except ConditionError:
        return
    statement = statement.where(Lead.id > after) if after else statement
    rows = (await work.execute(statement.order_by(Lead.id).limit(CHUNK))).all()
    for row in rows:
        await enter(work, sequence_id, row.id, await _cause(work, sequence, row.since))
    if len(rows) == CHUNK:
        await agenda.add(work, "sequences.look", sequence_id, rows[-1].id)


async def _cause(work: Work, sequence: Sequence, since: Any) -> str:
    """The same silence, or the same day, starts it once."""
    trigger = msgspec.convert(sequence.trigger, Trigger)
    if trigger.by == "quiet":
        return f"quiet:{since.isoformat()}"
    return f"date:{trigger.field}:{await _day(work, trigger)}"


async def due_leads(work: Work, sequence: Sequence) -> Select[Any]:
    """Leads (`id`, `since`) that the passing of time lets in now. Raises ConditionError for a condition
    that is broken.
    """
    trigger = msgspec.convert(sequence.trigger, Trigger)
    statement = (
        select(Lead.id, SINCE.label("since"))
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .outerjoin(PersonRow, PersonRow.id == Lead.owner_id)
        .where(Lead.deleted_at.is_(None), Lead.test.is_(False), await _condition(work, sequence.where))
        .where(~_inside(sequence), *_ended(sequence))
    )
    if trigger.by == "quiet":
        return statement.where(_quiet(trigger.days))
    if trigger.yearly:
        return statement.where(await _birthday(work, trigger))
    near = {"field": trigger.field, "op": "eq", "value": await _day(work, trigger)}
    return statement.where(await _condition(work, near))


def _quiet(days: int) -> ColumnElement[bool]:
    """Nobody of ours reached for them, and they did not write."""
    cut = clock.now() - timedelta(days=days)
    wrote = exists().where(Message.contact_id == Lead.contact_id, Message.direction == "in", Message.at > cut)
    return and_(cut >= SINCE, ~wrote)


def _inside(sequence: Sequence) -> ColumnElement[bool]:
    """In it now, or out of it for less than the rest that it leaves; without a rest, once is for life."""
    again = SequenceRun.state.in_(("active", "paused"))
    if sequence.again_days is None:
        resting: ColumnElement[bool] = SequenceRun.id.is_not(None)
    else:
        resting = or_(again, SequenceRun.ended_at > clock.now() - timedelta(days=sequence.again_days))
    return exists().where(SequenceRun.sequence_id == sequence.id, SequenceRun.lead_id == Lead.id, resting)


def _ended(sequence: Sequence) -> list[ColumnElement[bool]]:
    stops = runs.stops_of(sequence)
    kinds = [
        *(("won", "done") if "won" in stops.rules else ()),
        *(("lost",) if "lost" in stops.rules else ()),
    ]
    return [Stage.kind.not_in(kinds), Stage.name.not_in(stops.stages)]


async def _condition(work: Work, raw: dict[str, Any]) -> ColumnElement[bool]:
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    condition = conditions.check(raw, fieldset, searching=True, kept=True, zone=zone)
    return conditions.to_sql(condition, fieldset, now=clock.now(), zone=zone, record_id=Lead.id)


async def _birthday(work: Work, trigger: Trigger) -> ColumnElement[bool]:
    """The day and month of a tenant's own date; whoever has 29 February is thought of on the 28th."""
    field = (await fields.registry(work, "lead")).get(trigger.field)
    if field is None or field.id is None or field.kind != "day" or field.sensitive:
        raise ConditionError([("field", say("Choose a date of your own that leads can be filtered by."))])
    day = date.fromisoformat(await _day(work, trigger))
    wanted = [day.strftime("%m-%d"), *(["02-29"] if (day.month, day.day) == (2, 28) else [])]
    held = func.to_char(func.timezone("UTC", FieldValue.at), "MM-DD")
    of_lead = (FieldValue.entity == "lead", FieldValue.field == field.id, FieldValue.record == Lead.id)
    return exists().where(*of_lead, held.in_(wanted), FieldValue.at < clock.now() - timedelta(days=300))


async def _day(work: Work, trigger: Trigger) -> str:
    zone = ZoneInfo(await config.get(work, "zone"))
    return (clock.now().astimezone(zone).date() + timedelta(days=trigger.days)).isoformat()
