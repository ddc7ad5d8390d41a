"""Somebody leaves: what they have in hand goes to others and they are out, in one step.

What each room knows of "in hand" it declares (`app.core.slice.Handover`). A first chunk of everything is given in the
transaction that deactivates; whatever is more, or comes in by a race, follows on the agenda until nothing is left.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.access.service import people
from app.core import agenda, clock, events
from app.core.errors import FieldError, Invalid
from app.core.slice import Handover, handovers
from app.core.work import Work
from themes.catalogue import say

CHUNK = 100
NOBODY = "nobody"
SWEEP = timedelta(minutes=2)


class Holding(msgspec.Struct, frozen=True):
    """What somebody has in hand of one kind."""

    what: Handover
    count: int

    @property
    def field(self) -> str:
        return f"to-{self.what.name}"


async def holdings(work: Work, person_id: UUID) -> list[Holding]:
    """Only kinds of which there is something."""
    found = [Holding(one, int(await _named(one.count)(work, person_id))) for one in handovers()]
    return [one for one in found if one.count]


class Given(msgspec.Struct, frozen=True):
    """How many went over at once, of how many that go."""

    now: int
    all: int


async def leave(work: Work, person_id: UUID, chosen: Mapping[str, str]) -> tuple[PersonRow, Given]:
    """Hand over as chosen (`to-<name>`: a person's id, or "nobody"), then deactivate.

    Raises Invalid where a choice is missing or cannot take it, NotFound, Conflict.
    """
    held = [one for one in await holdings(work, person_id) if one.what.give]
    to = await _checked(work, person_id, held, chosen)
    given = 0
    for one in held:
        given += await _give(work, one.what, person_id, to[one.what.name])
    person = await people.deactivate(work, person_id)
    if held:
        counts = {one.what.name: (one.count, 0) for one in held}
        went = {one.what.name: {"count": one.count, "to": to[one.what.name]} for one in held}
        events.record(work, "person.handed_over", "person", person_id, changes=counts, went=went)
        await agenda.add(work, "access.hand_over", person_id, to)
        await agenda.add(work, "access.hand_over", person_id, to, due=clock.now() + SWEEP)
    return person, Given(given, sum(one.count for one in held))


async def go_on(work: Work, person_id: UUID, to: dict[str, UUID | None]) -> None:
    """The next chunk of what is still in the hands of somebody who is out; and one more after it, if there was any."""
    if (
        await work.scalar(select(PersonRow.id).where(PersonRow.id == person_id, PersonRow.state == "deactivated"))
        is None
    ):
        return
    given = 0
    for one in handovers():
        if one.give and one.name in to:
            given += await _give(work, one, person_id, to[one.name])
    if given:
        await agenda.add(work, "access.hand_over", person_id, to)


async def _give(work: Work, what: Handover, from_id: UUID, to_id: UUID | None) -> int:
    return int(await _named(what.give)(work, from_id, to_id, CHUNK))


async def _checked(
    work: Work, person_id: UUID, held: list[Holding], chosen: Mapping[str, str]
) -> dict[str, UUID | None]:
    fit = {str(one) for one in await takers(work, person_id)}
    to: dict[str, UUID | None] = {}
    faults = []
    for one in held:
        choice = chosen.get(one.field, "")
        if choice in fit:
            to[one.what.name] = UUID(choice)
        elif choice == NOBODY and one.what.nobody:
            to[one.what.name] = None
        else:
            faults.append(FieldError(one.field, "missing", say("Choose who gets these.")))
    if faults:
        raise Invalid(faults)
    return to


async def takers(work: Work, person_id: UUID) -> dict[UUID, str]:
    """Active staff but the one who leaves, by name: who may take over."""
    active = (PersonRow.state == "active", PersonRow.support.is_(False), Role.audience == "staff")
    rows = select(PersonRow.id, PersonRow.name).join(Role, Role.id == PersonRow.role_id)
    found = await work.execute(rows.where(*active, PersonRow.id != person_id).order_by(PersonRow.name))
    return {row.id: row.name for row in found}


def _named(dotted: str) -> Any:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)
