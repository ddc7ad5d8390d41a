"""The rules as they bind this tenant: what ships with the product, and what an administrator corrected."""

from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.compliance.models import BadRule, Rule, RuleBook, parse, shipped_rules
from app.compliance.models.holidays import WEEKDAYS
from app.compliance.models.rules import Asked, Days, Hold, Hours, Limit, Lists, Revocation, Span
from app.compliance.models.tables import RuleOverride
from app.core import clock, events
from app.core.errors import NotFound, invalid
from app.core.work import Work


async def book(work: Work) -> RuleBook:
    """This tenant's rules; corrections are read once per unit of work."""
    known: RuleBook | None = work.info.get("rule_book")
    if known is None:
        rows = await work.scalars(select(RuleOverride.row).order_by(RuleOverride.created_at, RuleOverride.id))
        known = work.info["rule_book"] = _corrected(tuple(msgspec.json.encode(row, order="sorted") for row in rows))
    return known


@lru_cache(maxsize=128)
def _corrected(rows: tuple[bytes, ...]) -> RuleBook:
    """Books are shared between tenants with the same corrections; most have none."""
    return shipped_rules().corrected(_read(msgspec.json.decode(row)) for row in rows) if rows else shipped_rules()


def _read(row: dict[str, Any]) -> Rule:
    return parse({**row, "effective": date.fromisoformat(row["effective"])}, overridden=True)


async def correct(work: Work, rule_id: str, changes: dict[str, Any], *, source: str, effective: date) -> Rule:
    """Put a correction beside the shipped rule. `changes` are keys of the data files (`week`, `count`,
    `repealed`…).

    What was judged before its date stays judged by the old one. Raises NotFound, and Invalid for terms that
    make no sense.
    """
    rules = await book(work)
    versions = rules.history(rule_id)
    if not versions:
        raise NotFound
    before = rules.rule(rule_id, clock.now().date()) or versions[-1]
    row = {**as_row(before), **changes, "source": source.strip(), "effective": effective.isoformat()}
    if not row["source"]:
        raise invalid("source", "Name the source: the statute, or who advised you.", "missing")
    try:
        after = _read(row)
    except (BadRule, ValueError) as fault:
        raise invalid("terms", str(fault)) from fault
    override = RuleOverride(
        id=uuid7(), rule_id=rule_id, effective=effective, row=row, by_id=work.actor.id, by_name=work.actor.name,
        created_at=clock.now(),
    )  # fmt: skip
    work.add(override)
    await work.flush()
    work.info.pop("rule_book", None)
    events.record(
        work, "compliance.rule_corrected", "rule", override.id, rule=rule_id,
        changes={"rule": (as_row(before), row)},
    )  # fmt: skip
    return after


async def restore_rule(work: Work, rule_id: str, place: int) -> Rule:
    """The version at this place of the rule's history counts again from today. Raises NotFound."""
    versions = (await book(work)).history(rule_id)
    if not 0 <= place < len(versions):
        raise NotFound
    wanted = versions[place]
    changes = {**as_row(wanted), "repealed": wanted.repealed}
    return await correct(work, rule_id, changes, source=wanted.source, effective=clock.now().date())


def as_row(rule: Rule) -> dict[str, Any]:
    """A rule in the shape of the data files."""
    row: dict[str, Any] = {
        "id": rule.id, "state": rule.state, "kind": rule.kind, "says": rule.says, "source": rule.source,
        "confidence": rule.confidence, "channels": sorted(rule.channels), "purposes": sorted(rule.purposes),
    }  # fmt: skip
    if rule.automated:
        row["automated"] = True
    if rule.vertical:
        row["vertical"] = rule.vertical
    return row | _terms(rule)


def _terms(rule: Rule) -> dict[str, Any]:
    match rule.terms:
        case Hours(week, holiday, has_holidays):
            days = {day: _span(span) for day, span in zip(WEEKDAYS, week, strict=True)}
            return {"week": days | ({"holiday": _span(holiday)} if has_holidays else {})}
        case Limit(count, hours, counts, same_subject):
            return {"count": count, "hours": hours, "counts": sorted(counts), "same_subject": same_subject}
        case Asked(level):
            return {"level": level}
        case Lists(scrub_days, purchase_months, inquiry_months):
            return {
                "scrub_days": scrub_days,
                "purchase_months": purchase_months,
                "inquiry_months": inquiry_months,
            }
        case Revocation(confirm_minutes):
            return {"confirm_minutes": confirm_minutes}
        case Hold(opt_outs, years):
            return {"opt_outs": sorted(opt_outs), "years": years}
        case Days(days_):
            return {"days": days_}
    return {}


def _span(span: Span) -> str:
    return "closed" if span is None else f"{_time(span[0])}-{_time(span[1])}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
