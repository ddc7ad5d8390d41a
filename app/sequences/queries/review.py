"""Before a sequence is turned on: whom it would reach in its first 24 hours, hour by hour, and what the
gate would say.

A sample of real leads walks through the steps with the clock held at each moment; nothing is written.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.compliance import service as compliance
from app.contacts.models import Contact
from app.core import clock, config, events, places
from app.core.conditions import ConditionError
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead
from app.messages.queries import templates
from app.messages.service import held_back
from app.sequences.models import Email, If, Sequence, Sms, Split, Step, Trigger, Wait, arm_of, lay, outcome_of, read
from app.sequences.models.program import Node
from app.sequences.models.timing import over_at
from app.sequences.service import due_leads
from app.sequences.service.facts import holds

SAMPLE, CAP, LOOK_BACK = 60, 10_000, timedelta(days=30)
AHEAD = timedelta(hours=24)


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """`matching`: who enters at once (time-started ones), or None. `happened`: how often the start came in 30 days.

    `hours`: (hour, sends) of the first 24; `refused`: (reason, how many) of the `looked` leads in the sample. `held`: why
    its marketing e-mails would wait, whoever they are for.
    """

    matching: int | None
    happened: int
    looked: int
    hours: list[tuple[datetime, int]]
    refused: list[tuple[str, int]]
    held: str


async def review(work: Work, sequence: Sequence) -> Review:
    trigger = msgspec.convert(sequence.trigger, Trigger)
    by_time = trigger.by in ("quiet", "date")
    ids = await _sample(work, sequence, by_time)
    sends: Counter[datetime] = Counter()
    refused: Counter[str] = Counter()
    nodes, purposes = lay(read(sequence.steps)), {row.name: row.purpose for row in await templates(work)}
    for lead_id in ids:
        await _walk(work, lead_id, sequence, nodes, purposes, sends, refused)
    mails = any(
        isinstance(node.step, Email) and purposes.get(node.step.template) == "marketing" for node in nodes.values()
    )
    held = await held_back(work, "email", "marketing") if mails else None
    return Review(
        matching=await _matching(work, sequence) if by_time else None,
        happened=await _happened(work, trigger),
        looked=len(ids),
        hours=sorted(sends.items()),
        refused=refused.most_common(8),
        held=held[1] if held else "",
    )


async def _matching(work: Work, sequence: Sequence) -> int:
    try:
        inner = (await due_leads(work, sequence)).limit(CAP).subquery()
    except ConditionError:
        return 0
    return int(await work.scalar(select(func.count()).select_from(inner)) or 0)


async def _happened(work: Work, trigger: Trigger) -> int:
    await events.written(work)
    found = select(Event.kind, Event.payload).where(Event.kind.in_(trigger.events), Event.at > clock.now() - LOOK_BACK)
    rows = await work.execute(found.limit(CAP))
    return sum(trigger.fits(row.kind, row.payload) for row in rows)


async def _sample(work: Work, sequence: Sequence, by_time: bool) -> list[UUID]:
    """Those whom it is time for; for what events start, the newest that match the condition, as if it
    happened now.
    """
    if by_time:
        try:
            return list(await work.scalars((await due_leads(work, sequence)).order_by(Lead.id).limit(SAMPLE)))
        except ConditionError:
            return []
    newest = select(Lead).where(Lead.deleted_at.is_(None), Lead.test.is_(False)).order_by(Lead.created_at.desc())
    rows = (await work.scalars(newest.limit(SAMPLE * 2))).all()
    return [row.id for row in rows if await holds(work, sequence.where, row)][:SAMPLE]


async def _walk(
    work: Work,
    lead_id: UUID,
    sequence: Sequence,
    nodes: dict[str, Node],
    purposes: dict[str, str],
    sends: Counter[datetime],
    refused: Counter[str],
) -> None:
    lead = await work.get(Lead, lead_id)
    assert lead is not None
    moment, end = clock.now(), clock.now() + AHEAD
    step_id = sequence.steps[0]["id"] if sequence.steps else ""
    while step_id in nodes and moment < end:
        node = nodes[step_id]
        step_id = node.next
        if isinstance(node.step, Wait):
            moment = await _after(work, node.step, lead, moment)
        elif isinstance(node.step, If):
            step_id = node.ways["yes" if await holds(work, node.step.where, lead) else "no"]
        elif isinstance(node.step, Split):
            step_id = node.ways[outcome_of(node.step, arm_of(node.step, str(lead_id)).name)]
        elif isinstance(node.step, Email | Sms):
            moment = await _ask(work, node.step, lead, moment, end, purposes, sends, refused)


async def _after(work: Work, step: Wait, lead: Lead, moment: datetime) -> datetime:
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    zones = places.plausible_zones(contact.phone, contact.zip, contact.state, contact.zone)
    return over_at(step, moment, zones, await config.get(work, "hours"), await config.get(work, "zone"))


async def _ask(
    work: Work,
    step: Step,
    lead: Lead,
    moment: datetime,
    end: datetime,
    purposes: dict[str, str],
    sends: Counter[datetime],
    refused: Counter[str],
) -> datetime:
    """When it would leave; a wait for the morning moves the rest along."""
    assert isinstance(step, Email | Sms)
    channel = "email" if isinstance(step, Email) else "sms"
    purpose = purposes.get(step.template, "marketing")
    with clock.held_at(moment):
        said = await compliance.verdict(work, lead.contact_id, channel, purpose, automated=True)  # type: ignore[arg-type]
    leaves = moment if said.allowed else said.next_lawful_at if step.refused == "wait" else None
    if leaves is None:
        refused[said.refusals[0].sentence] += 1
        return moment
    if leaves < end:
        sends[leaves.replace(minute=0, second=0, microsecond=0)] += 1
    return leaves
