"""Opening tickets, giving them to somebody, and moving them through their states."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role
from app.core import agenda, clock
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.leads.models import Lead
from app.support.models import CHANNELS, OPEN, RUNNING, STATES, Ticket, TicketEntry
from app.support.service import clocks
from app.support.service.configure import settings
from app.support.service.rows import locked, mates, next_number, told
from app.team import service as team
from app.team.models import Team
from themes.catalogue import say

LONGEST_SUBJECT, LONGEST_BODY = 200, 20_000


class NewTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket to be. `body` is what the customer said; empty when we open it for them without words of theirs.

    `once` makes a second press harmless: it becomes the ticket's id.
    """

    contact_id: UUID
    subject: str
    body: str = ""
    lead_id: UUID | None = None
    channel: str = "phone"
    category: str = ""
    priority: str = ""
    assignee_id: UUID | None = None
    follows: UUID | None = None
    message_id: UUID | None = None
    author_name: str = ""
    once: UUID | None = None


async def open_ticket(work: Work, wanted: NewTicket) -> Ticket:
    """Number it, start its clocks, give it to the lead's owner where nobody is named. Raises Invalid."""
    if wanted.once is not None and (known := await work.get(Ticket, wanted.once)) is not None:
        return known
    given, now = await _checked(work, wanted), clock.now()
    ticket = Ticket(
        id=wanted.once or uuid7(),
        number=await next_number(work),
        contact_id=wanted.contact_id,
        lead_id=wanted.lead_id,
        channel=wanted.channel,
        state="new",
        assignee_id=wanted.assignee_id or await _owner(work, wanted.lead_id),
        follows=wanted.follows,
        reopened=0,
        targets={},
        created_at=now,
        updated_at=now,
        **given,
    )
    work.add(ticket)
    await work.flush()
    await clocks.start(work, ticket)
    if wanted.body.strip():
        await put_down(
            work,
            ticket,
            "customer",
            wanted.body,
            channel=wanted.channel,
            message_id=wanted.message_id,
            author_name=wanted.author_name,
        )
    told(work, "ticket.opened", ticket)
    await _tell_assignee(work, ticket)
    await work.flush()
    return ticket


async def _checked(work: Work, wanted: NewTicket) -> dict[str, Any]:
    known = await settings(work)
    subject, faults = " ".join(wanted.subject.replace("\0", "").split()), []
    if not subject:
        faults.append(FieldError("subject", "missing", say("Say in a few words what it is about.")))
    if len(subject) > LONGEST_SUBJECT:
        faults.append(FieldError("subject", "too_long", say("Use at most %(most)s characters.", most=LONGEST_SUBJECT)))
    if len(wanted.body) > LONGEST_BODY:
        faults.append(FieldError("body", "too_long", say("Use at most %(most)s characters.", most=f"{LONGEST_BODY:,}")))
    if wanted.category and wanted.category not in dict(known.categories):
        faults.append(FieldError("category", "not_allowed", say("Choose one of the topics.")))
    if wanted.channel not in CHANNELS:
        faults.append(FieldError("channel", "not_allowed", "Choose how they reached us."))
    if faults:
        raise Invalid(faults)
    return {"subject": subject, "category": wanted.category, "priority": known.priority(wanted.priority).name}


async def _owner(work: Work, lead_id: UUID | None) -> UUID | None:
    return await work.scalar(select(Lead.owner_id).where(Lead.id == lead_id)) if lead_id else None


async def put_down(work: Work, ticket: Ticket, kind: str, body: str, **more: Any) -> TicketEntry:
    """One more entry of the conversation."""
    entry = TicketEntry(
        **{"id": uuid7(), "author_id": work.actor.id if kind != "customer" else None, **more},
        ticket_id=ticket.id,
        kind=kind,
        body=body.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_BODY],
        at=clock.now(),
    )
    entry.author_name = entry.author_name or work.actor.name
    work.add(entry)
    await work.flush()
    return entry


async def assign(work: Work, ticket_id: UUID, person_id: UUID | None, *, team_id: UUID | None = None) -> Ticket:
    """To somebody of the staff; to a team, whose members see it and take it; or to nobody. Whoever takes it leaves it
    with its team. The same again does nothing. Raises NotFound."""
    ticket = await locked(work, ticket_id)
    team_id = ticket.team_id if person_id is not None else team_id
    if (ticket.assignee_id, ticket.team_id) == (person_id, team_id):
        return ticket
    await _demand_there(work, person_id, team_id)
    before, ticket.assignee_id, ticket.team_id = ticket.assignee_id, person_id, team_id
    told(work, "ticket.changed", ticket, fields=["assignee"], **_ids(before, person_id))
    await _tell_assignee(work, ticket)
    await work.flush()
    return ticket


