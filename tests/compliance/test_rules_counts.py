"""Rolling limits, waiting times, and opt-outs that a state holds."""

from datetime import date, datetime, timedelta

import pytest

from app.compliance.models import Attempt, Channel, Facts, OptOut, Reassigned, Request, somewhere
from tests.compliance.cases import (
    BOOK,
    BULK_TEXT,
    CALL,
    EAST,
    FIFTY_ONE,
    MAIL,
    ROBOCALL,
    TEXT,
    at,
    codes,
    in_state,
    judge,
    utc,
    willing,
)

DAY, MINUTE = timedelta(hours=24), timedelta(minutes=1)
LIMITED = {"FL", "OK", "MD"}
NOON = at(EAST, 2026, 8, 5, 12)


def tried(*moments: datetime, channel: Channel = "call", **known: object) -> tuple[Attempt, ...]:
    return tuple(Attempt(moment, channel, **known) for moment in moments)  # type: ignore[arg-type]


def three_since(first: datetime) -> tuple[Attempt, ...]:
    return tried(first, first + timedelta(hours=1), first + timedelta(hours=2))


@pytest.mark.parametrize("state", FIFTY_ONE)
def test_three_in_a_day_are_enough_where_a_state_says_so(state: str) -> None:
    now = at(EAST, 2026, 8, 5, 15)  # open from Rhode Island to Hawaii
    facts = willing(in_state(state), now, attempts=three_since(now - timedelta(hours=3)))
    verdict = judge(CALL, facts, now)
    if state in LIMITED:
        assert [refusal.code for refusal in verdict.refusals] == ["too_many"]
        assert verdict.count and verdict.count.text == "3 of 3 in 24 h"
    else:
        assert verdict.allowed, verdict.sentence
        assert verdict.count is None
    two = judge(CALL, willing(in_state(state), now, attempts=facts.attempts[1:]), now)
    assert two.allowed


def test_at_exactly_24_hours_the_first_is_out() -> None:
    first = at(EAST, 2026, 8, 4, 12)
    facts = willing(in_state("FL", EAST), NOON, attempts=three_since(first))
    before = judge(CALL, facts, first + DAY - MINUTE)
    assert before.next_lawful_at == first + DAY
    assert before.sentence == (
        "Not now: Florida allows 3 calls or texts in 24 hours, and Dana has had 3. Next: 12:00 pm Eastern."
    )
    for moment, used in ((first + DAY, 2), (first + DAY + MINUTE, 2), (first + DAY + timedelta(hours=1), 1)):
        verdict = judge(CALL, facts, moment)
        assert verdict.allowed
        assert verdict.count and verdict.count.used == used


def test_a_call_within_the_minute_frees_the_next_whole_minute() -> None:
    first = at(EAST, 2026, 8, 4, 12) + timedelta(seconds=30)
    facts = willing(in_state("FL", EAST), NOON, attempts=three_since(first))
    assert judge(CALL, facts, first + DAY - MINUTE).next_lawful_at == at(EAST, 2026, 8, 5, 12, 1)
    assert not judge(CALL, facts, first + DAY - timedelta(seconds=1)).allowed
    assert judge(CALL, facts, first + DAY).allowed


def test_24_hours_are_hours_and_not_a_day_of_the_calendar() -> None:
    saturday = at(EAST, 2026, 3, 7, 10)  # the clocks go forward in the night
    facts = willing(in_state("FL", EAST), saturday, attempts=three_since(saturday))
    assert judge(CALL, facts, at(EAST, 2026, 3, 7, 15)).next_lawful_at == at(EAST, 2026, 3, 8, 11)
    autumn = at(EAST, 2026, 10, 31, 10)
    facts = willing(in_state("FL", EAST), autumn, attempts=three_since(autumn))
    assert judge(CALL, facts, at(EAST, 2026, 10, 31, 15)).next_lawful_at == at(EAST, 2026, 11, 1, 9)


def test_a_count_that_frees_at_night_waits_for_the_morning() -> None:
    first = at(EAST, 2026, 8, 4, 19)
    attempts = tried(first, first + 5 * MINUTE, first + 50 * MINUTE)
    facts = willing(in_state("FL", EAST), NOON, attempts=attempts)
    assert judge(CALL, facts, NOON).next_lawful_at == first + DAY
    more = willing(in_state("FL", EAST), NOON, attempts=attempts[1:] + tried(NOON - MINUTE, NOON - 2 * MINUTE))
    assert judge(CALL, more, NOON).next_lawful_at == at(EAST, 2026, 8, 5, 19, 50)
    late = willing(in_state("FL", EAST), NOON, attempts=tried(NOON, NOON, at(EAST, 2026, 8, 5, 19, 59)))
    assert judge(CALL, late, at(EAST, 2026, 8, 5, 21)).next_lawful_at == at(EAST, 2026, 8, 6, 12)


