"""The gate: may this person be contacted so, now, and if not, when?

Pure: request, facts, rules and a moment in, a verdict out. Every plausible zone and every plausible state
must allow it. The next lawful minute is found by jumping: each refusal says from when it alone would stand
no more, and nothing before the latest of these moments can be lawful, so the search never steps over a
lawful minute nor tries each one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.compliance.models import permission, standing, timing, wording
from app.compliance.models.book import RuleBook
from app.compliance.models.facts import Facts, Request
from app.compliance.models.hours import closes
from app.compliance.models.rules import ELSEWHERE, Days, Limit, Lists, Revocation, Rule
from app.compliance.models.verdict import Case, Count, Refusal, Verdict
from app.core.places import at_local, local, state_name
from themes.catalogue import say

CHECKS: dict[str, Callable[[Rule, Case], Refusal | None]] = {
    "limit": timing.limit,
    "wait": timing.wait,
    "hold": timing.hold,
    "consent": permission.consent,
    "revocation": permission.revocation,
    "dnc": permission.do_not_call,
    "litigator": permission.litigator,
    "reach": standing.reach,
    "client": standing.client,
    "suppression": standing.suppression,
    "bankruptcy": standing.bankruptcy,
    "reassigned": standing.reassigned,
    "reassigned_check": standing.reassigned_check,
    "forbidden": standing.forbidden,
}

# What to say first when several reasons stand: what only an act can mend before what the clock mends.
ORDER = (
    "no_address abroad suppressed litigator bankrupt reassigned opted_out do_not_call not_eligible "
    "not_a_client consent_revoked no_consent reassignment_unchecked scrub_stale too_soon too_many "
    "closed_day quiet_hours"
).split()

# Opening hours of several zones that never meet would be sought for ever.
JUMPS = 120


def _binding(case: Case, rules: RuleBook, zone: str) -> tuple[Rule, ...]:
    return rules.binding(case.request, case.facts.where.states, local(case.at, zone).date())


def _reasons(case: Case, rules: RuleBook) -> Iterator[Refusal]:
    """Every reason against the contact at this moment; hours once for each zone."""
    zones = sorted(case.facts.where.zones)
    for rule in _binding(case, rules, zones[0]):
        if rule.kind in CHECKS and (reason := CHECKS[rule.kind](rule, case)):
            yield _capped(reason, rule, case, rules, zones[0])
    for zone in zones:
        for rule in _binding(case, rules, zone):
            if rule.kind == "hours" and (reason := timing.hours(rule, case, zone)):
                yield _capped(reason, rule, case, rules, zone)


def _capped(reason: Refusal, rule: Rule, case: Case, rules: RuleBook, zone: str) -> Refusal:
    """A newer version of the rule may let go earlier: look again when it takes effect."""
    change = rules.changes_after(rule, local(case.at, zone).date())
    if change is None:
        return reason
    anew = at_local(change, 0, zone)
    return replace(reason, until=min(reason.until or anew, anew))


def refusals(request: Request, facts: Facts, rules: RuleBook, at: datetime) -> tuple[Refusal, ...]:
    """The reasons against the contact at `at`: the weightiest of each code, in the order to say them."""
    latest: dict[str, Refusal] = {}
    for reason in _reasons(Case(request, facts, at), rules):
        known = latest.get(reason.code)
        if known is None or _weight(reason) > _weight(known):
            latest[reason.code] = reason
    return tuple(sorted(latest.values(), key=lambda reason: ORDER.index(reason.code)))


def _weight(reason: Refusal) -> tuple[datetime, bool]:
    """What stands longest counts most; of equals the state's rule, since it names the nearer law."""
    return reason.until or datetime.max.replace(tzinfo=UTC), reason.state not in ELSEWHERE


def whole_minute(moment: datetime) -> datetime:
    """The first whole minute from `moment` on."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def next_lawful(request: Request, facts: Facts, rules: RuleBook, at: datetime) -> tuple[datetime | None, str | None]:
    """The first lawful whole minute from `at` on, and the zone that decided it. None: time won't do."""
    moment, zone = whole_minute(at), None
    for _ in range(JUMPS):
        reasons = list(_reasons(Case(request, facts, moment), rules))
        if not reasons:
            return moment, zone
        if any(reason.until is None for reason in reasons):
            return None, None
        last = max(reasons, key=lambda reason: reason.until or moment)
        assert last.until is not None
        moment, zone = whole_minute(last.until), last.zone or zone
    return None, None


