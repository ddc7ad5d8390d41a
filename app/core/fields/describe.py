"""A field as a program is told of it: publisher specs, the API's schema, import templates."""

from typing import Any

from app.core.fields.field import Field, FieldType
from app.core.fields.readers.places import STATES
from app.core.fields.values import json_safe

EXAMPLES: dict[FieldType, Any] = {
    "text": "Example", "long_text": "A few words of their own.",
    "integer": 12, "decimal": "12.5", "percent": "12.5",
    "money": "12500.00", "date": "2026-05-03", "datetime": "2026-05-03T14:30:00Z", "boolean": True,
    "email": "dana@example.com", "phone": "+17275550142", "url": "https://example.com/page",
    "ip": "203.0.113.7",
    "state": "FL", "zip": "33602", "country": "US", "reference": "01890f3e-7c00-7000-8000-000000000000",
}  # fmt: skip
JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    "integer": {"type": "integer"}, "boolean": {"type": "boolean"},
    "decimal": {"type": "string", "format": "decimal"}, "percent": {"type": "string", "format": "decimal"},
    "money": {"type": "string", "format": "decimal"},
    "date": {"type": "string", "format": "date"}, "datetime": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"}, "url": {"type": "string", "format": "uri"},
    "reference": {"type": "string", "format": "uuid"},
}  # fmt: skip


def describe(field: Field) -> dict[str, Any]:
    """Name, type, required and label; options as the values to send; hint, limits and currency where there
    are any.
    """
    known: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "label": field.label,
    }
    options = option_values(field)
    if options:
        known["options"] = options
    known["example"] = example(field)
    extra = {
        "hint": field.hint,
        "max_length": field.length if field.kind in ("words",) or field.type == "email" else None,
        "minimum": json_safe(field.minimum),
        "maximum": json_safe(field.maximum),
        "currency": field.currency if field.type == "money" else None,
    }
    return known | {name: value for name, value in extra.items() if value not in (None, "")}


def option_values(field: Field) -> list[str]:
    if field.options:
        return [value for value, _ in field.offered]
    return list(STATES) if field.type == "state" else []


def example(field: Field) -> Any:
    """A value that the field takes."""
    if field.example:
        return field.example
    if field.offered:
        first = field.offered[0][0]
        return [first] if field.type == "multi_choice" else first
    return EXAMPLES.get(field.type, "Example")


def json_schema(field: Field) -> dict[str, Any]:
    """The field as a property of a JSON schema (OpenAPI 3.1)."""
    schema = dict(JSON_TYPES.get(field.type, {"type": "string"}))
    options = option_values(field)
    if field.type == "multi_choice":
        schema = {"type": "array", "items": {"type": "string", **({"enum": options} if options else {})}}
    elif options:
        schema["enum"] = options
    if field.kind == "words":
        schema["maxLength"] = field.length
    return schema | {"title": field.label} | ({"description": field.hint} if field.hint else {})
