"""Fields: what each entity has, built-in and custom, in one registry that every feature reads."""

from app.core.errors import FieldError
from app.core.fields.field import KINDS, Field, FieldSet, FieldType, Kind, Option, Right
from app.core.fields.registry import (
    FILTERABLE_LIMIT,
    builtins,
    declare,
    entities,
    fill_options,
    forget,
    registry,
)
from app.core.fields.tables import CustomField, FieldValue
from app.core.fields.text import comparable, normalise
from app.core.fields.values import blind, compared, dump, json_safe, load, native, snapshot

__all__ = [
    "FILTERABLE_LIMIT", "KINDS", "CustomField", "Field", "FieldError", "FieldSet", "FieldType", "FieldValue", "Kind",
    "Option", "Right", "blind", "builtins", "comparable", "compared", "declare", "dump", "entities", "fill_options",
    "forget", "json_safe", "load", "native", "normalise", "registry", "snapshot",
]  # fmt: skip
