"""What a condition says of a record and what Postgres finds for it are the same: on drawn schemas, records, conditions."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, Numeric, Text, Uuid
from sqlalchemy import cast, column, false, func, literal, select, union_all, values

from app.core.conditions import check, leaves, matches, operators_for, to_json, to_sentence, to_sql
from app.core.fields import CustomField, Field, FieldSet, FieldValue, comparable, native, store_many
from app.core.work import Work, unit

pytestmark = pytest.mark.anyio

OPTIONS = (("red", "Red"), ("green", "Green"), ("blue", "Blue"))
IDS = [UUID(int=number) for number in range(1, 4)]
ZONES = [
    *("America/New_York", "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati"),
    *(
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "America/Santiago",
    ),  # midnight may not exist, or twice
]
DAYS = [
    *(
        date(2026, 3, 7),
        date(2026, 3, 8),
        date(2026, 3, 9),
        date(2026, 10, 31),
        date(2026, 11, 1),
        date(2026, 11, 2),
    ),
    *(date(2026, 4, 5), date(2026, 9, 6), date(2026, 3, 29), date(2026, 4, 24), date(2024, 2, 29)),
    *(date(1900, 1, 1), date(2200, 12, 31)),
]
NUMBERS = [
    Decimal(text) for text in "0 1 -1 0.1 10 9.99 10.01 12500 -0.01 999999999999999 -999999999999999".split()
]
TEXTS = [
    *(
        "Ana",
        "ana ",
        "ÁNA",
        "straße",
        "STRASSE",
        "100%",
        "100",
        "a_b",
        "axb",
        "a\\b",
        "\\",
        "İstanbul",
        "ı",
        "ﬁx",
        " ",
    ),
    *("", "\u0301", "漢字", "😀", "x" * 700, "x" * 499 + "yz", "'; drop table fields; --", "\u00a0a\u2003b"),
]
URLS = [
    "https://example.com/a_b",
    "https://example.com/A_B",
    "http://example.org/?x=100%",
    "https://éxample.com",
]
EXACT = {
    "email": ["ana@example.com", "bo@example.org", "a_a@example.com", "a%a@example.com"],
    "phone": ["+17275550142", "+18135550142", "+442079460958", "+17275550199"],
    "ip": ["203.0.113.7", "203.0.113.77", "2001:db8::1"],
    "zip": ["33602", "33603", "00501"],
    "state": ["FL", "GA", "PR"],
    "country": ["US", "DE"],
}
COLUMN_TYPES: dict[str, Any] = {
    "words": Text(), "exact": Text(), "choice": Text(), "number": Numeric(), "day": Date(),
    "moment": DateTime(timezone=True), "flag": Boolean(), "set": ARRAY(Text()),
}  # fmt: skip


def column_type(field: Field) -> Any:
    if field.type == "reference":
        return Uuid()
    return BigInteger() if field.minor or field.type == "integer" else COLUMN_TYPES[field.kind]


def cell(field: Field, value: Any) -> Any:
    """A value as a slice keeps it in the column that conditions compile to."""
    if value is None:
        return None
    if field.kind == "words":
        return comparable(value)
    return int(value.scaleb(field.places)) if field.minor else value


class Bench:
    """A table of drawn records, half of its fields built in and half custom, inside one transaction."""

    def __init__(self, drafts: Sequence[Field], records: list[dict[str, Any]]) -> None:
        self.ids = [uuid4() for _ in records]
        self.records = records
        inside = [field for field in drafts if field.builtin]
        rows = [
            (record_id, *(cast(cell(field, record.get(field.name)), column_type(field)) for field in inside))
            for record_id, record in zip(self.ids, records, strict=True)
        ]
        columns = [column("id", Uuid()), *(column(field.name, column_type(field)) for field in inside)]
        self.things = values(*columns, name="things").data(rows)
        placed = msgspec.structs.replace
        self.fieldset = FieldSet(
            "thing",
            [
                placed(field, column=self.things.c[field.name], norm_column=self.things.c[field.name])
                if field.builtin
                else placed(field, id=uuid4())
                for field in drafts
            ],
        )

    async def fill(self, work: Work) -> None:
        for field in self.fieldset.custom:
            options = [list(option) for option in field.options]
            work.add(
                CustomField(
                    id=field.id, entity="thing", name=field.name, label="X", type=field.type, options=options
                )
            )
        await work.flush()
        await store_many(work, "thing", self.fieldset, zip(self.ids, self.records, strict=True))

    async def found(self, work: Work, predicates: Sequence[Any]) -> list[list[bool]]:
        """For each predicate whether it is true of each record: as a column, and as a WHERE."""
        shown = [func.coalesce(predicate, false()) for predicate in predicates]
        rows = {row[0]: list(row[1:]) for row in await work.execute(select(self.things.c.id, *shown))}
        as_columns = [[rows[record_id][index] for record_id in self.ids] for index in range(len(predicates))]
        filters = [
            select(literal(index), self.things.c.id).where(predicate)
            for index, predicate in enumerate(predicates)
        ]
        kept = {(row[0], row[1]) for row in await work.execute(union_all(*filters))}
        as_filters = [
            [(index, record_id) in kept for record_id in self.ids] for index in range(len(predicates))
        ]
        assert as_columns == as_filters
        return as_columns


async def in_harbor(runtime: Any) -> Any:
    return unit(tenant=await runtime.directory.by_slug("harbor"))


# --- strategies


def drawn_value(field: Field, now: datetime, zone: ZoneInfo) -> st.SearchStrategy[Any]:
    """Values as a record holds them, most from a small pool so that they meet those of conditions."""
    pools: dict[str, st.SearchStrategy[Any]] = {
        "words": st.one_of(
            st.sampled_from(TEXTS + URLS), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
        ),
        "exact": st.sampled_from(EXACT.get(field.type, [""])),
        "choice": st.sampled_from(
            IDS if field.type == "reference" else EXACT.get(field.type, [v for v, _ in OPTIONS])
        ),
        "set": st.lists(st.sampled_from([value for value, _ in OPTIONS]), unique=True),
        "flag": st.booleans(),
        "number": numbers(field),
        "day": st.one_of(st.sampled_from(DAYS), near_today(now, zone)),
        "moment": moments(now, zone),
    }
    return pools[field.kind]


def numbers(field: Field) -> st.SearchStrategy[Any]:
    places = min(field.places, 6)
    drawn = st.decimals(-1000, 1000, places=places, allow_nan=False, allow_infinity=False)
    pool = st.sampled_from([number for number in NUMBERS if -number.as_tuple().exponent <= places])  # type: ignore[operator]
    return st.one_of(pool, drawn).map(int if field.type == "integer" else Decimal)


def near_today(now: datetime, zone: ZoneInfo) -> st.SearchStrategy[date]:
    return st.integers(-4, 4).map(lambda days: now.astimezone(zone).date() + timedelta(days=days))


def moments(now: datetime, zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    """Around midnights of the zone and around now, to the microsecond."""
    steps = [0, -1, 1, 1_000_000, -3_600_000_000, 3_600_000_000, 7_200_000_000]
    edge = st.sampled_from(steps).map(lambda microseconds: timedelta(microseconds=microseconds))
    midnight = st.one_of(st.sampled_from(DAYS[:-2]), near_today(now, zone)).map(
        lambda day: datetime.combine(day, time(), zone).astimezone(UTC)
    )
    away = st.integers(-3, 3).map(lambda days: now + timedelta(days=days))
    return st.builds(lambda at, step: at + step, st.one_of(midnight, away), edge)


@st.composite
def comparisons(draw: Any, field: Field, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One leaf of JSON, with any operator of the field's."""
    operator = draw(st.sampled_from(operators_for(field)))
    leaf = {"field": field.name, "op": operator.name}
    shape = operator.takes
    if shape == "nothing":
        return leaf
    if shape in ("days", "hours"):
        return leaf | {"value": draw(st.integers(1, 4) if shape == "days" else st.integers(1, 72))}
    if shape == "fragment":
        return leaf | {"value": draw(fragments(field))}
    single = operand(field, now, zone)
    if shape == "one":
        return leaf | {"value": draw(single)}
    if shape == "many":
        return leaf | {"value": draw(st.lists(single, min_size=1, max_size=3))}
    return leaf | {"value": draw(st.tuples(single, single).map(in_order))}


