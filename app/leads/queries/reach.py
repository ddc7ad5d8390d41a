"""Whose leads somebody sees: by reach the own ones, the team's or all; and those that nobody has yet."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.team.queries import reach_ids


async def visible(work: Work, person: Person) -> ColumnElement[bool]:
    """A WHERE over `leads`; deleted ones are nobody's, locked ones a small group's."""
    ids = await reach_ids(work, person)
    here = Lead.deleted_at.is_(None)
    if not person.may("leads.sealed"):
        here = and_(here, Lead.sealed.is_(False))
    return here if ids is None else and_(here, or_(Lead.owner_id.in_(ids), Lead.owner_id.is_(None)))


async def lead(work: Work, person: Person, lead_id: UUID) -> Lead:
    """Raises NotFound for one that is missing, deleted or out of reach: the three look alike."""
    found = (await work.scalars(select(Lead).where(Lead.id == lead_id, await visible(work, person)))).first()
    if found is None:
        raise NotFound
    return found
