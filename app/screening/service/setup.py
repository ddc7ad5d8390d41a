"""What this business asks, and the law firms that it works with."""

from typing import Any

import msgspec

from app.core import conditions, config, events, fields
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.screening.models import Setup

MOST_FIRMS = 200


class Firm(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is how programs call it; `states` are those that it takes cases in, none for all."""

    name: str
    label: str
    email: str = ""
    phone: str = ""
    states: list[str] = []


async def setup(work: Work) -> Setup | None:
    """None where nothing is asked."""
    stored = await config.get(work, "screening")
    return msgspec.convert(stored, Setup) if stored else None


async def configure_screening(work: Work, section: dict[str, Any]) -> None:
    """A blueprint's section. Raises ValidationError, KeyError for a field that nobody has, ConditionError."""
    read = msgspec.convert(section, Setup)
    known = await fields.registry(work, "lead")
    asked = [question for screen in read.screens for question in screen.questions]
    for name in (*read.needed, *read.hidden, *(question.field for question in asked)):
        known[name]
    for when in (*(question.when for question in asked), *(decline.when for decline in read.declines)):
        if when:
            conditions.check(when, known)
    await config.put(work, "screening", msgspec.to_builtins(read))


async def firms(work: Work) -> list[Firm]:
    return msgspec.convert(await config.get(work, "law_firms") or [], list[Firm])


async def keep_firms(work: Work, given: list[Firm]) -> None:
    """Raises Invalid for two of one name."""
    if len({firm.name for firm in given}) < len(given) or len(given) > MOST_FIRMS:
        raise Invalid([FieldError("firms", "not_allowed", "Two firms have the same name. Tell them apart.")])
    before, after = await config.get(work, "law_firms"), msgspec.to_builtins(given)
    await config.put(work, "law_firms", after)
    if before != after:
        changes = {"law_firms": (before, after)}
        events.record(work, "settings.changed", "tenant", work.tenant.id, changes=changes, fields=["law_firms"])