def in_order(pair: tuple[str, str]) -> list[str]:
    def place(text: str) -> Any:
        if text.startswith("today"):
            return int(text[5:] or 0)
        return Decimal(text) if re.fullmatch(r"-?[\d.]+", text) else text

    first, last = map(place, pair)
    return list(reversed(pair)) if type(first) is type(last) and first > last else list(pair)


def operand(field: Field, now: datetime, zone: ZoneInfo) -> st.SearchStrategy[Any]:
    if field.kind == "words":
        return st.sampled_from(URLS) if field.type == "url" else words()
    if field.kind == "set":
        return st.sampled_from([value for value, _ in OPTIONS])
    value = drawn_value(field, now, zone).filter(bool if field.kind == "exact" else lambda _: True)
    if field.kind == "number":
        return value.map(str)
    if field.kind == "day":
        return st.one_of(value.map(date.isoformat), st.sampled_from(["today", "today-1", "today+2"]))
    if field.kind == "moment":
        days = st.one_of(st.sampled_from(DAYS), near_today(now, zone)).map(date.isoformat)
        return st.one_of(
            value.map(datetime.isoformat), days, st.sampled_from(["today", "today-1", "today+2", "now"])
        )
    if field.type == "reference":
        return st.one_of(value.map(str), st.just("me"))
    return value


