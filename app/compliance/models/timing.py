"""Checks that the clock lifts: hours and days, counts, waiting times, opt-outs that hold.

Each says from when on it alone no longer refuses.
"""

from datetime import datetime, timedelta

from app.compliance.models import wording as say
from app.compliance.models.facts import Attempt
from app.compliance.models.holidays import holiday
from app.compliance.models.hours import closes, opens, span_on
from app.compliance.models.periods import add_months
from app.compliance.models.rules import Days, Hold, Hours, Limit, Rule
from app.compliance.models.verdict import Case, Refusal
from app.core.places import at_local, local, zone_label


def hours(rule: Rule, case: Case, zone: str) -> Refusal | None:
    """Judged on the wall clock of one zone."""
    if closes(rule, case.at, zone):
        return None
    today = local(case.at, zone).date()
    span, many = span_on(rule, today), say.MANY[case.request.channel]
    until = opens(rule, case.at, zone)
    if span is None:
        day = _closed_day(rule, case.at, zone)
        return case.refuse(rule, "closed_day", f"{rule.whose} allows no {many} on {day}.", until, zone)
    allowed = f"{rule.whose} allows {many} from {say.minutes(span[0])} to {say.minutes(span[1])}"
    there = f"it is {say.clock(case.at, zone)} {zone_label(zone)}"
    return case.refuse(rule, "quiet_hours", f"{allowed}, and {there}.", until, zone)


def _closed_day(rule: Rule, moment: datetime, zone: str) -> str:
    assert isinstance(rule.terms, Hours)
    today = local(moment, zone).date()
    name = holiday(rule.state, today) if rule.terms.has_holidays else None
    return name or say.DAYS[today.weekday()]


def counted(rule: Rule, case: Case) -> list[Attempt]:
    """The attempts that a limit counts now, the newest first. One made exactly `hours` ago is out."""
    terms, request = rule.terms, case.request
    assert isinstance(terms, Limit)
    since = case.at - timedelta(hours=terms.hours)
    found = [
        attempt
        for attempt in case.facts.attempts
        if attempt.at > since
        and attempt.channel in terms.counts
        and attempt.purpose in rule.purposes
        and (attempt.automated or not rule.automated)
        and (not terms.same_subject or _same(attempt.subject, request.subject))
    ]
    return sorted(found, key=lambda attempt: attempt.at, reverse=True)


def _same(one: str | None, other: str | None) -> bool:
    """A subject that nobody named may be any."""
    return one is None or other is None or one == other


def limit(rule: Rule, case: Case) -> Refusal | None:
    terms = rule.terms
    assert isinstance(terms, Limit)
    attempts = counted(rule, case)
    if len(attempts) < terms.count:
        return None
    until = attempts[terms.count - 1].at + timedelta(hours=terms.hours)
    kind = "automated " if rule.automated else ""
    allowed = f"{terms.count} {kind}{say.things(terms.count, terms.counts)} in {say.span_of(terms.hours)}"
    sentence = f"{rule.whose} allows {allowed}, and {case.facts.who} has had {len(attempts)}."
    return case.refuse(rule, "too_many", sentence, until)


def wait(rule: Rule, case: Case) -> Refusal | None:
    """Not so soon after an accident, unless the person asked for it."""
    terms, facts = rule.terms, case.facts
    assert isinstance(terms, Days)
    if facts.incident_on is None or facts.inquired_at or any(c.at <= case.at for c in facts.consents):
        return None
    first = facts.incident_on + timedelta(days=terms.days + 1)
    until, zone = max((at_local(first, 0, zone), zone) for zone in facts.where.zones)
    if case.at >= until:
        return None
    day = f"{facts.incident_on.day} {facts.incident_on:%b %Y}"
    sentence = f"{rule.whose} forbids this for {terms.days} days after the accident of {day}."
    return case.refuse(rule, "too_soon", sentence, until, zone)


def hold(rule: Rule, case: Case) -> Refusal | None:
    """An opt-out that staff lifted, while a state still gives it effect."""
    terms = rule.terms
    assert isinstance(terms, Hold)
    held = [
        (add_months(out.at, 12 * terms.years), out)
        for out in case.facts.opt_outs
        if out.at <= case.at
        and out.lifted_by == "staff"
        and (out.channel is None or out.channel in terms.opt_outs)
        and out.purpose in (None, case.request.purpose)
    ]
    until, out = max(held, key=lambda pair: pair[0], default=(None, None))
    if until is None or out is None or case.at >= until:
        return None
    zone = say.speaking_zone(case.facts.where.zones, case.at)
    years = "a year" if terms.years == 1 else f"{terms.years} years"
    sentence = f"{case.facts.who} opted out on {say.day(out.at, zone)}; {rule.whose} holds that for {years}."
    return case.refuse(rule, "opted_out", sentence, until)
