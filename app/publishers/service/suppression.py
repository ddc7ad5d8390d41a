"""Who must not be bought: people on a list that the tenant keeps."""

from collections.abc import Awaitable, Callable

from app.core.work import Work

# (work, phone, e-mail) → whether one of them is on a list.
Check = Callable[[Work, str | None, str | None], Awaitable[bool]]
checks: list[Check] = []


async def is_suppressed(work: Work, phone: str | None, email: str | None) -> bool:
    """Asked of every list in turn."""
    for check in checks:
        if await check(work, phone, email):
            return True
    return False
