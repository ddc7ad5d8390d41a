"""The queue of tickets, the nearest target first."""

import re
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.contacts.queries import fragment
from app.core import clock
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.support.models import OPEN, RUNNING, Ticket
from app.team.models import Member, Team
from app.team.queries import reach_ids

Tab = Literal["all", "mine", "team", "unassigned", "late", "waiting", "solved"]
TABS: tuple[Tab, ...] = ("all", "mine", "team", "unassigned", "late", "waiting", "solved")
SCREEN = 50
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # those without a target come last


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address says. `all` is all that are open."""

    tab: Tab = "all"
    q: str = ""
    priority: str = ""
    category: str = ""
    cursor: str = ""
    limit: int = SCREEN


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `late` when the target has passed."""

    ticket: Ticket
    name: str
    assignee: str
    team: str
    late: bool


async def visible(work: Work, person: Person) -> ColumnElement[bool]:
    """A WHERE over `tickets`: one's own, the team's or all, those that were given to one's team, and those that nobody
    has where the role says so."""
    ids = await reach_ids(work, person)
    here = Ticket.merged_into.is_(None)
    if ids is None:
        return here
    theirs = or_(Ticket.assignee_id.in_(ids), _of_team(person))
    return and_(here, or_(theirs, _nobodys()) if person.unassigned else theirs)


def _of_team(person: Person) -> ColumnElement[bool]:
    """Given to this person's team and taken by nobody yet."""
    mine = select(Member.team_id).where(Member.person_id == person.id).scalar_subquery()
    return and_(Ticket.assignee_id.is_(None), Ticket.team_id == mine)


def _nobodys() -> ColumnElement[bool]:
    return and_(Ticket.assignee_id.is_(None), Ticket.team_id.is_(None))


async def listing(work: Work, person: Person, asked: Asked) -> tuple[list[Row], str]:
    """A screenful and where the next begins. Raises NotFound for a cursor that is none."""
    statement = joined().where(await visible(work, person), _of_tab(asked.tab, person))
    if asked.priority:
        statement = statement.where(Ticket.priority == asked.priority)
    if asked.category:
        statement = statement.where(Ticket.category == asked.category)
    if (found := _found(asked.q)) is not None:
        statement = statement.where(found)
    rows = (await work.execute(_ordered(statement, asked).limit(asked.limit + 1))).all()
    shown = [row_of(row) for row in rows[: asked.limit]]
    return shown, _cursor(asked, shown[-1].ticket) if len(rows) > asked.limit else ""


def joined() -> Select[Any]:
    return (
        select(Ticket, Contact, PersonRow.name.label("assignee"), Team.name.label("team"))
        .join(Contact, Contact.id == Ticket.contact_id)
        .outerjoin(PersonRow, PersonRow.id == Ticket.assignee_id)
        .outerjoin(Team, Team.id == Ticket.team_id)
    )


def row_of(row: Any) -> Row:
    due = row.Ticket.next_due_at
    late = due is not None and due <= clock.now()
    return Row(ticket=row.Ticket, name=row.Contact.name, assignee=row.assignee or "", team=row.team or "", late=late)


def _of_tab(tab: Tab, person: Person) -> ColumnElement[bool]:
    still_open = Ticket.state.in_(OPEN)
    if tab == "solved":
        return Ticket.state.not_in(OPEN)
    if tab == "mine":
        return and_(still_open, Ticket.assignee_id == person.id)
    if tab == "team":
        return and_(still_open, _of_team(person))
    if tab == "unassigned":
        return and_(still_open, _nobodys())
    if tab == "late":
        return and_(Ticket.state.in_(RUNNING), Ticket.next_due_at <= clock.now())
    return Ticket.state == "waiting" if tab == "waiting" else still_open


def _found(q: str) -> ColumnElement[bool] | None:
    """By number, by words of the subject, or by the person."""
    typed = q.strip()[:80]
    if not typed:
        return None
    if number := re.fullmatch(r"#?(\d{1,9})", typed):
        return or_(Ticket.number == int(number[1]), fragment(typed.lstrip("#")))  # type: ignore[arg-type]
    return or_(Ticket.subject.icontains(typed, autoescape=True), fragment(typed))  # type: ignore[arg-type]


def _ordered(statement: Select[Any], asked: Asked) -> Select[Any]:
    """Open ones by target, the others the latest first."""
    if asked.tab == "solved":
        key = tuple_(Ticket.updated_at, Ticket.id)
        after = key < tuple_(*_position(asked.cursor)) if asked.cursor else None
        order = (Ticket.updated_at.desc(), Ticket.id.desc())
    else:
        due = func.coalesce(Ticket.next_due_at, NEVER)
        after = tuple_(due, Ticket.id) > tuple_(*_position(asked.cursor)) if asked.cursor else None
        order = (due, Ticket.id)
    return (statement if after is None else statement.where(after)).order_by(*order)


def _cursor(asked: Asked, last: Ticket) -> str:
    at = last.updated_at if asked.tab == "solved" else last.next_due_at or NEVER
    return f"{at.isoformat()}_{last.id}"


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, ticket_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(ticket_id)
    except ValueError:
        raise NotFound from None


async def counts(work: Work, person: Person) -> dict[str, int]:
    """How many stand under each tab of open ones; one read."""
    tabs = [tab for tab in TABS if tab != "solved"]
    columns = [func.count().filter(_of_tab(tab, person)).label(tab) for tab in tabs]
    found = select(*columns).select_from(Ticket).where(Ticket.state.in_(OPEN), await visible(work, person))
    row = (await work.execute(found)).one()
    return {tab: getattr(row, tab) for tab in tabs}
