"""What may be saved as a condition, what is said of the rest, and how a condition reads."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import column

from app.core.conditions import (
    EVERYTHING,
    ConditionError,
    check,
    fields_used,
    matches,
    operators_for,
    parse_json,
    to_chips,
    to_json,
    to_sentence,
)
from app.core.conditions.checking import DEPTH, STEPS
from app.core.errors import Invalid
from app.core.fields import Field, FieldSet

EASTERN = ZoneInfo("America/New_York")
STAGES = (("new", "New"), ("won", "Won"), ("lost", "Lost"))
TAGS = tuple((f"t{number}", f"Tag {number}") for number in range(9))


def field(name: str, type_: str, label: str, **more: Any) -> Field:
    return Field(
        entity="lead",
        name=name,
        label=label,
        type=type_,
        filterable=True,
        column=column(name),
        norm_column=column(name),
        **more,
    )  # type: ignore[arg-type]


LEAD = FieldSet(
    "lead",
    [
        field("state", "state", "State"),
        field("total_debt", "money", "Debt", currency="USD"),
        field("stage", "choice", "Stage", options=STAGES),
        field("city", "text", "City"),
        field("phone", "phone", "Phone"),
        field("email", "email", "E-mail"),
        field("age", "integer", "Age"),
        field("born", "date", "Birth date"),
        field("seen", "datetime", "Last contact"),
        field("hot", "boolean", "Hot"),
        field("tags", "multi_choice", "Tags", options=TAGS),
        field("owner", "reference", "Owner", options=((str(UUID(int=2)), "Maria Chen"),)),
        field("ssn", "text", "SSN", sensitive=True),
        Field(entity="lead", name="note", label="Note", builtin=False, id=uuid4()),
    ],
)


def leaf(name: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": name, "op": op} | ({"value": value[0]} if value else {})


def faults(raw: Any, **how: Any) -> list[tuple[str, str]]:
    with pytest.raises(ConditionError) as refused:
        check(raw, LEAD, **how)
    return refused.value.faults


FL, DEBT = leaf("state", "eq", "FL"), leaf("total_debt", "gt", 10000)

REFUSED: list[tuple[Any, str, str]] = [
    ("FL", "", 'Write an object here: {"field", "op", "value"}, or all, any, not.'),
    ({"or": [FL]}, "", 'Use exactly one of "all", "any" and "not", or a comparison with "field" and "op".'),
    (
        {"all": [FL], "any": [FL]},
        "",
        'Use exactly one of "all", "any" and "not", or a comparison with "field" and "op".',
    ),
    ({"all": FL}, "all", "Write a list of conditions here."),
    ({"any": []}, "any", "Add at least one condition."),
    ({"not": [FL]}, "not", 'Write an object here: {"field", "op", "value"}, or all, any, not.'),
    ({**FL, "sql": "1=1"}, "", '"sql" does not belong here. A comparison has field, op and value.'),
    (leaf("stat", "eq", "FL"), "field", 'There is no field "stat" here. Did you mean "state"?'),
    (
        leaf("leads.password", "eq", "FL"),
        "field",
        'There is no field "leads.password" here. Choose another one.',
    ),
    (leaf(["state"], "eq", "FL"), "field", 'There is no field "[\'state\']" here. Did you mean "state"?'),  # type: ignore[arg-type]
    (
        leaf("hot", "eq", True),
        "op",
        'Hot can\'t be compared by "eq". Use one of: is_true, is_false, is_empty',
    ),
    (
        leaf("city", "matches", "(a+)+$"),
        "op",
        'City can\'t be compared by "matches". Use one of: eq, in, contains, starts_with, is_empty',
    ),
    (
        leaf("ssn", "contains", "1"),
        "op",
        'SSN can\'t be compared by "contains" because it is kept sealed. Use one of: eq, in, is_empty',
    ),
    (
        leaf("state", "ne", "FL"),
        "op",
        'There is no "ne". Put "not" around the comparison; it takes in records without a value.',
    ),
    (
        leaf("state", "eq"),
        "value",
        'Enter a value to compare with. To find records without one use "is_empty".',
    ),
    (leaf("state", "eq", "XX"), "value", '"XX" is not a US state. Use its two letters, like FL.'),
    (leaf("stage", "eq", "gone"), "value", '"gone" is not in this list. Choose one of: New, Won, Lost'),
    (leaf("state", "in", "FL"), "value", "Write a list with at least one value here."),
    (leaf("state", "in", []), "value", "Write a list with at least one value here."),
    (
        leaf("state", "in", ["FL", ""]),
        "value[1]",
        'Enter a value to compare with. To find records without one use "is_empty".',
    ),
    (leaf("city", "contains", "\u0301"), "value", "Enter at least one letter or digit to look for."),
    (leaf("city", "contains", ""), "value", "Enter what to look for."),
    (leaf("city", "contains", "x" * 201), "value", "This has 201 characters; the limit is 200. Shorten it."),
    (leaf("total_debt", "gt", "much"), "value", '"much" is not a number. Write it like 12,500.00.'),
    (leaf("age", "gt", 1.5), "value", "1.5 is not a whole number. Write it like 12."),
    (leaf("total_debt", "between", [5]), "value", "Write two values here: the first and the last."),
    (leaf("total_debt", "between", [5, 1]), "value", "The first value lies after the last. Swap them."),
    (
        leaf("born", "between", ["today", "today-1"]),
        "value",
        "The first value lies after the last. Swap them.",
    ),
    (leaf("born", "before", "today-9999"), "value", "9,999 days is too far away. Use at most 3,660."),
    (
        leaf("born", "before", "now"),
        "value",
        '"now" is not a date that can be read in one way. Write it like 2026-05-03 or 5/3/2026.',
    ),
    (leaf("seen", "in_last", 0), "value", "Enter a whole number of days, from 1 to 3,660."),
    (leaf("seen", "in_last", True), "value", "Enter a whole number of days, from 1 to 3,660."),
    (leaf("hot", "is_true", True), "value", '"is_true" stands alone. Leave the value out.'),
]


@pytest.mark.parametrize(("raw", "path", "message"), REFUSED, ids=lambda each: str(each)[:30])
def test_what_can_not_be_kept_is_refused_in_words(raw: Any, path: str, message: str) -> None:
    assert faults(raw) == [(path, message)]


def test_every_fault_is_told_with_its_place() -> None:
    raw = {"all": [FL, {"not": {"any": [leaf("age", "gt", "x"), DEBT, leaf("nothing", "eq", 1)]}}]}
    assert [path for path, _ in faults(raw)] == ["all[1].not.any[0].value", "all[1].not.any[2].field"]


def test_a_refusal_is_an_invalid_answer_with_field_errors() -> None:
    with pytest.raises(Invalid) as refused:
        check({"all": [leaf("age", "gt", "x")]}, LEAD)
    assert [(error.field, error.code) for error in refused.value.errors] == [("all[0].value", "not_allowed")]


def test_hidden_fields_can_not_be_asked_about() -> None:
    seen = LEAD.within({"ssn": "hidden"})
    with pytest.raises(ConditionError, match='There is no field "ssn" here'):
        check(leaf("ssn", "is_empty"), seen)
    assert check(leaf("ssn", "is_empty"), LEAD.within({"ssn": "read"}))


def test_filters_take_only_what_can_be_searched() -> None:
    assert faults(leaf("note", "eq", "x"), searching=True) == [
        ("field", "Note can't be filtered by. Mark it as filterable first.")
    ]
    assert check(leaf("note", "eq", "x"), LEAD)


def test_a_sealed_value_is_not_kept_in_a_saved_condition() -> None:
    sealed = leaf("ssn", "eq", "123-45-6789")
    message = "SSN is kept sealed, so nothing saved can compare it."
    assert faults({"all": [sealed]}, kept=True) == [("all[0]", message)]
    assert check(sealed, LEAD)
    assert check({"all": [FL, leaf("ssn", "is_empty")]}, LEAD, kept=True)


def nested(times: int) -> Any:
    raw: Any = FL
    for _ in range(times):
        raw = {"not": raw}
    return raw


def test_depth_is_limited() -> None:
    assert check(nested(DEPTH), LEAD)
    path, message = faults(nested(DEPTH + 1))[0]
    assert (path, message) == (".".join(["not"] * DEPTH), "Groups go 6 deep at most. Flatten this one.")
    assert faults(nested(5000))


def test_size_is_limited() -> None:
    assert check({"all": [FL] * (STEPS - 1)}, LEAD)
    assert faults({"all": [FL] * STEPS}) == [
        (
            f"all[{STEPS - 1}]",
            "This condition has more than 500 parts. Split it, or make a segment of its own.",
        )
    ]
    assert faults({"all": [FL] * 200_000})
    assert check(leaf("state", "in", ["FL"] * (STEPS - 1)), LEAD)
    assert faults(leaf("state", "in", ["FL"] * STEPS)) == [
        ("value", "This condition has more than 500 parts. Split it, or make a segment of its own.")
    ]


def test_the_address_bar_holds_json_or_nothing() -> None:
    assert parse_json("", LEAD) is EVERYTHING
    assert parse_json("{}", LEAD) is EVERYTHING
    assert parse_json(json.dumps(FL), LEAD) == check(FL, LEAD)
    for broken in ("{", "[" * 100_000, '{"all": [}', "\x00", '"\\ud800"'):
        with pytest.raises(ConditionError):
            parse_json(broken, LEAD)


def test_values_are_kept_in_their_plain_form() -> None:
    raw = {
        "all": [
            leaf("state", "in", ["florida", "FL", "GA"]),
            leaf("total_debt", "gt", "$10,000.00"),
            leaf("phone", "eq", "(727) 555-0142"),
            leaf("born", "before", "5/3/2026"),
            leaf("seen", "after", "Today - 3"),
            leaf("seen", "before", "2026-05-03 14:30"),
            leaf("tags", "has_any", ["Tag 1", "t1"]),
            leaf("seen", "in_last", "7"),
        ]
    }
    kept = to_json(check(raw, LEAD, zone=EASTERN))
    assert [part["value"] for part in kept["all"]] == [
        ["FL", "GA"],
        "10000",
        "+17275550142",
        "2026-05-03",
        "today-3",
        "2026-05-03T18:30:00+00:00",
        ["t1"],
        7,
    ]
    assert to_json(check(kept, LEAD)) == kept
    assert fields_used(check(raw, LEAD)) == {"state", "total_debt", "phone", "born", "seen", "tags"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("all any not field op value".split()), inner, max_size=3)
    ),
    max_leaves=12,
)
near_misses = st.builds(
    lambda name, op, value: {"field": name, "op": op, "value": value},
    st.sampled_from(LEAD.names),
    st.sampled_from([each.name for each in operators_for(LEAD["city"])] + ["gt", "in_last", "has_any", "between"]),
    json_values,
)


@given(raw=json_values | near_misses)
@settings(deadline=None)
def test_whatever_is_sent_is_kept_or_explained(raw: Any) -> None:
    try:
        condition = check(raw, LEAD)
    except ConditionError as refused:
        assert refused.faults
        return
    json.dumps(to_json(condition)).encode()
    assert matches(condition, LEAD, {}, now=datetime(2026, 3, 9, tzinfo=UTC), zone=EASTERN) in (True, False)
    assert to_sentence(condition, LEAD)


def test_a_record_may_hold_json_or_python_values() -> None:
    raw = {"all": [DEBT, leaf("seen", "before", "2026-05-03"), leaf("hot", "is_true")]}
    condition = check(raw, LEAD)
    record = {"total_debt": "10000.01", "seen": "2026-05-01T00:00:00Z", "hot": True}
    asked = {"now": datetime(2026, 5, 3, tzinfo=UTC), "zone": EASTERN}
    assert matches(condition, LEAD, record, **asked)
    assert not matches(condition, LEAD, record | {"hot": "true"}, **asked)
    assert not matches(condition, LEAD, {}, **asked)


def test_a_field_that_is_gone_counts_as_missing() -> None:
    condition, left = check(FL, LEAD), LEAD.only(["city"])
    asked = {"now": datetime(2026, 5, 3, tzinfo=UTC), "zone": EASTERN}
    assert matches(condition, LEAD, {"state": "FL"}, **asked)
    assert not matches(condition, left, {"state": "FL"}, **asked)


# --- words

SENTENCES: list[tuple[Any, str]] = [
    ({}, "Everything"),
    ({"all": [leaf("state", "in", ["FL", "GA"]), DEBT]}, "State is FL or GA and debt over $10,000"),
    (
        {"any": [FL, {"all": [DEBT, leaf("hot", "is_true")]}]},
        "State is FL or (debt over $10,000 and hot is yes)",
    ),
    ({"not": leaf("stage", "eq", "won")}, "Stage is not Won"),
    ({"not": {"any": [FL, DEBT]}}, "Not (state is FL or debt over $10,000)"),
    (leaf("total_debt", "between", ["1000", "2500.50"]), "Debt from $1,000 to $2,500.50"),
    (leaf("total_debt", "lt", -5), "Debt under \u2212$5"),
    (leaf("city", "contains", "Tampa {0}"), 'City contains "Tampa {0}"'),
    (leaf("phone", "starts_with", "727"), 'Phone starts with "727"'),
    (leaf("phone", "eq", "7275550142"), "Phone is (727) 555-0142"),
    (leaf("email", "eq", "Ana@example.com"), "E-mail is ana@example.com"),
    (leaf("born", "before", "1980-01-02"), "Birth date before Jan 2, 1980"),
    (leaf("born", "after", "today-14"), "Birth date after 14 days ago"),
    (leaf("seen", "eq", "today"), "Last contact is today"),
    (leaf("seen", "before", "now"), "Last contact before now"),
    (leaf("seen", "after", "2026-05-03"), "Last contact after May 3, 2026"),
    (leaf("seen", "before", "2026-05-03T18:30:00Z"), "Last contact before Sun, May 3, 2026, 2:30 pm Eastern"),
    (leaf("seen", "in_last", 1), "Last contact in the last day"),
    ({"not": leaf("seen", "in_last_hours", 6)}, "Last contact not in the last 6 hours"),
    (leaf("tags", "has_all", ["t1", "t2"]), "Tags includes all of Tag 1 and Tag 2"),
    (leaf("tags", "has_any", [f"t{n}" for n in range(6)]), "Tags includes Tag 0, Tag 1, Tag 2 or 3 more"),
    (leaf("owner", "eq", "me"), "Owner is me"),
    (leaf("owner", "eq", str(UUID(int=2))), "Owner is Maria Chen"),
    (leaf("ssn", "eq", "123-45-6789"), "SSN is ••••6789"),
    ({"not": leaf("ssn", "is_empty")}, "SSN is not empty"),
]


@pytest.mark.parametrize(("raw", "sentence"), SENTENCES, ids=lambda each: str(each)[:40])
def test_a_condition_reads_as_a_sentence(raw: Any, sentence: str) -> None:
    assert to_sentence(check(raw, LEAD, zone=EASTERN), LEAD, zone=EASTERN) == sentence


def test_each_part_of_a_filter_is_a_chip() -> None:
    assert to_chips(check({"all": [FL, DEBT, {"any": [leaf("hot", "is_true"), FL]}]}, LEAD), LEAD) == [
        "State is FL",
        "Debt over $10,000",
        "Hot is yes or state is FL",
    ]
    assert to_chips(check(FL, LEAD), LEAD) == ["State is FL"]
    assert to_chips(EVERYTHING, LEAD) == []
