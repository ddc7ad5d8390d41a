"""A publisher's own people: owners may change things, viewers look. One owner always stays."""

from uuid import UUID

from sqlalchemy import func, select

from app.access import service as access
from app.access.models import PersonRow, Role
from app.core.errors import Conflict, NotFound, invalid
from app.core.work import Work
from app.publishers.models import Publisher
from themes.catalogue import say

OWNER, VIEWER = "publisher", "publisher_viewer"
ROLES = (OWNER, VIEWER)


async def invite_person(work: Work, publisher_id: UUID, *, name: str, email: str, role: str = OWNER) -> PersonRow:
    """Somebody who may sign in and see this publisher's pages. Raises NotFound, Invalid."""
    if await work.get(Publisher, publisher_id) is None:
        raise NotFound
    if role not in ROLES:
        raise invalid("role", say("Choose owner or viewer."))
    invited = await access.invite(work, email=email, name=name, role=role, party_id=publisher_id)
    return invited.person


async def change_role(work: Work, publisher_id: UUID, person_id: UUID, role: str) -> PersonRow:
    """From the next request on. Raises NotFound, Invalid, Conflict for the last owner."""
    if role not in ROLES:
        raise invalid("role", say("Choose owner or viewer."))
    await _of_publisher(work, publisher_id, person_id)
    if role != OWNER:
        await _keep_an_owner(work, publisher_id, person_id)
    return await access.change_role(work, person_id, role)


async def remove_person(work: Work, publisher_id: UUID, person_id: UUID) -> PersonRow:
    """Out with this request: their sessions end; an invitation opens nothing any more. Raises NotFound, Conflict."""
    person = await _of_publisher(work, publisher_id, person_id)
    if person.state == "invited":
        await access.revoke(work, person_id)
        return person
    await _keep_an_owner(work, publisher_id, person_id)
    return await access.deactivate(work, person_id)


async def _of_publisher(work: Work, publisher_id: UUID, person_id: UUID) -> PersonRow:
    """Two who take each other's rights at once wait here for each other."""
    publisher = await work.get(Publisher, publisher_id, with_for_update=True)
    person = await work.get(PersonRow, person_id)
    if publisher is None or person is None or person.party_id != publisher_id:
        raise NotFound
    return person


async def _keep_an_owner(work: Work, publisher_id: UUID, person_id: UUID) -> None:
    """A publisher whose last owner is gone could change nothing any more. The tenant's staff may still do it."""
    if work.person is None or work.person.party_id is None:
        return
    others = await work.scalar(
        select(func.count())
        .select_from(PersonRow)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            PersonRow.party_id == publisher_id,
            PersonRow.id != person_id,
            PersonRow.state == "active",
            Role.permissions.contains(["publisher.manage"]),
        )
    )
    if not others:
        raise Conflict(say("The last owner stays. Make somebody else an owner first."))
