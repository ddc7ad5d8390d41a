"""Drafting, publishing and taking back the routing's rules."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow
from app.core import clock, conditions, config, events, fields
from app.core.errors import FieldError, Invalid, NotFound
from app.core.work import Work
from app.routing.models import Fallback, Rule, RuleSet, moved, placed, read_rules
from app.routing.models.rules import STEPS
from app.team import queries as team
from themes.catalogue import say
from themes.terms import worded

MOST_RULES = 50
LONGEST_NAME = 80


async def configure_routing(work: Work, section: dict[str, Any]) -> None:
    """The blueprint's rules, live at once, unless the tenant has any. Teams are named as the blueprint
    names them.
    """
    if await work.scalar(select(func.count()).select_from(RuleSet)):
        return
    teams = {one.name: str(one.id) for one, _ in await team.teams(work)}
    rules = [
        msgspec.convert({"id": str(uuid7()), **raw, "teams": [teams[name] for name in raw.get("teams", ())]}, Rule)
        for raw in section.get("rules", [])
    ]
    await check(work, rules)
    now = clock.now()
    work.add(
        RuleSet(
            id=uuid7(),
            version=1,
            state="live",
            rules=msgspec.to_builtins(rules),
            fallback=section.get("fallback") or {},
            turns={},
            changed_at=now,
            published_at=now,
        )
    )
    await work.flush()


async def draft(work: Work) -> RuleSet:
    """The draft, made from what is live when there is none. Locked until the end of this unit."""
    found = await _one(work, "draft")
    if found is not None:
        return found
    source = await _one(work, "live")
    made = RuleSet(
        id=uuid7(),
        version=await _next_version(work),
        state="draft",
        rules=source.rules if source else [],
        fallback=source.fallback if source else {},
        turns={},
        changed_at=clock.now(),
        changed_by=work.actor.name,
    )
    work.add(made)
    await work.flush()
    return made


async def _one(work: Work, state: str) -> RuleSet | None:
    return (await work.scalars(select(RuleSet).where(RuleSet.state == state).with_for_update())).first()


async def _next_version(work: Work) -> int:
    return (await work.scalar(select(func.coalesce(func.max(RuleSet.version), 0)))) + 1


async def change(work: Work, alter: Callable[[list[Rule]], list[Rule]]) -> list[Rule]:
    """The draft's rules as `alter` leaves them. Raises Invalid."""
    row = await draft(work)
    rules = alter(read_rules(row.rules))
    await check(work, rules)
    row.rules, row.changed_at, row.changed_by = msgspec.to_builtins(rules), clock.now(), work.actor.name
    await work.flush()
    return rules


async def save_rule(work: Work, rule: Rule) -> list[Rule]:
    """Put the rule in the place of the one with its id, else at the end: a rule for some before those for every lead, behind
    which it would hardly ever be asked.
    """

    def put(rules: list[Rule]) -> list[Rule]:
        if any(one.id == rule.id for one in rules):
            return [rule if one.id == rule.id else one for one in rules]
        at = len(rules)
        while rule.when and at and not rules[at - 1].when:
            at -= 1
        return [*rules[:at], rule, *rules[at:]]

    return await change(work, put)


async def remove_rule(work: Work, rule_id: UUID) -> list[Rule]:
    return await change(work, lambda rules: [rule for rule in rules if rule.id != rule_id])


async def move_rule(work: Work, rule_id: UUID, by: int) -> list[Rule]:
    return await change(work, lambda rules: moved(rules, rule_id, by))


async def place_rule(work: Work, rule_id: UUID, place: int) -> list[Rule]:
    return await change(work, lambda rules: placed(rules, rule_id, place))


async def set_fallback(work: Work, person_id: UUID | None) -> None:
    """Where leads go that no rule places. Raises Invalid for somebody who is not on the team."""
    if person_id is not None and await team.member(work, person_id) is None:
        raise Invalid([FieldError("person_id", "not_allowed", "This person is not on the team. Choose somebody else.")])
    row = await draft(work)
    row.fallback = msgspec.to_builtins(Fallback(person_id))
    row.changed_at, row.changed_by = clock.now(), work.actor.name


