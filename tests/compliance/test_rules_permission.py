"""Consent, opt-outs, lists, the address and the trade: each denial beside what lifts it."""

from datetime import datetime, timedelta

import pytest

from app.compliance.models import (
    Attempt,
    Channel,
    Consent,
    Facts,
    Listing,
    OptOut,
    Purpose,
    Reassigned,
    Request,
    Suppression,
    somewhere,
)
from tests.compliance.cases import (
    BULK_TEXT,
    CALL,
    EAST,
    FIFTY_ONE,
    LONG_AGO,
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

NOON = at(EAST, 2026, 8, 5, 12)
OHIO = in_state("OH")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANY = frozenset({"call", "sms", "email"})


def bare(**known: object) -> Facts:
    """Dana in Ohio who agreed to nothing, her number checked yesterday."""
    return willing(OHIO, NOON, consents=(), reassigned=None, **known)


def yes(level: str = "written", **known: object) -> tuple[Consent, ...]:
    return (Consent(ANY, LONG_AGO, level, **known),)  # type: ignore[arg-type]


# --- consent


@pytest.mark.parametrize(
    ("request_", "nothing", "express", "written"),
    [
        (CALL, True, True, True),
        (TEXT, False, True, True),
        (ROBOCALL, False, False, True),
        (BULK_TEXT, False, False, True),
        (MAIL, True, True, True),
        (Request("sms", "transactional"), True, True, True),
    ],
)
def test_consent_that_each_kind_of_contact_needs(
    request_: Request, nothing: bool, express: bool, written: bool
) -> None:
    for consents, allowed in (((), nothing), (yes("express"), express), (yes(), written)):
        verdict = judge(request_, willing(OHIO, NOON, consents=consents), NOON)
        assert verdict.allowed is allowed, verdict.sentence
        if not allowed:
            assert {refusal.code for refusal in verdict.refusals} == {"no_consent"}
            assert verdict.next_lawful_at is None


@pytest.mark.parametrize("state", FIFTY_ONE)
def test_connecticut_wants_written_consent_for_every_sales_call(state: str) -> None:
    noon = at("America/Denver", 2026, 8, 5, 12)
    facts = willing(in_state(state), noon, consents=yes("express"))
    assert codes(CALL, facts, noon) == ({"no_consent"} if state == "CT" else set())
    assert judge(CALL, willing(in_state(state), noon), noon).allowed


def test_consent_is_of_a_channel_a_purpose_and_a_time() -> None:
    texts = (Consent(frozenset({"sms"}), LONG_AGO),)
    assert judge(BULK_TEXT, willing(OHIO, NOON, consents=texts), NOON).allowed
    assert codes(ROBOCALL, willing(OHIO, NOON, consents=texts), NOON) == {"no_consent"}
    assert codes(BULK_TEXT, willing(OHIO, NOON, consents=yes(purpose="servicing")), NOON) == {"no_consent"}
    later = (Consent(ANY, NOON + MINUTE),)
    assert codes(BULK_TEXT, willing(OHIO, NOON, consents=later), NOON) == {"no_consent"}
    assert judge(BULK_TEXT, willing(OHIO, NOON, consents=later), NOON + MINUTE).allowed


def test_consent_taken_back_is_named_and_a_new_one_counts() -> None:
    back = yes(revoked_at=at(EAST, 2026, 5, 3, 12))
    refused = judge(BULK_TEXT, willing(OHIO, NOON, consents=back), NOON)
    assert refused.sentence == "Dana took back consent to texts on 3 May 2026."
    assert judge(BULK_TEXT, willing(OHIO, NOON, consents=back), at(EAST, 2026, 5, 3, 11, 59)).allowed
    assert judge(BULK_TEXT, willing(OHIO, NOON, consents=(*back, Consent(ANY, NOON - DAY))), NOON).allowed


# --- opt-outs


def out(channel: Channel | None = None, purpose: Purpose | None = None, **known: object) -> tuple[OptOut, ...]:
    return (OptOut(NOON - DAY, channel, purpose, **known),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("opt_outs", "request_", "allowed"),
    [
        (out(), CALL, False),
        (out(), MAIL, False),
        (out("sms"), TEXT, False),
        (out("sms"), CALL, True),
        (out("sms"), MAIL, True),
        (out("sms"), ROBOCALL, False),  # a texted no ends what machines sell by phone, too
        (out("call"), BULK_TEXT, False),
        (out("email"), ROBOCALL, True),
        (out("sms"), Request("sms", "servicing"), False),
        (out("sms"), Request("sms", "transactional"), False),
        (out("sms", "marketing"), Request("sms", "servicing"), True),
        (out("sms", "marketing"), Request("sms", "transactional"), True),
        (out("email", "marketing"), MAIL, False),
        (out("email", "marketing"), Request("email", "servicing"), True),
        (out("email", "marketing"), Request("email", "transactional"), True),
        (out("email"), Request("email", "transactional"), False),
        (out("sms", lifted_at=NOON - MINUTE, lifted_by="person"), TEXT, True),
        (out("sms", lifted_at=NOON + MINUTE, lifted_by="person"), TEXT, False),
    ],
)
def test_what_an_opt_out_ends(opt_outs: tuple[OptOut, ...], request_: Request, allowed: bool) -> None:
    facts = willing(OHIO, NOON, opt_outs=opt_outs, client_since=LONG_AGO)
    verdict = judge(request_, facts, NOON)
    assert verdict.allowed is allowed, verdict.sentence
    if not allowed:
        assert {refusal.code for refusal in verdict.refusals} == {"opted_out"}
        assert verdict.next_lawful_at is None
    assert judge(request_, facts, NOON - 2 * DAY).allowed


def test_an_opt_out_is_told_in_the_person_s_words() -> None:
    facts = willing(OHIO, NOON, opt_outs=out("sms", words="stop please"))
    assert judge(TEXT, facts, NOON).sentence == "Dana opted out of texts on 4 Aug 2026 (“stop please”)."
    assert judge(TEXT, willing(OHIO, NOON, opt_outs=out(), name=""), NOON).sentence == (
        "This person opted out of all contact on 4 Aug 2026."
    )


def test_one_text_may_confirm_an_opt_out_within_five_minutes() -> None:
    confirm = Request("sms", "transactional", automated=True, confirms_opt_out=True)
    midnight = at(EAST, 2026, 8, 5, 0)
    facts = willing(OHIO, NOON, opt_outs=(OptOut(midnight, "sms"),))
    first = judge(confirm, facts, midnight)
    assert (first.allowed, first.window_ends_at) == (True, midnight + 5 * MINUTE)
    assert judge(confirm, facts, midnight + timedelta(minutes=4, seconds=59)).allowed
    assert codes(confirm, facts, midnight + 5 * MINUTE) == {"opted_out"}
    assert codes(Request("sms", "transactional"), facts, midnight) == {"opted_out"}
    sent = willing(OHIO, NOON, opt_outs=facts.opt_outs, attempts=(Attempt(midnight + MINUTE, "sms", "transactional"),))
    assert codes(confirm, sent, midnight + 2 * MINUTE) == {"opted_out"}
    call = Request("call", "transactional", confirms_opt_out=True)
    assert codes(call, willing(OHIO, NOON, opt_outs=(OptOut(midnight),)), midnight) == {"opted_out"}


# --- do-not-call


@pytest.mark.parametrize("request_", [CALL, TEXT])
def test_our_own_list_binds_whatever_was_agreed(request_: Request) -> None:
    facts = willing(OHIO, NOON, listings=(Listing("internal"),))
    refused = judge(request_, facts, NOON)
    assert refused.sentence == "Dana is on your own do-not-call list."
    assert refused.next_lawful_at is None
    assert judge(MAIL, facts, NOON).allowed
    assert judge(request_, willing(OHIO, NOON), NOON).allowed


def test_the_national_list_yields_to_written_consent_and_to_a_relationship() -> None:
    listed = {"listings": (Listing("national", NOON - DAY),)}
    assert codes(CALL, bare(**listed), NOON) == {"do_not_call"}
    assert codes(CALL, willing(OHIO, NOON, consents=yes("express"), **listed), NOON) == {"do_not_call"}
    assert judge(CALL, willing(OHIO, NOON, **listed), NOON).allowed
    assert judge(CALL, bare(inquired_at=NOON - DAY, **listed), NOON).allowed
    assert judge(CALL, bare(**listed), NOON - 2 * DAY).allowed


@pytest.mark.parametrize(
    ("known", "ends"),
    [
        ({"purchased_at": utc(2025, 2, 5, 17)}, utc(2026, 8, 5, 17)),
        ({"inquired_at": utc(2026, 5, 5, 17)}, utc(2026, 8, 5, 17)),
        ({"inquired_at": utc(2025, 11, 30, 17)}, utc(2026, 2, 28, 17)),
        ({"purchased_at": utc(2025, 2, 5, 17), "inquired_at": utc(2026, 5, 5, 19)}, utc(2026, 8, 5, 19)),
    ],
)
def test_a_relationship_ends_to_the_minute(known: dict[str, datetime], ends: datetime) -> None:
    facts = willing(OHIO, ends, consents=(), listings=(Listing("national"),), **known)
    verdict = judge(CALL, facts, ends - MINUTE)
    assert (verdict.allowed, verdict.window_ends_at) == (True, ends)
    for moment in (ends, ends + MINUTE):
        assert codes(CALL, facts, moment) == {"do_not_call"}


def test_a_state_list_yields_to_written_consent_alone() -> None:
    listed = {"listings": (Listing("state", state="IN"),)}
    assert codes(CALL, bare(purchased_at=NOON - DAY, **listed), NOON) == {"do_not_call"}
    assert judge(CALL, willing(OHIO, NOON, **listed), NOON).allowed


def test_in_pennsylvania_a_relationship_lasts_a_year() -> None:
    known = {"consents": (), "listings": (Listing("national"),), "purchased_at": utc(2025, 6, 1)}
    assert codes(CALL, willing(in_state("PA"), NOON, **known), NOON) == {"do_not_call"}
    assert judge(CALL, willing(OHIO, NOON, **known), NOON).allowed


def test_lists_older_than_31_days_stop_cold_calls() -> None:
    month = timedelta(days=31)
    fresh = judge(CALL, willing(OHIO, NOON, consents=(), scrubbed_at=NOON - month + MINUTE), NOON)
    assert (fresh.allowed, fresh.window_ends_at) == (True, NOON + MINUTE)
    stale = judge(CALL, willing(OHIO, NOON, consents=(), scrubbed_at=NOON - month), NOON)
    assert stale.sentence == (
        "This number was last checked against the do-not-call lists 31 days ago; the limit is 31."
    )
    never = judge(CALL, willing(OHIO, NOON, consents=(), scrubbed_at=None), NOON)
    assert never.sentence == "This number was never checked against the do-not-call lists."
    assert judge(CALL, willing(OHIO, NOON, scrubbed_at=None), NOON).allowed
    assert judge(CALL, willing(OHIO, NOON, consents=(), scrubbed_at=None, inquired_at=NOON - DAY), NOON).allowed


def test_people_who_sue_are_left_alone() -> None:
    facts = willing(OHIO, NOON, listings=(Listing("litigator"),))
    assert codes(CALL, facts, NOON) == {"litigator"}
    assert judge(MAIL, facts, NOON).allowed


# --- address and standing


@pytest.mark.parametrize(
    ("suppression", "request_", "allowed"),
    [
        (Suppression("bounce", NOON - DAY, "email"), MAIL, False),
        (Suppression("bounce", NOON - DAY, "email"), CALL, True),
        (Suppression("bounce", NOON, "email"), MAIL, False),
        (Suppression("bounce", NOON + MINUTE, "email"), MAIL, True),
        (Suppression("complaint", NOON - DAY, "email", "marketing"), Request("email", "servicing"), True),
        (Suppression("blocked", NOON - DAY, "sms"), Request("sms", "transactional"), False),
        (Suppression("dead", NOON - DAY), CALL, False),
        (Suppression("manual", NOON - DAY), MAIL, False),
    ],
)
def test_suppressed_addresses(suppression: Suppression, request_: Request, allowed: bool) -> None:
    verdict = judge(request_, willing(OHIO, NOON, suppressions=(suppression,), client_since=LONG_AGO), NOON)
    assert verdict.allowed is allowed
    if not allowed:
        assert {refusal.code for refusal in verdict.refusals} == {"suppressed"}


@pytest.mark.parametrize("request_", [CALL, TEXT, MAIL])
def test_nobody_in_bankruptcy_is_contacted(request_: Request) -> None:
    facts = willing(OHIO, NOON, bankrupt_since=NOON)
    assert codes(request_, facts, NOON) == {"bankrupt"}
    assert judge(request_, facts, NOON - MINUTE).allowed
    assert judge(Request(request_.channel, "transactional"), facts, NOON).allowed


def test_a_number_that_changed_hands() -> None:
    gone = willing(OHIO, NOON, reassigned=Reassigned(NOON, "yes"))
    for request_ in (CALL, TEXT, Request("sms", "transactional")):
        assert codes(request_, gone, NOON) == {"reassigned"}
        assert judge(request_, gone, NOON - MINUTE).allowed
    assert judge(MAIL, gone, NOON).allowed
    assert judge(CALL, willing(OHIO, NOON, reassigned=Reassigned(NOON, "no_data")), NOON).allowed


def test_servicing_is_for_clients() -> None:
    served = Request("sms", "servicing")
    assert codes(served, willing(OHIO, NOON), NOON) == {"not_a_client"}
    assert judge(served, willing(OHIO, NOON, client_since=NOON), NOON).allowed
    assert judge(served, willing(OHIO, NOON, purchased_at=NOON, consents=()), NOON).allowed
    assert codes(served, willing(OHIO, NOON, client_since=NOON + MINUTE), NOON) == {"not_a_client"}
    assert judge(Request("email", "servicing"), willing(OHIO, NOON), NOON).allowed


@pytest.mark.parametrize("phone", ["+14165550142", "+442079460958"])
def test_other_countries_have_no_rules_on_file(phone: str) -> None:
    facts = willing(somewhere(phone, "45202"), NOON)
    assert codes(CALL, facts, NOON) == {"abroad"}
    assert judge(MAIL, facts, NOON).allowed


def test_without_an_address_there_is_no_contact() -> None:
    facts = willing(OHIO, NOON, phone=None, email=None)
    assert codes(CALL, facts, NOON) == codes(MAIL, facts, NOON) == {"no_address"}


# --- the trade


def test_carriers_refuse_marketing_texts_for_debt_relief() -> None:
    sell = Request("sms", vertical="debt-relief")
    facts = willing(OHIO, NOON, client_since=LONG_AGO)
    refused = judge(sell, facts, NOON)
    assert refused.sentence == "Carriers refuse marketing texts for debt relief. Use e-mail or a call task."
    assert refused.next_lawful_at is None
    assert judge(Request("sms", "servicing", vertical="debt-relief"), facts, NOON).allowed
    assert judge(Request("sms", vertical="sales"), facts, NOON).allowed
    assert judge(Request("email", vertical="debt-relief"), facts, NOON).allowed
    assert judge(Request("call", vertical="debt-relief"), facts, NOON).allowed


def test_every_reason_is_given_the_lasting_ones_first() -> None:
    night = at(EAST, 2026, 8, 9, 3)
    facts = willing(
        in_state("RI"),
        night,
        listings=(Listing("internal"),),
        opt_outs=(OptOut(night - DAY, "sms"),),
        bankrupt_since=LONG_AGO,
    )
    verdict = judge(TEXT, facts, night)
    assert [refusal.code for refusal in verdict.refusals] == [
        "bankrupt",
        "opted_out",
        "do_not_call",
        "closed_day",
        "quiet_hours",
    ]
    assert verdict.next_lawful_at is None
    assert all(
        refusal.source and refusal.rule_id and refusal.sentence.endswith((".", ").")) for refusal in verdict.refusals
    )
