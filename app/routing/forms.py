"""The forms of the routing page: a rule, and the few settings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from app.core.errors import FieldError, Invalid
from app.routing.models import STEPS, STRATEGIES, Rule, Step
from themes import formats
from themes.catalogue import say

SETTINGS = {"accept_seconds": 3_600, "moves": 50, "retry_minutes": 1_440, "rest_minutes": 10_080}


def rule_from(given: Mapping[str, Any], rule_id: UUID | None) -> Rule:
    """Raises Invalid for a pool or a strategy that does not exist."""
    where = str(given.get("where") or "")
    try:
        when = msgspec.json.decode(where) if where else {}
    except msgspec.DecodeError:
        when = {"field": "", "op": ""}
    strategy = str(given.get("strategy") or "round_robin")
    if strategy not in STRATEGIES:
        raise Invalid([FieldError("strategy", "not_allowed", "Choose how one is picked.")])
    return Rule(
        id=rule_id or uuid7(),
        name=str(given.get("name") or "").strip(),
        when=when if isinstance(when, dict) else {},
        people=tuple(ids(given, "people")),
        teams=tuple(ids(given, "teams")),
        roles=tuple(many(given, "roles")),
        skills=tuple(words(str(given.get("skills") or ""))),
        steps=steps_from(given),
        strategy=strategy,  # type: ignore[arg-type]
        on=given.get("off") != "1",
    )


def as_typed(given: Mapping[str, Any], rule: Rule) -> Rule:
    """What was typed, as far as it can be read, to stand beside its faults."""
    people, teams = ([one for one in many(given, name) if _is_id(one)] for name in ("people", "teams"))
    strategy = given.get("strategy") if given.get("strategy") in STRATEGIES else rule.strategy
    return rule_from({**given, "people": people, "teams": teams, "strategy": strategy}, rule.id)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def steps_from(given: Mapping[str, Any]) -> tuple[Step, ...]:
    """Each step with a number stands in the rule, the numbers say in which order."""
    placed = []
    for place, kind in enumerate(STEPS):
        at = str(given.get(f"step_{kind}_at") or "").strip()
        if at.isascii() and at.isdigit():
            placed.append((int(at), place, Step(kind, must=given.get(f"step_{kind}_must") == "1")))
    return tuple(step for _, _, step in sorted(placed, key=lambda one: one[:2]))


def many(given: Mapping[str, Any], name: str) -> list[str]:
    value = given.get(name, [])
    return [value] if isinstance(value, str) and value else list(value) if isinstance(value, list) else []


def ids(given: Mapping[str, Any], name: str) -> list[UUID]:
    """Raises Invalid for what is no id."""
    try:
        return [UUID(value) for value in many(given, name)]
    except ValueError:
        raise Invalid([FieldError(name, "not_allowed", "Choose again: this is not in the list.")]) from None


def words(text: str) -> list[str]:
    return [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]


def settings_from(given: Mapping[str, Any], before: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers within what makes sense. Raises Invalid."""
    found, errors = dict(before), []
    for name, most in SETTINGS.items():
        typed = str(given.get(name, before[name])).replace(",", "").strip()
        if not typed.isascii() or not typed.isdigit() or int(typed) > most:
            errors.append(
                FieldError(
                    name, "invalid_format", say("Write a whole number from 0 to %(most)s.", most=formats.number(most))
                )
            )
        else:
            found[name] = int(typed)
    if errors:
        raise Invalid(errors)
    return found
