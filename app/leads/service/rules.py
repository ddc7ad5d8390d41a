"""Changing the score rules: in a draft first; published it counts at once, and every open lead gets a new score,
chunk by chunk. What was live stays to go back to.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import agenda, clock, conditions, config, events, fields, locks
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.leads.models import ScoreRule, ScoreSet
from app.leads.models.scoring import CATEGORIES, HIGHEST, Written, read_written
from themes.catalogue import say

MOST = 100
Alter = Callable[[list[Written]], list[Written]]


class RuleValues(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as somebody wrote it. `condition` is JSON, checked here."""

    label: str
    category: str
    condition: Any
    points: int
    half_life_days: int | None = None
    decay_from: str = "created_at"


# --- the draft


async def add_rule(work: Work, values: RuleValues) -> Written:
    """At the end of the draft. Raises Invalid."""
    rule = Written(id=uuid7(), **await _checked(work, values))
    await _change(work, lambda rules: [*rules, rule])
    return rule


async def change_rule(work: Work, rule_id: UUID, values: RuleValues) -> Written:
    """Raises NotFound, Invalid."""
    given = await _checked(work, values)
    return _named(await _change(work, lambda rules: _with(rules, rule_id, **given)), rule_id)


async def enable_rule(work: Work, rule_id: UUID, enabled: bool) -> Written:
    """Let it count, or sleep. Raises NotFound."""
    return _named(await _change(work, lambda rules: _with(rules, rule_id, enabled=enabled)), rule_id)


async def move_rule(work: Work, rule_id: UUID, up: bool) -> None:
    """One place up or down; at the end of the list nothing happens. Order is for people: the sum is the same."""

    def shift(rules: list[Written]) -> list[Written]:
        place = rules.index(_named(rules, rule_id))
        other = place - 1 if up else place + 1
        if 0 <= other < len(rules):
            rules[place], rules[other] = rules[other], rules[place]
        return rules

    await _change(work, shift)


async def place_rule(work: Work, rule_id: UUID, place: int) -> None:
    """At this place of the list, as far as it goes. Raises NotFound."""

    def put(rules: list[Written]) -> list[Written]:
        wanted = _named(rules, rule_id)
        rules.remove(wanted)
        rules.insert(place, wanted)
        return rules

    await _change(work, put)


async def delete_rule(work: Work, rule_id: UUID) -> None:
    """Raises NotFound."""

    def take_out(rules: list[Written]) -> list[Written]:
        rules.remove(_named(rules, rule_id))
        return rules

    await _change(work, take_out)


async def set_thresholds(work: Work, low: int, high: int) -> None:
    """From which score on a lead is worth a look, and good. Raises Invalid."""
    if not 0 < low < high <= HIGHEST:
        raise invalid("high", say("Enter two numbers from 1 to %(most)s, the second above the first.", most=HIGHEST))
    row = await _draft(work)
    row.thresholds, row.changed_at, row.changed_by = [low, high], clock.now(), work.actor.name
    await work.flush()


async def _change(work: Work, alter: Alter) -> list[Written]:
    row = await _draft(work)
    rules = alter(read_written(row.rules))
    if len(rules) > MOST:
        raise invalid("label", say("There are %(count)s rules already. Delete one first.", count=MOST), "too_long")
    row.rules, row.changed_at, row.changed_by = msgspec.to_builtins(rules), clock.now(), work.actor.name
    await work.flush()
    return rules


def _named(rules: list[Written], rule_id: UUID) -> Written:
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


def _with(rules: list[Written], rule_id: UUID, **values: Any) -> list[Written]:
    wanted = _named(rules, rule_id)
    return [msgspec.structs.replace(rule, **values) if rule is wanted else rule for rule in rules]


# --- versions


