"""Choosing an owner: pure, so that a draft can be asked about a lead of yesterday.

Every step keeps whom it let go and why; `models.telling` says it in the words of whoever reads.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.routing.models.rules import Fallback, Rule, Step
from app.routing.models.turns import next_turn

Outcome = Literal["assigned", "fallback", "nobody"]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One person as routing sees them. `load` is open leads, `win_rate` from 0 to 1; no territories means
    anywhere.
    """

    id: UUID
    name: str
    role: str = "agent"
    team_id: UUID | None = None
    presence: str = "ready"
    at_work: bool = True
    skills: Sequence[str] = ()
    languages: Sequence[str] = ()
    territories: Sequence[str] = ()
    cap: int | None = None
    load: int = 0
    weight: int = 1
    win_rate: float = 0.0


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """The lead in question. `passed`: who has let it pass already; `known_by`: who looked after the person
    before.
    """

    state: str | None = None
    language: str = "en"
    known_by: UUID | None = None
    passed: frozenset[UUID] = frozenset()


class Reason(msgspec.Struct, frozen=True):
    """Why somebody was let go: a key of `telling.WHY` with its values."""

    key: str
    values: dict[str, str | int] = {}


class Dropped(msgspec.Struct, frozen=True):
    """`why`: a key as in `Reason`; a whole sentence in decisions of before."""

    who: str
    why: str
    values: dict[str, str | int] = {}


class Narrowing(msgspec.Struct, frozen=True):
    """One step: who was left (names), who was let go and why. `passed_over`: it would have left nobody."""

    step: str
    left: list[str]
    dropped: list[Dropped]
    passed_over: bool = False


class Trace(msgspec.Struct, frozen=True):
    """How one rule went. `matched` is whether the lead meets its condition, `how` a key of `telling.HOW`. Without a
    name: the fallback.
    """

    rule: str
    matched: bool
    pool: list[str] = []
    steps: list[Narrowing] = []
    chosen: str = ""
    how: str = ""


class Choice(msgspec.Struct, frozen=True):
    """Who it is, by which rule, and the turns of that rule afterwards. `sentence`: a key of `telling.SENTENCES`."""

    outcome: Outcome
    sentence: str
    winner: Candidate | None = None
    rule: Rule | None = None
    turns: dict[str, int] = {}
    trace: list[Trace] = []


def choose(
    rules: Sequence[Rule],
    matches: Callable[[Rule], bool],
    people: Sequence[Candidate],
    ask: Ask,
    turns: Mapping[str, Mapping[str, int]],
    fallback: Fallback,
) -> Choice:
    """The first rule that matches and leaves somebody decides; else the fallback."""
    traces: list[Trace] = []
    for rule in (rule for rule in rules if rule.on):
        if not matches(rule):
            traces.append(Trace(rule.name, matched=False))
            continue
        circle = [one for one in people if _in_pool(rule, one)]
        left, steps = narrowed(rule, circle, ask)
        names = [one.name for one in circle]
        if left:
            winner, after = _chosen(rule, left, turns.get(str(rule.id), {}))
            traces.append(Trace(rule.name, True, names, steps, winner.name, _how(rule, left, steps)))
            return Choice("assigned", "won", winner, rule, after, traces)
        traces.append(Trace(rule.name, True, names, steps))
    return _fallen_back(people, fallback, ask, traces)


def _in_pool(rule: Rule, one: Candidate) -> bool:
    if rule.people or rule.teams:
        return one.id in rule.people or (one.team_id is not None and one.team_id in rule.teams)
    return one.role in rule.roles


def narrowed(rule: Rule, circle: Sequence[Candidate], ask: Ask) -> tuple[list[Candidate], list[Narrowing]]:
    """The circle after every step; empty when a step that must hold leaves nobody."""
    left, steps = list(circle), []
    first = [
        ("passed", Step("presence"), _has_passed),
        *((step.kind, step, _ASKED[step.kind]) for step in rule.steps),
    ]
    for name, step, question in first:
        answers = [(one, question(rule, one, ask)) for one in left]
        kept = [one for one, why in answers if why is None]
        dropped = [Dropped(one.name, why.key, why.values) for one, why in answers if why is not None]
        if not dropped:
            continue
        if not kept and not step.must:
            steps.append(Narrowing(name, [one.name for one in left], [], passed_over=True))
            continue
        left = kept
        steps.append(Narrowing(name, [one.name for one in left], dropped))
        if not left:
            break
    return left, steps