def _edges(case: Case, rules: RuleBook) -> Iterator[tuple[datetime, str]]:
    """Moments at which something that now allows may cease to: ends of hours, of relationships, of checks."""
    facts, at = case.facts, case.at
    zones = sorted(facts.where.zones)
    for zone in zones:
        for rule in _binding(case, rules, zone):
            if rule.kind == "hours" and (end := closes(rule, at, zone)):
                yield end, zone
    for rule in _binding(case, rules, zones[0]):
        yield from ((end, zones[0]) for end in _ends(rule, case) if end > at)


def _ends(rule: Rule, case: Case) -> Iterator[datetime]:
    facts, terms = case.facts, rule.terms
    if isinstance(terms, Lists):
        if facts.scrubbed_at:
            yield facts.scrubbed_at + timedelta(days=terms.scrub_days)
        if excused := permission.excused_until(rule, case):
            yield excused
    if isinstance(terms, Days) and rule.kind == "reassigned_check" and facts.reassigned:
        yield facts.reassigned.checked_at + timedelta(days=terms.days)
    if isinstance(terms, Revocation) and case.request.confirms_opt_out:
        yield from (out.at + timedelta(minutes=terms.confirm_minutes) for out in facts.opt_outs)


def window_end(request: Request, facts: Facts, rules: RuleBook, at: datetime) -> tuple[datetime | None, str | None]:
    """The first moment after the lawful `at` that is not lawful, with its zone. None: no end in sight."""
    moment = at
    for _ in range(JUMPS):
        edge = min(_edges(Case(request, facts, moment), rules), default=None)
        if edge is None:
            return None, None
        if any(_reasons(Case(request, facts, edge[0]), rules)):
            return edge
        moment = edge[0]
    return None, None


def tightest(request: Request, facts: Facts, rules: RuleBook, at: datetime) -> Count | None:
    """The limit with the fewest contacts left."""
    case = Case(request, facts, at)
    counts = [
        Count(len(timing.counted(rule, case)), rule.terms.count, rule.terms.hours, rule.id)
        for rule in _binding(case, rules, min(facts.where.zones))
        if isinstance(rule.terms, Limit)
    ]
    return min(counts, key=lambda count: (count.count - count.used, -count.hours), default=None)


def decide(request: Request, facts: Facts, rules: RuleBook, now: datetime) -> Verdict:
    """The gate's verdict at `now` (aware). No facts make it raise; `Verdict` says what comes back."""
    against = refusals(request, facts, rules, now)
    after, opening = next_lawful(request, facts, rules, now) if against else (now, None)
    end, closing = (None, None) if against else window_end(request, facts, rules, now)
    verdict = Verdict(
        request=request,
        at=now,
        refusals=against,
        next_lawful_at=after,
        window_ends_at=end,
        zone=opening or closing or wording.speaking_zone(facts.where.zones, now),
        sentence="",
        count=tightest(request, facts, rules, now),
        caution=_caution(facts.where.states, rules),
    )
    return replace(verdict, sentence=sentence_of(verdict))


def _caution(where: frozenset[str], rules: RuleBook) -> str:
    if not where:
        return say("The state is unknown, so the strictest rule counts.")
    missing = wording.either([state_name(state) for state in sorted(where - rules.states)])
    return say("No rules are on file for %(states)s, so the strictest one counts.", states=missing) if missing else ""


def sentence_of(verdict: Verdict) -> str:
    """In one breath: "OK until 9:00 pm Eastern · 1 of 3 in 24 h", or the first reason and when next."""
    if verdict.allowed:
        end = verdict.window_ends_at
        until = say("OK until %(time)s", time=wording.when(end, verdict.at, verdict.zone)) if end else say("OK")
        return f"{until} · {verdict.count.text}" if verdict.count else until
    first = verdict.refusals[0]
    stricter = verdict.caution and first.state not in ELSEWHERE
    reason = f"{verdict.caution} {first.sentence}" if stricter else first.sentence
    if verdict.next_lawful_at is None:
        return reason
    following = wording.when(verdict.next_lawful_at, verdict.at, verdict.zone)
    return say("Not now: %(reason)s Next: %(time)s.", reason=reason, time=following)