async def _demand_there(work: Work, person_id: UUID | None, team_id: UUID | None) -> None:
    if person_id is not None:
        at_work = (PersonRow.id == person_id, PersonRow.state == "active", Role.audience == "staff")
        found = select(PersonRow.id).join(Role, Role.id == PersonRow.role_id).where(*at_work)
        if await work.scalar(found) is None:
            raise NotFound
    elif team_id is not None and await work.get(Team, team_id) is None:
        raise NotFound


def _ids(before: UUID | None, after: UUID | None) -> dict[str, UUID]:
    return {name: id_ for name, id_ in (("from", before), ("to", after)) if id_ is not None}


async def _tell_assignee(work: Work, ticket: Ticket) -> None:
    said = {"number": f"#{ticket.number}", "subject": ticket.subject}
    if ticket.assignee_id is not None:
        await team.notify(work, "ticket.assigned", [ticket.assignee_id], "ticket", ticket.id, **said)
    elif ticket.team_id is not None:
        await team.notify(work, "ticket.team", await mates(work, ticket.team_id), "ticket", ticket.id, **said)


async def change(work: Work, ticket_id: UUID, **changes: str) -> Ticket:
    """Subject, category or priority; another priority gives other targets, less the time used. Raises Invalid."""
    ticket = await locked(work, ticket_id)
    current = {name: getattr(ticket, name) for name in ("subject", "category", "priority")}
    wanted = NewTicket(contact_id=ticket.contact_id, channel=ticket.channel, **{**current, **changes})
    given = await _checked(work, wanted)
    changed = {name: value for name, value in given.items() if value != current[name]}
    for name, value in changed.items():
        setattr(ticket, name, value)
    if "priority" in changed and ticket.state in OPEN:
        await clocks.retarget(work, ticket)
    if changed:
        was = {name: (current[name], value) for name, value in changed.items()}
        told(work, "ticket.changed", ticket, fields=sorted(changed), changes=was)
    await work.flush()
    return ticket


async def move(work: Work, ticket_id: UUID, state: str) -> Ticket:
    """Into another state; the clocks run, stand or stop with it. The same again does nothing. Raises Invalid."""
    if state not in STATES or state == "new":
        raise invalid("state", "Choose Open, Waiting, Solved or Closed.")
    ticket = await locked(work, ticket_id)
    if ticket.state == state or ticket.merged_into is not None:
        return ticket
    before = ticket.state
    if before in RUNNING and state not in RUNNING:
        await clocks.stand(work, ticket)
    ticket.state = state
    if state in RUNNING and before not in RUNNING:
        await clocks.run(work, ticket)
    await _settle(work, ticket, before)
    told(work, "ticket.changed", ticket, fields=["state"], changes={"state": (before, state)}, to_state=state)
    await work.flush()
    return ticket


async def _settle(work: Work, ticket: Ticket, before: str) -> None:
    """What follows from being solved, closed, or open again."""
    known, now = await settings(work), clock.now()
    ticket.solved_at = (ticket.solved_at or now) if ticket.state in ("solved", "closed") else None
    ticket.closed_at = now if ticket.state == "closed" else None
    if before in ("solved", "closed") and ticket.state in OPEN:
        ticket.reopened += 1
    if ticket.state in OPEN:
        await agenda.cancel(work, f"ticket:{ticket.id}:rating")
        await agenda.cancel(work, f"ticket:{ticket.id}:close")
    if ticket.state != "solved":
        return
    await agenda.add(
        work, "support.close", ticket.id, due=now + timedelta(days=known.close_days), key=f"ticket:{ticket.id}:close"
    )
    if known.rating and ticket.rate_token is None:
        due = now + timedelta(hours=known.rating_hours)
        await agenda.add(work, "support.rating", ticket.id, due=due, key=f"ticket:{ticket.id}:rating")


async def close_quiet(work: Work, ticket_id: UUID) -> None:
    """Solved for a week without a word: closed."""
    ticket = await locked(work, ticket_id)
    if ticket.state == "solved":
        await move(work, ticket_id, "closed")
