"""Looking for duplicates in the background, and saying that two are not one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.contacts import queries
from app.contacts.models import Contact, Duplicate
from app.contacts.models.likeness import LIKELY, WEIGHTS, Likeness, likeness
from app.core import agenda, clock, config, events
from app.core.errors import NotFound
from app.core.work import Work

CHUNK = 500
KEY = "contacts.compare"


async def look(work: Work, *, all_: bool = False) -> None:
    """Compare whoever was added or changed since the last look (or everybody), in chunks."""
    state = await config.get(work, "duplicates")
    since = None if all_ else state.get("seen_to")
    await agenda.add(work, KEY, since, clock.now(), None, key=KEY)


async def compare(work: Work, since: datetime | None, until: datetime, after: UUID | None) -> None:
    """One chunk, then the next one; at the end the time of this look is kept."""
    ids = await queries.changed(work, since, after, CHUNK)
    await find(work, ids)
    if len(ids) == CHUNK:
        await agenda.add(work, KEY, since, until, ids[-1])
    else:
        await config.put(work, "duplicates", {"seen_to": until.isoformat()})


async def find(work: Work, ids: list[UUID]) -> int:
    """Write down who of these looks like whom; what no longer does is forgotten. Returns how many pairs there are.

    A pair that somebody decided on stays decided.
    """
    near = await queries.near(work, ids)
    people = await _people(work, {one for pair in near for one in pair})
    alike = {pair: likeness(people[pair[0]], people[pair[1]]) for pair in near}
    likely = {pair: found for pair, found in alike.items() if found.score >= LIKELY}
    await _forget(work, ids, list(likely))
    await _keep(work, likely)
    return len(likely)


async def _people(work: Work, ids: set[UUID]) -> dict[UUID, Mapping[str, Any]]:
    columns = [getattr(Contact, name) for name in WEIGHTS]
    rows = await work.execute(select(Contact.id, *columns).where(Contact.id.in_(ids)))
    return {row.id: row._mapping for row in rows}


async def _forget(work: Work, ids: list[UUID], likely: list[tuple[UUID, UUID]]) -> None:
    theirs = or_(Duplicate.first_id.in_(ids), Duplicate.second_id.in_(ids))
    gone = and_(Duplicate.state == "open", theirs)
    if likely:
        gone = and_(gone, tuple_(Duplicate.first_id, Duplicate.second_id).not_in(likely))
    await work.execute(delete(Duplicate).where(gone))


async def _keep(work: Work, likely: Mapping[tuple[UUID, UUID], Likeness]) -> None:
    rows = [
        {"id": uuid7(), "first_id": one, "second_id": other, "score": found.score, "reasons": found.reasons,
         "found_at": clock.now()}
        for (one, other), found in likely.items()
    ]  # fmt: skip
    if rows:
        fresh = insert(Duplicate).values(rows)
        told = {"score": fresh.excluded.score, "reasons": fresh.excluded.reasons}
        same = ["first_id", "second_id"]
        await work.execute(fresh.on_conflict_do_update(index_elements=same, set_=told, where=Duplicate.state == "open"))


async def tell_apart(work: Work, duplicate_id: UUID) -> Duplicate:
    """They are two people; the pair is not offered again. Twice changes nothing. Raises NotFound."""
    found = await _held(work, duplicate_id)
    if found.state == "open":
        _decide(work, found, "different")
        events.record(work, "contact.told_apart", "contact", found.first_id, other=found.second_id)
    return found


async def reopen(work: Work, duplicate_id: UUID) -> None:
    """Take back that they are two."""
    found = await _held(work, duplicate_id)
    if found.state == "different":
        found.state, found.decided_at, found.decided_by = "open", None, ""


async def _held(work: Work, duplicate_id: UUID) -> Duplicate:
    found = (await work.scalars(select(Duplicate).where(Duplicate.id == duplicate_id).with_for_update())).first()
    if found is None:
        raise NotFound
    return found


def _decide(work: Work, found: Duplicate, state: str) -> None:
    found.state, found.decided_at, found.decided_by = state, clock.now(), work.actor.name
