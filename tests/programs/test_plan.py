"""The arithmetic of settlement programs: golden sums (16 CFR 310.4(a)(5)) and what must hold for all of
them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import allocate
from app.programs.models import deposit_plan, fee_by_savings, fees_by_debt

amounts = st.lists(st.integers(1, 10_000_000), min_size=1, max_size=12)


def test_thirty_thousand_over_three_years_is_625_a_month():
    plan = deposit_plan([3_000_000], settlement_rate=5_000, fee_rate=2_500, months=36, first=date(2026, 12, 4))
    assert (plan.settlements, plan.fees, plan.total, plan.monthly) == (1_500_000, 750_000, 2_250_000, 62_500)
    assert {amount for _, amount in plan.deposits} == {62_500}


def test_each_debt_bears_its_enrolled_share_of_the_fee():
    assert fees_by_debt([300_000, 500_000, 700_000], 1_500) == [45_000, 75_000, 105_000]


def test_a_fee_on_savings_starts_from_the_enrolled_amount():
    assert fee_by_savings(500_000, 280_000, 2_500) == 55_000  # not 85,000: growth to 6,200 earns nobody a fee


def test_a_settlement_above_the_enrolled_amount_earns_nothing():
    assert fee_by_savings(500_000, 520_000, 2_500) == 0


@pytest.mark.parametrize(
    ("start", "second"), [(date(2027, 3, 31), date(2027, 4, 30)), (date(2027, 10, 4), date(2027, 11, 4))]
)
def test_deposits_keep_their_day_where_the_month_has_it(start, second):
    plan = deposit_plan([1_000_000], settlement_rate=5_000, fee_rate=2_000, months=3, first=start)
    assert [day for day, _ in plan.deposits][:2] == [start, second]


def test_a_deposit_on_a_weekend_or_a_holiday_is_drawn_after_it_and_the_next_on_its_own_day():
    plan = deposit_plan([1_000_000], settlement_rate=5_000, fee_rate=2_000, months=4, first=date(2026, 12, 25))
    drawn = [date(2026, 12, 28), date(2027, 1, 25), date(2027, 2, 25), date(2027, 3, 25)]
    assert [day for day, _ in plan.deposits] == drawn


@given(amounts, st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 60), st.integers(0, 5_000))
def test_deposits_add_up_to_what_is_needed(enrolled, settlement_rate, fee_rate, months, charge):
    plan = deposit_plan(
        enrolled,
        settlement_rate=settlement_rate,
        fee_rate=fee_rate,
        months=months,
        first=date(2027, 1, 1),
        charge=charge,
    )
    assert sum(amount for _, amount in plan.deposits) == plan.total == plan.settlements + plan.fees + plan.charges


@given(amounts, st.integers(0, 10_000_000))
def test_a_split_adds_up_and_strays_less_than_one_unit(weights, total):
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True))
