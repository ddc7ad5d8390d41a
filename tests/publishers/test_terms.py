"""Caps and their windows, schedules: by the clocks of the contract's zone, also where clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishers.models import Cap, Terms, answers
from app.publishers.models.terms import PERIODS, faults, full, is_open, next_opening, usages, window

ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "UTC",
]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are bare
OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00", "17:00"))


@given(moments, st.sampled_from(ZONES), st.sampled_from(PERIODS))
def test_a_window_holds_its_moment_and_meets_the_next(now, zone, per):
    since, until = window(per, now, zone)
    assert since <= now
    if per == "total":
        assert until is None
        return
    assert now < until
    assert window(per, until, zone)[0] == until
    assert window(per, until - timedelta(seconds=1), zone) == (since, until)


@pytest.mark.parametrize(
    ("per", "since"),
    [
        ("hour", "2026-11-01T01:00-05:00"),
        ("day", "2026-11-01T00:00-04:00"),
        ("week", "2026-10-26T00:00-04:00"),
        ("month", "2026-11-01T00:00-04:00"),
    ],
)
def test_windows_on_the_night_when_the_clocks_go_back(per, since):
    """1:30 am comes twice in New York; this is the second time."""
    now = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert window(per, now, "America/New_York")[0] == datetime.fromisoformat(since)


def test_that_day_has_25_hours():
    since, until = window("day", datetime(2026, 11, 1, 12, tzinfo=UTC), "America/New_York")
    assert until - since == timedelta(hours=25)


def test_a_cap_in_leads_and_one_in_money():
    terms, now = (
        Terms(caps=(Cap("day", leads=2), Cap("month", amount=10_000))),
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    day, month = window("day", now, terms.zone)[0], window("month", now, terms.zone)[0]
    assert full(usages(terms, now, {}), 4_500) is None
    assert full(usages(terms, now, {("day", day): (1, 0), ("month", month): (1, 5_500)}), 4_500) is None
    assert full(usages(terms, now, {("day", day): (2, 0)}), 4_500).cap.per == "day"
    assert full(usages(terms, now, {("month", month): (1, 5_501)}), 4_500).cap.per == "month"


def test_of_two_full_caps_the_one_that_opens_last_is_told():
    terms, now = (
        Terms(caps=(Cap("hour", leads=0), Cap("day", leads=0), Cap("total", leads=0))),
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert full(usages(terms, now, {}), 0).cap.per == "total"
    assert full(usages(terms, now, {})[:2], 0).cap.per == "day"


def test_a_counter_of_an_earlier_window_does_not_count():
    terms, now = Terms(caps=(Cap("hour", leads=1),)), datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    before = window("hour", now - timedelta(hours=1), terms.zone)[0]
    assert full(usages(terms, now, {("hour", before): (1, 0)}), 0) is None


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-20T09:00", True),
        ("2026-11-20T16:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-20T08:59", False),
        ("2026-11-21T12:00", False),
    ],
)
def test_a_schedule_opens_with_its_first_minute_and_closes_with_its_last(at, open_):
    now = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert is_open(Terms(schedule=OFFICE), now) is open_


def test_no_schedule_is_always_open():
    assert is_open(Terms(), datetime(2026, 11, 22, 3, tzinfo=UTC))


@given(moments)
def test_the_next_opening_is_open_and_the_minute_before_is_not(now):
    terms = Terms(schedule=OFFICE)
    opens = next_opening(terms, now)
    assert opens > now and is_open(terms, opens) and not is_open(terms, opens - timedelta(minutes=1))


def test_hours_read_as_people_say_them():
    schedule = {**OFFICE, "sat": ("10:00", "14:00")}
    assert answers.hours(Terms(schedule=schedule)) == "Mon–Fri 9:00 am to 5:00 pm, Sat 10:00 am to 2:00 pm Eastern"
    assert answers.hours(Terms()) == "at all hours"
    assert answers.hours(Terms(schedule={"sun": ("00:00", "24:00")})) == "Sun 12:00 am to 12:00 am Eastern"


def test_terms_that_make_no_sense_are_told_when_saved():
    assert faults(Terms(schedule={"mon": ("17:00", "09:00")}))[0][0] == "schedule"
    assert faults(Terms(caps=(Cap("day", leads=1), Cap("day", amount=1))))[0][0] == "caps"
    assert faults(Terms(caps=(Cap("day", leads=-1),)))[0][0] == "caps"
    assert faults(Terms(schedule=OFFICE, caps=(Cap("day", leads=0),))) == []
