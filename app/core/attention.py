"""What waits for somebody, and what a new tenant still has to set up: declared by the slices that know, shown on one page.

A slice names its functions: `Slice(needs="app.leads.queries.needs:needs", setup="…:steps")`. Both are
`async (work, person) -> list[…]`, ask little (a count each), and leave out what the person has no right to mend.
"""

from importlib import import_module
from typing import Any, Literal

import msgspec

from app.core.permissions import Person
from app.core.slice import all_slices
from app.core.work import Work

Tone = Literal["error", "warning", "info"]
WORST_FIRST: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """`sentence` says what waits and how much of it; `verb` is what one does about it at `url`."""

    sentence: str
    count: int
    url: str
    verb: str
    tone: Tone = "warning"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of setting up. `done` comes from what really stands; `name` is how a skipped one is remembered."""

    name: str
    label: str
    hint: str
    url: str
    verb: str
    done: bool
    order: int = 50


async def needs(work: Work, person: Person) -> list[Need]:
    """Everything that waits, worst first, then most first; what counts nothing is left out."""
    found = [need for ask in _named("needs") for need in await ask(work, person) if need.count]
    return sorted(found, key=lambda need: (WORST_FIRST[need.tone], -need.count))


async def steps(work: Work, person: Person) -> list[Step]:
    """Every step in order, done or not."""
    found = [step for ask in _named("setup") for step in await ask(work, person)]
    return sorted(found, key=lambda step: step.order)


def _named(what: Literal["needs", "setup"]) -> list[Any]:
    dotted = [getattr(slice_, what) for slice_ in all_slices() if getattr(slice_, what)]
    return [getattr(import_module(module), name) for module, _, name in (each.partition(":") for each in dotted)]