def words() -> st.SearchStrategy[str]:
    pool = st.one_of(
        st.sampled_from([text for text in TEXTS if len(text) <= 200]),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4),
    )
    return pool.filter(lambda text: bool(comparable(text)))


def fragments(field: Field) -> st.SearchStrategy[str]:
    if field.kind == "words":
        return words()
    whole = st.sampled_from(EXACT[field.type])
    cut = st.builds(
        lambda text, start, length: text[start : start + length], whole, st.integers(0, 3), st.integers(1, 9)
    )
    return cut.filter(lambda text: any(mark.isalnum() for mark in text))


TYPES = [
    *(
        "text",
        "long_text",
        "url",
        "integer",
        "decimal",
        "percent",
        "money",
        "date",
        "datetime",
        "boolean",
        "choice",
    ),
    *("multi_choice", "email", "phone", "ip", "state", "zip", "country", "reference"),
]


@st.composite
def schemas(draw: Any) -> list[Field]:
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=5))
    made = []
    for index, kind in enumerate(types):
        builtin = draw(st.booleans())
        minor = builtin and kind == "money" and draw(st.booleans())
        options = OPTIONS if kind in ("choice", "multi_choice") else ()
        made.append(
            Field(
                entity="thing", name=f"f{index}", label=f"Field {index}", type=kind, options=options,  # type: ignore[arg-type]
                filterable=True, builtin=builtin, minor=minor, max_length=1000,
            )
        )  # fmt: skip
    return made


@st.composite
def cases(draw: Any) -> Any:
    drafts = draw(schemas())
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    day = draw(st.sampled_from(DAYS[:-2]))
    now = datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(
        minutes=draw(st.integers(-3000, 3000))
    )
    record = st.fixed_dictionaries(
        {field.name: st.one_of(st.none(), drawn_value(field, now, zone)) for field in drafts}
    )
    leaf = st.one_of([comparisons(field, now, zone) for field in drafts])
    groups = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    ).filter(lambda raw: depth(raw) <= 6)
    records = draw(st.lists(record, min_size=1, max_size=6))
    return drafts, records, draw(st.lists(groups, min_size=1, max_size=5)), now, zone


def depth(raw: dict[str, Any]) -> int:
    ((key, inside),) = [(k, v) for k, v in raw.items() if k in ("all", "any", "not")] or [("", None)]
    if not key:
        return 0
    parts = [inside] if key == "not" else inside
    return 1 + max(map(depth, parts), default=0)


# --- the property


@given(case=cases())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
async def test_record_and_database_agree(runtime: Any, case: Any) -> None:
    drafts, records, raws, now, zone = case
    bench = Bench(drafts, records)
    conditions = [check(raw, bench.fieldset, searching=True, zone=zone) for raw in raws]
    me = IDS[0]
    asked = {"now": now, "zone": zone, "me": me}
    async with await in_harbor(runtime) as work:
        await bench.fill(work)
        predicates = [
            to_sql(each, bench.fieldset, record_id=bench.things.c.id, **asked) for each in conditions
        ]
        found = await bench.found(work, predicates)
        work.abandon()
    said = [[matches(each, bench.fieldset, record, **asked) for record in records] for each in conditions]
    assert said == found
    for condition in conditions:
        assert check(to_json(condition), bench.fieldset, zone=zone) == condition
        assert to_sentence(condition, bench.fieldset, zone=zone)
        assert len(list(leaves(condition))) <= 60
