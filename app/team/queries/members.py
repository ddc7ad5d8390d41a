"""Who belongs to whom, and who could take a lead now."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from app.access.models import PersonRow, Role
from app.core import config
from app.core.permissions import Person
from app.core.work import Work
from app.team.models import Hours, Member, Presence, PresenceState, Team, at_work


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One active staff member as routing and the team page see them. `hours` and `zone` have the tenant's
    filled in.
    """

    id: UUID
    name: str
    role: str
    role_label: str
    team_id: UUID | None
    team: str
    presence: PresenceState
    since: datetime | None
    hours: Hours
    own_hours: bool
    zone: str
    skills: list[str]
    languages: list[str]
    territories: list[str]
    cap: int | None
    weight: int

    def at_work(self, at: datetime) -> bool:
        return at_work(self.hours, at, ZoneInfo(self.zone))


async def members(work: Work, person_ids: list[UUID] | None = None) -> list[MemberView]:
    """All active staff (or these of them), by name: one read with team, hours and presence."""
    statement = (
        select(
            PersonRow.id,
            PersonRow.name,
            Role.name.label("role"),
            Role.label.label("role_label"),
            Member,
            Team.name.label("team"),
            Presence.state,
            Presence.since,
        )
        .join(Role, Role.id == PersonRow.role_id)
        .outerjoin(Member, Member.person_id == PersonRow.id)
        .outerjoin(Team, Team.id == Member.team_id)
        .outerjoin(Presence, Presence.person_id == PersonRow.id)
        .where(Role.audience == "staff", PersonRow.state == "active", PersonRow.support.is_(False))
        .order_by(PersonRow.name, PersonRow.id)
    )
    if person_ids is not None:
        statement = statement.where(PersonRow.id.in_(person_ids))
    defaults = await config.everything(work)
    return [_view(row, defaults["hours"], defaults["zone"]) for row in await work.execute(statement)]


async def member(work: Work, person_id: UUID) -> MemberView | None:
    found = await members(work, [person_id])
    return found[0] if found else None


def _view(row: object, hours: Hours, zone: str) -> MemberView:
    found: Member | None = row.Member  # type: ignore[attr-defined]
    own = found.hours if found and found.hours is not None else None
    return MemberView(
        id=row.id,
        name=row.name,
        role=row.role,
        role_label=row.role_label,
        team=row.team or "",  # type: ignore[attr-defined]
        presence=row.state or "away",
        since=row.since,  # type: ignore[attr-defined]
        team_id=found.team_id if found else None,
        hours=own if own is not None else hours,
        own_hours=own is not None,
        zone=(found and found.zone) or zone,
        skills=found.skills if found else [],
        languages=found.languages if found else [],
        territories=found.territories if found else [],
        cap=found.cap if found else None,
        weight=found.weight if found else 1,
    )


async def reach_ids(work: Work, person: Person) -> list[UUID] | None:
    """Whose records this person sees: None for everybody's, else the ids of the team, or the own one."""
    if person.reach == "all":
        return None
    if person.reach == "own":
        return [person.id]
    known: list[UUID] | None = work.info.get(("team_of", person.id))
    if known is None:
        team = select(Member.team_id).where(Member.person_id == person.id).scalar_subquery()
        mates = (await work.scalars(select(Member.person_id).where(Member.team_id == team))).all()
        known = work.info[("team_of", person.id)] = sorted({*mates, person.id})
    return known


async def presence_of(work: Work, person_id: UUID) -> tuple[PresenceState, datetime | None]:
    row = await work.get(Presence, person_id)
    return (row.state, row.since) if row else ("away", None)  # type: ignore[return-value]


async def teams(work: Work) -> list[tuple[Team, int]]:
    """Each with how many belong to it."""
    statement = (
        select(Team, func.count(Member.person_id)).outerjoin(Member, Member.team_id == Team.id).group_by(Team.id)
    )
    return [(row[0], row[1]) for row in await work.execute(statement.order_by(Team.name))]
