"""What one field of an entity is, and the set of fields that an entity has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from babel.numbers import get_currency_precision

FieldType = Literal[
    "text", "long_text", "integer", "decimal", "percent", "money", "date", "datetime", "boolean", "choice",
    "multi_choice", "email", "phone", "url", "ip", "state", "zip", "country", "reference",
]  # fmt: skip
Kind = Literal["words", "exact", "number", "day", "moment", "flag", "choice", "set"]
Right = Literal["hidden", "read", "write"]
Option = tuple[str, str]  # value, label

# How the values of a type compare: words on their normalised form, exact on their canonical form (E.164,
# lower case…).
KINDS: dict[FieldType, Kind] = {
    "text": "words", "long_text": "words", "url": "words",
    "email": "exact", "phone": "exact", "ip": "exact", "zip": "exact",
    "integer": "number", "decimal": "number", "percent": "number", "money": "number",
    "date": "day", "datetime": "moment", "boolean": "flag",
    "choice": "choice", "state": "choice", "country": "choice", "reference": "choice",
    "multi_choice": "set",
}  # fmt: skip
LENGTHS: dict[FieldType, int] = {"text": 200, "long_text": 10_000, "url": 2_000, "email": 254}


class Field(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One field. Built-in ones are declared in code beside their table; custom ones are rows of the tenant.

    Values are: str for text-like types, int, Decimal (money in the currency's major unit), date, aware
    datetime, bool, a list of option values for multi_choice, UUID for reference.

    `column` is what conditions and sorting compile to; on a joined table the caller joins. Words need
    `norm_column` too, which holds `comparable(value)`. With `minor` a money column holds integer minor units.
    A sensitive column is sealed and answers only whether it is empty, unless `blind_column` holds
    `blind(field, value, box)`. A multi_choice that lives in its own table gives `members(record_id)`, a
    select of one text column. `retired` options are no longer offered,
    but still read and shown. `live_options(session)` is awaited by `fill_options` where the choices are rows
    of the tenant (stages, owners, publishers).
    """

    entity: str
    name: str
    label: str
    type: FieldType = "text"
    options: tuple[Option, ...] = ()
    retired: tuple[str, ...] = ()
    required: bool = False
    sensitive: bool = False
    filterable: bool = False
    writable: bool = True
    builtin: bool = True
    group: str = "details"
    hint: str = ""
    example: str = ""
    ask: str = ""  # what to say when it is missing, where "Enter {label}." reads badly
    position: int = 50
    currency: str = ""  # empty: the tenant's, filled in by `registry`
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    minor: bool = False
    column: Any = None
    norm_column: Any = None
    blind_column: Any = None
    members: Callable[[Any], Any] | None = None
    live_options: Callable[[Any], Any] | None = None
    id: UUID | None = None  # a custom field's row

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def length(self) -> int:
        """How many characters fit, at most."""
        return self.max_length or LENGTHS.get(self.type, 200)

    @property
    def places(self) -> int:
        """Digits after the point that a number of this field may have."""
        if self.type == "money":
            return get_currency_precision(self.currency or "USD")
        return {"integer": 0, "percent": 4}.get(self.type, 6)

    @property
    def offered(self) -> tuple[Option, ...]:
        """The options that may be chosen anew."""
        return tuple(option for option in self.options if option[0] not in self.retired)

    def label_of(self, value: Any) -> str:
        """An option's label; the value itself when it is no option (any more)."""
        return next((label for option, label in self.options if option == str(value)), str(value))

    def seen_from(self, entity: str) -> "Field":
        """The same field in the lists of another entity, whose queries join this one's table."""
        return msgspec.structs.replace(self, entity=entity)


class FieldSet:
    """The fields of one entity, in page order. Immutable; every narrowing returns a new set."""

    __slots__ = ("_by_name", "entity")

    def __init__(self, entity: str, fields: Iterable[Field]) -> None:
        self.entity = entity
        self._by_name = {field.name: field for field in sorted(fields, key=lambda field: field.position)}

    def __iter__(self) -> Iterator[Field]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Field:
        """Raises KeyError."""
        return self._by_name[name]

    def get(self, name: str) -> Field | None:
        return self._by_name.get(name)

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    @property
    def filterable(self) -> list[Field]:
        return [field for field in self if field.filterable]

    @property
    def writable(self) -> list[Field]:
        return [field for field in self if field.writable]

    @property
    def custom(self) -> list[Field]:
        return [field for field in self if not field.builtin]

    def groups(self) -> dict[str, list[Field]]:
        """Fields by the part of the page that they stand in."""
        grouped: dict[str, list[Field]] = {}
        for field in self:
            grouped.setdefault(field.group, []).append(field)
        return grouped

    def only(self, names: Iterable[str]) -> "FieldSet":
        """Just these, the unknown ones left out."""
        wanted = set(names)
        return FieldSet(self.entity, [field for field in self if field.name in wanted])

    def within(self, rights: Mapping[str, Right]) -> "FieldSet":
        """What a role meets: hidden fields are not there, not even to filter by; read ones can't be written.

        A field that `rights` does not name is open.
        """
        seen = [field for field in self if rights.get(field.name) != "hidden"]
        shut = msgspec.structs.replace
        return FieldSet(self.entity, [shut(f, writable=False) if rights.get(f.name) == "read" else f for f in seen])

    def changed(self, name: str, **changes: Any) -> "FieldSet":
        """The set with one field altered, as in `changed("state", required=True, options=…)`. Raises
        KeyError.
        """
        altered = msgspec.structs.replace(self[name], **changes)
        return FieldSet(self.entity, [altered if field.name == name else field for field in self])

    def unknown(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was sent under names that nobody may write."""
        return {name: value for name, value in raw.items() if (field := self.get(name)) is None or not field.writable}
