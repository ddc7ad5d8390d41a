"""Fields: what each entity has, built-in and custom, in one registry that every feature reads.

Slices `declare` what their entities have; `registry(session, entity)` adds the tenant's own. `parse` is the
one validator. Custom values live in the record's JSONB (`dump`, `load`), and `store` mirrors the filterable
ones.
"""

from app.core.errors import FieldError
from app.core.fields.custom import Draft
from app.core.fields.describe import describe, json_schema
from app.core.fields.display import format_value, mask
from app.core.fields.field import KINDS, Field, FieldSet, FieldType, Kind, Option, Right
from app.core.fields.mirror import erase, store, store_many
from app.core.fields.parse import in_sentence, missing, parse
from app.core.fields.readers import Unreadable, read
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
    "FILTERABLE_LIMIT",
    "KINDS",
    "CustomField",
    "Draft",
    "Field",
    "FieldError",
    "FieldSet",
    "FieldType",
    "FieldValue",
    "Kind",
    "Option",
    "Right",
    "Unreadable",
    "blind",
    "builtins",
    "comparable",
    "compared",
    "declare",
    "describe",
    "dump",
    "entities",
    "erase",
    "fill_options",
    "forget",
    "format_value",
    "in_sentence",
    "json_safe",
    "json_schema",
    "load",
    "mask",
    "missing",
    "native",
    "normalise",
    "parse",
    "read",
    "registry",
    "snapshot",
    "store",
    "store_many",
]
