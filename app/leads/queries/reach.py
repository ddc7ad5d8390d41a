"""Whose leads somebody sees: by reach the own ones, the team's or all; and those that nobody has, where the role says so."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.team.queries import reach_ids


async def visible(work: Work, person: Person, *, archived: bool = False) -> ColumnElement[bool]:
    """A WHERE over `leads`; archived ones are nobody's unless they alone are asked for, locked ones a small
    group's.
    """
    ids = await reach_ids(work, person)
    here = Lead.deleted_at.is_not(None) if archived else Lead.deleted_at.is_(None)
    if not person.may("leads.sealed"):
        here = and_(here, Lead.sealed.is_(False))
    if ids is None:
        return here
    theirs = Lead.owner_id.in_(ids)
    return and_(here, or_(theirs, Lead.owner_id.is_(None)) if person.unassigned else theirs)


async def print_of(work: Work, person: Person) -> str:
    """What the reach comes to, for keys of answers that are kept for a moment: the same print sees the same."""
    ids = await reach_ids(work, person)
    whose = "all" if ids is None else f"{','.join(map(str, ids))}|{person.unassigned:d}"
    return f"{whose}|{person.may('leads.sealed'):d}"


async def lead(work: Work, person: Person, lead_id: UUID, *, archived: bool = False) -> Lead:
    """Raises NotFound for one that is missing, deleted or out of reach: the three look alike."""
    found = (
        await work.scalars(select(Lead).where(Lead.id == lead_id, await visible(work, person, archived=archived)))
    ).first()
    if found is None:
        raise NotFound
    return found
