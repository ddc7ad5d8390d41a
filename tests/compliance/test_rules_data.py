"""The shipped rules: complete, cited, readable; versions and an administrator's corrections."""

from datetime import date
from typing import Any

import pytest

from app.compliance.models import BadRule, Request, Rule, parse, shipped_rules
from app.compliance.models.gate import CHECKS, ORDER
from app.compliance.models.reading import BARE, OWN
from app.compliance.models.rules import ELSEWHERE
from tests.compliance.cases import (
    BOOK,
    BULK_TEXT,
    CALL,
    CENTRAL,
    EAST,
    FIFTY_ONE,
    MAIL,
    TEXT,
    at,
    codes,
    in_state,
    judge,
    utc,
    willing,
)

TODAY = date(2026, 8, 5)
NOON = at(EAST, 2026, 8, 5, 12)


def test_every_state_and_dc_has_a_row() -> None:
    assert sorted(BOOK.states) == FIFTY_ONE
    assert len(FIFTY_ONE) == 51


def test_a_state_says_either_its_rules_or_that_it_has_none_of_its_own() -> None:
    binding = {"hours", "limit", "consent", "hold", "reassigned_check", "dnc"}
    for state in FIFTY_ONE:
        kinds = {rule.kind for rule in BOOK.in_force(TODAY) if rule.state == state}
        assert ("federal" in kinds) != bool(kinds & binding), state


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: f"{rule.id}@{rule.effective}")
def test_each_rule_is_cited_and_marked(rule: Rule) -> None:
    assert rule.source and rule.says and rule.confidence in "PSK"
    assert rule.state in ELSEWHERE or rule.id.startswith(rule.state.lower() + ".")
    assert rule.kind in CHECKS or rule.kind in ("hours", "federal", "recording", "note")
    assert rule.confidence != "K" or rule.verify or rule.state == "HOUSE" or rule.effective is None
    assert rule.whose


def test_checks_and_readers_know_the_same_kinds() -> None:
    assert set(CHECKS) | {"hours", "federal", "recording", "note"} == set(OWN) | BARE


def test_rules_apply_from_their_date_on() -> None:
    """Texas covers texts from 1 Sep 2025 on; Connecticut asks for consent since 1 Oct 2023."""
    for day, closed in ((31, False), (1, True)):
        month = 8 if day == 31 else 9
        morning = at(CENTRAL, 2025, month, day, 8, 30)
        facts = willing(in_state("TX", CENTRAL), morning)
        sunday = day == 31
        assert judge(TEXT, facts, morning).allowed is not closed
        assert codes(CALL, facts, morning) == {"quiet_hours"}, sunday
    before, after = at(EAST, 2023, 9, 30, 12), at(EAST, 2023, 10, 1, 12)
    assert judge(CALL, willing(in_state("CT"), before, consents=()), before).allowed
    assert codes(CALL, willing(in_state("CT"), after, consents=()), after) == {"no_consent"}


def test_of_two_versions_the_later_in_effect_counts() -> None:
    assert BOOK.rule("us.revocation", date(2025, 4, 10)).source == "FCC 15-72"  # type: ignore[union-attr]
    assert "24-24" in BOOK.rule("us.revocation", date(2025, 4, 11)).source  # type: ignore[union-attr]
    assert [rule.effective for rule in BOOK.history("us.revocation")] == [None, date(2025, 4, 11)]
    assert BOOK.rule("us.unknown", TODAY) is None


# --- corrections by an administrator

CORRECTION: dict[str, Any] = {
    "id": "fl.hours",
    "state": "FL",
    "kind": "hours",
    "says": "9:00 am to 5:00 pm",
    "week": {"daily": "09:00-17:00", "sun": "closed"},
    "source": "An invented act of 2026",
    "confidence": "S",
    "effective": date(2026, 8, 5),
}


def correct(**changes: Any) -> Rule:
    return parse(CORRECTION | changes, overridden=True)


