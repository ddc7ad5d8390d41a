"""The form of the rules for all publishers, and the stages that publishers hear of."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.errors import FieldError, Invalid
from app.publishers.models.rules import Rules
from themes.catalogue import say

DAYS_KEPT, PAYOUT_DAYS = range(1, 366), range(1, 29)
LONGEST_WORD = 60


def rules(raw: Mapping[str, Any], stages: Iterable[str]) -> Rules:
    """Raises Invalid."""
    errors: list[FieldError] = []
    found = Rules(
        request_days=_whole(raw, "request_days", DAYS_KEPT, errors),
        go_live="automatic" if raw.get("go_live") == "automatic" else "staff",
        mask=bool(raw.get("mask")),
        told=told(raw, stages, errors),
        payout_day=_whole(raw, "payout_day", PAYOUT_DAYS, errors),
    )
    if errors:
        raise Invalid(errors)
    return found


def told(raw: Mapping[str, Any], stages: Iterable[str], errors: list[FieldError]) -> dict[str, str]:
    """Stage → word, of those that were given one."""
    found = {}
    for stage in stages:
        word = " ".join(str(raw.get(f"told_{stage}", "")).split())
        if len(word) > LONGEST_WORD:
            sentence = say("Use %(most)s characters at most.", most=LONGEST_WORD)
            errors.append(FieldError(f"told_{stage}", "too_long", sentence))
        elif word:
            found[stage] = word
    return found


def _whole(raw: Mapping[str, Any], name: str, allowed: range, errors: list[FieldError]) -> int:
    typed = str(raw.get(name, ""))
    if typed.isascii() and typed.isdigit() and int(typed) in allowed:
        return int(typed)
    sentence = say("Write a whole number from %(least)s to %(most)s.", least=allowed[0], most=allowed[-1])
    errors.append(FieldError(name, "not_allowed", sentence))
    return allowed[0]
