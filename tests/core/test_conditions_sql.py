"""What a condition says of a record and what Postgres finds for it are the same: on drawn cases."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conditions import Operator, check, operators_for, to_json, to_sentence
from app.core.fields import Field, comparable
from tests.core.conditions_bench import OPTIONS, Bench, in_harbor

pytestmark = pytest.mark.anyio

Json = st.SearchStrategy[dict[str, Any]]
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
NUMBERS = [Decimal(text) for text in "0 1 -1 0.1 10 9.99 10.01 12500 -0.01 999999999999999 -999999999999999".split()]
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
# --- strategies


def drawn_value(field: Field, now: datetime, zone: ZoneInfo) -> st.SearchStrategy[Any]:
    """Values as a record holds them, most from a small pool so that they meet those of conditions."""
    pools: dict[str, st.SearchStrategy[Any]] = {
        "words": st.one_of(
            st.sampled_from([*TEXTS, *URLS, "", " "]),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
        ),
        "exact": st.sampled_from(EXACT.get(field.type, [""])),
        "choice": st.sampled_from(IDS if field.type == "reference" else EXACT.get(field.type, [v for v, _ in OPTIONS])),
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
    hour = 3_600_000_000
    steps = [0, -1, 1, 1_000_000, -hour, hour, -5 * hour, 5 * hour, 11 * hour]
    edge = st.sampled_from(steps).map(lambda microseconds: timedelta(microseconds=microseconds))
    midnight = st.one_of(st.sampled_from(DAYS[:-2]), near_today(now, zone)).map(
        lambda day: datetime.combine(day, time(), zone).astimezone(UTC)
    )
    away = st.integers(-3, 3).map(lambda days: now + timedelta(days=days))
    return st.builds(lambda at, step: at + step, st.one_of(midnight, away), edge)


def comparison(field: Field, operator: Operator, held: list[Any], now: datetime, zone: ZoneInfo) -> Json:
    """One leaf with this operator, its value often one that a record holds, or next to it."""
    single = operand(field, held, now, zone)
    shapes: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "nothing": st.nothing,
        "days": lambda: st.integers(1, 4),
        "hours": lambda: st.integers(1, 72),
        "fragment": lambda: fragments(field),
        "one": lambda: single,
        "many": lambda: st.lists(single, min_size=1, max_size=3),
        "pair": lambda: st.tuples(single, single).map(in_order),
    }
    leaf = {"field": field.name, "op": operator.name}
    if operator.takes == "nothing":
        return st.just(leaf)
    return shapes[operator.takes]().map(lambda value: leaf | {"value": value})


def in_order(pair: tuple[str, str]) -> list[str]:
    def place(text: str) -> Any:
        if text.startswith("today"):
            return int(text[5:] or 0)
        return Decimal(text) if re.fullmatch(r"-?[\d.]+", text) else text

    first, last = map(place, pair)
    return list(reversed(pair)) if type(first) is type(last) and first > last else list(pair)


def operand(field: Field, held: list[Any], now: datetime, zone: ZoneInfo) -> st.SearchStrategy[Any]:
    if field.kind == "words":
        return st.sampled_from(URLS) if field.type == "url" else words()
    if field.kind == "set":
        return st.sampled_from([value for value, _ in OPTIONS])
    drawn = drawn_value(field, now, zone)
    value = st.one_of(st.sampled_from(held), drawn) if held else drawn
    if field.kind == "number":
        return value.map(str)
    if field.kind == "day":
        return st.one_of(value.map(date.isoformat), st.sampled_from(["today", "today-1", "today+2"]))
    if field.kind == "moment":
        days = value.map(lambda at: at.astimezone(zone).date().isoformat())
        return st.one_of(value.map(datetime.isoformat), days, st.sampled_from(["today", "today-1", "today+2", "now"]))
    return st.one_of(value.map(str), st.just("me")) if field.type == "reference" else value


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
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3))
    made = []
    for index, kind in enumerate(types):
        builtin = draw(st.booleans())
        made.append(
            Field(
                entity="thing",
                name=f"f{index}",
                label=f"Field {index}",
                type=kind,  # type: ignore[arg-type]
                options=OPTIONS if kind in ("choice", "multi_choice") else (),
                filterable=True,
                sensitive=draw(st.sampled_from([False, False, False, True])),
                builtin=builtin,
                minor=builtin and kind == "money" and draw(st.booleans()),
                max_length=1000,
            )
        )
    return made


@st.composite
def cases(draw: Any) -> Any:
    """Fields, records, a comparison by every operator of every field, and groups of these."""
    drafts = draw(schemas())
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    day = draw(st.sampled_from(DAYS[:-2]))
    now = datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(minutes=draw(st.integers(-3000, 3000)))
    record = {field.name: st.one_of(st.none(), drawn_value(field, now, zone)) for field in drafts}
    records = draw(st.lists(st.fixed_dictionaries(record), min_size=3, max_size=6))
    leaves = []
    for field in drafts:
        held = [each[field.name] for each in records if each[field.name] not in (None, "", [])]
        leaves += [draw(comparison(field, operator, held, now, zone)) for operator in operators_for(field)]
    groups = st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    ).filter(lambda raw: depth(raw) <= 6)
    return drafts, records, [*leaves, *draw(st.lists(groups, min_size=2, max_size=5))], now, zone


def depth(raw: dict[str, Any]) -> int:
    ((key, inside),) = [(k, v) for k, v in raw.items() if k in ("all", "any", "not")] or [("", None)]
    if not key:
        return 0
    parts = [inside] if key == "not" else inside
    return 1 + max(map(depth, parts), default=0)


@given(case=cases())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
async def test_record_and_database_agree(runtime: Any, case: Any) -> None:
    drafts, records, raws, now, zone = case
    bench = Bench(drafts, records)
    conditions = [check(raw, bench.fieldset, searching=True, zone=zone) for raw in raws]
    async with in_harbor(runtime) as work:
        await bench.fill(work)
        await bench.verdicts(work, conditions, now=now, zone=zone, me=IDS[0])
    for condition in conditions:
        assert check(to_json(condition), bench.fieldset, zone=zone) == condition
        assert to_sentence(condition, bench.fieldset, zone=zone)
