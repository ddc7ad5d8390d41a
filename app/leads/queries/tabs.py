"""The tabs of the lead list: ours, and those that people saved."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import SavedView

_WORKING = [
    {"field": "stage_kind", "op": "in", "value": ["new", "open"]},
    {"field": "test", "op": "is_false"},
]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A tab: what it lets through as condition JSON, how it sorts, and whose it is."""

    key: str
    label: str
    where: dict[str, Any]
    sort: str = "-created_at"
    columns: list[str] = []
    own: bool = False
    shared: bool = False
    archived: bool = False


def _tab(key: str, label: str, *parts: dict[str, Any], sort: str = "-created_at") -> View:
    return View(key=key, label=label, where={"all": [*parts, *_WORKING]}, sort=sort)


BUILT_IN = (
    View(key="all", label="All", where={}),
    _tab("mine", "Mine", {"field": "owner", "op": "eq", "value": "me"}),
    _tab("new-today", "New today", {"field": "created_at", "op": "eq", "value": "today"}),
    _tab("hot", "Hot", {"field": "heat", "op": "eq", "value": 3}, sort="-score"),
    _tab(
        "callback-due",
        "Callback due",
        {"field": "next_action_at", "op": "before", "value": "now"},
        sort="next_action_at",
    ),
    _tab("unassigned", "Unassigned", {"field": "owner", "op": "is_empty"}),
)


ARCHIVE = View(key="archive", label="Archive", where={}, archived=True)


async def views(work: Work, person: Person, page: str = "leads") -> list[View]:
    """The built-in tabs, then shared and own ones."""
    theirs = or_(SavedView.owner_id == person.id, SavedView.shared)
    rows = await work.scalars(
        select(SavedView).where(SavedView.page == page, theirs).order_by(SavedView.position, SavedView.name)
    )
    archive = [ARCHIVE] if page == "leads" and person.may("leads.assign") else []
    return [*BUILT_IN, *(_view(row, person.id) for row in rows), *archive]


def _view(row: SavedView, me: UUID) -> View:
    return View(
        key=str(row.id),
        label=row.name,
        where=row.where,
        sort=row.sort,
        columns=row.columns,
        own=row.owner_id == me,
        shared=row.shared,
    )
