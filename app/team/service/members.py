"""Saying where one is; and what the team's lead changes: teams, hours, skills, territories, caps and
weights.
"""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.access.models import PersonRow
from app.core import clock, events, live
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.team.models import STATES, Hours, Member, Presence, PresenceState, Team
from themes.catalogue import say


async def set_presence(work: Work, person_id: UUID, state: PresenceState) -> bool:
    """Where somebody is from now on; the state that they are in already keeps its beginning. True when it
    changed.
    """
    if state not in STATES:
        raise invalid("state", say("Choose one of: %(choices)s.", choices=", ".join(STATES)))
    fresh = insert(Presence).values(person_id=person_id, state=state, since=clock.now())
    changed = await work.scalar(
        fresh.on_conflict_do_update(
            index_elements=["person_id"],
            set_={"state": fresh.excluded.state, "since": fresh.excluded.since},
            where=Presence.state != fresh.excluded.state,
        ).returning(Presence.person_id)
    )
    if changed is not None:
        events.record(work, "presence.changed", "person", person_id, state=state)
        live.tell(work, "presence", person_id)
    return changed is not None


class MemberValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the team page may change; `hours` None means the tenant's."""

    team_id: UUID | None = None
    hours: Hours | None = None
    zone: str | None = None
    skills: list[str] = []
    languages: list[str] = []
    territories: list[str] = []
    cap: int | None = None
    weight: int = 1


async def change_member(work: Work, person_id: UUID, values: MemberValues) -> Member:
    """Raises NotFound for nobody, Invalid for a team that is gone."""
    if await work.scalar(select(PersonRow.id).where(PersonRow.id == person_id)) is None:
        raise NotFound
    if values.team_id and await work.get(Team, values.team_id) is None:
        raise invalid("team_id", "This team is gone. Choose another one.")
    wanted = msgspec.structs.asdict(values)
    row = await work.scalar(select(Member).where(Member.person_id == person_id).with_for_update())
    if row is None:
        row = Member(person_id=person_id, skills=[], languages=[], territories=[], weight=1, updated_at=clock.now())
        work.add(row)
    changes = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    if changes:
        row.updated_at = clock.now()
        events.record(work, "member.changed", "person", person_id, changes=_plain(changes), fields=sorted(changes))
    await work.flush()
    return row


def _plain(changes: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    result: dict[str, tuple[Any, Any]] = msgspec.to_builtins(changes)
    return result


async def create_team(work: Work, name: str) -> Team:
    """Raises Invalid for a name that is empty or taken."""
    name = await _free_name(work, name)
    team = Team(id=uuid7(), name=name, created_at=clock.now())
    work.add(team)
    await work.flush()
    events.record(work, "team.created", "team", team.id, changes={"name": (None, name)})
    return team


async def rename_team(work: Work, team_id: UUID, name: str) -> Team:
    """Its people and what waits for it stay. Raises NotFound, Invalid as `create_team`."""
    team = await work.scalar(select(Team).where(Team.id == team_id).with_for_update())
    if team is None:
        raise NotFound
    name, before = await _free_name(work, name, but=team_id), team.name
    if name != before:
        team.name = name
        events.record(work, "team.changed", "team", team.id, changes={"name": (before, name)})
    return team


async def _free_name(work: Work, name: str, *, but: UUID | None = None) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 1 <= len(name) <= 60:
        raise invalid("name", say("Enter a name of 1 to 60 characters."), "missing")
    if await work.scalar(select(Team.id).where(Team.name == name, Team.id != but)):
        raise invalid("name", say("There is a team %(name)s already.", name=name))
    return name


async def configure_team(work: Work, section: dict[str, Any]) -> None:
    """A blueprint's teams, by name."""
    for name in section.get("teams", []):
        if await work.scalar(select(Team.id).where(Team.name == name)) is None:
            await create_team(work, name)