def test_four_too_many_wait_for_all_but_two() -> None:
    moments = [NOON - timedelta(hours=hours) for hours in (4, 3, 2, 1)]
    facts = willing(in_state("MD"), NOON, attempts=tried(*moments))
    assert judge(CALL, facts, NOON).next_lawful_at == moments[1] + DAY


def test_calls_and_texts_count_together_and_mail_does_not() -> None:
    mixed = tried(NOON - timedelta(hours=1)) + tried(*[NOON - timedelta(hours=2)] * 2, channel="sms")
    assert codes(TEXT, willing(in_state("FL"), NOON, attempts=mixed), NOON) == {"too_many"}
    assert codes(CALL, willing(in_state("FL"), NOON, attempts=mixed), NOON) == {"too_many"}
    mails = mixed[:2] + tried(*[NOON - timedelta(hours=2)] * 5, channel="email")
    assert judge(CALL, willing(in_state("FL", EAST), NOON, attempts=mails), NOON).allowed
    assert judge(MAIL, willing(in_state("FL"), NOON, attempts=mixed), NOON).allowed


def test_what_is_not_selling_does_not_count() -> None:
    served = tried(*[NOON - timedelta(hours=1)] * 5, purpose="servicing")
    assert judge(CALL, willing(in_state("FL", EAST), NOON, attempts=served), NOON).allowed
    sold = tried(*[NOON - timedelta(hours=1)] * 5)
    client = willing(in_state("FL", EAST), NOON, attempts=sold, client_since=utc(2026, 1, 1))
    assert judge(Request("sms", "servicing"), client, NOON).allowed
    assert codes(CALL, client, NOON) == {"too_many"}


@pytest.mark.parametrize(
    ("state", "asked", "allowed"),
    [("FL", "injury", True), ("FL", "debt", False), ("FL", None, False), ("MD", "injury", False)],
)
def test_florida_counts_per_subject_and_maryland_does_not(state: str, asked: str | None, allowed: bool) -> None:
    attempts = tried(*[NOON - timedelta(hours=1)] * 3, subject="debt")
    facts = willing(in_state(state, EAST), NOON, attempts=attempts)
    assert judge(Request("call", subject=asked), facts, NOON).allowed is allowed


def test_an_attempt_without_a_subject_counts_for_all() -> None:
    attempts = tried(*[NOON - timedelta(hours=1)] * 3)
    assert codes(Request("call", subject="debt"), willing(in_state("FL"), NOON, attempts=attempts), NOON) == {
        "too_many"
    }


def test_a_planned_attempt_has_its_place_already() -> None:
    attempts = tried(NOON - MINUTE, NOON - 2 * MINUTE, NOON + timedelta(hours=2))
    verdict = judge(CALL, willing(in_state("FL", EAST), NOON, attempts=attempts), NOON)
    assert [refusal.code for refusal in verdict.refusals] == ["too_many"]


def test_number_of_one_state_and_address_of_another_count_in_both() -> None:
    attempts = three_since(NOON - timedelta(hours=3))
    both = willing(somewhere("+14045550142", "33602"), NOON, attempts=attempts)
    assert codes(CALL, both, NOON) == {"too_many"}
    assert judge(CALL, willing(somewhere("+14045550142"), NOON, attempts=attempts), NOON).allowed


# --- Maine: machines, once in eight hours


def test_maine_lets_a_machine_call_once_in_eight_hours() -> None:
    where, eight = in_state("ME"), timedelta(hours=8)
    once = willing(where, NOON, attempts=tried(NOON - timedelta(hours=2), automated=True))
    refused = judge(ROBOCALL, once, NOON)
    assert refused.next_lawful_at == NOON - timedelta(hours=2) + eight
    said = "Maine allows 1 automated call or text in 8 hours, and Dana has had 1."
    assert refused.refusals[0].sentence == said
    assert judge(ROBOCALL, once, NOON - timedelta(hours=2) + eight).allowed
    assert judge(CALL, once, NOON).allowed
    by_hand = willing(where, NOON, attempts=tried(NOON - timedelta(hours=2)))
    assert judge(ROBOCALL, by_hand, NOON).allowed


def test_maine_wants_a_fresh_check_for_reassigned_numbers() -> None:
    where, month = in_state("ME"), timedelta(days=31)
    assert codes(ROBOCALL, willing(where, NOON, reassigned=None), NOON) == {"reassignment_unchecked"}
    assert judge(CALL, willing(where, NOON, reassigned=None), NOON).allowed
    assert judge(ROBOCALL, willing(in_state("VT"), NOON, reassigned=None), NOON).allowed
    stale = willing(where, NOON, reassigned=Reassigned(NOON - month, "no"))
    assert codes(ROBOCALL, stale, NOON) == {"reassignment_unchecked"}
    fresh = willing(where, NOON, reassigned=Reassigned(NOON - month + MINUTE, "no_data"))
    verdict = judge(ROBOCALL, fresh, NOON)
    assert (verdict.allowed, verdict.window_ends_at) == (True, NOON + MINUTE)


# --- debt collectors are another trade


