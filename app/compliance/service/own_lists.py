"""Many numbers or addresses onto a list of our own; what stands there already stays as it is."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from app.compliance.models.tables import ListEntry
from app.core import clock, events
from app.core.errors import invalid
from app.core.work import Work

CHUNK = 5_000
OWN = {"internal": "phone", "suppressed": "email"}


async def add_many(work: Work, list_: str, values: Sequence[str], *, file: str = "") -> int:
    """How many are new: E.164 numbers on `internal`, addresses on `suppressed`. One event for all of them.

    Raises Invalid for a list that is not kept by hand.
    """
    if list_ not in OWN:
        raise invalid("list", "Choose a list.", "missing")
    column = getattr(ListEntry, OWN[list_])
    wanted, added = sorted(set(values)), 0
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        stand = select(column).where(ListEntry.list == list_, ListEntry.lifted_at.is_(None), column.in_(chunk))
        known = set(await work.scalars(stand))
        fresh = [_row(work, list_, value, file) for value in chunk if value not in known]
        if fresh:
            await work.execute(insert(ListEntry), fresh)
        added += len(fresh)
    events.record(work, "compliance.list_uploaded", "list", uuid7(), list=list_, count=added)
    return added


def _row(work: Work, list_: str, value: str, file: str) -> dict[str, object]:
    return {
        "id": uuid7(),
        "list": list_,
        OWN[list_]: value,
        "at": clock.now(),
        "reason": "manual" if list_ == "suppressed" else file[:120],
        "source": "file",
        "by_name": work.actor.name,
    }
