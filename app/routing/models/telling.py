"""What a decision says to whoever reads it: in the tenant's words and the reader's language.

A decision keeps keys and values; the ones of before kept whole English sentences, which are said as they stand.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.routing.models.choice import Choice, Dropped, Trace
from app.routing.models.tables import Decision
from themes.catalogue import later, say, say_many
from themes.terms import worded

NAMED = 3  # of those who fell out, in the one sentence

SENTENCES = {
    "won": later("%(rule)s: of %(people)s%(lost)s. %(winner)s: %(how)s."),
    "left_fallback": later("Nobody was left in %(rules)s, so it went to %(winner)s."),
    "left_nobody": later("Nobody was left in %(rules)s, so anyone may take it."),
    "none_fallback": later("No rule matches this %(lead)s, so it went to %(winner)s."),
    "none_nobody": later("No rule matches this %(lead)s, so anyone may take it."),
    "passed_nobody": later("Several people let it pass, so anyone may take it."),
}
WHY = {
    "passed": later("let it pass"),
    "sticky": later("did not look after this person before"),
    "hours": later("is off work now"),
    "on_call": later("is on a call"),
    "wrap_up": later("is writing up a call"),
    "break": later("is on a break"),
    "away": later("is away"),
    "cap": later("has %(load)s of %(cap)s %(leads)s"),
    "territory": later("does not cover %(state)s"),
    "territory_unknown": later("covers certain states, and this %(lead)s's is not known"),
    "skill": later("lacks %(skills)s"),
    "language": later("does not speak the %(lead)s's language"),
}
HOW = {
    "known": later("looked after this person before"),
    "only": later("was the only one left"),
    "round_robin": later("it was their turn"),
    "weighted": later("it was their turn by weight"),
    "least_loaded": later("they had the most room"),
    "results": later("it was their turn, by results"),
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One decision in words. `at` and `rule`: of one that was made; a choice that is only asked about has neither."""

    sentence: str
    trace: list[Trace]
    winner: str = ""
    at: datetime | None = None
    rule: str = ""


def told(decision: Decision) -> Told:
    trace = msgspec.convert(decision.trace, list[Trace])
    return _told(decision.sentence, trace, at=decision.at, rule=decision.rule)


def told_choice(choice: Choice) -> Told:
    return _told(choice.sentence, choice.trace, winner=choice.winner.name if choice.winner else "")


def _told(key: str, trace: Sequence[Trace], **more: object) -> Told:
    said = [_said(one) for one in trace]
    return msgspec.convert({"sentence": _sentence(key, said), "trace": said, **more}, Told)


def _said(rule: Trace) -> Trace:
    """The same with every reason in words."""
    replace = msgspec.structs.replace
    steps = [
        replace(step, dropped=[replace(one, why=_why(one), values={}) for one in step.dropped]) for step in rule.steps
    ]
    return replace(rule, steps=steps)


def _why(one: Dropped) -> str:
    return worded(WHY[one.why], **one.values) if one.why in WHY else one.why


def _sentence(key: str, trace: Sequence[Trace]) -> str:
    """ "Florida desk: of 4 people; Tom is away, Ana has 20 of 20 leads. Luis: it was their turn." """
    if key not in SENTENCES:
        return key
    last = trace[-1] if trace else Trace("", matched=False)
    return worded(
        SENTENCES[key],
        rule=last.rule,
        people=say_many("%(count)s person", "%(count)s people", len(last.pool)),
        lost=_lost(last),
        how=say(HOW[last.how]) if last.how in HOW else "",
        winner=last.chosen,
        rules=f" {say('or')} ".join(one.rule for one in trace if one.matched and one.rule),
    )


def _lost(rule: Trace) -> str:
    fell = [f"{one.who} {one.why}" for step in rule.steps for one in step.dropped]
    if not fell:
        return ""
    more = say("and %(count)s more fell out", count=len(fell) - NAMED) if len(fell) > NAMED else ""
    return f"; {', '.join(fell[:NAMED])} {more}".rstrip()