def test_collectors_have_limits_of_their_own() -> None:
    calls = tried(*[NOON - timedelta(days=day, hours=1) for day in range(7)], subject="account 1")
    collector = Request("call", vertical="debt-collection", subject="account 1")
    facts = willing(in_state("OH"), NOON, attempts=calls)
    refused = judge(collector, facts, NOON)
    assert refused.next_lawful_at == calls[-1].at + timedelta(days=7)
    assert refused.count and refused.count.text == "7 of 7 in 7 d"
    assert judge(Request("call", vertical="debt-relief", subject="account 1"), facts, NOON).allowed
    assert judge(Request("call", vertical="debt-collection", subject="account 2"), facts, NOON).allowed
    two = willing(in_state("MA"), NOON, attempts=calls[:2])
    assert codes(collector, two, NOON) == {"too_many"}
    assert judge(collector, willing(in_state("OH"), NOON, attempts=calls[:2]), NOON).allowed


# --- waiting after an accident


@pytest.mark.parametrize("channel", ["call", "sms", "email"])
@pytest.mark.parametrize("state", ["FL", "TX"])
def test_lawyers_wait_thirty_days_after_an_accident(state: str, channel: Channel) -> None:
    request = Request(channel, vertical="legal-intake")
    zone = "America/New_York" if state == "FL" else "America/Chicago"
    facts = willing(in_state(state, zone), NOON, incident_on=date(2026, 7, 6), consents=(), listings=())
    facts = Facts(facts.where, facts.phone, facts.email, incident_on=facts.incident_on, purchased_at=utc(2026, 7, 1))
    last = at(zone, 2026, 8, 5, 23, 59)
    assert "too_soon" in codes(request, facts, last)
    assert "too_soon" not in codes(request, facts, last + MINUTE)
    asked = willing(in_state(state, zone), NOON, incident_on=date(2026, 7, 6))
    assert "too_soon" not in codes(request, asked, NOON)
    assert "too_soon" not in codes(Request(channel, vertical="sales"), facts, NOON)


def test_the_first_day_to_write_is_named() -> None:
    facts = Facts(in_state("FL", EAST), email="dana@example.com", incident_on=date(2026, 7, 6))
    verdict = judge(Request("email", vertical="legal-intake"), facts, NOON)
    assert verdict.next_lawful_at == at(EAST, 2026, 8, 6)
    said = "Florida forbids this for 30 days after the accident of 6 Jul 2026."
    assert verdict.sentence == f"Not now: {said} Next: tomorrow 12:00 am Eastern."
    inquired = Facts(facts.where, email=facts.email, incident_on=facts.incident_on, inquired_at=utc(2026, 7, 7))
    assert judge(Request("email", vertical="legal-intake"), inquired, NOON).allowed


# --- opt-outs that a state holds although staff lifted them


def lifted(by: str, when: datetime, channel: Channel = "sms") -> OptOut:
    return OptOut(when, channel, words="STOP", lifted_at=when + timedelta(days=2), lifted_by=by)  # type: ignore[arg-type]


def test_virginia_holds_a_texted_stop_for_ten_years() -> None:
    out = at(EAST, 2026, 5, 3, 12)
    facts = willing(in_state("VA"), NOON, opt_outs=(lifted("staff", out),))
    refused = judge(TEXT, facts, NOON)
    assert [refusal.code for refusal in refused.refusals] == ["opted_out"]
    assert refused.refusals[0].sentence == "Dana opted out on 3 May 2026; Virginia holds that for 10 years."
    assert refused.next_lawful_at == at(EAST, 2036, 5, 3, 12)
    assert judge(CALL, facts, NOON).allowed
    assert judge(TEXT, willing(in_state("OH"), NOON, opt_outs=(lifted("staff", out),)), NOON).allowed
    assert judge(TEXT, willing(in_state("VA"), NOON, opt_outs=(lifted("person", out),)), NOON).allowed


def test_washington_holds_any_no_for_a_year() -> None:
    out = at("America/Los_Angeles", 2025, 8, 6, 12)
    facts = willing(in_state("WA"), NOON, opt_outs=(lifted("staff", out, "call"),))
    assert judge(CALL, facts, NOON).next_lawful_at == at("America/Los_Angeles", 2026, 8, 6, 12)
    assert judge(CALL, facts, at("America/Los_Angeles", 2026, 8, 6, 12)).allowed
    assert codes(TEXT, facts, NOON) == {"opted_out"}
    assert judge(BULK_TEXT, willing(in_state("OR"), NOON, opt_outs=facts.opt_outs), NOON).allowed


def test_the_tightest_of_several_limits_is_shown() -> None:
    where = somewhere("+14055550142", "33602")
    verdict = judge(CALL, willing(where, NOON, attempts=tried(NOON - MINUTE)), NOON)
    assert verdict.count and verdict.count.text == "1 of 3 in 24 h"
    assert verdict.sentence == "OK until 8:00 pm Eastern · 1 of 3 in 24 h"
    assert BOOK.rule(verdict.count.rule_id, date(2026, 8, 5))
