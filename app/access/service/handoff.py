"""Letting somebody from the provider in for a while: with a reason, in sight of everybody, without any
credentials.
"""

from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role
from app.access.models.policy import SUPPORT_STAY
from app.access.service import links, roles, sessions
from app.access.service.signin import Door, Opened, note_entry
from app.core import clock, config, events
from app.core.errors import Forbidden, Gone, invalid
from app.core.work import Actor, Work

config.declare_defaults(support_access=True)
SHORTEST_REASON = 5


async def grant_handoff(
    work: Work, *, by: str, by_id: UUID, reason: str, role: str = "admin", person_id: UUID | None = None
) -> str:
    """What stands after `/handoff/` in the address that lets `by` in once, within 60 seconds.

    In the unit of the tenant that is entered. With `person_id` they see what that person sees; otherwise a
    stand-in of the given role acts under their own name. Raises Forbidden when the tenant allows no support,
    Invalid without reason.
    """
    if not await config.get(work, "support_access"):
        raise Forbidden("This organisation has not allowed support access. Ask one of its administrators.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid("reason", "Say why you need to go in. People there will read it.", "missing")
    target = await _person(work, person_id) if person_id else await _stand_in(work, by, by_id, role)
    token = await links.issue(
        work,
        "handoff",
        person_id=target.id,
        by=by,
        by_id=str(by_id),
        reason=reason.strip()[:500],
        acting_as=bool(person_id),
    )
    changes = {"by": (None, by), "reason": (None, reason.strip()[:500])}
    events.record(work, "support.granted", "person", target.id, changes=changes)
    return links.link_text(work, token)


async def _person(work: Work, person_id: UUID) -> PersonRow:
    person = await work.get(PersonRow, person_id)
    if person is None or person.state != "active":
        raise invalid("person", "There is nobody active here with this account.")
    return person


async def _stand_in(work: Work, by: str, by_id: UUID, role: str) -> PersonRow:
    """A row of the one who comes from outside, so that what they do bears their name. Nobody can sign in as
    it.
    """
    row = await roles.role_named(work, role)
    email = f"support-{by_id.hex}@support.invalid"
    person = (await work.scalars(select(PersonRow).where(PersonRow.email == email).with_for_update())).first()
    if person is None:
        person = PersonRow(
            id=uuid7(),
            email=email,
            name=by,
            role_id=row.id,
            state="active",
            support=True,
            version=1,
            created_at=clock.now(),
        )
        work.add(person)
    person.name, person.role_id = by, row.id
    await work.flush()
    return person


async def offered(work: Work, text: str) -> tuple[PersonRow, Role, str]:
    """Who is entered, in which role, and why. Raises Gone."""
    token, person, role = await links.opened(work, text, "handoff")
    return person, role, token.details["reason"]


async def enter_as_support(work: Work, text: str, door: Door) -> Opened:
    """In for an hour at most. Raises Gone: a hand-over works once, and only while support is allowed."""
    token, person, role = await links.opened(work, text, "handoff", lock=True)
    if person.state != "active" or not await config.get(work, "support_access"):
        raise Gone
    token.used_at = clock.real_now()
    if door.session is not None:
        await sessions.close_session(work, door.session.id, door.session.person_id)
    support = {**token.details, "until": (clock.real_now() + SUPPORT_STAY).isoformat()}
    session, opened = await sessions.start(
        work, person, step="in", address=door.address, agent=door.agent, how="support", support=support
    )
    work.actor = Actor("person", person.id, support_name(person.name, support))
    note_entry(work, person.id, "support", door)
    changes = {
        "by": (None, support["by"]),
        "reason": (None, support["reason"]),
        "until": (None, session.expires_at),
    }
    events.record(work, "support.entered", "person", person.id, changes=changes)
    return Opened(opened, "in", person, role)


def support_name(name: str, support: dict[str, object]) -> str:
    """How the audit log names whoever acts in a support session."""
    return f"{support['by']} (support) as {name}" if support.get("acting_as") else f"{support['by']} (support)"
