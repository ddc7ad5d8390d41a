"""The two clocks of a ticket: until the first answer, and until it is solved. They run in business time, stand while we
wait for the customer, warn before the minute and tell at the minute.
"""

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.core import agenda, clock, config
from app.core.work import SYSTEM, Work
from app.support.models import RUNNING, Calendar, Targets, Ticket
from app.support.models import sla as arithmetic
from app.support.service.configure import settings
from app.support.service.rows import locked, mates, told, who_manage
from app.team import service as team

Which = Literal["first", "resolve"]
BOTH: tuple[Which, ...] = ("first", "resolve")
STEPS = ("soon", "missed")


async def calendar(work: Work, *, always: bool = False) -> Calendar:
    known = await config.everything(work)
    days = frozenset(day for one in known["holidays"] or () if (day := _holiday(one)) is not None)
    return Calendar(known["hours"] or {}, known["zone"], days, always)


def _holiday(stored: Any) -> date | None:
    """`2026-12-25`, or a mapping that says it under `date`."""
    said = stored.get("date") if isinstance(stored, dict) else stored
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


async def start(work: Work, ticket: Ticket) -> None:
    """Both clocks from now, as the ticket's priority says."""
    chosen = (await settings(work)).priority(ticket.priority)
    promised = Targets(chosen.first * 60, chosen.resolve * 60, chosen.hours == "always")
    ticket.targets = msgspec.to_builtins(promised)
    ticket.first_left = None if ticket.first_at else promised.first
    ticket.resolve_left = promised.resolve
    await run(work, ticket)


async def run(work: Work, ticket: Ticket) -> None:
    """Go on from what was left. A target that was missed stays missed and is not told again."""
    now, counted = clock.now(), await _calendar_of(work, ticket)
    if ticket.first_left is not None:
        ticket.first_due_at = arithmetic.add(now, timedelta(seconds=ticket.first_left), counted)
    if ticket.resolve_left is not None:
        ticket.due_at = arithmetic.add(now, timedelta(seconds=ticket.resolve_left), counted)
    ticket.first_left = ticket.resolve_left = None
    await _arm(work, ticket)


async def stand(work: Work, ticket: Ticket) -> None:
    """We wait for the customer: remember what is left. Time over the target is kept too, below zero."""
    now, counted = clock.now(), await _calendar_of(work, ticket)
    if ticket.first_due_at is not None and ticket.first_at is None:
        ticket.first_left = int(arithmetic.between(now, ticket.first_due_at, counted).total_seconds())
        ticket.first_due_at = None
    if ticket.due_at is not None:
        ticket.resolve_left = int(arithmetic.between(now, ticket.due_at, counted).total_seconds())
        ticket.due_at = None
    await _arm(work, ticket)


async def stop(work: Work, ticket: Ticket) -> None:
    """Solved or closed: the targets stay readable, nothing is told any more."""
    await _arm(work, ticket)


async def first_answer(work: Work, ticket: Ticket) -> None:
    if ticket.first_at is None:
        ticket.first_at, ticket.first_left = clock.now(), None
        await _arm(work, ticket)


async def retarget(work: Work, ticket: Ticket) -> None:
    """Another priority: the new promise less the time that was used already."""
    before = msgspec.convert(ticket.targets, Targets)
    standing = ticket.state not in RUNNING
    if not standing:
        await stand(work, ticket)
    chosen = (await settings(work)).priority(ticket.priority)
    ticket.targets = msgspec.to_builtins(Targets(chosen.first * 60, chosen.resolve * 60, chosen.hours == "always"))
    if ticket.first_left is not None:
        ticket.first_left += chosen.first * 60 - before.first
    if ticket.resolve_left is not None:
        ticket.resolve_left += chosen.resolve * 60 - before.resolve
    if not standing:
        await run(work, ticket)


async def _calendar_of(work: Work, ticket: Ticket) -> Calendar:
    return await calendar(work, always=bool(ticket.targets.get("always")))


def due(ticket: Ticket, which: Which) -> datetime | None:
    """When this clock rings; None while it stands, or once it has been met."""
    if ticket.state not in RUNNING or ticket.merged_into is not None:
        return None
    if which == "first":
        return ticket.first_due_at if ticket.first_at is None else None
    return ticket.due_at


async def _arm(work: Work, ticket: Ticket) -> None:
    """Put the alarms where the clocks say, and take back those that no longer hold."""
    dues = [at for which in BOTH if (at := due(ticket, which)) is not None]
    ticket.next_due_at = min(dues, default=None)
    share = (await settings(work)).warn_share
    for which in BOTH:
        for step in STEPS:
            await agenda.cancel(work, _key(ticket.id, which, step))
        at = due(ticket, which)
        if at is None or _missed(ticket, which):
            continue
        await _ring(work, ticket, which, "missed", at)
        warn = await _warning(work, ticket, which, at, share)
        if warn > clock.now():
            await _ring(work, ticket, which, "soon", warn)


async def _warning(work: Work, ticket: Ticket, which: Which, at: datetime, share: float) -> datetime:
    """When that share of the promise has been used."""
    promised = timedelta(seconds=int(ticket.targets.get(which, 0)))
    counted = await _calendar_of(work, ticket)
    left = arithmetic.between(clock.now(), at, counted)
    return arithmetic.add(clock.now(), max(left - promised * (1 - share), timedelta()), counted)


async def _ring(work: Work, ticket: Ticket, which: Which, step: str, at: datetime) -> None:
    await agenda.add(work, "support.alarm", ticket.id, which, step, due=at, key=_key(ticket.id, which, step))


def _key(ticket_id: UUID, which: str, step: str) -> str:
    return f"ticket:{ticket_id}:{which}:{step}"


def _missed(ticket: Ticket, which: Which) -> bool:
    return (ticket.first_missed_at if which == "first" else ticket.missed_at) is not None


async def alarm(work: Work, ticket_id: UUID, which: Which, step: str) -> None:
    """The minute has come. An alarm that the ticket has outrun does nothing. Nobody did it, so everybody hears of it."""
    work.actor = SYSTEM
    ticket = await locked(work, ticket_id)
    at = due(ticket, which)
    if at is None or _missed(ticket, which) or (step == "missed" and at > clock.now()):
        return
    said = {"number": f"#{ticket.number}", "subject": ticket.subject}
    assignee = [ticket.assignee_id] if ticket.assignee_id else []
    if step == "soon":
        told(work, "ticket.due_soon", ticket, which=which)
        to = assignee or await mates(work, ticket.team_id) or await who_manage(work)
        await team.notify(work, "ticket.due_soon", to, "ticket", ticket.id, **said)
        return
    setattr(ticket, "first_missed_at" if which == "first" else "missed_at", clock.now())
    told(work, "ticket.missed", ticket, which=which)
    await team.notify(work, "ticket.missed", [*assignee, *await who_manage(work)], "ticket", ticket.id, **said)
    await work.flush()
