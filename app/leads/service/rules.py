"""Changing the score rules. What is saved counts at once: every open lead gets a new score, chunk by
chunk.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import agenda, clock, conditions, config, events, fields
from app.core.errors import FieldError, Invalid, NotFound
from app.core.work import Work
from app.leads.models import ScoreRule
from app.leads.models.scoring import CATEGORIES

MOST = 100


class RuleValues(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as somebody wrote it. `condition` is JSON, checked here."""

    label: str
    category: str
    condition: Any
    points: int
    half_life_days: int | None = None
    decay_from: str = "created_at"


async def add_rule(work: Work, values: RuleValues) -> ScoreRule:
    """At the end of the list. Raises Invalid."""
    given = await _checked(work, values)
    count = await work.scalar(select(func.count()).select_from(ScoreRule)) or 0
    if count >= MOST:
        raise Invalid([FieldError("label", "too_long", f"There are {MOST} rules already. Delete one first.")])
    last = await work.scalar(select(func.coalesce(func.max(ScoreRule.position), -1)))
    rule = ScoreRule(id=uuid7(), position=(last or 0) + 1, enabled=True, updated_at=clock.now(), **given)
    work.add(rule)
    await _published(work, rule.id, {name: (None, value) for name, value in given.items()})
    return rule


async def change_rule(work: Work, rule_id: UUID, values: RuleValues) -> ScoreRule:
    """Raises NotFound, Invalid."""
    given, rule = await _checked(work, values), await _locked(work, rule_id)
    changes = {name: (getattr(rule, name), value) for name, value in given.items() if getattr(rule, name) != value}
    for name, value in given.items():
        setattr(rule, name, value)
    if changes:
        await _published(work, rule.id, changes)
    return rule


async def enable_rule(work: Work, rule_id: UUID, enabled: bool) -> ScoreRule:
    """Let it count, or sleep."""
    rule = await _locked(work, rule_id)
    if rule.enabled != enabled:
        rule.enabled = enabled
        await _published(work, rule.id, {"enabled": (not enabled, enabled)})
    return rule


async def move_rule(work: Work, rule_id: UUID, up: bool) -> None:
    """One place up or down; at the end of the list nothing happens. Order is for people: the sum is the
    same.
    """
    rows = list(await work.scalars(select(ScoreRule).order_by(ScoreRule.position, ScoreRule.id).with_for_update()))
    place = next((index for index, row in enumerate(rows) if row.id == rule_id), None)
    if place is None:
        raise NotFound
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        _number(rows)
        events.record(work, "scoring.changed", "score_rule", rule_id, fields=["position"])


async def delete_rule(work: Work, rule_id: UUID) -> None:
    rule = await _locked(work, rule_id)
    await work.delete(rule)
    await _published(work, rule_id, {"label": (rule.label, None), "points": (rule.points, None)})


def _number(rows: Sequence[ScoreRule]) -> None:
    for position, row in enumerate(rows):
        row.position = position


async def _locked(work: Work, rule_id: UUID) -> ScoreRule:
    rule = (await work.scalars(select(ScoreRule).where(ScoreRule.id == rule_id).with_for_update())).first()
    if rule is None:
        raise NotFound
    return rule


async def _published(work: Work, rule_id: UUID, changes: dict[str, tuple[Any, Any]]) -> None:
    events.record(work, "scoring.changed", "score_rule", rule_id, changes=changes, fields=sorted(changes))
    work.info.pop("score_rules", None)
    await work.flush()
    await agenda.add(work, "leads.rescore_all", None, False, key="leads.rescore_all")


async def _checked(work: Work, values: RuleValues) -> dict[str, Any]:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    label, errors = " ".join(values.label.replace("\0", "").split()), []
    if not 1 <= len(label) <= 80:
        errors.append(FieldError("label", "missing", "Enter a name of 1 to 80 characters."))
    if values.category not in CATEGORIES:
        errors.append(FieldError("category", "not_allowed", f"Choose one of: {', '.join(CATEGORIES)}."))
    if not 1 <= abs(values.points) <= 100:
        errors.append(FieldError("points", "not_allowed", "Enter −100 to 100, but not 0."))
    if values.half_life_days is not None and not 1 <= values.half_life_days <= 3650:
        errors.append(FieldError("half_life_days", "not_allowed", "Enter 1 to 3,650 days, or nothing."))
    decay = fieldset.get(values.decay_from)
    if values.half_life_days is not None and (decay is None or decay.type != "datetime"):
        errors.append(FieldError("decay_from", "not_allowed", "Choose the moment that the days count from."))
    try:
        zone = ZoneInfo(await config.get(work, "zone"))
        condition = conditions.to_json(conditions.check(values.condition, fieldset, zone=zone))
    except conditions.ConditionError as problem:
        errors += [FieldError("condition", error.code, error.message) for error in problem.errors]
    if errors:
        raise Invalid(errors)
    return {**msgspec.structs.asdict(values), "label": label, "condition": condition}
