"""The last day for a claim: by state, by the day of the accident, on the early side; corrected ones first."""

from datetime import date

import pytest

from app.core.places import TERRITORIES, states
from app.screening.models import Rule, last_day, next_alarm, shipped

OWN = Rule(state="FL", years=3, from_=date(2020, 1, 1), source="our counsel", confidence="P", by="Ada Admin")


@pytest.mark.parametrize(
    ("incident", "state", "on"),
    [
        ("2026-05-03", "TX", "2028-05-03"),
        ("2023-03-23", "FL", "2027-03-23"),  # the day before the change: four years
        ("2023-03-24", "FL", "2025-03-24"),  # the day of it: two
        ("2024-06-30", "LA", "2025-06-30"),
        ("2024-07-01", "LA", "2026-07-01"),
        ("2026-01-31", "TN", "2027-01-31"),
        ("2024-02-29", "TX", "2026-02-28"),  # no 29th then: the day before, never the day after
        ("2024-02-29", "NE", "2028-02-29"),
    ],
)
def test_the_last_day_is(incident, state, on):
    found = last_day(date.fromisoformat(incident), state, shipped())
    assert (found.on, found.checks) == (date.fromisoformat(on), ())


def test_an_unknown_state_has_the_shortest_rule_and_says_so():
    for state in (None, "PR", "XX"):
        found = last_day(date(2026, 5, 3), state, shipped())
        assert (found.on, found.checks) == (date(2027, 5, 3), ("state",))


def test_children_and_public_bodies_are_flagged_not_computed():
    plain = last_day(date(2026, 5, 3), "TX", shipped())
    flagged = last_day(date(2026, 5, 3), "TX", shipped(), minor=True, public=True)
    assert flagged.on == plain.on and set(flagged.checks) == {"minor", "public"}


def test_a_correction_goes_before_what_shipped_and_counts_as_verified():
    found = last_day(date(2026, 5, 3), "FL", (OWN, *shipped()))
    assert found.on == date(2029, 5, 3) and found.rule.verified
    assert last_day(date(2019, 5, 3), "FL", (OWN, *shipped())).rule.by == "", "only from its own day on"
    assert not last_day(date(2026, 5, 3), "TX", shipped()).rule.verified, "nobody has read the statute yet"


def test_every_state_has_a_rule_with_a_source_and_a_confidence():
    covered = {rule.state for rule in shipped() if rule.from_ <= date(1900, 1, 1)}
    assert covered == set(states()) - TERRITORIES
    assert all(rule.source and rule.confidence in "PSK" and 1 <= rule.years <= 6 for rule in shipped())


def test_alarms_come_one_after_the_other():
    on, today, seen = date(2026, 12, 1), date(2026, 1, 1), []
    while (step := next_alarm(on, today)) is not None:
        seen.append(step[0])
        today = step[1]
    assert seen == [90, 60, 30, 14, 7, 0]
    assert next_alarm(on, date(2026, 11, 20)) == (7, date(2026, 11, 24))
