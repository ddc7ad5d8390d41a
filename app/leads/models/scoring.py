"""The score of a lead: rules as data, their points added up, each with its reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.core import conditions, fields
from app.core.conditions import Condition
from app.core.fields import FieldSet

Category = Literal["demographic", "behavioural", "engagement", "completeness", "geography"]
CATEGORIES: tuple[Category, ...] = ("demographic", "behavioural", "engagement", "completeness", "geography")
LOWEST, HIGHEST = 0, 100


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that can be asked: its condition is checked against the fields of the tenant."""

    id: UUID
    label: str
    category: Category
    condition: Condition
    points: int
    half_life_days: int | None = None
    decay_from: str = "created_at"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it stands in a version of the scoring; `condition` is JSON."""

    id: UUID
    label: str
    category: str
    condition: dict[str, Any]
    points: int
    half_life_days: int | None = None
    decay_from: str = "created_at"
    enabled: bool = True


def read_written(rules: Sequence[Mapping[str, Any]]) -> list[Written]:
    """From the JSON of a version."""
    return msgspec.convert(rules, list[Written])


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One line of "Why this score": what the rule gives now, and what it would give without decay."""

    rule: UUID
    label: str
    category: str
    points: int
    full: int


class Score(msgspec.Struct, frozen=True):
    """`value` is the sum of the reasons, held between 0 and 100."""

    value: int
    reasons: list[Reason]


def score(
    rules: Sequence[Rule], fieldset: FieldSet, record: Mapping[str, Any], *, now: datetime, zone: tzinfo
) -> Score:
    """The rules in order, those that match. Rules whose points have decayed to nothing are left out."""
    reasons = [
        Reason(rule=rule.id, label=rule.label, category=rule.category, points=points, full=rule.points)
        for rule in rules
        if conditions.matches(rule.condition, fieldset, record, now=now, zone=zone)
        and (points := worth(rule, fieldset, record, now))
    ]
    total = sum(reason.points for reason in reasons)
    return Score(max(LOWEST, min(HIGHEST, total)), reasons)


def worth(rule: Rule, fieldset: FieldSet, record: Mapping[str, Any], now: datetime) -> int:
    """The rule's points today: halved for each half-life since its moment, rounded to the nearest whole
    one.
    """
    field = fieldset.get(rule.decay_from)
    since = fields.native(field, record.get(rule.decay_from)) if field else None
    if rule.half_life_days is None or not isinstance(since, datetime):
        return rule.points
    days = max(now - since, timedelta(0)) / timedelta(days=rule.half_life_days)
    return round(rule.points * 0.5**days)
