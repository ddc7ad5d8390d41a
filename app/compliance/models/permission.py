"""Checks of what the person wants: consent, opt-outs, do-not-call lists. Only somebody's act lifts these."""

from datetime import datetime, timedelta

from app.compliance.models import wording
from app.compliance.models.facts import Consent, Level, OptOut, Request
from app.compliance.models.periods import add_months
from app.compliance.models.rules import Asked, Lists, Revocation, Rule
from app.compliance.models.verdict import Case, Refusal
from themes.catalogue import later, say

PHONE = frozenset({"call", "sms"})


def _given(case: Case, level: Level) -> list[Consent]:
    """Consents to this channel and purpose of at least this level, taken back or not."""
    return [
        consent
        for consent in case.facts.consents
        if case.request.channel in consent.channels
        and consent.purpose == "marketing"
        and consent.at <= case.at
        and level in ("express", consent.level)
    ]


def agreed(case: Case, level: Level) -> bool:
    """Whether such a consent stands."""
    return any(not consent.revoked_at or consent.revoked_at > case.at for consent in _given(case, level))


def consent(rule: Rule, case: Case) -> Refusal | None:
    terms = rule.terms
    assert isinstance(terms, Asked)
    if agreed(case, terms.level):
        return None
    who, many = case.facts.who, say(wording.MANY[case.request.channel])
    if taken_back := [given.revoked_at for given in _given(case, terms.level) if given.revoked_at]:
        day = wording.day(max(taken_back), wording.speaking_zone(case.facts.where.zones, case.at))
        return case.refuse(
            rule,
            "consent_revoked",
            say("%(who)s took back consent to %(contacts)s on %(day)s.", who=who, contacts=many, day=day),
        )
    sentence = ASKS[rule.state == "CARRIER", bool(rule.automated)]
    level = say(terms.level)
    return case.refuse(rule, "no_consent", say(sentence, whose=wording.whose(rule), level=level, contacts=many))


# Whether it is the carriers who ask, and whether a machine contacts.
ASKS = {
    (False, False): later("%(whose)s asks for %(level)s consent to sales %(contacts)s, and there is none on file."),
    (False, True): later(
        "%(whose)s asks for %(level)s consent to automated sales %(contacts)s, and there is none on file."
    ),
    (True, False): later("%(whose)s ask for %(level)s consent to sales %(contacts)s, and there is none on file."),
    (True, True): later(
        "%(whose)s ask for %(level)s consent to automated sales %(contacts)s, and there is none on file."
    ),
}
LEVELS = (later("written"), later("express"))


def _covers(out: OptOut, request: Request) -> bool:
    """Whether it is a no to this. Where a machine sells, a no to calls or texts ends both (FCC 24-24)."""
    if out.purpose not in (None, request.purpose):
        return False
    both = request.automated and request.purpose == "marketing" and {out.channel, request.channel} <= PHONE
    return out.channel in (None, request.channel) or both


def _confirms(rule: Rule, case: Case, out: OptOut) -> bool:
    """The one text that confirms an opt-out, soon after it."""
    terms, request = rule.terms, case.request
    assert isinstance(terms, Revocation)
    soon = case.at < out.at + timedelta(minutes=terms.confirm_minutes)
    answered = any(a.channel == "sms" and out.at <= a.at <= case.at for a in case.facts.attempts)
    return request.confirms_opt_out and request.channel == "sms" and soon and not answered


def revocation(rule: Rule, case: Case) -> Refusal | None:
    standing = [
        out
        for out in case.facts.opt_outs
        if out.at <= case.at and (not out.lifted_at or out.lifted_at > case.at) and _covers(out, case.request)
    ]
    if not standing or _confirms(rule, case, max(standing, key=lambda out: out.at)):
        return None
    first = min(standing, key=lambda out: out.at)
    day = wording.day(first.at, wording.speaking_zone(case.facts.where.zones, case.at))
    of_what = say(wording.MANY[first.channel]) if first.channel else say("all contact")
    said = (
        later("%(who)s opted out of %(contacts)s on %(day)s (“%(words)s”).")
        if first.words
        else later("%(who)s opted out of %(contacts)s on %(day)s.")
    )
    told = say(said, who=case.facts.who, contacts=of_what, day=day, words=first.words)
    return case.refuse(rule, "opted_out", told)


def excused_until(rule: Rule, case: Case) -> datetime | None:
    """When the business relationship ends that excuses a listing; None without one."""
    terms, facts = rule.terms, case.facts
    assert isinstance(terms, Lists)
    known = ((facts.purchased_at, terms.purchase_months), (facts.inquired_at, terms.inquiry_months))
    return max((add_months(at, months) for at, months in known if at and at <= case.at), default=None)


def _listing(case: Case, on: str) -> bool:
    listings = case.facts.listings
    return any(each.on == on and (not each.listed_at or each.listed_at <= case.at) for each in listings)


def do_not_call(rule: Rule, case: Case) -> Refusal | None:
    """Our own list always binds; the others not with written consent, the national not in a relationship."""
    terms, who = rule.terms, case.facts.who
    assert isinstance(terms, Lists)
    if _listing(case, "internal"):
        return case.refuse(rule, "do_not_call", say("%(who)s is on your own do-not-call list.", who=who))
    if agreed(case, "written"):
        return None
    if _listing(case, "state"):
        sentence = say("%(who)s is on a state do-not-call list, and gave no written consent.", who=who)
        return case.refuse(rule, "do_not_call", sentence)
    excused = excused_until(rule, case)
    if excused and case.at < excused:
        return None
    if _listing(case, "national"):
        sentence = say(
            "%(who)s is on the national do-not-call list, without written consent or a recent purchase or inquiry.",
            who=who,
        )
        return case.refuse(rule, "do_not_call", sentence)
    return _stale(rule, case, terms)


def _stale(rule: Rule, case: Case, terms: Lists) -> Refusal | None:
    scrubbed = case.facts.scrubbed_at
    if scrubbed and case.at < scrubbed + timedelta(days=terms.scrub_days):
        return None
    if scrubbed is None:
        return case.refuse(rule, "scrub_stale", say("This number was never checked against the do-not-call lists."))
    sentence = say(
        "This number was last checked against the do-not-call lists %(days)s days ago; the limit is %(limit)s.",
        days=(case.at - scrubbed).days,
        limit=terms.scrub_days,
    )
    return case.refuse(rule, "scrub_stale", sentence)


def litigator(rule: Rule, case: Case) -> Refusal | None:
    if _listing(case, "litigator"):
        return case.refuse(
            rule, "litigator", say("%(who)s is on the list of people who sue over calls.", who=case.facts.who)
        )
    return None
