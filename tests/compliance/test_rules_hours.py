"""Hours by state: the minutes around every edge, Sundays, holidays, clock changes, several zones."""

from datetime import date, datetime, timedelta

import pytest

from app.compliance.models import Facts, Request, Verdict, somewhere
from app.core.places import Whereabouts, at_local, states
from tests.compliance.cases import (
    BULK_TEXT,
    CALL,
    CENTRAL,
    CLOSED_ON_HOLIDAYS,
    EAST,
    FIFTY_ONE,
    HAWAII,
    MAIL,
    MOUNTAIN,
    PACIFIC,
    ROBOCALL,
    TEXT,
    at,
    codes,
    hours_of,
    in_state,
    judge,
    utc,
    willing,
)

MINUTE = timedelta(minutes=1)
ORDINARY_WEEK = [date(2026, 7, 13) + timedelta(days=n) for n in range(7)]  # no holiday anywhere


@pytest.mark.parametrize("request_", [CALL, TEXT, ROBOCALL, BULK_TEXT], ids="call text robocall bulk".split())
@pytest.mark.parametrize("state", FIFTY_ONE)
def test_every_edge_of_every_state_in_an_ordinary_week(state: str, request_: Request) -> None:
    for zone in sorted(states()[state].zones):
        for day in ORDINARY_WEEK:
            facts = willing(in_state(state, zone), at_local(day, 0, zone))
            if span := hours_of(state, request_.automated, day):
                _check_edges(request_, facts, day, zone, span)
            else:
                noon = judge(request_, facts, at_local(day, 12 * 60, zone))
                assert {refusal.code for refusal in noon.refusals} == {"closed_day"}
                assert noon.next_lawful_at == _opening_after(state, request_, day, zone)


def _check_edges(request: Request, facts: Facts, day: date, zone: str, span: tuple[int, int]) -> None:
    opening, closing = (at_local(day, hour * 60, zone) for hour in span)
    early = judge(request, facts, opening - MINUTE)
    assert {refusal.code for refusal in early.refusals} == {"quiet_hours"}
    assert early.next_lawful_at == opening
    for moment in (opening, opening + MINUTE, closing - MINUTE):
        inside = judge(request, facts, moment)
        assert inside.allowed, inside.sentence
        assert (inside.next_lawful_at, inside.window_ends_at, inside.zone) == (moment, closing, zone)
    for moment in (closing, closing + MINUTE):
        assert codes(request, facts, moment) == {"quiet_hours"}


def _opening_after(state: str, request: Request, day: date, zone: str) -> datetime:
    while True:
        day += timedelta(days=1)
        if span := hours_of(state, request.automated, day):
            return at_local(day, span[0] * 60, zone)


@pytest.mark.parametrize("state", FIFTY_ONE)
def test_christmas_is_closed_where_holidays_are(state: str) -> None:
    zone = min(states()[state].zones)
    noon = at_local(date(2026, 12, 25), 12 * 60, zone)  # a Friday
    verdict = judge(CALL, willing(in_state(state, zone), noon), noon)
    if state in CLOSED_ON_HOLIDAYS:
        assert [refusal.code for refusal in verdict.refusals] == ["closed_day"]
        assert verdict.refusals[0].sentence == f"{states()[state].name} allows no calls on Christmas Day."
    else:
        assert verdict.allowed, verdict.sentence


@pytest.mark.parametrize(
    ("state", "day", "name"),
    [
        ("AL", date(2026, 4, 27), "Confederate Memorial Day"),
        ("AL", date(2026, 6, 1), "Jefferson Davis' Birthday"),
        ("AL", date(2026, 2, 17), "Mardi Gras"),
        ("LA", date(2026, 1, 8), "Battle of New Orleans"),
        ("LA", date(2026, 4, 3), "Good Friday"),
        ("LA", date(2026, 11, 3), "Election Day"),
        ("MS", date(2026, 4, 27), "Confederate Memorial Day"),
        ("PA", date(2026, 4, 3), "Good Friday"),
        ("PA", date(2027, 11, 2), "Election Day"),
        ("RI", date(2026, 8, 10), "Victory Day"),
        ("UT", date(2026, 7, 24), "Pioneer Day"),
        ("UT", date(2026, 6, 15), "Juneteenth"),
    ],
)
def test_a_state_s_own_holiday_binds_that_state_alone(state: str, day: date, name: str) -> None:
    zone = min(states()[state].zones)
    noon = at_local(day, 12 * 60, zone)
    verdict = judge(CALL, willing(in_state(state), noon), noon)
    assert [refusal.sentence for refusal in verdict.refusals] == [f"{states()[state].name} allows no calls on {name}."]
    neighbour = Whereabouts(frozenset({zone}), frozenset({"OH"}))
    assert judge(CALL, willing(neighbour, noon), noon).allowed


