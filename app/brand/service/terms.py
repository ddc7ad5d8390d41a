"""The tenant's own words for a lead, an agent, a client and the rest."""

from collections.abc import Mapping

from app.core import blueprints, config, events
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from themes.catalogue import say
from themes.terms import DEFAULTS, spelled

LONGEST = 40
NAMES = ("lead", "agent", "client", "won", "value", "publisher")


async def words(work: Work) -> dict[str, dict[str, str]]:
    """Each term with `one`, `other` and `a`, as pages say it now."""
    return {name: spelled(name, await config.get(work, "terms")) for name in NAMES}


def came_with(work: Work) -> dict[str, dict[str, str]]:
    """The blueprint's words."""
    terms = (blueprints.load(work.tenant.blueprint).get("settings") or {}).get("terms") or {}
    return {name: spelled(name, terms) for name in NAMES}


def checked_words(wanted: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Raises Invalid with a fault for each field (`lead_one` …)."""
    errors = []
    for name, word in wanted.items():
        for part in ("one", "other"):
            if not 1 <= len(word[part]) <= LONGEST or not word[part].isprintable():
                errors.append(
                    FieldError(f"{name}_{part}", "missing", say("Enter 1 to %(most)s letters.", most=LONGEST))
                )
        if len(word["a"]) > 8 or not word["a"].isprintable():
            errors.append(FieldError(f"{name}_a", "too_long", "Enter the short word before it, like “a” or “an”."))
    if errors:
        raise Invalid(errors)
    return {name: dict(word) for name, word in wanted.items() if name in DEFAULTS}


async def save_words(work: Work, wanted: Mapping[str, Mapping[str, str]]) -> bool:
    """True when something changed. Raises Invalid. Terms that are not among the given ones stay."""
    given, now = checked_words(wanted), await words(work)
    changed = {name: (now[name], word) for name, word in given.items() if now[name] != word}
    if changed:
        await config.put(work, "terms", {**(await config.get(work, "terms")), **given})
        events.record(work, "settings.changed", "tenant", work.tenant.id, changes=changed, fields=["terms"])
    return bool(changed)
