"""The one registry of what each entity has: built-in fields from code, custom ones from the tenant's rows."""

from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import config
from app.core.fields.field import Field, FieldSet
from app.core.fields.tables import CustomField

FILTERABLE_LIMIT = 20  # custom fields per entity: each costs an index row per record
# Columns of a custom field that are attributes of a Field just so.
SHARED = (
    *("id", "entity", "name", "label", "type", "required", "sensitive", "filterable", "group", "hint"),
    *("example", "position", "currency", "max_length"),
)

_builtin: dict[str, dict[str, Field]] = {}


def declare(*fields: Field) -> None:
    """Slices name what their entities have, at import. Declaring a name again replaces it."""
    for field in fields:
        _check(field)
        _builtin.setdefault(field.entity, {})[field.name] = field


def _check(field: Field) -> None:
    if not field.builtin or not field.filterable:
        return
    if field.sensitive:
        reachable = field.column is not None
    elif field.kind == "words":
        reachable = field.norm_column is not None
    else:
        reachable = field.column is not None or field.members is not None
    if not reachable:
        raise ValueError(f"{field.entity}.{field.name} is filterable but names no column to compare on")


def builtins(entity: str) -> FieldSet:
    """What every tenant's entity has."""
    return FieldSet(entity, _builtin.get(entity, {}).values())


def entities() -> list[str]:
    return sorted(_builtin)


async def registry(session: AsyncSession, entity: str) -> FieldSet:
    """Built-in and custom fields of an entity, archived ones left out; one read per unit of work for all entities."""
    known: dict[str, FieldSet] = session.info.setdefault("fields", {})
    if entity not in known:
        rows = session.info.get("field_rows")
        if rows is None:
            statement = select(CustomField).where(CustomField.archived_at.is_(None))
            ordered = statement.order_by(CustomField.position, CustomField.id)
            rows = session.info["field_rows"] = (await session.scalars(ordered)).all()
        currency = await config.get(session, "currency")  # type: ignore[arg-type]
        own = builtins(entity)  # they win over a custom field that had the name before them
        custom = (from_row(row) for row in rows if row.entity == entity and row.name not in own)
        known[entity] = FieldSet(entity, [_in_currency(field, currency) for field in (*own, *custom)])
    return known[entity]


def forget(session: AsyncSession) -> None:
    """After custom fields changed in this unit of work."""
    session.info.pop("fields", None)
    session.info.pop("field_rows", None)


async def fill_options(session: AsyncSession, fieldset: FieldSet) -> FieldSet:
    """The set with the choices that are rows of the tenant (stages, owners…) read in; a third True means retired."""
    for field in fieldset:
        if field.live_options is not None:
            found = [(*option, False)[:3] for option in await field.live_options(session)]
            options = tuple((value, label) for value, label, _ in found)
            retired = tuple(value for value, _, gone in found if gone)
            fieldset = fieldset.changed(field.name, options=options, retired=retired)
    return fieldset


def from_row(row: CustomField) -> Field:
    """A custom field as everybody sees it."""
    shared: dict[str, Any] = {name: getattr(row, name) for name in SHARED}
    return Field(
        **shared,
        builtin=False,
        options=tuple((value, label) for value, label in row.options),
        retired=tuple(row.retired_options),
        minimum=None if row.minimum is None else Decimal(row.minimum),
        maximum=None if row.maximum is None else Decimal(row.maximum),
    )


def _in_currency(field: Field, currency: str) -> Field:
    return msgspec.structs.replace(field, currency=currency) if field.type == "money" and not field.currency else field