async def publish_scoring(work: Work) -> ScoreSet:
    """The draft goes live and every open lead is scored anew; without a draft nothing happens."""
    await locks.hold(work, "scoring", "rules")
    wanted, live = await _one(work, "draft"), await _live(work)
    if wanted is None:
        return live
    live.state = "past"
    await work.flush()
    wanted.state, wanted.published_at, wanted.changed_by = "live", clock.now(), work.actor.name
    await _write(work, read_written(wanted.rules))
    await config.put(work, "score_thresholds", wanted.thresholds)
    changes = {"version": (live.version, wanted.version)}
    events.record(work, "scoring.changed", "scoring", wanted.id, changes=changes, fields=["version"])
    work.info.pop("score_rules", None)
    await agenda.add(work, "leads.rescore_all", None, False, key="leads.rescore_all")
    return wanted


async def discard_scoring(work: Work) -> None:
    """Throw the draft away."""
    await locks.hold(work, "scoring", "rules")
    row = await _one(work, "draft")
    if row is not None:
        await work.delete(row)
        await work.flush()


async def go_back_scoring(work: Work, version: int) -> ScoreSet:
    """Publish an earlier version anew, under a new number; a draft under way gives way to it. Raises NotFound."""
    found = select(ScoreSet).where(ScoreSet.version == version, ScoreSet.state != "draft")
    earlier = (await work.scalars(found)).first()
    if earlier is None:
        raise NotFound
    row = await _draft(work)
    row.rules, row.thresholds = earlier.rules, earlier.thresholds
    await work.flush()
    return await publish_scoring(work)


async def _draft(work: Work) -> ScoreSet:
    """The draft, made from what is live when there is none; nobody else changes it until this unit ends."""
    await locks.hold(work, "scoring", "rules")
    found, live = await _one(work, "draft"), await _live(work)
    return found or await _add(work, "draft", live.rules, live.thresholds)


async def _live(work: Work) -> ScoreSet:
    """What counts now; the rules that a blueprint brought become the first version here."""
    found = await _one(work, "live")
    if found is not None:
        return found
    rows = await work.scalars(select(ScoreRule).order_by(ScoreRule.position, ScoreRule.id))
    rules = msgspec.to_builtins([msgspec.convert(row, Written, from_attributes=True) for row in rows])
    row = await _add(work, "live", rules, list(await config.get(work, "score_thresholds")))
    row.published_at, row.changed_by = clock.now(), ""
    return row


async def _one(work: Work, state: str) -> ScoreSet | None:
    return (await work.scalars(select(ScoreSet).where(ScoreSet.state == state).with_for_update())).first()


async def _add(work: Work, state: str, rules: list[dict[str, Any]], thresholds: list[int]) -> ScoreSet:
    last = await work.scalar(select(func.coalesce(func.max(ScoreSet.version), 0)))
    row = ScoreSet(
        id=uuid7(),
        version=last + 1,
        state=state,
        rules=rules,
        thresholds=thresholds,
        changed_at=clock.now(),
        changed_by=work.actor.name,
    )
    work.add(row)
    await work.flush()
    return row


async def _write(work: Work, rules: list[Written]) -> None:
    """Onto the rows that leads are scored by; each keeps its id, so that reasons stay linked."""
    rows = {row.id: row for row in await work.scalars(select(ScoreRule).with_for_update())}
    for position, rule in enumerate(rules):
        row = rows.pop(rule.id, None)
        if row is None:
            row = ScoreRule(id=rule.id)
            work.add(row)
        row.position, row.updated_at = position, clock.now()
        for name in Written.__struct_fields__:
            setattr(row, name, getattr(rule, name))
    for row in rows.values():
        await work.delete(row)
    await work.flush()


async def _checked(work: Work, values: RuleValues) -> dict[str, Any]:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    label, errors = " ".join(values.label.replace("\0", "").split()), []
    if not 1 <= len(label) <= 80:
        errors.append(FieldError("label", "missing", "Enter a name of 1 to 80 characters."))
    if values.category not in CATEGORIES:
        errors.append(
            FieldError("category", "not_allowed", say("Choose one of: %(choices)s.", choices=", ".join(CATEGORIES)))
        )
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
