"""Somebody as their role has them now: for jobs that go on in a person's name after the request is over."""

from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.access.queries import as_person
from app.core import config
from app.core.permissions import Person
from app.core.work import Work


async def person_now(work: Work, person_id: UUID) -> Person | None:
    """None for somebody who was deactivated meanwhile."""
    found = select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id)
    row = (await work.execute(found.where(PersonRow.id == person_id, PersonRow.state == "active"))).first()
    return as_person(row.PersonRow, row.Role, None, await config.everything(work)) if row else None
