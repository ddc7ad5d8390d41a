"""What people and programs send, and what they are told when it can't be taken."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.fields import Field, FieldSet, FieldType, Unreadable, normalise, parse, read

EASTERN = ZoneInfo("America/New_York")
HARDSHIP = (("medical", "Medical bills"), ("job", "Lost job"), ("divorce", "Divorce, separation"))
STATES = (("AL", "Alabama"), ("AZ", "Arizona"), ("FL", "Florida"))


def field(type_: str, **more: Any) -> Field:
    return Field(entity="lead", name="x", label=more.pop("label", "Thing"), type=type_, **more)


READS: list[tuple[Field, object, object]] = [
    (field("money"), "$12,500.00", Decimal(12500)),
    (field("money"), 12500.5, Decimal("12500.5")),
    (field("money", currency="EUR"), "EUR 5", Decimal(5)),
    (field("money"), "\u221220", Decimal(-20)),
    (field("money", currency="JPY"), "¥1,200", Decimal(1200)),
    (field("decimal"), "0.000001", Decimal("0.000001")),
    (field("decimal"), "-0", Decimal(0)),
    (field("percent"), "12.5 %", Decimal("12.5")),
    (field("integer"), "1,200", 1200),
    (field("integer"), 12.0, 12),
    (field("boolean"), "yes", True),
    (field("boolean"), "on", True),
    (field("boolean"), True, True),
    (field("boolean"), 0, False),
    (field("boolean"), "No", False),
    (field("date"), "2026-05-03", date(2026, 5, 3)),
    (field("date"), "5/3/2026", date(2026, 5, 3)),
    (field("date"), "20260503", date(2026, 5, 3)),
    (field("date"), "May 3rd, 2026", date(2026, 5, 3)),
    (field("date"), "3 Sept 2026", date(2026, 9, 3)),
    (field("date"), "2026-05-03T23:00:00Z", date(2026, 5, 3)),
    (field("datetime"), "2026-05-03T14:30:00Z", datetime(2026, 5, 3, 14, 30, tzinfo=UTC)),
    (field("datetime"), "2026-05-03T14:30", datetime(2026, 5, 3, 18, 30, tzinfo=UTC)),
    (field("datetime"), "5/3/2026 2:30 pm", datetime(2026, 5, 3, 18, 30, tzinfo=UTC)),
    (field("datetime"), "May 3, 2026 at 12am", datetime(2026, 5, 3, 4, 0, tzinfo=UTC)),
    (field("datetime"), "2026-12-03", datetime(2026, 12, 3, 5, 0, tzinfo=UTC)),
    (field("phone"), "(727) 555-0142", "+17275550142"),
    (field("phone"), "1-727-555-0142 ext. 5", "+17275550142"),
    (field("phone"), "(555) 555-0142", "+15555550142"),
    (field("phone"), "+44 20 7946 0958", "+442079460958"),
    (field("email"), " Ana@EXAMPLE.com ", "ana@example.com"),
    (field("url"), "example.com/a?b=c", "https://example.com/a?b=c"),
    (field("ip"), "2001:DB8::1", "2001:db8::1"),
    (field("state"), "florida", "FL"),
    (field("state"), "Washington, DC", "DC"),
    (field("state", options=STATES), "az", "AZ"),
    (field("zip"), "33602-1234", "33602"),
    (field("zip"), 33602, "33602"),
    (field("country"), "USA", "US"),
    (field("country"), "germany", "DE"),
    (field("choice", options=HARDSHIP), "LOST  JOB", "job"),
    (field("choice", options=HARDSHIP), "medical", "medical"),
    (field("multi_choice", options=HARDSHIP), ["job", "Medical bills", "job"], ["job", "medical"]),
    (field("multi_choice", options=HARDSHIP), "job, medical", ["job", "medical"]),
    (field("multi_choice", options=HARDSHIP), "Divorce, separation", ["divorce"]),
    (field("reference"), "00000000-0000-0000-0000-000000000007", UUID(int=7)),
    (field("text"), "  Dana\n Reyes\x00 ", "Dana Reyes"),
    (field("text"), 5, "5"),
    (field("long_text"), "one\r\n\r\n two\t\x07", "one\n\n two"),
]


@pytest.mark.parametrize(("given_field", "raw", "value"), READS, ids=lambda each: getattr(each, "type", repr(each)))
def test_a_value_is_read(given_field: Field, raw: object, value: object) -> None:
    got = read(given_field, raw, EASTERN)
    assert (got, type(got)) == (value, type(value))


REFUSED: list[tuple[Field, object, str, str]] = [
    (
        field("money"),
        "1,25",
        "invalid_format",
        '"1,25" can be read in two ways. Use a point for decimals, like 12.5.',
    ),
    (field("money"), "12k", "invalid_format", '"12k" is not a number. Write it like 12,500.00.'),
    (field("money"), "12.345", "invalid_format", "12.345 has too many decimals. Use 2 at most."),
    (field("money"), 10**400, "too_long", "This number is too long. Shorten it."),
    (field("money"), "1" + "0" * 60, "too_long", "This number has more than 15 digits. Shorten it."),
    (field("decimal"), float("nan"), "invalid_format", '"nan" is not a number. Write it like 12.5.'),
    (field("integer"), "12.5", "invalid_format", "12.5 is not a whole number. Write it like 12."),
    (field("integer"), True, "invalid_format", "Send one value here, as text."),
    (field("money", minimum=Decimal(7500)), "500", "not_allowed", "500 is too small. Enter 7,500 or more."),
    (field("integer", maximum=Decimal(10)), "11", "not_allowed", "11 is too large. Enter 10 or less."),
    (field("boolean"), "maybe", "invalid_format", '"maybe" is neither yes nor no. Send yes or no.'),
    (
        field("date"),
        "03.05.2026",
        "invalid_format",
        '"03.05.2026" is not a date that can be read in one way. Write it like 2026-05-03 or 5/3/2026.',
    ),
    (
        field("date"),
        "2026-02-30",
        "invalid_format",
        'There is no day "2026-02-30" in the calendar. Write it like 2026-05-03 or 5/3/2026.',
    ),
    (field("date"), "1/1/1800", "not_allowed", "The year 1800 is too far away. Use 1900 to 2200."),
    (
        field("datetime"),
        "soon",
        "invalid_format",
        '"soon" is not a date with a time. Write it like 2026-05-03 14:30 or 5/3/2026 2:30 pm.',
    ),
    (field("date"), "a " * 5000, "too_long", "This has 10,000 characters. Shorten it."),
    (
        field("phone"),
        "727 555 014",
        "invalid_format",
        "This number has 9 digits. US numbers have 10, like (555) 555-0142.",
    ),
    (
        field("phone"),
        "call me",
        "invalid_format",
        '"call me" is not a phone number. Write it like (555) 555-0142.',
    ),
    (
        field("phone"),
        "(199) 555-0142",
        "invalid_format",
        "(199) 555-0142 is not a US number that can exist. Check the area code and each digit.",
    ),
    (
        field("email"),
        "ana",
        "invalid_format",
        '"ana" is not an e-mail address. It has no @. Write it like dana@example.com.',
    ),
    (
        field("url"),
        "javascript:alert(1)",
        "invalid_format",
        '"javascript:alert(1)" is not a web address. Write it like https://example.com/page.',
    ),
    (
        field("url"),
        "https://ana:pass@example.com",
        "invalid_format",
        '"https://ana:pass@example.com" is not a web address. Write it like https://example.com/page.',
    ),
    (
        field("ip"),
        "300.1.1.1",
        "invalid_format",
        '"300.1.1.1" is not an IP address. Write it like 203.0.113.7.',
    ),
    (
        field("state", options=STATES),
        "PR",
        "not_allowed",
        '"PR" is not in this list. Choose one of: AL, AZ, FL',
    ),
    (field("state"), "XX", "not_allowed", '"XX" is not a US state. Use its two letters, like FL.'),
    (field("zip"), "3360", "invalid_format", '"3360" is not a ZIP code. It has five digits, like 33602.'),
    (field("country"), "Narnia", "not_allowed", '"Narnia" is not a country. Use its two letters, like US.'),
    (
        field("choice", options=HARDSHIP),
        "war",
        "not_allowed",
        '"war" is not in this list. Choose one of: Medical bills, Lost job, Divorce, separation',
    ),
    (field("multi_choice", options=HARDSHIP), {"a": 1}, "invalid_format", "Send a list of options here."),
    (field("reference"), "7", "invalid_format", '"7" is not an id. Send the id of the record.'),
    (field("text"), "x" * 201, "too_long", "This has 201 characters; the limit is 200. Shorten it."),
    (field("text"), ["a"], "invalid_format", "Send one value here, as text."),
]


@pytest.mark.parametrize(("given_field", "raw", "code", "message"), REFUSED, ids=lambda each: str(each)[:20])
def test_a_fault_says_what_and_how_to_mend_it(given_field: Field, raw: object, code: str, message: str) -> None:
    with pytest.raises(Unreadable) as fault:
        read(given_field, raw, EASTERN)
    assert (fault.value.code, fault.value.message) == (code, message)


def test_every_type_is_read_and_refused_in_these_tables() -> None:
    assert {row[0].type for row in READS} == set(get_args(FieldType))
    assert {row[0].type for row in REFUSED} >= set(get_args(FieldType)) - {"long_text", "percent"}


def test_a_long_list_of_choices_is_cut_in_the_message() -> None:
    many = field("choice", options=tuple((str(number), f"Option {number}") for number in range(20)))
    with pytest.raises(Unreadable, match=r"Option 5 …$"):
        read(many, "none of them")


# --- whole forms

LEAD = FieldSet(
    "lead",
    [
        Field(entity="lead", name="first_name", label="First name", required=True, position=1),
        Field(entity="lead", name="phone", label="Phone", type="phone", required=True, position=2),
        Field(entity="lead", name="total_debt", label="Total debt", type="money", required=True, position=3),
        Field(entity="lead", name="hardship", label="Hardship", type="choice", options=HARDSHIP, required=True),
        Field(entity="lead", name="needs", label="Needs", type="multi_choice", options=HARDSHIP),
        Field(entity="lead", name="ssn", label="SSN", sensitive=True, ask="Enter the social security number."),
        Field(entity="lead", name="score", label="Score", type="integer", writable=False),
    ],
)
GOOD = {"first_name": "Dana", "phone": "7275550142", "total_debt": "$12,500", "hardship": "Lost job"}


def test_a_good_form_gives_values_and_no_errors() -> None:
    values, errors = parse(LEAD, GOOD)
    assert errors == []
    assert values == {
        "first_name": "Dana", "phone": "+17275550142", "total_debt": Decimal(12500), "hardship": "job",
    }  # fmt: skip


def test_every_fault_is_told_at_once_and_good_values_stay() -> None:
    values, errors = parse(LEAD, {"first_name": " ", "phone": "12", "hardship": "job"})
    assert values == {"hardship": "job"}
    assert [(error.field, error.code) for error in errors] == [
        ("first_name", "missing"),
        ("phone", "invalid_format"),
        ("total_debt", "missing"),
    ]
    assert [error.message for error in errors if error.code == "missing"] == [
        "Enter first name.",
        "Enter total debt.",
    ]


@pytest.mark.parametrize(
    ("about", "message"),
    [
        (field("phone", label="Phone"), "Enter a phone number."),
        (field("phone", label="Work phone"), "Enter work phone."),
        (field("email", label="E-mail"), "Enter an e-mail address."),
        (field("zip", label="ZIP code"), "Enter a ZIP code."),
        (field("state", label="State"), "Choose a state."),
        (field("choice", label="Hardship", options=HARDSHIP), "Choose hardship."),
        (field("text", label="SSN"), "Enter SSN."),
        (
            field("text", label="SSN", ask="Enter the social security number."),
            "Enter the social security number.",
        ),
    ],
)
def test_what_is_missing_is_asked_for_in_words(about: Field, message: str) -> None:
    required = FieldSet("lead", [about]).changed("x", required=True)
    assert [error.message for error in parse(required, {"x": ""})[1]] == [message]


def test_partial_leaves_the_absent_alone_but_required_ones_full() -> None:
    assert parse(LEAD, {"needs": "job"}, partial=True) == ({"needs": ["job"]}, [])
    values, errors = parse(LEAD, {"first_name": "", "needs": ""}, partial=True)
    assert values == {"needs": None}
    assert [(error.field, error.code) for error in errors] == [("first_name", "missing")]


def test_only_fields_that_may_be_written_are_taken() -> None:
    sent = {**GOOD, "score": "100", "tenant_id": "1", "role": "admin", "__class__": "x"}
    values, errors = parse(LEAD, sent)
    assert values.keys() == GOOD.keys()
    assert errors == []
    assert LEAD.unknown(sent).keys() == {"score", "tenant_id", "role", "__class__"}


def test_hidden_fields_are_not_there_and_read_ones_not_written() -> None:
    narrowed = LEAD.within({"ssn": "hidden", "total_debt": "read"})
    assert "ssn" not in narrowed
    assert "total_debt" in narrowed
    assert parse(narrowed, {"ssn": "123456789", "total_debt": "1", "needs": "job"}, partial=True)[0] == {
        "needs": ["job"]
    }
    assert parse(LEAD, {"ssn": "123456789", "total_debt": "1"}, partial=True)[0] == {
        "ssn": "123456789",
        "total_debt": Decimal(1),
    }


class Form(dict[str, str]):
    """A form that sent a field more than once, as the web framework hands it on."""

    def getall(self, _name: str) -> list[str]:
        return ["job", "medical"]


def test_a_form_may_send_a_field_for_each_choice() -> None:
    assert parse(LEAD, Form(needs="job"), partial=True)[0] == {"needs": ["job", "medical"]}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
EVERY_TYPE = FieldSet(
    "lead",
    [
        Field(entity="lead", name=kind, label=kind, type=kind, options=HARDSHIP if "choice" in kind else ())
        for kind in get_args(FieldType)
    ],
)


@given(raw=st.fixed_dictionaries(dict.fromkeys(get_args(FieldType), json_values)))
@settings(deadline=None, max_examples=150)
def test_whatever_is_sent_is_either_taken_or_explained(raw: dict[str, Any]) -> None:
    values, errors = parse(EVERY_TYPE, raw)
    assert values.keys() | {error.field for error in errors} == set(raw)
    assert not values.keys() & {error.field for error in errors}
    assert {error.code for error in errors} <= {"missing", "invalid_format", "not_allowed", "too_long"}
    for value in values.values():
        assert "\0" not in str(value)
        str(value).encode()  # no lone surrogates: the database would refuse them


@given(text=st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_normalised_texts_are_compared_without_case_accents_or_spaces() -> None:
    assert normalise("  José\u00a0 ÁLVAREZ ") == "jose alvarez"
    assert normalise("STRASSE") == normalise("straße")
    assert normalise("ﬁne") == "fine"
    assert normalise("a\0b") == "ab"
