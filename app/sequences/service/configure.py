"""A blueprint's sequences: drafts that an administrator reviews and turns on."""

from typing import Any

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock
from app.core.work import Work
from app.sequences.models import Sequence, SequenceVersion, Stops, Trigger, numbered, read, write


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
