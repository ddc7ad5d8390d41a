"""Checks that the clock lifts: hours and days, counts, waiting times, opt-outs that hold.

Each says from when on it alone no longer refuses.
"""

from datetime import datetime, timedelta

from app.compliance.models import wording
from app.compliance.models.facts import Attempt
from app.compliance.models.holidays import holiday
from app.compliance.models.hours import closes, opens, span_on
from app.compliance.models.periods import add_months
from app.compliance.models.rules import Days, Hold, Hours, Limit, Rule
from app.compliance.models.verdict import Case, Refusal
from app.core.places import at_local, local
from themes.catalogue import later, say, say_many


def hours(rule: Rule, case: Case, zone: str) -> Refusal | None:
    """Judged on the wall clock of one zone."""
    if closes(rule, case.at, zone):
        return None
    today = local(case.at, zone).date()
    span, many = span_on(rule, today), say(wording.MANY[case.request.channel])
    until = opens(rule, case.at, zone)
    if span is None:
        day = _closed_day(rule, case.at, zone)
        told = say("%(whose)s allows no %(contacts)s on %(day)s.", whose=wording.whose(rule), contacts=many, day=day)
        return case.refuse(rule, "closed_day", told, until, zone)
    told = say(
        "%(whose)s allows %(contacts)s from %(first)s to %(last)s, and it is %(time)s %(zone)s.",
        whose=wording.whose(rule),
        contacts=many,
        first=wording.minutes(span[0]),
        last=wording.minutes(span[1]),
        time=wording.clock(case.at, zone),
        zone=wording.place(zone),
    )
    return case.refuse(rule, "quiet_hours", told, until, zone)


def _closed_day(rule: Rule, moment: datetime, zone: str) -> str:
    assert isinstance(rule.terms, Hours)
    today = local(moment, zone).date()
    name = holiday(rule.state, today) if rule.terms.has_holidays else None
    return say(name or wording.DAYS[today.weekday()])


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
    said = (
        later("%(whose)s allows %(count)s automated %(contacts)s in %(time)s, and %(who)s has had %(had)s.")
        if rule.automated
        else later("%(whose)s allows %(count)s %(contacts)s in %(time)s, and %(who)s has had %(had)s.")
    )
    sentence = say(
        said, whose=wording.whose(rule), count=terms.count, contacts=wording.things(terms.count, terms.counts),
        time=wording.span_of(terms.hours), who=case.facts.who, had=len(attempts),
    )  # fmt: skip
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
    sentence = say(
        "%(whose)s forbids this for %(days)s days after the accident of %(day)s.",
        whose=wording.whose(rule),
        days=terms.days,
        day=wording.on(facts.incident_on),
    )
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
    zone = wording.speaking_zone(case.facts.where.zones, case.at)
    sentence = say_many(
        "%(who)s opted out on %(day)s; %(whose)s holds that for a year.",
        "%(who)s opted out on %(day)s; %(whose)s holds that for %(count)s years.",
        terms.years,
        who=case.facts.who,
        day=wording.day(out.at, zone),
        whose=wording.whose(rule),
    )
    return case.refuse(rule, "opted_out", sentence, until)