def test_a_correction_holds_from_its_date_on_and_only_there() -> None:
    book = BOOK.corrected([correct()])
    evening, eve = at(EAST, 2026, 8, 5, 18), at(EAST, 2026, 8, 4, 18)
    florida, ohio = in_state("FL", EAST), in_state("OH")
    refused = judge(CALL, willing(florida, NOON), evening, book)
    assert refused.refusals[0].source == "An invented act of 2026"
    assert refused.refusals[0].verify
    assert judge(CALL, willing(florida, eve), eve, book).allowed
    assert judge(CALL, willing(ohio, NOON), evening, book).allowed
    assert judge(CALL, willing(florida, NOON), evening).allowed


def test_a_correction_in_the_future_is_already_reckoned_with() -> None:
    book = BOOK.corrected([correct(effective=date(2026, 8, 6))])
    night = at(EAST, 2026, 8, 5, 21)
    assert judge(CALL, willing(in_state("FL", EAST), night), night, book).next_lawful_at == at(EAST, 2026, 8, 6, 9)
    sunday = BOOK.corrected([correct(effective=date(2026, 8, 9))])
    saturday = at(EAST, 2026, 8, 8, 21)
    facts = willing(in_state("FL", EAST), saturday)
    assert judge(CALL, facts, saturday, sunday).next_lawful_at == at(EAST, 2026, 8, 10, 9)


def test_a_limit_that_ends_sooner_lets_go_sooner() -> None:
    from app.compliance.models import Attempt

    day = {
        "id": "fl.count",
        "kind": "limit",
        "says": "No limit any more",
        "repealed": True,
        "effective": date(2026, 8, 6),
    }
    row = {key: value for key, value in (CORRECTION | day).items() if key != "week"}
    book = BOOK.corrected([parse(row, overridden=True)])
    evening = at(EAST, 2026, 8, 5, 19)
    facts = willing(in_state("FL", EAST), evening, attempts=(Attempt(evening, "call"),) * 3)
    assert judge(CALL, facts, evening).next_lawful_at == at(EAST, 2026, 8, 6, 19)
    assert judge(CALL, facts, evening, book).next_lawful_at == at(EAST, 2026, 8, 6, 8)


def test_a_rule_can_be_repealed_and_a_territory_given_a_row() -> None:
    repealed = BOOK.corrected([correct(repealed=True)])
    late = at(EAST, 2026, 8, 5, 20, 30)
    assert judge(CALL, willing(in_state("FL", EAST), late), late, repealed).allowed
    assert codes(CALL, willing(in_state("FL", EAST), late), late) == {"quiet_hours"}
    island = in_state("PR")
    assert judge(CALL, willing(island, late), late).caution
    row = BOOK.corrected([correct(id="pr.hours", state="PR", week={"daily": "08:00-21:00"})])
    verdict = judge(CALL, willing(island, late), late, row)
    assert (verdict.allowed, verdict.caution) == (True, "")


def test_a_house_rule_binds_everywhere() -> None:
    book = BOOK.corrected([correct(id="house.hours", state="HOUSE", week={"daily": "10:00-16:00"})])
    refused = judge(CALL, willing(in_state("OH"), NOON), at(EAST, 2026, 8, 5, 16), book)
    assert refused.refusals[0].sentence.startswith("House rule allows calls from 10:00 am to 4:00 pm")


def test_hours_round_the_clock_have_no_end_and_hours_of_no_day_no_beginning() -> None:
    open_ = {"id": "us.hours", "state": "US", "week": {"daily": "00:00-24:00"}}
    book = BOOK.corrected([correct(**open_)])
    verdict = judge(CALL, willing(in_state("OH"), NOON), at(EAST, 2026, 8, 5, 3), book)
    assert (verdict.allowed, verdict.window_ends_at, verdict.sentence) == (True, None, "OK")
    shut = BOOK.corrected([correct(**open_ | {"week": {"daily": "closed"}})])
    verdict = judge(CALL, willing(in_state("OH"), NOON), NOON, shut)
    assert (verdict.next_lawful_at, verdict.sentence) == (None, "Federal law allows no calls on Wednesdays.")


