"""The client portal's layout: which sections there are, in which order, under which words; what each stage means to a
client, and what happens first. A draft, one publishing, and the way back. The portal itself only reads the setting."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.core import clock, config, events
from app.core.errors import FieldError, Invalid, NotFound
from app.core.slice import NavItem, nav
from app.core.work import Work
from themes.catalogue import say

WORN, DRAFT, HISTORY = "portal", "portal_draft", "portal_history"
LONGEST_LABEL, LONGEST_WORDS, MOST_STEPS, KEPT = 24, 200, 6, 20
NEEDED = ("home", "more")  # where a client lands, and where they find us
config.declare_defaults(portal_draft={}, portal_history=[])
events.declare(
    events.Kind("portal.arranged", "arranged the client portal", icon="layout-dashboard", audited=True),
)


class Kept(msgspec.Struct, frozen=True):
    """The layout as it was published once."""

    number: int
    at: datetime
    by: str
    layout: dict[str, Any]


def known_sections() -> list[NavItem]:
    """Every place that the portal has, under its own word."""
    return nav("client", lambda _right: True)


async def worn(work: Work) -> dict[str, Any]:
    return {"sections": [], "stages": {}, "steps": [], **(await config.get(work, WORN) or {})}


async def drafted(work: Work) -> dict[str, Any]:
    """What somebody is arranging; the worn layout when nobody is."""
    return {**(await worn(work)), **(await config.get(work, DRAFT) or {})}


async def history(work: Work) -> list[Kept]:
    """Newest first."""
    return [msgspec.convert(each, Kept) for each in await config.get(work, HISTORY)]


async def save_layout(work: Work, wanted: Mapping[str, Any]) -> None:
    """Keep the draft. Raises Invalid with every fault."""
    errors = _faults(wanted)
    if errors:
        raise Invalid(errors)
    await config.put(work, DRAFT, {key: wanted[key] for key in ("sections", "stages", "steps")})


def _faults(wanted: Mapping[str, Any]) -> list[FieldError]:
    sections: Sequence[Mapping[str, Any]] = wanted["sections"]
    names = [section["name"] for section in sections]
    known = {item.key for item in known_sections()}
    gone = say("This section isn't there. Load the page again.")
    errors = [FieldError("sections", "not_allowed", gone) for name in names if name not in known]
    needed = say("Clients need this one: it can't be left out.")
    errors += [FieldError(f"shown_{name}", "missing", needed) for name in NEEDED if name not in names]
    for section in sections:
        if not 1 <= len(section["label"]) <= LONGEST_LABEL or not section["label"].isprintable():
            told = say("Enter a word of 1 to %(most)s letters.", most=LONGEST_LABEL)
            errors.append(FieldError(f"label_{section['name']}", "missing", told))
    texts = {f"stage_{name}": text for name, text in wanted["stages"].items()}
    for place, step in enumerate(wanted["steps"]):
        texts |= {f"when_{place}": step["when"], f"what_{place}": step["what"]}
        if bool(step["when"]) != bool(step["what"]):
            errors.append(FieldError(f"what_{place}", "missing", "Say both when it happens and what."))
    told = say("Keep it under %(most)s letters.", most=LONGEST_WORDS)
    return errors + [FieldError(name, "too_long", told) for name, text in texts.items() if len(text) > LONGEST_WORDS]


def differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """How many parts differ: each section, stage and step is one."""
    count = 0
    for part in ("sections", "steps"):
        old, new = list(before[part]), list(after[part])
        count += sum(one != other for one, other in zip(old, new, strict=False)) + abs(len(old) - len(new))
    stages = {*before["stages"], *after["stages"]}
    return count + sum(before["stages"].get(name, "") != after["stages"].get(name, "") for name in stages)


async def publish_layout(work: Work) -> bool:
    """Clients see it with their next page. False when it says nothing new."""
    return await _put_on(work, await drafted(work))


async def discard_layout(work: Work) -> None:
    await config.put(work, DRAFT, {})


async def back_to_layout(work: Work, number: int) -> bool:
    """What was published as this number, published again. Raises NotFound."""
    found = next((each for each in await history(work) if each.number == number), None)
    if found is None:
        raise NotFound
    return await _put_on(work, {**(await worn(work)), **found.layout})


async def _put_on(work: Work, layout: dict[str, Any]) -> bool:
    before = await worn(work)
    await config.put(work, DRAFT, {})
    if not differs(before, layout):
        return False
    kept = await history(work)
    parts = ("sections", "stages", "steps")
    if not kept:  # what the tenant came with is the first to go back to
        kept = [Kept(1, clock.now(), "", {part: before[part] for part in parts})]
    newest = Kept(kept[0].number + 1, clock.now(), work.actor.name, {part: layout[part] for part in parts})
    await config.put(work, WORN, layout)
    await config.put(work, HISTORY, msgspec.to_builtins([newest, *kept][:KEPT]))
    changed = {part: (before[part], layout[part]) for part in parts if before[part] != layout[part]}
    events.record(work, "portal.arranged", "tenant", work.tenant.id, changes=changed, fields=sorted(changed))
    return True
