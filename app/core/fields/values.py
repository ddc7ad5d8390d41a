"""Values of fields between their three forms: Python's, the JSON-safe one of a record's JSONB, and what is
compared.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from app.core.crypto import Box
from app.core.fields.field import Field, FieldSet
from app.core.fields.text import comparable

Comparable = str | Decimal | date | datetime | bool | frozenset[str]
SEALED = "sealed"  # how a sealed value stands in the JSONB: {"sealed": base64}


def native(field: Field, value: Any) -> Any:
    """The Python value of what a record holds, from JSON or already Python; None for missing or of another
    shape.
    """
    if value is None or value == "" or value == []:
        return None
    try:
        return _NATIVE[field.type](value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        return None


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError
    return number


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def _datetime(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _items(value: Any) -> list[str] | None:
    if isinstance(value, str):
        raise TypeError
    return [str(item) for item in value] or None


def _lower(value: Any) -> str:
    return str(value).strip().lower()


def _whole(value: Any) -> int:
    return int(_number(value))


_NATIVE: dict[str, Any] = {
    "integer": _whole, "decimal": _number, "percent": _number, "money": _number,
    "date": _date, "datetime": _datetime, "boolean": _boolean, "multi_choice": _items, "email": _lower,
    "reference": lambda value: value if isinstance(value, UUID) else UUID(str(value)),
    **dict.fromkeys(("text", "long_text", "url", "phone", "ip", "zip", "state", "country", "choice"), str),
}  # fmt: skip


def compared(field: Field, value: Any) -> Comparable | None:
    """What conditions compare: normalised words, canonical text, Decimal, date, aware datetime, bool, a set
    of items.
    """
    value = native(field, value)
    if value is None:
        return None
    if field.kind == "words":
        return comparable(value) or None
    if field.kind == "number":
        return Decimal(value)
    if field.kind == "set":
        return frozenset(value)
    return value if field.kind in ("day", "moment", "flag") else str(value)


def json_safe(value: Any) -> Any:
    """Decimals as strings, dates and moments in ISO form (moments in UTC)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value) if isinstance(value, UUID) else value


def dump(
    fieldset: FieldSet, values: Mapping[str, Any], *, box: Box | None = None, record: UUID | None = None
) -> dict[str, Any]:
    """The custom ones of these values as they stand in the record's JSONB; None for those that were cleared.

    Sensitive ones are sealed to entity, field and record. Raises ValueError without a box to seal them in.
    """
    return {
        field.name: _dumped(field, values[field.name], box, record) for field in fieldset.custom if field.name in values
    }


def _dumped(field: Field, value: Any, box: Box | None, record: UUID | None) -> Any:
    plain = json_safe(value)
    if plain is None or plain in ("", []) or not field.sensitive:
        return plain if plain not in ("", []) else None
    if box is None or record is None:
        raise ValueError(f"{field.entity}.{field.name} is sensitive: pass the tenant's box and the record's id")
    return {SEALED: b64encode(box.seal(_text(plain), table=field.entity, column=field.name, row=record)).decode()}


def load(
    fieldset: FieldSet, stored: Mapping[str, Any], *, box: Box | None = None, record: UUID | None = None
) -> dict[str, Any]:
    """Python values out of a record's JSONB. Sensitive ones are opened with a box, else left out."""
    found = {
        field.name: _loaded(field, stored[field.name], box, record) for field in fieldset.custom if field.name in stored
    }
    return {name: value for name, value in found.items() if value is not None}


def _loaded(field: Field, stored: Any, box: Box | None, record: UUID | None) -> Any:
    if not (field.sensitive and isinstance(stored, dict)):
        return None if field.sensitive else native(field, stored)
    if box is None:
        return None
    return native(
        field,
        _untext(field, box.open(b64decode(stored[SEALED]), table=field.entity, column=field.name, row=record)),
    )


def blind(field: Field, value: Any, box: Box) -> bytes | None:
    """The keyed hash by which a sensitive value is found: equal values, equal hashes. None for a missing
    value.
    """
    plain = compared(field, value)
    if plain is None:
        return None
    if isinstance(plain, frozenset):
        text = "\n".join(sorted(plain))
    else:
        text = format(plain.normalize(), "f") if isinstance(plain, Decimal) else str(json_safe(plain))
    return box.blind_index(text, f"{field.entity}.{field.name}")


def _text(plain: Any) -> str:
    return "\n".join(plain) if isinstance(plain, list) else str(plain)


def _untext(field: Field, text: str) -> Any:
    if field.type == "multi_choice":
        return text.split("\n")
    return text == "True" if field.type == "boolean" else text


def snapshot(fieldset: FieldSet, *rows: Any, custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A record as conditions see it, from mapped rows (a lead, its contact) and its JSONB of custom values.

    Each built-in field is read from the row whose table has its column; minor units become the major one.
    Sensitive fields and fields that have no column here are left out.
    """
    tables = {table: row for row in rows if row is not None for table in _tables(row)}
    found = {field.name: _read(field, tables) for field in fieldset if field.builtin}
    return {name: value for name, value in found.items() if value is not None} | load(fieldset, custom or {})


def _tables(row: Any) -> Iterable[Any]:
    return type(row).__mapper__.tables


def _read(field: Field, tables: Mapping[Any, Any]) -> Any:
    row = tables.get(getattr(field.column, "table", None))
    if row is None or field.sensitive:
        return None
    value = getattr(row, field.column.key)
    return Decimal(value).scaleb(-field.places) if field.minor and value is not None else value