# Each question: None to keep the person, else why not.
Question = Callable[[Rule, Candidate, Ask], Reason | None]


def _has_passed(_rule: Rule, one: Candidate, ask: Ask) -> Reason | None:
    return Reason("passed") if one.id in ask.passed else None


def _is_known(_rule: Rule, one: Candidate, ask: Ask) -> Reason | None:
    return None if ask.known_by in (None, one.id) else Reason("sticky")


def _is_at_work(_rule: Rule, one: Candidate, _ask: Ask) -> Reason | None:
    return None if one.at_work else Reason("hours")


def _is_ready(_rule: Rule, one: Candidate, _ask: Ask) -> Reason | None:
    return None if one.presence == "ready" else Reason(one.presence)


def _has_room(_rule: Rule, one: Candidate, _ask: Ask) -> Reason | None:
    return None if one.cap is None or one.load < one.cap else Reason("cap", {"load": one.load, "cap": one.cap})


def _covers(_rule: Rule, one: Candidate, ask: Ask) -> Reason | None:
    if not one.territories or (ask.state and ask.state in one.territories):
        return None
    return Reason("territory", {"state": ask.state}) if ask.state else Reason("territory_unknown")


def _is_skilled(rule: Rule, one: Candidate, _ask: Ask) -> Reason | None:
    lacking = [skill for skill in rule.skills if skill not in one.skills]
    return Reason("skill", {"skills": ", ".join(lacking)}) if lacking else None


def _speaks(_rule: Rule, one: Candidate, ask: Ask) -> Reason | None:
    spoken = one.languages or ("en",)
    return None if ask.language in spoken else Reason("language")


_ASKED: dict[str, Question] = {
    "sticky": _is_known,
    "hours": _is_at_work,
    "presence": _is_ready,
    "cap": _has_room,
    "territory": _covers,
    "skill": _is_skilled,
    "language": _speaks,
}


def _chosen(rule: Rule, left: Sequence[Candidate], turns: Mapping[str, int]) -> tuple[Candidate, dict[str, int]]:
    circle = _lightest(left) if rule.strategy == "least_loaded" else left
    chosen, after = next_turn([(str(one.id), _weight(rule, one)) for one in circle], turns)
    return next(one for one in circle if str(one.id) == chosen), after


def _weight(rule: Rule, one: Candidate) -> int:
    if rule.strategy == "weighted":
        return one.weight
    return 1 + round(9 * max(0.0, min(1.0, one.win_rate))) if rule.strategy == "results" else 1


def _lightest(left: Sequence[Candidate]) -> list[Candidate]:
    """Those with the smallest share of their cap in use; without a cap, open leads count as of the largest
    cap here.
    """
    largest = max((one.cap or 0 for one in left), default=0) or max((one.load for one in left), default=0) + 1

    def share(one: Candidate) -> float:
        return one.load / (one.cap or largest)

    least = min(map(share, left))
    return [one for one in left if share(one) == least]


def _how(rule: Rule, left: Sequence[Candidate], steps: list[Narrowing]) -> str:
    if any(step.step == "sticky" and step.dropped for step in steps):
        return "known"
    return "only" if len(left) == 1 else rule.strategy


def _fallen_back(people: Sequence[Candidate], fallback: Fallback, ask: Ask, traces: list[Trace]) -> Choice:
    why = "left" if any(trace.matched for trace in traces) else "none"
    winner = next((one for one in people if one.id == fallback.person_id and one.id not in ask.passed), None)
    if winner is None:
        return Choice("nobody", f"{why}_nobody", trace=traces)
    last = Trace("", True, chosen=winner.name)
    return Choice("fallback", f"{why}_fallback", winner, trace=[*traces, last])


def candidate(member: Any, at: datetime, load: int, win_rate: float) -> Candidate:
    """From the team's view of a member."""
    names = (
        "id",
        "name",
        "role",
        "team_id",
        "presence",
        "skills",
        "languages",
        "territories",
        "cap",
        "weight",
    )
    return Candidate(
        **{name: getattr(member, name) for name in names},
        at_work=member.at_work(at),
        load=load,
        win_rate=win_rate,
    )
