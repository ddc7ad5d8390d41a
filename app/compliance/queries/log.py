"""What was refused, a screen at a time, and how often each rule did it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select, tuple_

from app.compliance.models.tables import RefusedContact
from app.compliance.service.rules import book
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work

SCREEN = 50


class RefusedByRule(msgspec.Struct, frozen=True):
    """How often a rule refused, and what it says."""

    rule_id: str
    says: str
    whose: str
    code: str
    count: int


async def refused_by_rule(work: Work, since: datetime, *, channel: str = "") -> list[RefusedByRule]:
    """The most frequent first."""
    counted = select(RefusedContact.rule_id, RefusedContact.code, func.count()).where(RefusedContact.at >= since)
    if channel:
        counted = counted.where(RefusedContact.channel == channel)
    rows = await work.execute(counted.group_by(RefusedContact.rule_id, RefusedContact.code))
    rules, found = await book(work), []
    for rule_id, code, count in rows:
        known = rules.rule(rule_id, clock.now().date()) or next(iter(rules.history(rule_id)), None)
        found.append(
            RefusedByRule(rule_id, known.says if known else rule_id, known.whose if known else "", code, count)
        )
    return sorted(found, key=lambda line: -line.count)


async def refusals(
    work: Work, since: datetime, *, rule_id: str = "", channel: str = "", cursor: str = "", limit: int = SCREEN
) -> tuple[list[RefusedContact], str]:
    """The latest first, and where to go on ("" at the end). Raises NotFound for a cursor that is none."""
    found = select(RefusedContact).where(RefusedContact.at >= since)
    if rule_id:
        found = found.where(RefusedContact.rule_id == rule_id)
    if channel:
        found = found.where(RefusedContact.channel == channel)
    if cursor:
        found = found.where(tuple_(RefusedContact.at, RefusedContact.id) < tuple_(*_position(cursor)))
    found = found.order_by(RefusedContact.at.desc(), RefusedContact.id.desc()).limit(limit + 1)
    rows = list(await work.scalars(found))
    following = f"{rows[limit - 1].at.isoformat()}_{rows[limit - 1].id}" if len(rows) > limit else ""
    return rows[:limit], following


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, refusal_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(refusal_id)
    except ValueError:
        raise NotFound from None


async def contact_names(work: Work, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await work.scalars(select(Contact).where(Contact.id.in_(list(ids))))
    return {row.id: row.name for row in rows}
