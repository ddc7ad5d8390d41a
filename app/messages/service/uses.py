"""Where a template is used: rooms above name their places, so that nobody takes away what something stands on."""

from collections.abc import Iterable
from pkgutil import resolve_name

import msgspec

from app.core.work import Work


class Use(msgspec.Struct, frozen=True):
    """One place that sends this template. `live`: it does so now."""

    label: str
    url: str
    live: bool = False


_declared: list[str] = []


def declare_uses(dotted: str) -> None:
    """`async def uses(work, names) -> dict[name, list[Use]]` of a room that sends templates by name."""
    _declared.append(dotted)


async def uses_of(work: Work, names: Iterable[str]) -> dict[str, list[Use]]:
    """By name of the template; those that nothing uses are missing."""
    wanted, found = list(names), {}
    for dotted in _declared:
        for name, places in (await resolve_name(dotted)(work, wanted)).items():
            found[name] = [*found.get(name, []), *places]
    return found
