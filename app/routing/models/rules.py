"""Routing rules as data: which leads, whom they may go to, how the circle is narrowed, and how one is
chosen.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from themes.catalogue import later

StepKind = Literal["sticky", "hours", "presence", "cap", "territory", "skill", "language"]
Strategy = Literal["round_robin", "weighted", "least_loaded", "results"]

# What each step keeps, as the page says it (`worded`).
STEPS: dict[StepKind, str] = {
    "sticky": later("whoever looked after this person before"),
    "hours": later("people who work at this hour"),
    "presence": later("people who are ready"),
    "cap": later("people with room for another %(lead)s"),
    "territory": later("people who cover the %(lead)s's state"),
    "skill": later("people with the skills of the rule"),
    "language": later("people who speak the %(lead)s's language"),
}
STRATEGIES: dict[Strategy, str] = {
    "round_robin": later("In turn"),
    "weighted": later("In turn, by weight"),
    "least_loaded": later("Least loaded first"),
    "results": later("More for those with better results"),
}


class Step(msgspec.Struct, frozen=True):
    """One narrowing. Where it would leave nobody, `must` ends the rule; otherwise the step is passed over."""

    kind: StepKind
    must: bool = True


# Who is ready may be so outside the hours; whoever looked after the person before comes last, so that an
# owner who is away does not hold the lead up.
USUAL = (
    Step("cap"),
    Step("territory"),
    Step("skill"),
    Step("language", must=False),
    Step("presence"),
    Step("hours", must=False),
    Step("sticky", must=False),
)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`when` is a condition over the lead's fields; the first rule that matches and leaves somebody decides.

    The pool is the named people and everybody of the named teams; with neither, everybody of the named roles.
    """

    id: UUID
    name: str
    when: dict[str, Any] = {}
    people: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    roles: tuple[str, ...] = ("agent",)
    skills: tuple[str, ...] = ()
    steps: tuple[Step, ...] = USUAL
    strategy: Strategy = "round_robin"
    on: bool = True


class Fallback(msgspec.Struct, frozen=True):
    """Where a lead goes that no rule could place: to this person, or (None) to nobody, for anyone to take."""

    person_id: UUID | None = None


def read_rules(stored: Iterable[Mapping[str, Any]]) -> list[Rule]:
    return [msgspec.convert(dict(one), Rule) for one in stored]


def new_rule(name: str = "Everybody in turn") -> Rule:
    return Rule(id=uuid7(), name=name)


def placed(rules: list[Rule], rule_id: UUID, place: int) -> list[Rule]:
    """The rule at this place of the list, as far as the list goes."""
    wanted = next((rule for rule in rules if rule.id == rule_id), None)
    if wanted is None:
        return rules
    rest = [rule for rule in rules if rule is not wanted]
    return [*rest[:place], wanted, *rest[place:]]


def moved(rules: list[Rule], rule_id: UUID, by: int) -> list[Rule]:
    """The rule one place up (-1) or down (1); at the end it stays."""
    place = next((n for n, rule in enumerate(rules) if rule.id == rule_id), None)
    if place is None or not 0 <= place + by < len(rules):
        return rules
    changed = list(rules)
    changed[place], changed[place + by] = changed[place + by], changed[place]
    return changed
