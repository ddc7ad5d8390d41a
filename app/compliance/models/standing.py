"""Checks of the address, the person's standing and the trade. Only somebody's act lifts these."""

from datetime import datetime, timedelta

from app.compliance.models import wording
from app.compliance.models.rules import Days, Rule
from app.compliance.models.verdict import Case, Refusal
from themes.catalogue import later, say

WHY = {
    "bounce": later("Mail to this address bounced on %(day)s."),
    "complaint": later("The person reported a message as spam on %(day)s."),
    "blocked": later("The carrier blocks messages to this number on %(day)s."),
    "dead": later("This number is out of service on %(day)s."),
    "manual": later("This address was taken out of use on %(day)s."),
}


def _day(case: Case, moment: datetime) -> str:
    return wording.day(moment, wording.speaking_zone(case.facts.where.zones, case.at))


def reach(rule: Rule, case: Case) -> Refusal | None:
    if case.request.channel == "email":
        missing = None if case.facts.email else say("There is no e-mail address on file.")
        return case.refuse(rule, "no_address", missing) if missing else None
    if not case.facts.phone:
        return case.refuse(rule, "no_address", say("There is no phone number on file."))
    if case.facts.where.abroad:
        return case.refuse(rule, "abroad", say("This number is outside the United States: no rules are on file."))
    return None


def client(rule: Rule, case: Case) -> Refusal | None:
    since = (case.facts.client_since, case.facts.purchased_at)
    if any(at and at <= case.at for at in since):
        return None
    many = say(wording.MANY[case.request.channel])
    return case.refuse(
        rule,
        "not_a_client",
        say("Servicing %(contacts)s are for clients; %(who)s is none yet.", contacts=many, who=case.facts.who),
    )


def suppression(rule: Rule, case: Case) -> Refusal | None:
    request = case.request
    for entry in case.facts.suppressions:
        hit = entry.channel in (None, request.channel) and entry.purpose in (None, request.purpose)
        if hit and entry.at <= case.at:
            return case.refuse(rule, "suppressed", say(WHY[entry.reason], day=_day(case, entry.at)))
    return None


def bankruptcy(rule: Rule, case: Case) -> Refusal | None:
    since = case.facts.bankrupt_since
    if since and since <= case.at:
        sentence = say(
            "A bankruptcy is on file since %(day)s. Contact goes through the attorney.", day=_day(case, since)
        )
        return case.refuse(rule, "bankrupt", sentence)
    return None


def reassigned(rule: Rule, case: Case) -> Refusal | None:
    check = case.facts.reassigned
    if check and check.checked_at <= case.at and check.answer == "yes":
        sentence = say(
            "This number changed hands: it is no longer %(who)s’s. Ask for the new one by e-mail.", who=case.facts.who
        )
        return case.refuse(rule, "reassigned", sentence)
    return None


def reassigned_check(rule: Rule, case: Case) -> Refusal | None:
    terms, check = rule.terms, case.facts.reassigned
    assert isinstance(terms, Days)
    if check and check.checked_at <= case.at < check.checked_at + timedelta(days=terms.days):
        return None
    sentence = say(
        "%(whose)s asks for a check for reassigned numbers in the last %(days)s days.",
        whose=wording.whose(rule),
        days=terms.days,
    )
    return case.refuse(rule, "reassignment_unchecked", sentence)


def forbidden(rule: Rule, case: Case) -> Refusal | None:
    return case.refuse(rule, "not_eligible", f"{say(rule.says)}.")
