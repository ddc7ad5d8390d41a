"""One reader per type of field: what people and programs send becomes a value, or a sentence that says why
not.
"""

from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

from app.core.fields.field import Field, FieldType
from app.core.fields.readers import choices, contact, dates, numbers, places, words
from app.core.fields.readers.faults import Code, Unreadable

READERS: dict[FieldType, Callable[[Field, object, tzinfo], Any]] = {
    "text": words.text, "long_text": words.long_text,
    "integer": numbers.integer, "decimal": numbers.number, "percent": numbers.number, "money": numbers.number,
    "date": dates.day, "datetime": dates.moment, "boolean": choices.boolean,
    "choice": choices.choice, "multi_choice": choices.multi_choice, "reference": choices.reference,
    "email": contact.email, "phone": contact.phone, "url": contact.url, "ip": contact.ip,
    "state": places.state, "zip": places.zip_code, "country": places.country,
}  # fmt: skip


def read(field: Field, raw: object, zone: tzinfo = UTC) -> Any:
    """The value of one field. Raises Unreadable."""
    return READERS[field.type](field, raw, zone)


__all__ = ["READERS", "Code", "Unreadable", "read"]
