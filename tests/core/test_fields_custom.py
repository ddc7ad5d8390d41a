"""A tenant's own fields as rows, and the mirror of their values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from app.core.crypto import Box
from app.core.errors import Invalid, NotFound
from app.core.fields import (
    Draft,
    Field,
    FieldValue,
    blind,
    custom,
    declare,
    erase,
    forget,
    registry,
    store,
    store_many,
)
from app.core.work import Work
from tests.core.conditions_bench import in_harbor

pytestmark = pytest.mark.anyio

BOX = Box("harbor", {1: b"k" * 32})
COLOURS = (("red", "Red"), ("blue", "Blue"), ("green", "Green"))

declare(Field(entity="widget", name="title", label="Title", position=1))


def refusals(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


async def test_a_field_is_added_beside_the_built_in_ones(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        await custom.add(
            work,
            "widget",
            Draft(label="Monthly income (net)", type="money", required=True, minimum=Decimal(1)),
        )
        fieldset = await registry(work, "widget")
        income = fieldset["monthly_income_net"]
        assert fieldset.names == ["title", "monthly_income_net"]
        assert (income.type, income.required, income.builtin, income.minimum) == (
            "money",
            True,
            False,
            Decimal(1),
        )
        assert income.currency == "USD"
        assert (await registry(work, "widget_other")).names == []


async def test_the_registry_asks_once_in_a_unit_of_work(runtime: Any) -> None:
    asked: list[str] = []
    async with in_harbor(runtime) as work:
        connection = (await work.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
        for _ in range(3):
            await registry(work, "widget")
    assert len([statement for statement in asked if "FROM fields" in statement]) == 1


@pytest.mark.parametrize(
    ("draft", "faults"),
    [
        (Draft(label=" "), [("label", "missing")]),
        (Draft(label="Title"), [("name", "not_allowed")]),
        (Draft(label="X", name="tenant_id"), [("name", "not_allowed")]),
        (Draft(label="X", name="Robert'); drop table fields"), [("name", "invalid_format")]),
        (Draft(label="X", type="choice"), [("options", "missing")]),
        (Draft(label="X", type="choice", options=(("a", "A"), ("A ", "B"))), [("options", "not_allowed")]),
        (Draft(label="X", type="choice", options=(("a", ""),)), [("options", "too_long")]),
        (Draft(label="X", type="magic"), [("type", "not_allowed")]),  # type: ignore[arg-type]
        (
            Draft(label="X", type="integer", minimum=Decimal(2), maximum=Decimal(1)),
            [("maximum", "not_allowed")],
        ),
        (Draft(label="X", type="boolean", sensitive=True, filterable=True), [("filterable", "not_allowed")]),
    ],
)
async def test_a_field_that_can_not_be_is_refused(runtime: Any, draft: Draft, faults: list[tuple[str, str]]) -> None:
    async with in_harbor(runtime) as work:
        with pytest.raises(Invalid) as refused:
            await custom.add(work, "widget", draft)
        assert refusals(refused) == faults


async def test_a_name_is_taken_also_by_an_archived_field(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        await custom.add(work, "widget", Draft(label="Colour"))
        await custom.archive(work, "widget", "colour")
        with pytest.raises(Invalid) as refused:
            await custom.add(work, "widget", Draft(label="Colour"))
        assert refusals(refused) == [("name", "not_allowed")]
        await custom.add(work, "gizmo", Draft(label="Colour"))


async def test_archived_fields_are_out_of_sight_until_restored(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        await custom.add(work, "widget", Draft(label="Colour"))
        await custom.archive(work, "widget", "colour")
        await custom.archive(work, "widget", "colour")
        assert "colour" not in await registry(work, "widget")
        assert [(field.name, gone) for field, gone in await custom.all_custom(work, "widget")] == [("colour", True)]
        await custom.restore(work, "widget", "colour")
        assert "colour" in await registry(work, "widget")
        with pytest.raises(NotFound):
            await custom.archive(work, "widget", "nothing")


async def test_at_most_twenty_fields_can_be_filtered_by(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        for number in range(20):
            await custom.add(work, "widget", Draft(label=f"Number {number}", filterable=True))
        with pytest.raises(Invalid, match="20 fields can be filtered by"):
            await custom.add(work, "widget", Draft(label="One more", filterable=True))
        await custom.add(work, "widget", Draft(label="One more"))
        with pytest.raises(Invalid, match="20 fields"):
            await custom.change(work, "widget", "one_more", filterable=True)
        await custom.add(work, "gizmo", Draft(label="Elsewhere", filterable=True))
        await custom.archive(work, "widget", "number_0")
        await custom.change(work, "widget", "one_more", filterable=True)
        with pytest.raises(Invalid, match="20 fields"):
            await custom.restore(work, "widget", "number_0")


async def test_a_field_changes_but_never_its_name_type_or_seal(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        await custom.add(work, "widget", Draft(label="Colour", type="choice", options=COLOURS))
        changed = await custom.change(work, "widget", "colour", label="Hue", options=COLOURS[:2], required=True)
        assert (changed.label, changed.options, changed.required) == ("Hue", COLOURS[:2], True)
        with pytest.raises(Invalid) as refused:
            await custom.change(work, "widget", "colour", name="x", type="text", sensitive=True)
        assert refusals(refused) == [(name, "not_allowed") for name in ("name", "sensitive", "type")]
        with pytest.raises(Invalid) as refused:
            await custom.change(work, "widget", "colour", options=())
        assert refusals(refused) == [("options", "missing")]


async def test_a_blueprint_adds_what_is_not_there_and_leaves_the_rest(runtime: Any) -> None:
    drafts = [Draft(label="Colour"), Draft(label="Weight", type="decimal")]
    async with in_harbor(runtime) as work:
        await custom.add(work, "widget", Draft(label="Hue", name="colour"))
        first = await custom.ensure(work, "widget", drafts)
        again = await custom.ensure(work, "widget", drafts)
        assert [field.label for field in first] == [field.label for field in again] == ["Hue", "Weight"]
        assert len(await custom.all_custom(work, "widget")) == 2


# --- the mirror


async def mirrored(work: Work, record: UUID) -> list[tuple[Any, ...]]:
    rows = await work.execute(
        select(FieldValue.num, FieldValue.txt, FieldValue.at)
        .where(FieldValue.record == record)
        .order_by(FieldValue.field, FieldValue.item)
    )
    return [tuple(row) for row in rows]


async def with_fields(work: Work) -> Any:
    await custom.ensure(
        work,
        "widget",
        [
            Draft(label="Weight", type="decimal", filterable=True),
            Draft(label="Note", filterable=True),
            Draft(label="Born", type="date", filterable=True),
            Draft(label="Seen", type="datetime", filterable=True),
            Draft(label="Sure", type="boolean", filterable=True),
            Draft(label="Hues", type="multi_choice", options=COLOURS, filterable=True),
            Draft(label="Secret", filterable=True, sensitive=True),
            Draft(label="Quiet"),
        ],
    )
    return await registry(work, "widget")


VALUES = {
    "weight": Decimal("1.50"),
    "note": " ÁNA  Bo",
    "born": date(1980, 1, 2),
    "sure": False,
    "seen": datetime(2026, 5, 3, 14, 30, tzinfo=UTC),
    "hues": ["red", "blue"],
    "quiet": "not mirrored",
    "title": "x",
}
ROWS = [
    (Decimal("1.50"), None, None),
    (None, "ana bo", None),
    (None, None, datetime(1980, 1, 2, tzinfo=UTC)),
    (None, None, datetime(2026, 5, 3, 14, 30, tzinfo=UTC)),
    (Decimal(0), None, None),
    (None, "blue", None),
    (None, "red", None),
]


async def test_values_are_mirrored_in_the_form_that_is_compared(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        fieldset, record, other = await with_fields(work), uuid4(), uuid4()
        await store_many(work, "widget", fieldset, [(record, VALUES), (other, {"note": "other"})])
        assert await mirrored(work, record) == ROWS
        await store(work, "widget", record, fieldset, VALUES)
        assert await mirrored(work, record) == ROWS
        assert await mirrored(work, other) == [(None, "other", None)]


async def test_changed_and_cleared_values_follow_and_unnamed_ones_stay(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        fieldset, record = await with_fields(work), uuid4()
        await store(work, "widget", record, fieldset, VALUES)
        await store(work, "widget", record, fieldset, {"note": None, "hues": ["green"], "weight": "2", "sure": None})
        assert await mirrored(work, record) == [(Decimal(2), None, None), *ROWS[2:4], (None, "green", None)]
        await store(work, "widget", record, fieldset, {"hues": [], "born": "", "seen": None, "weight": None})
        assert await mirrored(work, record) == []


async def test_a_sensitive_value_is_mirrored_as_a_hash(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        fieldset, record = await with_fields(work), uuid4()
        with pytest.raises(ValueError, match="pass the tenant's box"):
            await store(work, "widget", record, fieldset, {"secret": "123-45-6789"})
        await store(work, "widget", record, fieldset, {"secret": "123-45-6789"}, box=BOX)
        hashed = blind(fieldset["secret"], "123-45-6789", BOX)
        assert hashed is not None
        assert await mirrored(work, record) == [(None, hashed.hex(), None)]


async def test_the_mirror_goes_with_its_record_and_with_its_field(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        fieldset, kept, gone = await with_fields(work), uuid4(), uuid4()
        await store_many(work, "widget", fieldset, [(kept, VALUES), (gone, VALUES)])
        await erase(work, [gone])
        assert (await mirrored(work, gone), await mirrored(work, kept)) == ([], ROWS)
        await custom.change(work, "widget", "weight", filterable=False)
        assert await mirrored(work, kept) == ROWS[1:]


async def test_the_longest_text_still_fits_the_index(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        fieldset, record = await with_fields(work), uuid4()
        await store(work, "widget", record, fieldset, {"note": "".join(chr(0x1F300 + n % 700) for n in range(20_000))})
        ((_, text, _),) = await mirrored(work, record)
        assert len(text) == 500


async def test_a_built_in_field_that_comes_later_wins_over_a_custom_one(runtime: Any) -> None:
    async with in_harbor(runtime) as work:
        entity = f"entity_{uuid4().hex}"  # declarations are for the whole process
        await custom.add(work, entity, Draft(label="Balance", filterable=True))
        assert not (await registry(work, entity))["balance"].builtin
        declare(Field(entity=entity, name="balance", label="Balance", type="money", writable=False))
        forget(work)
        assert (await registry(work, entity))["balance"].builtin
