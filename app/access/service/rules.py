"""The tenant's own rules for sessions and for support from outside."""

from typing import Any

from app.core import config, events
from app.core.work import Work


async def set_session_rules(work: Work, *, idle_minutes: int, absolute_hours: int) -> None:
    """How long a session may rest and live from the next sign-in on; `policy.stay` holds both within
    bounds.
    """
    await _set(work, "sessions", {"idle_minutes": idle_minutes, "absolute_hours": absolute_hours})


async def allow_support(work: Work, allowed: bool) -> None:
    """Whether the provider's people may come in for a while. Whoever is in already stays until their hour is
    over.
    """
    await _set(work, "support_access", allowed)


async def _set(work: Work, key: str, value: Any) -> None:
    before = await config.get(work, key)
    if before != value:
        await config.put(work, key, value)
        events.record(work, "access.rules_changed", "tenant", work.tenant.id, changes={key: (before, value)})
