"""Values between Python, JSONB, the mirror's form, and the page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import BigInteger, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.crypto import Box, Undecipherable
from app.core.fields import (
    Field,
    FieldSet,
    blind,
    builtins,
    comparable,
    compared,
    declare,
    describe,
    dump,
    fill_options,
    format_value,
    json_schema,
    load,
    native,
    snapshot,
)

EASTERN = ZoneInfo("America/New_York")
BOX = Box("harbor", {1: b"k" * 32})
COLOURS = (("red", "Red"), ("blue", "Blue"))


def custom(name: str, type_: str = "text", **more: Any) -> Field:
    label = name.capitalize()
    return Field(entity="thing", name=name, label=label, type=type_, builtin=False, id=uuid4(), **more)


def test_values_survive_the_way_into_json_and_back() -> None:
    fieldset = FieldSet(
        "thing",
        [
            custom("debt", "money"),
            custom("born", "date"),
            custom("seen", "datetime"),
            custom("count", "integer"),
            custom("sure", "boolean"),
            custom("tags", "multi_choice"),
            custom("owner", "reference"),
            custom("note"),
        ],
    )
    values = {
        "debt": Decimal("12500.50"),
        "born": date(1980, 2, 29),
        "seen": datetime(2026, 5, 3, 14, 30, tzinfo=UTC),
        "count": 3,
        "sure": False,
        "tags": ["a", "b"],
        "owner": UUID(int=7),
        "note": None,
    }
    stored = dump(fieldset, values)
    assert stored == {
        "debt": "12500.50",
        "born": "1980-02-29",
        "seen": "2026-05-03T14:30:00+00:00",
        "count": 3,
        "sure": False,
        "tags": ["a", "b"],
        "owner": "00000000-0000-0000-0000-000000000007",
        "note": None,
    }
    assert load(fieldset, stored) == {name: value for name, value in values.items() if value is not None}


def test_only_custom_fields_go_into_the_json() -> None:
    fieldset = FieldSet("thing", [custom("note"), Field(entity="thing", name="stage", label="Stage")])
    assert dump(fieldset, {"note": "hello", "stage": "new", "role": "admin"}) == {"note": "hello"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "123-45-6789"),
        ("date", date(1980, 1, 2)),
        ("boolean", False),
        ("boolean", True),
        ("money", Decimal("7.50")),
        ("multi_choice", ["a", "b"]),
        ("integer", 0),
    ],
)
def test_a_sensitive_value_is_sealed_to_its_place(kind: str, value: Any) -> None:
    fieldset, record = FieldSet("thing", [custom("secret", kind, sensitive=True)]), uuid4()
    stored = dump(fieldset, {"secret": value}, box=BOX, record=record)
    assert stored["secret"].keys() == {"sealed"}
    assert load(fieldset, stored, box=BOX, record=record) == {"secret": value}
    assert load(fieldset, stored) == {}
    with pytest.raises(Undecipherable):
        load(fieldset, stored, box=BOX, record=uuid4())


def test_a_sensitive_value_is_never_written_in_clear() -> None:
    fieldset = FieldSet("thing", [custom("ssn", sensitive=True)])
    with pytest.raises(ValueError, match="pass the tenant's box"):
        dump(fieldset, {"ssn": "123-45-6789"})
    assert dump(fieldset, {"ssn": None}) == {"ssn": None}


def test_equal_values_have_equal_hashes_and_only_they() -> None:
    ssn, debt = custom("ssn", sensitive=True), custom("debt", "money", sensitive=True)
    assert blind(ssn, " ÁNA ", BOX) == blind(ssn, "ana", BOX) != blind(ssn, "anna", BOX)
    assert blind(debt, Decimal("10.00"), BOX) == blind(debt, "10", BOX) != blind(debt, "1", BOX)
    assert blind(ssn, "ana", BOX) != blind(ssn, "ana", Box("summit", {1: b"j" * 32}))
    assert blind(ssn, " ", BOX) is None


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("integer", "many"),
        ("date", "soon"),
        ("datetime", 5),
        ("boolean", "yes"),
        ("money", True),
        ("reference", "x"),
        ("multi_choice", "a"),
        ("decimal", "NaN"),
        ("text", ""),
        ("multi_choice", []),
    ],
)
def test_a_stored_value_of_another_shape_counts_as_missing(kind: str, stored: Any) -> None:
    assert native(custom("x", kind), stored) is None
    assert compared(custom("x", kind), stored) is None


def test_texts_are_compared_on_their_first_five_hundred_letters() -> None:
    assert comparable("É" * 600) == "e" * 500
    assert compared(custom("x"), " \u0301 ") is None


class Rows(DeclarativeBase):
    """Tables of this test alone."""


class Thing(Rows):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str | None] = mapped_column(Text)
    debt: Mapped[int | None] = mapped_column("debt_amount", BigInteger)
    ssn: Mapped[bytes | None] = mapped_column(LargeBinary)


class Owner(Rows):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)


def test_a_snapshot_reads_rows_and_json_as_conditions_see_them() -> None:
    fieldset = FieldSet(
        "thing",
        [
            Field(entity="thing", name="stage", label="Stage", column=Thing.stage),
            Field(entity="thing", name="total_debt", label="Debt", type="money", column=Thing.debt, minor=True),
            Field(entity="thing", name="owner", label="Owner", column=Owner.name),
            Field(entity="thing", name="ssn", label="SSN", column=Thing.ssn, sensitive=True),
            Field(entity="thing", name="tags", label="Tags", type="multi_choice", members=lambda _: None),
            custom("count", "integer"),
        ],
    )
    thing, owner = Thing(id=1, stage="new", debt=1250050, ssn=b"sealed"), Owner(id=1, name="Ada")
    assert snapshot(fieldset, thing, owner, custom={"count": 3, "gone": 1}) == {
        "stage": "new",
        "total_debt": Decimal("12500.50"),
        "owner": "Ada",
        "count": 3,
    }
    assert snapshot(fieldset, Thing(id=2), None) == {}


# --- registry in code


def test_slices_declare_what_entities_have_and_order_it() -> None:
    declare(
        Field(entity="gadget", name="size", label="Size", position=2, group="facts"),
        Field(entity="gadget", name="name", label="Name", position=1),
    )
    assert builtins("gadget").names == ["name", "size"]
    assert {group: [field.name for field in fields] for group, fields in builtins("gadget").groups().items()} == {
        "details": ["name"],
        "facts": ["size"],
    }
    assert builtins("nothing").names == []


@pytest.mark.parametrize("more", [{}, {"column": Thing.stage}, {"sensitive": True}])
def test_a_filterable_text_must_name_what_to_compare_on(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="names no column"):
        declare(Field(entity="gadget", name="bad", label="Bad", filterable=True, **more))
    declare(Field(entity="gadget", name="good", label="Good", filterable=True, norm_column=Thing.stage))


async def _stages(_session: Any) -> list[tuple[str, str]]:
    return [("new", "New"), ("won", "Won")]


@pytest.mark.anyio
async def test_choices_that_are_rows_are_filled_in() -> None:
    fieldset = FieldSet(
        "thing", [Field(entity="thing", name="stage", label="Stage", type="choice", live_options=_stages)]
    )
    filled = await fill_options(None, fieldset)  # type: ignore[arg-type]
    assert (filled["stage"].options, fieldset["stage"].options) == ((("new", "New"), ("won", "Won")), ())


# --- pages and programs

SHOWN: list[tuple[Field, Any, dict[str, Any], str]] = [
    (custom("x", "money", currency="USD"), "1234.5", {}, "$1,234.50"),
    (custom("x", "money", currency="USD"), Decimal("1234.5"), {"short": True}, "$1,235"),
    (custom("x", "money", currency="USD"), -20, {"short": True}, "\u2212$20"),
    (custom("x", "money", currency="EUR"), "1234.5", {"locale": "de_DE"}, "1.234,50\u00a0€"),
    (custom("x", "percent"), "12.50", {}, "12.5%"),
    (custom("x", "integer"), 12500, {}, "12,500"),
    (custom("x", "boolean"), False, {}, "No"),
    (custom("x", "date"), "2026-12-04", {}, "Dec 4, 2026"),
    (custom("x", "datetime"), "2026-12-04T19:30:00Z", {"zone": EASTERN}, "Fri, Dec 4, 2026, 2:30 pm Eastern"),
    (
        custom("x", "datetime"),
        "2026-12-04T19:30:00Z",
        {"zone": EASTERN, "short": True},
        "Dec 4, 2026, 2:30 pm",
    ),
    (custom("x", "phone"), "+17275550142", {}, "(727) 555-0142"),
    (custom("x", "phone"), "+442079460958", {}, "+44 20 7946 0958"),
    (custom("x", "choice", options=COLOURS), "red", {}, "Red"),
    (custom("x", "choice", options=COLOURS), "gone", {}, "gone"),
    (custom("x", "multi_choice", options=COLOURS), ["red", "blue"], {}, "Red, Blue"),
    (custom("x", "text"), None, {}, ""),
    (custom("x", "text", sensitive=True), "123-45-6789", {}, "••••6789"),
    (custom("x", "text", sensitive=True), "1234567", {}, "••••"),
    (custom("x", "date", sensitive=True), "1980-01-02", {}, "••••"),
    (custom("x", "text", sensitive=True), "123-45-6789", {"masked": False}, "123-45-6789"),
]


@pytest.mark.parametrize(("about", "value", "how", "text"), SHOWN, ids=lambda each: str(each)[:20])
def test_values_read_as_people_write_them(about: Field, value: Any, how: dict[str, Any], text: str) -> None:
    assert format_value(about, value, **how) == text


def test_a_program_is_told_what_to_send() -> None:
    assert describe(custom("hue", "choice", options=COLOURS, required=True, hint="As painted.")) == {
        "name": "hue",
        "type": "choice",
        "required": True,
        "label": "Hue",
        "options": ["red", "blue"],
        "example": "red",
        "hint": "As painted.",
    }
    debt = describe(custom("debt", "money", currency="USD", minimum=Decimal(7500), example="12500"))
    assert (debt["example"], debt["minimum"], debt["currency"]) == ("12500", "7500", "USD")
    assert describe(custom("home", "state"))["options"][:2] == ["AL", "AK"]
    assert json_schema(custom("hues", "multi_choice", options=COLOURS)) == {
        "type": "array",
        "items": {"type": "string", "enum": ["red", "blue"]},
        "title": "Hues",
    }
    assert json_schema(custom("note"))["maxLength"] == 200
