"""Saved views: a list's filter under a name."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from uuid_utils.compat import uuid7

from app.core import clock
from app.core.errors import NotFound, invalid
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import SavedView
from themes.catalogue import say

LONGEST, MOST = 60, 30


class ViewValues(msgspec.Struct, frozen=True, kw_only=True):
    """`where` is a checked condition as JSON."""

    name: str
    where: dict[str, Any]
    sort: str
    columns: list[str] = []
    shared: bool = False


async def save_view(work: Work, person: Person, values: ViewValues, page: str = "leads") -> SavedView:
    """A new tab, or a new filter for one's own tab of this name. Raises Invalid."""
    name = " ".join(values.name.replace("\0", "").split())
    if not 1 <= len(name) <= LONGEST:
        raise invalid("name", say("Enter a name of 1 to %(most)s characters.", most=LONGEST), "missing")
    mine = (SavedView.page == page, SavedView.owner_id == person.id)
    row = (await work.scalars(select(SavedView).where(*mine, SavedView.name == name).with_for_update())).first()
    if row is None:
        taken = await work.scalar(select(func.count()).select_from(SavedView).where(*mine)) or 0
        if taken >= MOST:
            raise invalid("name", say("You have %(count)s views. Delete one first.", count=MOST))
        row = SavedView(id=uuid7(), page=page, owner_id=person.id, name=name, position=taken, created_at=clock.now())
        work.add(row)
    row.where, row.sort, row.columns, row.shared = values.where, values.sort, values.columns, values.shared
    await work.flush()
    return row


async def change_view(
    work: Work, person: Person, view_id: UUID, *, name: str | None = None, shared: bool | None = None
) -> SavedView:
    """Rename one's own, or show it to everybody. Raises NotFound, Invalid."""
    row = await _own(work, person, view_id)
    if name is not None:
        wanted = " ".join(name.replace("\0", "").split())
        if not 1 <= len(wanted) <= LONGEST:
            raise invalid("name", say("Enter a name of 1 to %(most)s characters.", most=LONGEST), "missing")
        same = (SavedView.page == row.page, SavedView.owner_id == person.id, SavedView.name == wanted)
        if await work.scalar(select(SavedView.id).where(*same, SavedView.id != row.id)):
            raise invalid("name", say("You have a view “%(name)s” already.", name=wanted))
        row.name = wanted
    if shared is not None:
        row.shared = shared
    await work.flush()
    return row


async def order_view(work: Work, person: Person, view_id: UUID, left: bool) -> None:
    """One place to the left or right among one's own; at the end it stays. Raises NotFound."""
    row = await _own(work, person, view_id)
    mine = select(SavedView).where(SavedView.page == row.page, SavedView.owner_id == person.id)
    rows = list(await work.scalars(mine.order_by(SavedView.position, SavedView.name)))
    at = rows.index(row)
    to = at - 1 if left else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for place, one in enumerate(rows):
        one.position = place
    await work.flush()


async def _own(work: Work, person: Person, view_id: UUID) -> SavedView:
    wanted = select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == person.id).with_for_update()
    row = (await work.scalars(wanted)).first()
    if row is None:
        raise NotFound
    return row


async def delete_view(work: Work, person: Person, view_id: UUID) -> None:
    """One's own only. Raises NotFound."""
    gone = await work.execute(delete(SavedView).where(SavedView.id == view_id, SavedView.owner_id == person.id))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound
