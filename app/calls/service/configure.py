"""What the tenant says and asks on calls: outcomes, scripts, goals."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from app.calls import queries
from app.calls.models import CHOICES, Outcome, Script
from app.core import config, events
from app.core.errors import NotFound, invalid
from app.core.work import Work
from themes import formats
from themes.catalogue import say

LONGEST = 4_000
MOST_CALLS = 1_000


async def configure_outcomes(work: Work, section: list[dict[str, Any]]) -> None:
    """A blueprint's outcomes, one for each number key. Raises ValueError for more than nine."""
    found = msgspec.convert(section, list[Outcome])
    if len([each for each in found if not each.retired]) > CHOICES:
        raise ValueError(f"{len(found)} outcomes; there are {CHOICES} number keys")
    await config.put(work, "call_outcomes", msgspec.to_builtins(found))


async def configure_scripts(work: Work, section: list[dict[str, Any]]) -> None:
    """A blueprint's opening words by stage."""
    await config.put(work, "call_scripts", msgspec.to_builtins(msgspec.convert(section, list[Script])))


async def save_outcome(work: Work, given: Outcome) -> None:
    """Change one, or add it at the end. Raises Invalid for one without words, or a tenth."""
    if not given.label.strip():
        raise invalid("label", "Enter what stands on the button.", "missing")
    known = await queries.outcomes(work, retired=True)
    others = [each for each in known if each.name != given.name and not each.retired]
    if not given.retired and len(others) >= CHOICES:
        raise invalid("label", "There are nine number keys. Retire another outcome first.", "too_many")
    if any(each.label.casefold() == given.label.casefold() for each in others):
        raise invalid("label", "Another button says this already.", "duplicate")
    added = [] if any(each.name == given.name for each in known) else [given]
    await _put(work, [given if each.name == given.name else each for each in known] + added, given.name)


async def retire_outcome(work: Work, name: str, *, retired: bool = True) -> None:
    """Offered no more, or again; calls that ended with it keep its name. Raises NotFound, Invalid."""
    found = next((each for each in await queries.outcomes(work, retired=True) if each.name == name), None)
    if found is None:
        raise NotFound
    await save_outcome(work, msgspec.structs.replace(found, retired=retired))


async def move_outcome(work: Work, name: str, up: bool) -> None:
    """One place nearer to key 1, or further. At the end it stays. Raises NotFound."""
    known = await queries.outcomes(work, retired=True)
    live_ones = [each for each in known if not each.retired]
    at = next((place for place, each in enumerate(live_ones) if each.name == name), None)
    if at is None:
        raise NotFound
    to = max(0, min(len(live_ones) - 1, at - 1 if up else at + 1))
    live_ones.insert(to, live_ones.pop(at))
    await _put(work, live_ones + [each for each in known if each.retired], name)


async def _put(work: Work, found: Iterable[Outcome], name: str) -> None:
    await config.put(work, "call_outcomes", msgspec.to_builtins(list(found)))
    _told(work, outcome=name)


async def save_script(work: Work, given: Script) -> None:
    """The words for this stage of this pipeline; none takes them away. Raises Invalid for too many."""
    if len(given.text) > LONGEST:
        raise invalid(
            "text",
            say(
                "This has %(count)s characters; the limit is %(limit)s.",
                count=formats.number(len(given.text)),
                limit=formats.number(LONGEST),
            ),
            "too_long",
        )
    same = (given.pipeline, given.stage)
    kept = [one for one in await queries.scripts(work) if (one.pipeline, one.stage) != same]
    await config.put(work, "call_scripts", msgspec.to_builtins([*kept, given] if given.text.strip() else kept))
    _told(work, script=given.stage or "any")


async def save_goals(work: Work, calls: int, people: dict[UUID, int | None]) -> None:
    """Calls a day for everybody, and for those who have a goal of their own. Raises Invalid."""
    for name, number in [("calls", calls), *((f"goal-{one}", of) for one, of in people.items() if of is not None)]:
        if not 0 <= number <= MOST_CALLS:
            raise invalid(
                name, say("Enter a number from 0 to %(most)s.", most=formats.number(MOST_CALLS)), "not_allowed"
            )
    own = {str(one): of for one, of in people.items() if of is not None}
    await config.put(work, "call_goals", {"calls": calls, "people": own})
    _told(work, goals="calls")


def _told(work: Work, **what: str) -> None:
    events.record(work, "calls.configured", "tenant", work.tenant.id, **what)
