"""What the demo's world holds on first sight, one line each: where it is, who is to look, and how it is found.

The guide links to them and a test holds the world to them.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select, text

from app.access.models import PersonRow
from app.billing.models import Invoice
from app.compliance.models.tables import Attempt, ListEntry
from app.contacts.models import Consent, Contact, Merge
from app.core import clock
from app.core.events import Event
from app.core.work import Work
from app.demo.partner_stories import OF_PARTNERS
from app.demo.scenes import CAST
from app.demo.story import Story
from app.leads.models import Lead
from app.messages.models import Message
from app.programs.models import Debt, Program, Settlement
from app.screening.models import Screening
from app.sequences.models import SequenceRun, SequenceTrace
from app.support.models import OPEN, Ticket
from app.tasks.models import Task
from app.team.models import Member, Presence


def _lead(part: str, *so: Any) -> Select[Any]:
    """The lead of somebody with a part, where this holds too."""
    theirs = select(Lead.id).join(Contact, Contact.id == Lead.contact_id)
    return theirs.where(Contact.phone == CAST[part].phone, *so)


def _refused(by: str) -> Any:
    """On the list of those who said no, or whom we keep ourselves from calling."""
    return exists().where(ListEntry.contact_id == Contact.id, ListEntry.list == by, ListEntry.lifted_at.is_(None))


def _clients(*so: Any) -> Select[Any]:
    return select(Program.id).join(Contact, Contact.id == Program.contact_id).where(*so)


def _debts(*so: Any) -> Any:
    return select(func.count()).where(Debt.program_id == Program.id, *so).scalar_subquery()


def _waits(program: Any) -> Any:
    """An offer of a creditor that the client has not answered."""
    return exists().where(Settlement.debt_id == Debt.id, Debt.program_id == program, Settlement.state == "offered")


def _person(name: str, *so: Any) -> Select[Any]:
    return select(PersonRow.id).where(PersonRow.name == name, *so)


def _overdue() -> Any:
    waits = (Task.kind == "call", Task.done_at.is_(None), Task.due_at < clock.now())
    return exists().where(Task.entity_id == Lead.id, *waits)


def _soon(column: Any, days: int) -> Any:
    return column.between(clock.now().date(), clock.now().date() + timedelta(days=days))


_calls = select(func.count()).where(Attempt.contact_id == Contact.id, Attempt.channel == "call").scalar_subquery()
_kinds = select(func.count(Event.kind.distinct())).where(Event.entity_id == Lead.id).scalar_subquery()
_agreed = exists().where(Consent.contact_id == Contact.id)
_written = exists().where(Message.contact_id == Contact.id, Message.direction == "in", Message.answered_at.is_(None))
_in_hand = select(func.count()).where(Lead.owner_id == PersonRow.id, Lead.deleted_at.is_(None)).scalar_subquery()

HARBOR: tuple[Story, ...] = (
    Story(
        name="hot",
        who="Luis",
        page="/agent/leads/{}",
        say="Dana Reyes is hot: she opened the form twice today",
        find=lambda: _lead("hot", Lead.heat == 3),
    ),
    Story(
        name="callback",
        who="Luis",
        page="/agent/tasks",
        say="Two callbacks are overdue",
        find=lambda: _lead("first_call", _overdue()),
    ),
    Story(
        name="unanswered",
        who="Luis",
        page="/agent/inbox",
        say="Omar Kessler’s text waits for an answer",
        find=lambda: _lead("wrote", _written),
    ),
    Story(
        name="hour",
        who="Luis",
        page="/agent/leads/{}",
        say="Hana Kealoha lives in Honolulu: refused by the hour until 8 am there",
        find=lambda: _lead("hour", Contact.state == "HI"),
    ),
    Story(
        name="count",
        who="Luis",
        page="/agent/leads/{}",
        say="Carla Mendez in Florida was called three times: refused by the count",
        find=lambda: _lead("count", _calls >= 3),
    ),
    Story(
        name="opt_out",
        who="Luis",
        page="/agent/leads/{}",
        say="Ruben Castle wrote that we shall stop: refused by his opt-out",
        find=lambda: _lead("opt_out", _refused("opt_out")),
    ),
    Story(
        name="listed",
        who="Luis",
        page="/agent/leads/{}",
        say="Wanda Forsyth is on the do-not-call list",
        find=lambda: _lead("listed", _refused("internal")),
    ),
    Story(
        name="consent",
        who="Luis",
        page="/agent/leads/{}",
        say="Nils Aldana gave a card at a fair and never agreed to texts",
        find=lambda: _lead("consent", ~_agreed),
    ),
    Story(
        name="timeline",
        who="Luis",
        page="/agent/leads/{}",
        say="Marta Lindholm: six weeks of calls, mails, texts, notes and papers",
        find=lambda: _lead("timeline", _kinds >= 12),
    ),
    Story(
        name="twice",
        who="Ada",
        page="/agent/leads/{}",
        say="Ellen Marchetti came twice and was made one",
        find=lambda: _lead("twice", exists().where(Merge.kept_id == Contact.id)),
    ),
    Story(
        name="half_way",
        who="half-way",
        page="/portal",
        say="2 of 6 debts settled, one offer to approve, a next deposit",
        find=lambda: _clients(_debts() == 6, _debts(Debt.state == "settled") == 2, _waits(Program.id)),
    ),
    Story(
        name="day_one",
        who="Nadia",
        page="/portal",
        say="Nadia Brooks enrolled today",
        find=lambda: _clients(Contact.phone == CAST["day_one"].phone, Program.state == "active"),
    ),
    Story(
        name="finished",
        who="finished",
        page="/portal",
        say="Every debt settled",
        find=lambda: _clients(Program.state == "completed"),
    ),
    Story(
        name="break",
        who="Ada",
        page="/admin/team",
        say="Marcus Bell is on a break",
        find=lambda: _person(
            "Marcus Bell", exists().where(Presence.person_id == PersonRow.id, Presence.state == "break")
        ),
    ),
    Story(
        name="cap",
        who="Ada",
        page="/admin/team",
        say="Priya Khan is at her cap",
        find=lambda: (
            select(Member.person_id)
            .join(PersonRow, PersonRow.id == Member.person_id)
            .where(Member.cap.is_not(None), Member.cap <= _in_hand)
        ),
    ),
    Story(
        name="second_factor",
        who="Ada",
        page="/login",
        say="Ada signs in with a code",
        find=lambda: select(PersonRow.id).where(PersonRow.totp_confirmed_at.is_not(None)),
    ),
    Story(
        name="overdue",
        who="Ada",
        page="/admin/invoices",
        say="An invoice is overdue",
        find=lambda: select(Invoice.id).where(Invoice.state == "open", Invoice.due_on < clock.now().date()),
    ),
    Story(
        name="paid",
        who="Ada",
        page="/admin/invoices",
        say="Another one is paid",
        find=lambda: select(Invoice.id).where(Invoice.state == "paid"),
    ),
)
OF_SEQUENCES: tuple[Story, ...] = (
    Story(
        name="steps",
        who="Ada",
        page="/admin/sequences/{}",
        say="A sequence with people at every step",
        find=lambda: (
            select(SequenceRun.sequence_id)
            .where(SequenceRun.state == "active")
            .group_by(SequenceRun.sequence_id)
            .having(func.count(SequenceRun.step.distinct()) > 2)
            .limit(1)
        ),
    ),
    Story(
        name="bounced",
        who="Ada",
        page="/admin/sequences",
        say="One of its mails came back: the mailbox does not exist",
        find=lambda: (
            select(SequenceTrace.run_id)
            .join(Message, Message.id == SequenceTrace.message_id)
            .where(Message.state.in_(("failed", "bounced")))
            .limit(1)
        ),
    ),
    Story(
        name="stuck",
        who="Ada",
        page="/admin/jobs",
        say="A job waits for somebody: a mail of which nobody knows whether it left",
        find=lambda: text(
            "select id from spine.agenda where state in ('failed', 'parked') and tenant_role = current_user limit 1"
        ),
    ),
)
OTHERS: dict[str, tuple[Story, ...]] = {
    "keystone": (
        Story(
            name="last_day",
            who="Hannah",
            page="/agent/leads/{}",
            say="An intake whose last day to file is near",
            find=lambda: select(Screening.lead_id).where(_soon(Screening.limit_on, 30)),
        ),
    ),
    "willow": (
        Story(
            name="late",
            who="Peter",
            page="/agent/tickets",
            say="A ticket past its target",
            find=lambda: select(Ticket.id).where(Ticket.state.in_(OPEN), Ticket.next_due_at < clock.now()),
        ),
        Story(
            name="soon",
            who="Peter",
            page="/agent/tickets",
            say="Another one that is due next",
            find=lambda: select(Ticket.id).where(
                Ticket.state.in_(OPEN), Ticket.next_due_at.between(clock.now(), clock.now() + timedelta(days=3))
            ),
        ),
    ),
}
STORIES: dict[str, tuple[Story, ...]] = {"harbor": (*HARBOR, *OF_SEQUENCES, *OF_PARTNERS), **OTHERS}


async def missing(work: Work, stories: tuple[Story, ...]) -> list[str]:
    """The names of those that this tenant's world does not hold."""
    return [story.name for story in stories if await work.scalar(story.find()) is None]
