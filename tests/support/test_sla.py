"""Business time: hours, nights, weekends, holidays, days on which clocks change, and around the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.support.models.sla import Calendar, add, between

NY = ZoneInfo("America/New_York")
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LUNCH = {"mon": [["13:00", "17:00"], ["09:00", "12:00"]], "tue": [["09:00", "24:00"]]}
OFFICE = Calendar(WEEK, "America/New_York", frozenset({date(2026, 12, 25)}))
NIGHTS = Calendar({day: [["00:00", "24:00"]] for day in ("sat", "sun")}, "America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NY).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end", "calendar"),
    [
        ("2026-12-01T10:00", 2, "2026-12-01T12:00", OFFICE),
        ("2026-12-01T16:00", 2, "2026-12-02T10:00", OFFICE),  # over night
        ("2026-12-01T15:00", 2, "2026-12-01T17:00", OFFICE),  # to the last minute, not the next morning
        ("2026-12-04T16:30", 1, "2026-12-07T09:30", OFFICE),  # over a weekend
        ("2026-12-05T12:00", 1, "2026-12-07T10:00", OFFICE),  # asked on a Saturday
        ("2026-12-01T06:00", 1, "2026-12-01T10:00", OFFICE),  # before we open
        ("2026-12-01T20:00", 1, "2026-12-02T10:00", OFFICE),  # after we closed
        ("2026-12-24T16:00", 2, "2026-12-28T10:00", OFFICE),  # over Christmas, a Friday
        ("2026-12-01T10:00", 40, "2026-12-08T10:00", OFFICE),  # a week of hours
        ("2026-12-01T10:00", 0, "2026-12-01T10:00", OFFICE),
        ("2026-12-05T12:00", 0, "2026-12-05T12:00", OFFICE),
        ("2026-11-30T11:00", 2, "2026-11-30T14:00", Calendar(LUNCH, "America/New_York")),  # over lunch, spans unsorted
        ("2026-12-01T23:00", 2, "2026-12-07T10:00", Calendar(LUNCH, "America/New_York")),  # 24:00, then next Monday
        ("2026-03-07T22:00", 4, "2026-03-08T03:00", NIGHTS),  # clocks go forward: 2 am is missing
        (
            "2026-10-31T22:00",
            4,
            "2026-11-01T01:00",
            NIGHTS,
        ),  # clocks go back: 1 am comes twice, the fourth hour is its second
        ("2026-12-25T03:00", 30, "2026-12-26T09:00", Calendar(WEEK, "America/New_York", always=True)),
        ("2026-12-25T03:00", 30, "2026-12-26T09:00", Calendar({}, "America/New_York")),  # nobody set hours
    ],
)
def test_so_much_business_time_from_then_is(start, hours, end, calendar):
    found = add(at(start), timedelta(hours=hours), calendar)
    expected = at(end)
    if end == "2026-11-01T01:00":
        expected = datetime(2026, 11, 1, 1, tzinfo=NY, fold=1).astimezone(UTC)
    assert found == expected
    assert between(at(start), found, calendar) == timedelta(hours=hours)


def test_an_open_day_on_which_clocks_go_forward_has_23_hours():
    day = Calendar({"sun": [["00:00", "24:00"]]}, "America/New_York")
    assert between(at("2026-03-08T00:00"), at("2026-03-09T00:00"), day) == timedelta(hours=23)
    assert between(at("2026-11-01T00:00"), at("2026-11-02T00:00"), day) == timedelta(hours=25)


def test_time_over_the_target_is_below_zero():
    assert between(at("2026-12-01T12:00"), at("2026-12-01T10:00"), OFFICE) == timedelta(hours=-2)
    assert between(at("2026-12-07T10:00"), at("2026-12-04T16:00"), OFFICE) == timedelta(hours=-2)


def test_holidays_without_end_still_give_an_answer():
    never = Calendar(WEEK, "America/New_York", frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(4000)))
    assert add(at("2026-02-01T10:00"), timedelta(hours=1), never) == at("2026-02-01T11:00")


moments = st.integers(0, 1_000_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(moments, st.integers(0, 30_000), st.integers(0, 30_000))
def test_two_stretches_are_one_long_one(start, first, second):
    """A pause that lasts no time changes nothing: what is left goes on to the same minute."""
    halfway = add(start, timedelta(minutes=first), OFFICE)
    assert add(halfway, timedelta(minutes=second), OFFICE) == add(start, timedelta(minutes=first + second), OFFICE)