def test_consent_to_mail_can_be_asked_for() -> None:
    row = {key: value for key, value in CORRECTION.items() if key != "week"} | {
        "id": "house.consent.mail",
        "state": "HOUSE",
        "kind": "consent",
        "channels": ["email"],
        "level": "express",
    }
    book = BOOK.corrected([parse(row, overridden=True)])
    nobody = willing(in_state("OH"), NOON, consents=())
    assert codes(MAIL, nobody, NOON, book) == {"no_consent"}
    assert judge(MAIL, willing(in_state("OH"), NOON), NOON, book).allowed
    assert judge(MAIL, nobody, NOON).allowed


def test_of_one_date_the_later_entry_counts() -> None:
    first, second = correct(says="First"), correct(says="Second")
    assert BOOK.corrected([first, second]).rule("fl.hours", TODAY) is second


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "wish"}, "There is no kind"),
        ({"week": {"daily": "9-17"}}, "is no time"),
        ({"week": {"daily": "09:00-24:30"}}, "after the end of the day"),
        ({"week": {"daily": "17:00-09:00"}}, "ends before it begins"),
        ({"week": {"someday": "09:00-17:00"}}, "Unknown day: someday"),
        ({"source": " "}, "source is missing"),
        ({"confidence": "sure"}, "Confidence is"),
        ({"state": "ZZ"}, "There is no state ZZ"),
        ({"channels": []}, "Channels are"),
        ({"channels": ["fax"]}, "Channels are"),
        ({"purposes": ["fun"]}, "Purposes are"),
        ({"purposes": []}, "Purposes are"),
        ({"effective": None}, "from which date"),
        ({"effective": "2026-08-05"}, "from which date"),
        ({"count": 3}, "has no count"),
        ({"kind": "limit", "week": None}, "has no week"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_the_reason(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRule, match=said):
        correct(**change)


@pytest.mark.parametrize(
    ("kind", "terms", "said"),
    [
        ("limit", {"count": 0, "hours": 24}, "count must be a whole number from 1"),
        ("limit", {"count": 3}, "hours is missing"),
        ("limit", {"count": True, "hours": 24}, "count must be a whole number"),
        ("limit", {"count": 3, "hours": 24, "counts": ["fax"]}, "Channels are"),
        ("consent", {"level": "spoken"}, "written or express"),
        ("hold", {"opt_outs": ["sms"], "years": -1}, "years must be"),
        ("dnc", {"scrub_days": 31, "purchase_months": -1, "inquiry_months": 3}, "purchase_months must be"),
    ],
)
def test_terms_out_of_range_are_refused(kind: str, terms: dict[str, Any], said: str) -> None:
    row = {key: value for key, value in CORRECTION.items() if key != "week"}
    with pytest.raises(BadRule, match=said):
        parse(row | {"kind": kind} | terms)


def test_every_code_has_its_place_in_the_order() -> None:
    from typing import get_args

    from app.compliance.models.verdict import Code

    assert sorted(ORDER) == sorted(get_args(Code))


def test_recordings_are_announced_where_one_party_must_agree() -> None:
    ask = BOOK.must_announce_recording
    assert ask(frozenset({"CA"}), TODAY) and ask(frozenset({"GA", "FL"}), TODAY)
    assert not ask(frozenset({"GA"}), TODAY)
    assert ask(frozenset(), TODAY) and ask(frozenset({"PR"}), TODAY)


def test_the_shipped_book_is_loaded_once_and_binding_is_per_kind_of_request() -> None:
    assert shipped_rules() is BOOK
    florida = frozenset({"FL"})
    assert BOOK.binding(Request("call", subject="a"), florida, TODAY) is BOOK.binding(CALL, florida, TODAY)
    assert {"us.consent.automated"} == {
        rule.id for rule in BOOK.binding(BULK_TEXT, florida, TODAY) if rule not in BOOK.binding(TEXT, florida, TODAY)
    }


def test_facts_about_the_past_judge_the_past() -> None:
    facts = willing(in_state("OH"), NOON, bankrupt_since=utc(2026, 8, 1))
    assert judge(CALL, facts, at(EAST, 2026, 7, 31, 12)).allowed
    assert codes(CALL, facts, NOON) == {"bankrupt"}
