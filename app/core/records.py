"""What a record is called and where its page is, for rooms that hold records of a room above them.

A task, a notification or an audit line knows `("lead", id)`; the slice that owns leads says how to name
them: `records.declare("lead", "app.leads.queries:names")`, `async def names(work, ids) -> dict[UUID,
Named]`. It leaves out what this person may not see.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec

from app.core.work import Work


class Named(msgspec.Struct, frozen=True):
    """`label` for people, `url` of the page, `zone` by whose clock the person behind it lives, where that is sure."""

    label: str
    url: str = ""
    zone: str = ""


_namers: dict[str, str] = {}
_choosers: dict[str, str] = {}


def declare(entity: str, dotted: str, *, options: str = "") -> None:
    """`options` names a function of the unit of work that lists all of them as (id, label), for filters and columns."""
    _namers[entity] = dotted
    if options:
        _choosers[entity] = options


async def options(work: Work, entity: str) -> list[tuple[str, str]]:
    """All records of this kind as (id, label); none where no room lists them."""
    return list(await _function(_choosers[entity])(work)) if entity in _choosers else []


def knows(entity: str) -> bool:
    """Whether some room names records of this kind; one of them that goes unnamed is then out of reach."""
    return entity in _namers


async def named(work: Work, records: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Named]:
    """One query per kind of record; those that nobody names, or that lie out of reach, are missing."""
    by_entity: dict[str, list[UUID]] = {}
    for entity, record in records:
        by_entity.setdefault(entity, []).append(record)
    found: dict[tuple[str, UUID], Named] = {}
    for entity, ids in by_entity.items():
        if entity in _namers:
            names = await _function(_namers[entity])(work, ids)
            found |= {(entity, record): name for record, name in names.items()}
    return found


def _function(dotted: str) -> Any:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)
