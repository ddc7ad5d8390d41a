"""A tenant's own fields: adding, changing, archiving. The slice whose page this is checks the right and
records the event.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, get_args

import msgspec
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.fields.field import KINDS, Field, FieldType, Option
from app.core.fields.registry import FILTERABLE_LIMIT, builtins, forget, from_row
from app.core.fields.tables import CustomField, FieldValue
from app.core.fields.text import normalise
from themes.catalogue import say

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Names that requests and conditions use for something else.
RESERVED = frozenset(
    "id all any not field op value custom test offer ping_id where sort cursor limit price tenant_id".split()
)
OPTIONS_LIMIT = 300


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A field to be. Without a name it gets one from its label; name, type and sensitivity are for good."""

    label: str
    name: str = ""
    type: FieldType = "text"
    options: tuple[Option, ...] = ()
    retired: tuple[str, ...] = ()
    required: bool = False
    sensitive: bool = False
    filterable: bool = False
    group: str = "details"
    hint: str = ""
    example: str = ""
    position: int = 500
    currency: str = ""
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


CHANGEABLE = frozenset(msgspec.structs.asdict(Draft(label="")).keys() - {"name", "type", "sensitive", "currency"})


async def add(session: AsyncSession, entity: str, draft: Draft) -> Field:
    """Raises Invalid when the name is taken, something does not fit, or 20 fields are filterable already."""
    await _alone(session)
    name = draft.name or name_from(draft.label)
    _refuse(_faults(entity, name, draft))
    if await session.scalar(select(CustomField.id).where(CustomField.entity == entity, CustomField.name == name)):
        raise invalid(
            "name",
            say('"%(name)s" is taken, perhaps by an archived field. Choose another name, or restore it.', name=name),
        )
    if draft.filterable:
        await _room_for_one_more(session, entity)
    row = CustomField(entity=entity, **_columns(msgspec.structs.asdict(draft) | {"name": name}))
    return await _kept(session, row)


async def change(session: AsyncSession, entity: str, name: str, /, **changes: Any) -> Field:
    """Alter what may be altered (`CHANGEABLE`). Raises NotFound, Invalid.

    A field that stops being filterable loses its mirror here. One that becomes filterable needs it built: the
    caller sends the entity's records through `store_many`, in a job.
    """
    await _alone(session)
    row = await _row(session, entity, name)
    fixed = sorted(changes.keys() - CHANGEABLE)
    _refuse([FieldError(key, "not_allowed", "This can't be changed later. Add a new field instead.") for key in fixed])
    before = from_row(row)
    as_draft = {key: getattr(before, key) for key in Draft.__struct_fields__} | changes
    _refuse(_faults(entity, name, Draft(**as_draft), known=True))
    if changes.get("filterable") and not row.filterable:
        await _room_for_one_more(session, entity)
    if row.filterable and changes.get("filterable") is False:
        await session.execute(delete(FieldValue).where(FieldValue.field == row.id))
    for key, value in _columns(changes).items():
        setattr(row, key, value)
    return await _kept(session, row)


async def archive(session: AsyncSession, entity: str, name: str) -> None:
    """Out of every form, list and filter; its values stay. Twice changes nothing. Raises NotFound."""
    row = await _row(session, entity, name)
    row.archived_at = row.archived_at or clock.now()
    await _kept(session, row)


async def restore(session: AsyncSession, entity: str, name: str) -> Field:
    """Raises NotFound, and Invalid when it is filterable and 20 others are meanwhile."""
    await _alone(session)
    row = await _row(session, entity, name)
    if row.archived_at is not None and row.filterable:
        await _room_for_one_more(session, entity)
    row.archived_at = None
    return await _kept(session, row)


async def ensure(session: AsyncSession, entity: str, drafts: Iterable[Draft]) -> list[Field]:
    """Add those that are not there yet; how a blueprint's fields arrive. Those that are there stay as they
    are.
    """
    rows = await session.scalars(select(CustomField).where(CustomField.entity == entity))
    known = {row.name: from_row(row) for row in rows}
    made = []
    for draft in drafts:
        name = draft.name or name_from(draft.label)
        made.append(known[name] if name in known else await add(session, entity, draft))
    return made