def test_election_day_closes_rhode_island_in_even_years_only() -> None:
    for day, open_ in ((date(2026, 11, 3), False), (date(2027, 11, 2), True)):
        noon = at_local(day, 12 * 60, EAST)
        assert judge(CALL, willing(in_state("RI"), noon), noon).allowed is open_


def test_the_observed_day_of_a_weekend_holiday_is_closed_too() -> None:
    friday = at(CENTRAL, 2026, 7, 3, 12)  # the Fourth is a Saturday
    assert codes(CALL, willing(in_state("AL"), friday), friday) == {"closed_day"}
    assert judge(CALL, willing(in_state("GA", CENTRAL), friday), friday).allowed


def test_nebraska_shortens_holidays_for_machines_alone() -> None:
    morning, afternoon = at(CENTRAL, 2026, 12, 25, 12, 59), at(CENTRAL, 2026, 12, 25, 13)
    facts = willing(in_state("NE", CENTRAL), morning)
    refused = judge(ROBOCALL, facts, morning)
    assert [refusal.code for refusal in refused.refusals] == ["quiet_hours"]
    assert refused.next_lawful_at == afternoon
    assert judge(ROBOCALL, facts, afternoon).allowed
    assert judge(CALL, facts, morning).allowed


def test_a_long_closed_weekend_is_leapt_over() -> None:
    saturday = at(EAST, 2026, 8, 8, 17)  # Rhode Island: Saturday closes at 5 pm, then Sunday, then Victory Day
    verdict = judge(CALL, willing(in_state("RI"), saturday), saturday)
    assert verdict.next_lawful_at == at(EAST, 2026, 8, 11, 9)


@pytest.mark.parametrize(
    ("state", "zone", "day", "opening"),
    [
        ("FL", EAST, date(2026, 3, 7), utc(2026, 3, 7, 13)),
        ("FL", EAST, date(2026, 3, 8), utc(2026, 3, 8, 12)),
        ("FL", EAST, date(2026, 10, 31), utc(2026, 10, 31, 12)),
        ("FL", EAST, date(2026, 11, 1), utc(2026, 11, 1, 13)),
        ("AZ", "America/Phoenix", date(2026, 3, 8), utc(2026, 3, 8, 15)),
        ("AZ", "America/Phoenix", date(2026, 11, 1), utc(2026, 11, 1, 15)),
        ("HI", HAWAII, date(2026, 3, 8), utc(2026, 3, 8, 18)),
        ("TX", CENTRAL, date(2026, 3, 8), utc(2026, 3, 8, 17)),
        ("AK", "America/Adak", date(2026, 11, 1), utc(2026, 11, 1, 18)),
    ],
)
def test_opening_on_the_days_of_a_clock_change(state: str, zone: str, day: date, opening: datetime) -> None:
    facts = willing(in_state(state, zone), opening)
    midnight = at_local(day, 0, zone)
    assert judge(CALL, facts, midnight).next_lawful_at == opening
    assert judge(CALL, facts, opening).allowed
    assert not judge(CALL, facts, opening - MINUTE).allowed


def test_from_the_evening_before_the_clocks_change_to_the_morning_after() -> None:
    for evening, morning in (
        (at(EAST, 2026, 3, 7, 22), utc(2026, 3, 8, 12)),
        (at(EAST, 2026, 10, 31, 22), utc(2026, 11, 1, 13)),
    ):
        assert judge(CALL, willing(in_state("FL", EAST), evening), evening).next_lawful_at == morning


# --- several places at once


def test_number_in_florida_and_address_in_california() -> None:
    where = somewhere("+17275550142", "90210", "CA")
    now = at(EAST, 2026, 8, 5, 9)
    refused = judge(CALL, willing(where, now), now)
    reason = "Florida allows calls from 8:00 am to 8:00 pm, and it is 6:00 am Pacific."
    assert refused.sentence == f"Not now: {reason} Next: 8:00 am Pacific."
    assert refused.next_lawful_at == at(PACIFIC, 2026, 8, 5, 8)
    opened = judge(CALL, willing(where, now), at(PACIFIC, 2026, 8, 5, 8))
    assert opened.allowed
    assert opened.window_ends_at == at(EAST, 2026, 8, 5, 20)
    assert opened.sentence == "OK until 8:00 pm Eastern · 0 of 3 in 24 h"
    evening = judge(CALL, willing(where, now), at(EAST, 2026, 8, 5, 20))
    assert evening.next_lawful_at == at(PACIFIC, 2026, 8, 6, 8)


