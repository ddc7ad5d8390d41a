"""Why leads are lost, in the tenant's words. A retired reason is no longer offered; who was lost for it keeps it."""

import msgspec

from app.core import config, events
from app.core.errors import NotFound, invalid
from app.core.fields.custom import name_from
from app.core.work import Work
from app.leads.models.fields import Reason, reasons_of
from themes.catalogue import say

LONGEST, MOST = 80, 60


async def add_reason(work: Work, label: str) -> Reason:
    """Raises Invalid."""
    known = await _known(work)
    label = _label(label, known)
    if len(known) >= MOST:
        raise invalid(
            "label", say("There are %(count)s reasons already. Retire some, or use an old one again.", count=MOST)
        )
    name = next(one for one in _names(name_from(label)) if one not in {reason.name for reason in known})
    reason = Reason(name=name, label=label)
    await _put(work, [*known, reason], "added", reason.label, (None, label))
    return reason


async def rename_reason(work: Work, name: str, label: str) -> None:
    """Old ones are told with the new words too. Raises NotFound, Invalid."""
    known = await _known(work)
    at = _place(known, name)
    if known[at].label != label:
        before, label = known[at].label, _label(label, [one for one in known if one.name != name])
        known[at] = msgspec.structs.replace(known[at], label=label)
        await _put(work, known, "changed", label, (before, label))


async def retire_reason(work: Work, name: str, *, retired: bool = True) -> None:
    """Or, with `retired` false, offer it again. Raises NotFound, Invalid for the last one."""
    known = await _known(work)
    at = _place(known, name)
    if known[at].retired == retired:
        return
    if retired and sum(not one.retired for one in known) < 2:
        raise invalid("name", "Keep at least one reason.")
    known[at] = msgspec.structs.replace(known[at], retired=retired)
    await _put(work, known, "retired" if retired else "restored", known[at].label, (not retired, retired))


async def order_reason(work: Work, name: str, up: bool) -> None:
    """One place up or down among those that are offered."""
    known = sorted(await _known(work), key=lambda one: one.retired)
    at = _place(known, name)
    to = at - 1 if up else at + 1
    if 0 <= to < len(known) and known[to].retired == known[at].retired:
        known[at], known[to] = known[to], known[at]
        await _put(work, known, "ordered", known[to].label, (at + 1, to + 1))


async def _known(work: Work) -> list[Reason]:
    return reasons_of(await config.get(work, "lost_reasons"))


def _place(known: list[Reason], name: str) -> int:
    at = next((place for place, one in enumerate(known) if one.name == name), None)
    if at is None:
        raise NotFound
    return at


def _label(text: str, others: list[Reason]) -> str:
    label = " ".join(text.replace("\0", "").split())
    if not 1 <= len(label) <= LONGEST:
        raise invalid("label", say("Enter 1 to %(most)s characters.", most=LONGEST), "missing")
    if label.casefold() in {one.label.casefold() for one in others}:
        raise invalid("label", say("“%(label)s” is there already.", label=label))
    return label


def _names(name: str) -> list[str]:
    return [name, *(f"{name[:36]}_{number}" for number in range(2, 200))]


async def _put(work: Work, known: list[Reason], what: str, label: str, change: tuple[object, object]) -> None:
    await config.put(work, "lost_reasons", [msgspec.to_builtins(one) for one in known])
    events.record(work, "reasons.changed", "tenant", work.tenant.id, what=what, changes={label: change})
