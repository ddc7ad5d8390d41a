"""Every operator on every kind of field: true of this, false of that; `not` is the complement.

Each row is asked of the record and of Postgres, of a built-in field and of a custom one.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Integer, Text, Uuid, column, false, func, literal, select, values
from sqlalchemy.dialects.postgresql import psycopg

from app.core.conditions import ConditionError, check, matches, parse_json, to_sql
from app.core.conditions.operators import SENSITIVE, TABLE
from app.core.fields import Field, FieldSet, FieldValue
from tests.core.conditions_bench import BOX, OPTIONS, Bench, in_harbor

pytestmark = pytest.mark.anyio

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 9, 3, 30, tzinfo=UTC)  # still 8 March in New York, the day on which clocks go forward
ME = UUID(int=1)


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_)


# type, operator, value, a record's value of which it is true, one of which it is false
ROWS: list[tuple[str, str, Any, Any, Any]] = [
    ("text", "eq", "  ÁNA", "ana", "anna"),
    ("text", "in", ["Bo", "Ana"], "ANA", "Cy"),
    ("text", "contains", "50%", "about 50% off", "about 500"),
    ("text", "contains", "a_b", "xa_bx", "xaxbx"),
    ("text", "contains", "xy", "x" * 499 + "y", "x" * 500 + "y"),  # 500 letters are compared
    ("text", "starts_with", "DR", "dr. Ana", "madr"),
    ("url", "contains", "UTM_", "https://example.com/?utm_source=x", "https://example.com/?utmXsource=x"),
    ("long_text", "contains", "two three", "one\ntwo\n three", "two, three"),
    ("email", "eq", "Ana@Example.com", "ana@example.com", "bo@example.com"),
    ("email", "in", ["ana@example.com"], "ana@example.com", "bo@example.com"),
    ("email", "contains", "@EXAMPLE.org", "ana@example.org", "ana@example.com"),
    ("phone", "eq", "(727) 555-0142", "+17275550142", "+17275550143"),
    ("phone", "starts_with", "727", "+17275550142", "+18137275014"),
    ("phone", "starts_with", "+44", "+442079460958", "+17275550142"),
    ("phone", "contains", "555-01", "+17275550142", "+17275560142"),
    ("zip", "starts_with", "336", "33602", "13360"),
    ("money", "eq", "$10,000", Decimal("10000.00"), Decimal("10000.01")),
    ("money", "in", ["1", "2.50"], Decimal("2.5"), Decimal("2.51")),
    ("money", "gt", 10000, Decimal("10000.01"), Decimal(10000)),
    ("money", "gte", 10000, Decimal(10000), Decimal("9999.99")),
    ("money", "lt", 10000, Decimal("9999.99"), Decimal(10000)),
    ("money", "lte", 10000, Decimal(10000), Decimal("10000.01")),
    ("decimal", "between", ["0.1", "0.3"], Decimal("0.3"), Decimal("0.300001")),
    ("integer", "eq", 3, 3, 4),
    ("integer", "gt", "-1", 0, -1),
    ("date", "eq", "2026-03-08", date(2026, 3, 8), date(2026, 3, 9)),
    ("date", "eq", "today", date(2026, 3, 8), date(2026, 3, 9)),
    ("date", "before", "3/8/2026", date(2026, 3, 7), date(2026, 3, 8)),
    ("date", "after", "today-2", date(2026, 3, 7), date(2026, 3, 6)),
    ("date", "between", ["2026-03-01", "2026-03-31"], date(2026, 3, 31), date(2026, 4, 1)),
    ("date", "in_last", 7, date(2026, 3, 1), date(2026, 2, 28)),
    ("date", "in_next", 7, date(2026, 3, 15), date(2026, 3, 7)),
    # 8 March 2026 in New York: 05:00 to 04:00 UTC, 23 hours
    ("datetime", "eq", "2026-03-08", at("2026-03-08T05:00:00Z"), at("2026-03-08T04:59:59.999999Z")),
    ("datetime", "eq", "today", at("2026-03-09T03:59:59.999999Z"), at("2026-03-09T04:00:00Z")),
    ("datetime", "eq", "2026-03-08T12:00:00Z", at("2026-03-08T12:00:00Z"), at("2026-03-08T12:00:00.000001Z")),
    ("datetime", "before", "2026-03-08", at("2026-03-08T04:59:59.999999Z"), at("2026-03-08T05:00:00Z")),
    ("datetime", "before", "now", at("2026-03-09T03:29:59Z"), NOW),
    ("datetime", "after", "2026-03-08", at("2026-03-09T04:00:00Z"), at("2026-03-09T03:59:59.999999Z")),
    ("datetime", "after", "2026-03-08 01:30", at("2026-03-08T06:30:01Z"), at("2026-03-08T06:30:00Z")),
    ("datetime", "between", ["2026-03-07", "today"], at("2026-03-09T03:59:59Z"), at("2026-03-09T04:00:00Z")),
    ("datetime", "in_last", 2, NOW - timedelta(days=2), NOW - timedelta(days=2, microseconds=1)),
    ("datetime", "in_next", 2, NOW + timedelta(days=2), NOW - timedelta(microseconds=1)),
    ("datetime", "in_last_hours", 6, NOW - timedelta(hours=6), NOW - timedelta(hours=6, seconds=1)),
    ("datetime", "in_next_hours", 6, NOW, NOW - timedelta(seconds=1)),
    ("boolean", "is_true", None, True, False),
    ("boolean", "is_false", None, False, True),
    ("choice", "eq", "Red", "red", "green"),
    ("choice", "in", ["red", "blue"], "blue", "green"),
    ("state", "in", ["Florida", "GA"], "FL", "AL"),
    ("country", "eq", "USA", "US", "DE"),
    ("reference", "eq", str(UUID(int=2)), UUID(int=2), UUID(int=3)),
    ("reference", "in", ["me", str(UUID(int=2))], ME, UUID(int=3)),
    ("multi_choice", "has_any", ["red", "blue"], ["green", "blue"], ["green"]),
    ("multi_choice", "has_all", ["red", "blue"], ["blue", "green", "red"], ["red"]),
]
SEALED_ROWS: list[tuple[str, str, Any, Any, Any]] = [
    ("text", "eq", "123-45-6789", "123-45-6789", "123-45-6780"),
    ("text", "in", ["x", "  ÁNA "], "ana", "anna"),
    ("phone", "eq", "(727) 555-0142", "+17275550142", "+17275550143"),
    ("phone", "in", ["(727) 555-0142"], "+17275550142", "+17275550143"),
    ("money", "eq", "10.00", Decimal(10), Decimal("10.01")),
    ("money", "in", ["10", "11"], Decimal("11.00"), Decimal(12)),
    ("date", "eq", "1980-01-02", date(1980, 1, 2), date(1980, 2, 1)),
    ("choice", "eq", "Red", "red", "green"),
    ("choice", "in", ["red", "blue"], "blue", "green"),
]
EMPTY: dict[str, list[Any]] = {
    "text": [None, "", "  ", "\u0301"],
    "phone": [None, ""],
    "money": [None],
    "date": [None],
    "datetime": [None],
    "boolean": [None],
    "choice": [None, ""],
    "reference": [None],
    "multi_choice": [None, []],
}


def a_field(kind: str, **more: Any) -> Field:
    options = OPTIONS if kind in ("choice", "multi_choice") else ()
    return Field(entity="thing", name="f", label="F", type=kind, options=options, filterable=True, **more)


def leaf(op: str, value: Any) -> dict[str, Any]:
    return {"field": "f", "op": op} | ({} if value is None else {"value": value})


def test_the_rows_cover_the_whole_table() -> None:
    for table, rows, more in ((TABLE, ROWS, {}), (SENSITIVE, SEALED_ROWS, {"sensitive": True})):
        told = {(a_field(kind, **more).kind, op) for kind, op, *_ in rows}
        assert told == {(kind, op) for kind, ops in table.items() for op in ops if op != "is_empty"}


async def _verdicts(runtime: Any, field: Field, record_values: list[Any], raws: list[Any]) -> list[list[bool]]:
    bench = Bench([field], [{} if value is None else {"f": value} for value in record_values])
    conditions = [check(raw, bench.fieldset, searching=True, zone=EASTERN) for raw in raws]
    async with in_harbor(runtime) as work:
        await bench.fill(work)
        return await bench.verdicts(work, conditions, now=NOW, zone=EASTERN, me=ME)


@pytest.mark.parametrize("home", [{"builtin": True}, {"builtin": False}], ids=["builtin", "custom"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
async def test_an_operator_and_its_complement(runtime: Any, row: tuple[Any, ...], home: dict[str, Any]) -> None:
    kind, op, value, true_of, false_of = row
    raw = leaf(op, value)
    found = await _verdicts(
        runtime, a_field(kind, **home), [true_of, false_of, None], [raw, {"not": raw}, {"not": {"not": raw}}]
    )
    assert found == [[True, False, False], [False, True, True], [True, False, False]]


@pytest.mark.parametrize("home", [{"builtin": True}, {"builtin": False}], ids=["builtin", "custom"])
@pytest.mark.parametrize("row", SEALED_ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
async def test_a_sealed_value_is_found_by_its_hash(runtime: Any, row: tuple[Any, ...], home: dict[str, Any]) -> None:
    kind, op, value, true_of, false_of = row
    raw = leaf(op, value)
    field = a_field(kind, sensitive=True, **home)
    found = await _verdicts(runtime, field, [true_of, false_of, None], [raw, {"not": raw}, leaf("is_empty", None)])
    assert found == [[True, False, False], [False, True, True], [False, False, True]]


@pytest.mark.parametrize("home", [{"builtin": True}, {"builtin": False}], ids=["builtin", "custom"])
@pytest.mark.parametrize("kind", EMPTY)
async def test_empty_is_asked_for_by_name(runtime: Any, kind: str, home: dict[str, Any]) -> None:
    full = next(row[3] for row in ROWS if row[0] == kind)
    raws = [leaf("is_empty", None), {"not": leaf("is_empty", None)}]
    found = await _verdicts(runtime, a_field(kind, **home), [full, *EMPTY[kind]], raws)
    none = [True] * len(EMPTY[kind])
    assert found == [[False, *none], [True, *(not each for each in none)]]


async def test_money_in_minor_units_compares_in_the_major_one(runtime: Any) -> None:
    raws = [leaf("gt", "99.99"), leaf("eq", 100), leaf("lte", "-0.01"), leaf("between", ["99.99", "100"])]
    found = await _verdicts(
        runtime, a_field("money", minor=True), [Decimal(100), Decimal("99.99"), Decimal("-0.01")], raws
    )
    assert found == [[True, False, False], [True, False, False], [False, False, True], [True, True, False]]


async def test_groups_are_and_or_and_plain_complement(runtime: Any) -> None:
    red, green = leaf("eq", "red"), leaf("eq", "green")
    raws = [
        {"all": []},
        {},
        {"any": [red, green]},
        {"all": [red, green]},
        {"not": {"any": [red, green]}},
        {"not": {"all": [{"not": red}, {"not": green}]}},
        {"not": {"all": []}},
    ]
    found = await _verdicts(runtime, a_field("choice"), ["red", "green", "blue", None], raws)
    assert found == [
        [True] * 4,
        [True] * 4,
        [True, True, False, False],
        [False] * 4,
        [False, False, True, True],
        [True, True, False, False],
        [False] * 4,
    ]


async def test_mine_is_nobodys_when_nobody_asks(runtime: Any) -> None:
    bench = Bench([a_field("reference")], [{"f": ME}, {}])
    mine = check(leaf("eq", "me"), bench.fieldset)
    async with in_harbor(runtime) as work:
        asked = {"now": NOW, "zone": EASTERN}
        assert await bench.verdicts(work, [mine], me=ME, **asked) == [[True, False]]
        assert await bench.verdicts(work, [mine], me=None, **asked) == [[False, False]]


# --- where SQL stands alone


async def test_items_of_another_table_are_looked_up_there(runtime: Any) -> None:
    ids = [uuid4(), uuid4(), uuid4()]
    things = values(column("id", Uuid()), name="things").data([(each,) for each in ids])
    tags = values(column("record", Uuid()), column("tag", Text()), name="taggings")
    tags = tags.data([(ids[0], "red"), (ids[0], "blue"), (ids[1], "red")])
    field = a_field("multi_choice", members=lambda record_id: select(tags.c.tag).where(tags.c.record == record_id))
    fieldset = FieldSet("thing", [field])
    raws = [
        leaf("has_any", ["red"]),
        leaf("has_all", ["red", "blue"]),
        leaf("is_empty", None),
        {"not": leaf("has_any", ["blue"])},
    ]
    predicates = [
        to_sql(check(raw, fieldset, searching=True), fieldset, now=NOW, zone=EASTERN, record_id=things.c.id)
        for raw in raws
    ]
    async with in_harbor(runtime) as work:
        shown = [func.coalesce(each, false()) for each in predicates]
        rows = {row[0]: tuple(row[1:]) for row in await work.execute(select(things.c.id, *shown))}
    assert [rows[each] for each in ids] == [
        (True, True, False, False),
        (True, False, False, True),
        (False, False, True, True),
    ]


async def test_a_query_that_reads_the_mirror_itself_is_not_confused(runtime: Any) -> None:
    bench = Bench([a_field("integer", builtin=False)], [{"f": 1}, {"f": 2}])
    wanted = to_sql(
        check(leaf("eq", 1), bench.fieldset),
        bench.fieldset,
        now=NOW,
        zone=EASTERN,
        record_id=FieldValue.record,
    )
    async with in_harbor(runtime) as work:
        await bench.fill(work)
        rows = await work.scalars(select(FieldValue.record).where(wanted, FieldValue.record.in_(bench.ids)))
        assert rows.all() == [bench.ids[0]]


async def test_a_number_beyond_the_column_is_no_error(runtime: Any) -> None:
    things = values(column("n", Integer()), name="things").data([(2**31 - 1,)])
    fieldset = FieldSet("thing", [a_field("integer", column=things.c.n)])
    async with in_harbor(runtime) as work:
        for op, expected in (("lt", 1), ("gt", 0), ("eq", 0)):
            condition = check(leaf(op, 999_999_999_999_999), fieldset)
            wanted = to_sql(condition, fieldset, now=NOW, zone=EASTERN, record_id=things.c.n)
            assert await work.scalar(select(func.count()).select_from(things).where(wanted)) == expected


HOSTILE = [
    "' or 1=1 --",
    "\\",
    "%",
    "_",
    "\\'; drop table fields; --",
    "${jndi:x}",
    "{{7*7}}",
    ":param",
    "%s",
    "$1",
    "?",
]


@pytest.mark.parametrize("op", ["eq", "contains", "starts_with"])
async def test_hostile_text_is_only_text(runtime: Any, op: str) -> None:
    for home in ({"builtin": True}, {"builtin": False}):
        for hostile in HOSTILE:
            if not hostile.strip("%_ "):
                continue
            found = await _verdicts(runtime, a_field("text", **home), [hostile, "plain"], [leaf(op, hostile)])
            assert found == [[True, False]]


SHAPES = [
    ("text", leaf("eq", "Ana"), "txt = 'ana'"),
    ("text", leaf("contains", "5%"), "txt LIKE '%5\\%%'"),
    ("integer", leaf("gt", 5), "num > 5"),
    ("datetime", leaf("before", "2026-03-08"), "at < '2026-03-08 05:00:00+00:00'"),
    ("multi_choice", leaf("has_any", ["red"]), "txt IN ('red')"),
]


@pytest.mark.parametrize(("kind", "raw", "test"), SHAPES, ids=lambda each: str(each)[:12])
def test_the_mirror_is_asked_in_the_shape_of_its_indexes(kind: str, raw: Any, test: str) -> None:
    """Bare columns beside constants: anything around the column would leave the index unused."""
    fieldset = FieldSet("thing", [a_field(kind, builtin=False, id=uuid4())])
    wanted = to_sql(check(raw, fieldset, zone=EASTERN), fieldset, now=NOW, zone=EASTERN, record_id=column("id"))
    written = str(wanted.compile(dialect=psycopg.dialect(), compile_kwargs={"literal_binds": True}))
    assert f"mirror.{test.replace('%', '%%')})" in written.replace("field_values_1.", "mirror.")


async def test_what_can_not_be_looked_up_is_refused(runtime: Any) -> None:
    shut = FieldSet("thing", [Field(entity="thing", name="f", label="Note", builtin=False, id=uuid4())])
    condition = check(leaf("eq", "x"), shut)
    assert matches(condition, shut, {"f": "X"}, now=NOW, zone=EASTERN)
    asked = {"now": NOW, "zone": EASTERN, "record_id": literal(uuid4())}
    with pytest.raises(ConditionError, match="Note can't be filtered by"):
        to_sql(condition, shut, **asked)
    with pytest.raises(ConditionError, match="Note can't be filtered by"):
        parse_json('{"field": "f", "op": "eq", "value": "x"}', shut)
    with pytest.raises(ConditionError, match="no field"):
        to_sql(condition, FieldSet("thing", []), **asked)
    sealed = FieldSet("thing", [a_field("text", sensitive=True, builtin=False, id=uuid4())])
    with pytest.raises(ValueError, match="pass the tenant's box"):
        to_sql(check(leaf("eq", "x"), sealed), sealed, **asked)
    assert to_sql(check(leaf("eq", "x"), sealed), sealed, box=BOX, **asked) is not None
    unblind = FieldSet("thing", [a_field("text", sensitive=True, column=column("ssn"))])
    with pytest.raises(ConditionError, match="kept sealed"):
        to_sql(check(leaf("eq", "x"), unblind), unblind, box=BOX, **asked)
