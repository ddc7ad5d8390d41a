"""A blueprint's sequences: drafts that an administrator reviews and turns on, and the library to take more from."""

from typing import Any

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import blueprints, clock, locks
from app.core.errors import NotFound
from app.core.work import Work
from app.sequences.models import Sequence, SequenceVersion, Stops, Trigger, numbered, read, write
from app.sequences.service.rows import changed


async def configure_sequences(work: Work, section: list[dict[str, Any]]) -> None:
    """By name; one that was turned on once is the tenant's own from then on, and only its place in the
    list follows.
    """
    known = {row.name: row for row in await work.scalars(select(Sequence))}
    for position, given in enumerate(section):
        row = known.get(given["name"])
        if row is None:
            row = Sequence(id=uuid7(), name=given["name"], state="draft", version=0, created_at=clock.now())
            work.add(row)
        row.position = position
        if not row.version:
            _write(row, given)
            if given.get("live"):
                await work.flush()
                _begin(work, row)
    await work.flush()


def _write(row: Sequence, given: dict[str, Any]) -> None:
    row.label, row.summary = given["label"], given.get("summary", "")
    row.trigger = msgspec.to_builtins(msgspec.convert(given["trigger"], Trigger))
    row.where, row.again_days = given.get("where") or {}, given.get("again_days")
    stops = msgspec.convert(given.get("stops") or {}, Stops)
    row.stops = {"rules": list(stops.rules), "stages": list(stops.stages)}
    row.steps, row.updated_at = write(numbered(read(given["steps"]), "s")), clock.now()


def _begin(work: Work, row: Sequence) -> None:
    """A blueprint may have one run from the first day."""
    row.version, row.state = 1, "on"
    work.add(SequenceVersion(id=uuid7(), sequence_id=row.id, version=1, steps=row.steps, at=clock.now(), by_name=""))


# --- the library


def shipped(work: Work) -> list[Sequence]:
    """What this tenant's blueprint brings, in its order, read from its own file: rows that are in no database."""
    try:
        section = blueprints.load(work.tenant.blueprint).get("sequences") or []
    except blueprints.UnknownBlueprint:
        return []
    return [_of_blueprint(given) for given in section]


def _of_blueprint(given: dict[str, Any]) -> Sequence:
    row = Sequence(name=given["name"], state="draft", version=0)
    _write(row, given)
    return row


async def take(work: Work, name: str, key: str) -> Sequence:
    """A draft of one's own of what the library has under this name. The same `key` makes it once, and brings it back
    where that was undone. Raises NotFound.
    """
    found = next((row for row in shipped(work) if row.name == name), None)
    if found is None:
        raise NotFound
    own = f"own_{key[:40]}"
    await locks.hold(work, "sequences.take", own)
    made = (await work.scalars(select(Sequence).where(Sequence.name == own))).first()
    if made is not None:
        made.archived_at = None
        return made
    found.id, found.name, found.position, found.created_at = uuid7(), own, 0, clock.now()
    found.label = await _free_label(work, found.label)
    work.add(found)
    await work.flush()
    changed(work, found, "label")
    return found


async def _free_label(work: Work, label: str) -> str:
    """ "Welcome", or "Welcome 2" where the list has one of that name."""
    taken = set(await work.scalars(select(Sequence.label).where(Sequence.archived_at.is_(None))))
    number = 2
    free = label
    while free in taken:
        free, number = f"{label} {number}", number + 1
    return free
