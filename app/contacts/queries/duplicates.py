"""Pairs of contacts that may be one person: who stands near enough to be compared, and what was found."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import case, func, select, text, tuple_
from sqlalchemy.orm import aliased

from app.contacts.models import Contact, Duplicate, Merge
from app.core.work import Work

NEIGHBOURS = 40  # of one contact by one key: a number that hundreds share tells nothing
SCREEN = 25

# Union blocking: the same phone, e-mail or full name (either way round), or the same ZIP code or city with the
# same first letters of a name or of the street.
_NEAR = text(
    "with these as materialized (select * from contacts where id = any(:ids))"
    + " union ".join(
        f" select least(a.id, b.id) as one, greatest(a.id, b.id) as other from these a cross join lateral"
        f" (select id from contacts c where {same} and c.id <> a.id and c.merged_into is null limit {NEIGHBOURS}) b"
        for same in (
            "c.phone = a.phone",
            "c.email = a.email",
            "a.name_key like '% %' and c.name_key = a.name_key",
            "c.zip = a.zip and lower(left(c.last_name, 3)) = lower(left(a.last_name, 3))",
            "c.zip = a.zip and lower(left(c.first_name, 3)) = lower(left(a.first_name, 3))",
            "a.first_name <> '' and a.last_name <> '' and c.name_key = lower(a.last_name || ' ' || a.first_name)",
            "c.city_key = a.city_key and lower(left(c.last_name, 3)) = lower(left(a.last_name, 3))",
            "c.zip = a.zip and lower(left(c.address, 6)) = lower(left(a.address, 6))",
        )
    )
)


async def near(work: Work, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Pairs worth comparing, at least one of each among `ids`; the smaller id first."""
    rows = await work.execute(_NEAR, {"ids": list(ids)})
    return [(row.one, row.other) for row in rows]


async def changed(work: Work, since: datetime | None, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of contacts that were added or changed since then, in order."""
    wanted = select(Contact.id).where(Contact.merged_into.is_(None))
    if since is not None:
        wanted = wanted.where(Contact.updated_at >= since)
    if after is not None:
        wanted = wanted.where(Contact.id > after)
    return list(await work.scalars(wanted.order_by(Contact.id).limit(limit)))


class Pair(msgspec.Struct, frozen=True):
    """Two who may be one."""

    found: Duplicate
    first: Contact
    second: Contact


async def pairs(work: Work, cursor: str = "") -> tuple[list[Pair], str]:
    """Open ones, the most alike first; the second value leads to the next screen."""
    statement = _pairs().where(Duplicate.state == "open")
    score, _, last = cursor.partition(".")
    if score.isascii() and score.isdigit() and len(score) < 4 and len(last) == 32:
        statement = statement.where(tuple_(Duplicate.score, Duplicate.id) < tuple_(int(score), UUID(hex=last)))
    rows = (await work.execute(statement.order_by(Duplicate.score.desc(), Duplicate.id.desc()).limit(SCREEN + 1))).all()
    found = [Pair(*row) for row in rows[:SCREEN]]
    more = len(rows) > SCREEN
    return found, f"{found[-1].found.score}.{found[-1].found.id.hex}" if more else ""


async def pair(work: Work, duplicate_id: UUID) -> Pair | None:
    row = (await work.execute(_pairs().where(Duplicate.id == duplicate_id))).first()
    return Pair(*row) if row else None


def _pairs():  # type: ignore[no-untyped-def]
    first, second = aliased(Contact), aliased(Contact)
    return (
        select(Duplicate, first, second)
        .join(first, first.id == Duplicate.first_id)
        .join(second, second.id == Duplicate.second_id)
    )


async def count_open(work: Work) -> int:
    """How many pairs wait for a decision."""
    return await work.scalar(select(func.count()).where(Duplicate.state == "open")) or 0


class Merged(msgspec.Struct, frozen=True):
    """A merge with the names of both."""

    merge: Merge
    kept: Contact
    gone: Contact


async def merges(work: Work, limit: int = 20) -> list[Merged]:
    """The latest, those that were undone last."""
    kept, gone = aliased(Contact), aliased(Contact)
    statement = select(Merge, kept, gone).join(kept, kept.id == Merge.kept_id).join(gone, gone.id == Merge.gone_id)
    order = case((Merge.undone_at.is_(None), 0), else_=1), Merge.at.desc()
    return [Merged(*row) for row in await work.execute(statement.order_by(*order).limit(limit))]
