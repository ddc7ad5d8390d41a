"""The plan laid anew: whatever is asked, the sum stays, no deposit is nothing, and only the end moves."""

from calendar import monthrange
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.programs.models.days import (
    REFUND_DAYS,
    bank_day,
    bank_day_of_month,
    business_days_after,
    business_days_before,
    is_bank_day,
)
from app.programs.models.plan import deposit_day
from app.programs.models.returns import may_retry, needs_mending
from app.programs.models.schedule import Change, MoreThanNeeded, Planned, following, replanned

FIRST = date(2027, 1, 31)
DAYS = st.dates(date(2026, 1, 1), date(2040, 1, 1))
PLANS = st.lists(st.integers(2_500, 90_000), min_size=1, max_size=40)
CHANGES = st.tuples(
    st.sampled_from(["skip", "move", "amount", "monthly", "extra"]), st.integers(2_500, 300_000), st.integers(0, 400)
)


def month_of(day):
    return day.year * 12 + day.month


def plan(amounts):
    return [Planned(deposit_day(FIRST, place), amount, uuid4()) for place, amount in enumerate(amounts)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(amounts=PLANS, changes=st.lists(CHANGES, max_size=6), pick=st.integers(0, 100))
def test_the_sum_stays_and_no_deposit_is_nothing(amounts, changes, pick):
    laid = plan(amounts)
    for kind, amount, days in changes:
        chosen = laid[pick % len(laid)]
        chosen_id = chosen.id or uuid4()
        laid = [Planned(p.due_on, p.amount, chosen_id) if p is chosen else p for p in laid]
        change = Change(kind=kind, on=FIRST + timedelta(days=days), amount=amount)
        try:
            laid = replanned(laid, None if kind == "extra" else chosen_id, change, FIRST)
        except MoreThanNeeded:
            assert kind in ("amount", "extra") and amount > chosen.amount - 1
            continue
        assert sum(p.amount for p in laid) == sum(amounts)
        assert all(p.amount > 0 for p in laid)
        assert [p.due_on for p in laid] == sorted(p.due_on for p in laid)


def test_a_skipped_month_comes_after_the_last_on_the_same_day_of_the_month():
    laid = plan([62_500] * 3)  # 29 Jan and 26 Feb, for the 31st and the 28th are Sundays; 31 Mar
    after = replanned(laid, laid[0].id, Change(kind="skip"), FIRST)
    assert [p.due_on for p in after] == [date(2027, 2, 26), date(2027, 3, 31), date(2027, 4, 30)]


def test_more_a_month_ends_earlier_and_less_later():
    laid = plan([60_000] * 36)
    more = replanned(laid, laid[0].id, Change(kind="monthly", amount=72_000), FIRST)
    less = replanned(laid, laid[0].id, Change(kind="monthly", amount=50_000), FIRST)
    assert len(more) == 30 and len(less) == 44 and less[-1].amount == 10_000


def test_a_plan_takes_no_more_than_it_needs():
    laid = plan([60_000] * 2)
    with pytest.raises(MoreThanNeeded):
        replanned(laid, None, Change(kind="extra", on=FIRST, amount=120_001), FIRST)
    assert [p.amount for p in replanned(laid, None, Change(kind="extra", on=FIRST, amount=120_000), FIRST)] == [120_000]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=DAYS, count=st.integers(1, 60), more=st.integers(0, 12))
def test_so_many_deposits_are_in_so_many_consecutive_months_each_on_a_bank_day_near_its_own(first, count, more):
    days = [deposit_day(first, number) for number in range(count)]
    for _ in range(more):  # what a change adds at the end goes on in the same way
        days.append(following(days[-1], first))
    assert [month_of(day) for day in days] == [month_of(first) + number for number in range(count + more)]
    for day in days:
        agreed = date(day.year, day.month, min(first.day, monthrange(day.year, day.month)[1]))
        assert is_bank_day(day) and abs(day - agreed) <= timedelta(days=4)
        assert day >= agreed or month_of(bank_day(agreed)) > month_of(agreed), "only the month's end brings it forward"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, DAYS)
def test_a_month_that_has_its_deposit_gets_no_second_one(last, anchor):
    assert month_of(following(last, anchor)) == month_of(last) + 1


@pytest.mark.parametrize(
    ("first", "drawn"),
    [
        # the last day of a shorter month, and the 31st again afterwards; 31 Jan and 28 Feb 2027 are Sundays
        (date(2026, 12, 31), ["2026-12-31", "2027-01-29", "2027-02-26", "2027-03-31", "2027-04-30"]),
        # a leap year's February: Tuesday the 29th
        (date(2028, 1, 30), ["2028-01-31", "2028-02-29", "2028-03-30", "2028-04-28", "2028-05-30"]),
        # 29 and 31 May 2027: a Saturday, and Memorial Day on the month's last day
        (date(2027, 4, 29), ["2027-04-29", "2027-05-28", "2027-06-29"]),
        (date(2027, 3, 31), ["2027-03-31", "2027-04-30", "2027-05-28", "2027-06-30"]),
        # New Year's Day on a Friday: after it, in its own month
        (date(2026, 12, 1), ["2026-12-01", "2027-01-04", "2027-02-01", "2027-03-01"]),
    ],
)
def test_month_ends_and_holidays(first, drawn):
    assert [str(deposit_day(first, number)) for number in range(len(drawn))] == drawn
    assert str(bank_day_of_month(first)) == drawn[0]


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        (date(2026, 12, 6), date(2026, 12, 7)),  # a Sunday
        (date(2026, 12, 25), date(2026, 12, 28)),  # Christmas Day is a Friday, a weekend follows
        (date(2026, 7, 3), date(2026, 7, 3)),  # Independence Day is a Saturday: banks work on the Friday before
        (date(2027, 7, 4), date(2027, 7, 6)),  # and on a Sunday it is kept on Monday
        (date(2026, 11, 26), date(2026, 11, 27)),  # Thanksgiving; the Friday after is a bank day
    ],
)
def test_money_moves_on_bank_days(asked, drawn):
    assert bank_day(asked) == drawn


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_a_bank_day_is_at_most_four_days_off(day):
    assert is_bank_day(bank_day(day)) and timedelta() <= bank_day(day) - day <= timedelta(days=4)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 30), date(2026, 12, 9)),  # seven weekdays
        (date(2026, 12, 18), date(2026, 12, 30)),  # Christmas Day is a Friday
        (date(2026, 11, 20), date(2026, 12, 2)),  # Thanksgiving lies between
        (date(2027, 6, 14), date(2027, 6, 24)),  # Juneteenth falls on a Saturday and is kept on Friday
    ],
)
def test_seven_business_days_leave_out_weekends_and_federal_holidays(asked, due):
    assert business_days_after(asked, REFUND_DAYS) == due
    assert business_days_before(due, REFUND_DAYS) >= asked


@pytest.mark.parametrize(
    ("code", "attempt", "days", "again"),
    [
        ("R01", 1, 5, True),
        ("R09", 2, 5, True),
        ("R01", 3, 5, False),
        ("R01", 1, 181, False),
        ("R02", 1, 5, False),
        ("R10", 1, 5, False),
        ("R99", 1, 5, False),
    ],
)
def test_only_want_of_money_is_tried_again_twice_within_half_a_year(code, attempt, days, again):
    assert may_retry(code, attempt, timedelta(days=days)) is again
    assert needs_mending(code) is (code not in ("R01", "R09"))