@pytest.mark.parametrize(
    ("where", "opening", "closing"),
    [
        (somewhere(state="AK"), (8, "America/Adak"), (21, "America/Anchorage")),
        (somewhere(state="HI"), (8, HAWAII), (21, HAWAII)),
        (somewhere(state="AZ"), (8, "America/Phoenix"), (21, MOUNTAIN)),
        (somewhere(state="IN"), (8, CENTRAL), (21, EAST)),
        (somewhere(state="TN"), (8, CENTRAL), (21, EAST)),
        (somewhere("+18505550142"), (8, CENTRAL), (20, EAST)),
        (somewhere("+12085550142"), (8, PACIFIC), (21, MOUNTAIN)),
        (somewhere("+18085550142", "10001"), (8, HAWAII), (21, EAST)),
        (
            somewhere("+16025550142", zone=EAST),
            (8, "America/Phoenix"),
            (21, EAST),
        ),
    ],
)
def test_all_zones_of_a_person_must_be_open(
    where: Whereabouts, opening: tuple[int, str], closing: tuple[int, str]
) -> None:
    day = date(2026, 8, 5)
    start, end = at_local(day, opening[0] * 60, opening[1]), at_local(day, closing[0] * 60, closing[1])
    facts = willing(where, start)
    assert judge(CALL, facts, start - MINUTE).next_lawful_at == start
    inside = judge(CALL, facts, start)
    assert (inside.allowed, inside.window_ends_at) == (True, end)
    assert judge(CALL, facts, end - MINUTE).allowed
    assert not judge(CALL, facts, end).allowed


def test_of_two_states_the_stricter_hours_hold() -> None:
    now = at(EAST, 2026, 8, 5, 9, 30)
    both = Whereabouts(frozenset({EAST}), frozenset({"KY", "FL"}))
    assert "Kentucky" in judge(CALL, willing(both, now), now).sentence
    assert judge(CALL, willing(both, now), at(EAST, 2026, 8, 5, 19, 59)).window_ends_at == at(EAST, 2026, 8, 5, 20)


@pytest.mark.parametrize("phone", ["+18005550142", "+17875550142", "+13405550142"])
def test_without_a_row_of_its_own_the_strictest_of_all_states_holds(phone: str) -> None:
    where = somewhere(phone)
    sunday, tuesday = date(2026, 8, 9), date(2026, 8, 11)  # the Monday between is Victory Day
    facts = willing(where, at_local(tuesday, 0, EAST))
    verdict = judge(CALL, facts, at_local(sunday, 13 * 60, EAST))
    zone = "America/Adak" if phone.startswith("+1800") else "America/Puerto_Rico"
    last = HAWAII if phone.startswith("+1800") else zone
    assert verdict.next_lawful_at == at_local(tuesday, 10 * 60, last)
    assert verdict.caution
    inside = judge(CALL, facts, verdict.next_lawful_at)
    assert inside.window_ends_at == at_local(tuesday, 18 * 60, "America/Puerto_Rico")


def test_the_reason_for_strictness_is_said() -> None:
    sunday = at(EAST, 2026, 8, 9, 13)
    unknown = judge(CALL, willing(somewhere("+18005550142"), sunday), sunday)
    assert unknown.sentence.startswith("Not now: The state is unknown, so the strictest rule counts. ")
    island = judge(CALL, willing(somewhere("+17875550142"), sunday), sunday)
    assert "No rules are on file for Puerto Rico, so the strictest one counts." in island.sentence
    assert not judge(CALL, willing(in_state("OH"), sunday), sunday).caution


def test_hours_that_never_meet_have_no_next_minute() -> None:
    where = Whereabouts(frozenset({EAST, "Pacific/Guam"}), frozenset({"RI"}))
    now = at(EAST, 2026, 8, 5, 12)
    verdict = judge(CALL, willing(where, now), now)
    assert not verdict.allowed
    assert verdict.next_lawful_at is None


# --- what hours bind


def test_servicing_keeps_quiet_hours_and_an_answer_does_not() -> None:
    night = at(EAST, 2026, 8, 5, 3)
    facts = willing(in_state("OH"), night, client_since=utc(2026, 1, 1))
    assert codes(Request("sms", "servicing"), facts, night) == {"quiet_hours"}
    assert judge(Request("sms", "transactional"), facts, night).allowed
    assert judge(Request("sms", "servicing"), facts, at(EAST, 2026, 8, 5, 9)).allowed


def test_mail_has_no_hours_and_no_count() -> None:
    night = at(EAST, 2026, 8, 9, 3)
    verdict: Verdict = judge(MAIL, willing(in_state("RI"), night), night)
    assert verdict.allowed
    assert (verdict.window_ends_at, verdict.count, verdict.sentence) == (None, None, "OK")
