"""What speaks of a field or a stage by its name: asked before one is retired. Found from the tables themselves."""

from typing import Any

import msgspec
from sqlalchemy import Table, Text, cast, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.core.tables import Base
from app.core.work import Work

# Records, not configuration, and what names itself.
NOT_THESE = frozenset(("fields", "roles", "people"))
ONE_ROW = {"routing_rules": "routing", "settings": ""}  # without a label of their own
MOST = 50


class Use(msgspec.Struct, frozen=True):
    """One place: the kind of thing (its table's name) and what it is called."""

    kind: str
    label: str


async def uses(work: Work, name: str) -> list[Use]:
    """Every rule, sequence, view, offer, stage and setting that names it, in one round trip."""
    parts = [_naming(table, name) for table in Base.metadata.sorted_tables if _configures(table)]
    rows = await work.execute(union_all(*parts).limit(MOST))
    return sorted({Use(row.kind, row.label) for row in rows}, key=lambda use: (use.kind, use.label))


def _configures(table: Table) -> bool:
    named = "label" in table.c or "name" in table.c
    return table.name in ONE_ROW or (named and table.name not in NOT_THESE and bool(_columns(table)))


def _columns(table: Table) -> list[Any]:
    return [column for column in table.columns if isinstance(column.type, (JSONB, ARRAY))]


def _naming(table: Table, name: str) -> Any:
    """The name stands in quotes in JSON, alone in a list of names, or behind a point in a text."""
    label = next((table.c[one] for one in ("label", "name", "key") if one in table.c), literal("routing"))
    json = [
        cast(one, Text).contains(f'"{name}"', autoescape=True) for one in _columns(table) if isinstance(one.type, JSONB)
    ]
    arrays = [literal(name) == one.any_() for one in _columns(table) if isinstance(one.type, ARRAY)]
    here = or_(*json, *arrays)
    if "archived_at" in table.c:
        here = here & table.c.archived_at.is_(None)
    return select(literal(table.name).label("kind"), cast(label, Text).label("label")).where(here)