async def all_custom(session: AsyncSession, entity: str) -> list[tuple[Field, bool]]:
    """For the page that manages them: each with whether it is archived."""
    rows = await session.scalars(
        select(CustomField).where(CustomField.entity == entity).order_by(CustomField.position, CustomField.id)
    )
    return [(from_row(row), row.archived_at is not None) for row in rows]


def name_from(label: str) -> str:
    """ "Monthly income (net)" becomes `monthly_income_net`."""
    name = re.sub(r"[^a-z0-9]+", "_", normalise(label)).strip("_")[:40].rstrip("_")
    return name if NAME.fullmatch(name) else f"new_field_{name}"[:40].rstrip("_")


def _faults(entity: str, name: str, draft: Draft, *, known: bool = False) -> list[FieldError]:
    found = []
    if not draft.label.strip() or len(draft.label) > 80:
        found.append(FieldError("label", "missing", "Enter a label of 1 to 80 characters."))
    if not NAME.fullmatch(name):
        found.append(
            FieldError("name", "invalid_format", "Use lower-case letters, digits and _, starting with a letter.")
        )
    if not known and (name in RESERVED or name in builtins(entity)):
        found.append(
            FieldError("name", "not_allowed", say('"%(name)s" is in use already. Choose another name.', name=name))
        )
    if draft.type not in get_args(FieldType):
        found.append(FieldError("type", "not_allowed", say('"%(type)s" is no type of field.', type=draft.type)))
    found += _option_faults(draft)
    if draft.minimum is not None and draft.maximum is not None and draft.minimum > draft.maximum:
        found.append(FieldError("maximum", "not_allowed", "The largest value is smaller than the smallest. Swap them."))
    if draft.filterable and draft.sensitive and KINDS.get(draft.type) in ("flag", "set"):
        found.append(
            FieldError(
                "filterable",
                "not_allowed",
                "A sealed field of this type can't be searched. Turn one of the two off.",
            )
        )
    return found


def _option_faults(draft: Draft) -> list[FieldError]:
    values = [value for value, _ in draft.options]
    if draft.type in ("choice", "multi_choice") and not values:
        return [FieldError("options", "missing", "Enter at least one option.")]
    if len(values) > OPTIONS_LIMIT or any(not 1 <= len(text) <= 100 for option in draft.options for text in option):
        return [
            FieldError(
                "options", "too_long", say("Use at most %(most)s options of 1 to 100 characters.", most=OPTIONS_LIMIT)
            )
        ]
    if len({normalise(value) for value in values}) < len(values):
        return [FieldError("options", "not_allowed", "Two options are the same. Remove one.")]
    return []


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        raise Invalid(faults)


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    columns = {("retired_options" if key == "retired" else key): value for key, value in given.items()}
    if "options" in columns:
        columns["options"] = [list(option) for option in columns["options"]]
    if "retired_options" in columns:
        columns["retired_options"] = list(columns["retired_options"])
    return columns


async def _alone(session: AsyncSession) -> None:
    """One at a time within the tenant, so that two people can't both take the last place or the same name."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.fields', 0))"))


async def _room_for_one_more(session: AsyncSession, entity: str) -> None:
    taken = await session.scalar(
        select(func.count()).where(
            CustomField.entity == entity, CustomField.filterable, CustomField.archived_at.is_(None)
        )
    )
    if (taken or 0) >= FILTERABLE_LIMIT:
        raise invalid(
            "filterable",
            say(
                "%(most)s fields can be filtered by, and all are in use. Turn another one off first.",
                most=FILTERABLE_LIMIT,
            ),
        )


async def _row(session: AsyncSession, entity: str, name: str) -> CustomField:
    row = await session.scalar(select(CustomField).where(CustomField.entity == entity, CustomField.name == name))
    if row is None:
        raise NotFound
    return row


async def _kept(session: AsyncSession, row: CustomField) -> Field:
    session.add(row)
    await session.flush()
    await session.refresh(row)
    forget(session)
    return from_row(row)