async def publish(work: Work) -> RuleSet:
    """The draft goes live; each rule that stays keeps its turns. Without a draft nothing happens. Raises
    NotFound.
    """
    wanted = await _one(work, "draft")  # first: whoever waited here for another's publishing then sees what is live
    live_now = await _one(work, "live")
    if wanted is None:
        if live_now is None:
            raise NotFound
        return live_now
    await check(work, read_rules(wanted.rules))
    if live_now is not None:
        live_now.state = "past"
        await work.flush()
    kept = {rule["id"] for rule in wanted.rules}
    before = live_now.turns if live_now else {}
    wanted.turns = {rule_id: turns for rule_id, turns in before.items() if rule_id in kept}
    wanted.state, wanted.published_at, wanted.changed_by = "live", clock.now(), work.actor.name
    await work.flush()
    versions = (live_now.version if live_now else None, wanted.version)
    events.record(work, "routing.published", "routing", wanted.id, changes={"version": versions})
    return wanted


async def discard(work: Work) -> None:
    """Throw the draft away."""
    row = await _one(work, "draft")
    if row is not None:
        await work.delete(row)
        await work.flush()


async def go_back(work: Work, version: int) -> RuleSet:
    """Publish an earlier version anew, under a new number. Raises NotFound."""
    earlier = (await work.scalars(select(RuleSet).where(RuleSet.version == version, RuleSet.state != "draft"))).first()
    if earlier is None:
        raise NotFound
    row = await draft(work)
    row.rules, row.fallback = earlier.rules, earlier.fallback
    await work.flush()
    return await publish(work)


async def check(work: Work, rules: list[Rule]) -> None:
    """Raises Invalid naming every rule that can't work."""
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    known = set(
        (await work.scalars(select(PersonRow.id).where(PersonRow.id.in_([p for r in rules for p in r.people])))).all()
    )
    errors: list[FieldError] = []
    if len(rules) > MOST_RULES:
        errors.append(
            FieldError(
                "rules",
                "not_allowed",
                say(
                    "There are %(count)s rules; %(limit)s is the limit. Join some.", count=len(rules), limit=MOST_RULES
                ),
            )
        )
    for rule in rules:
        errors += _faults(rule, known)
        try:
            conditions.check(rule.when, fieldset, zone=zone)
        except Invalid as problem:
            errors += [
                FieldError("when", error.code, say("%(rule)s: %(fault)s", rule=rule.name, fault=say(error.message)))
                for error in problem.errors
            ]
    if errors:
        raise Invalid(errors)


def _faults(rule: Rule, known: set[UUID]) -> list[FieldError]:
    found = []
    if not rule.name.strip() or len(rule.name) > LONGEST_NAME:
        found.append(
            FieldError("name", "missing", say("Give the rule a name of 1 to %(most)s characters.", most=LONGEST_NAME))
        )
    if not set(rule.people) <= known:
        found.append(
            FieldError(
                "people", "not_allowed", say("%(rule)s: somebody in the pool is gone. Choose again.", rule=rule.name)
            )
        )
    if not (rule.people or rule.teams or rule.roles):
        found.append(
            FieldError("people", "missing", worded("%(rule)s: say who may get these %(leads)s.", rule=rule.name))
        )
    if len({step.kind for step in rule.steps}) < len(rule.steps) or {step.kind for step in rule.steps} - set(STEPS):
        found.append(FieldError("steps", "not_allowed", say("%(rule)s: each step may stand once.", rule=rule.name)))
    return found


async def change_settings(work: Work, values: dict[str, int]) -> None:
    """Time to accept, moves, pauses. Equal ones change nothing."""
    before = await config.get(work, "routing")
    if values != before:
        await config.put(work, "routing", values)
        changes = {name: (before.get(name), value) for name, value in values.items() if before.get(name) != value}
        events.record(work, "routing.changed", "routing", work.tenant.id, changes=changes, fields=sorted(changes))
