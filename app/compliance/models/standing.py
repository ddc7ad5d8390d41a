"""Checks of the address, the person's standing and the trade. Only somebody's act lifts these."""

from datetime import datetime, timedelta

from app.compliance.models import wording as say
from app.compliance.models.rules import Days, Rule
from app.compliance.models.verdict import Case, Refusal

WHY = {
    "bounce": "Mail to this address bounced",
    "complaint": "The person reported a message as spam",
    "blocked": "The carrier blocks messages to this number",
    "dead": "This number is out of service",
    "manual": "This address was taken out of use",
}


def _day(case: Case, moment: datetime) -> str:
    return say.day(moment, say.speaking_zone(case.facts.where.zones, case.at))


def reach(rule: Rule, case: Case) -> Refusal | None:
    if case.request.channel == "email":
        missing = None if case.facts.email else "There is no e-mail address on file."
        return case.refuse(rule, "no_address", missing) if missing else None
    if not case.facts.phone:
        return case.refuse(rule, "no_address", "There is no phone number on file.")
    if case.facts.where.abroad:
        return case.refuse(rule, "abroad", "This number is outside the United States: no rules are on file.")
    return None


def client(rule: Rule, case: Case) -> Refusal | None:
    since = (case.facts.client_since, case.facts.purchased_at)
    if any(at and at <= case.at for at in since):
        return None
    many = say.MANY[case.request.channel]
    return case.refuse(rule, "not_a_client", f"Servicing {many} are for clients; {case.facts.who} is none yet.")


def suppression(rule: Rule, case: Case) -> Refusal | None:
    request = case.request
    for entry in case.facts.suppressions:
        hit = entry.channel in (None, request.channel) and entry.purpose in (None, request.purpose)
        if hit and entry.at <= case.at:
            return case.refuse(rule, "suppressed", f"{WHY[entry.reason]} on {_day(case, entry.at)}.")
    return None


def bankruptcy(rule: Rule, case: Case) -> Refusal | None:
    since = case.facts.bankrupt_since
    if since and since <= case.at:
        sentence = f"A bankruptcy is on file since {_day(case, since)}. Contact goes through the attorney."
        return case.refuse(rule, "bankrupt", sentence)
    return None


def reassigned(rule: Rule, case: Case) -> Refusal | None:
    check = case.facts.reassigned
    if check and check.checked_at <= case.at and check.answer == "yes":
        sentence = f"This number changed hands: it is no longer {case.facts.who}’s. Ask for the new one by e-mail."
        return case.refuse(rule, "reassigned", sentence)
    return None


def reassigned_check(rule: Rule, case: Case) -> Refusal | None:
    terms, check = rule.terms, case.facts.reassigned
    assert isinstance(terms, Days)
    if check and check.checked_at <= case.at < check.checked_at + timedelta(days=terms.days):
        return None
    sentence = f"{rule.whose} asks for a check for reassigned numbers in the last {terms.days} days."
    return case.refuse(rule, "reassignment_unchecked", sentence)


def forbidden(rule: Rule, case: Case) -> Refusal | None:
    return case.refuse(rule, "not_eligible", f"{rule.says}.")
