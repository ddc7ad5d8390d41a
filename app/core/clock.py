"""Business time. In the demo and in tests it can be shifted for all processes; everywhere else it is the real time.

Leases, sessions, TOTP and the ledger's booking time use `real_now`, so that no shift can extend a right or a lock.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

NO_SHIFT = timedelta(0)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_offset = NO_SHIFT
_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def real_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """Business time in UTC."""
    held = _held.get()
    return held if held is not None else real_now() + _offset


def from_timestamp(seconds: int) -> datetime:
    """A moment kept as whole seconds, as meters keep it."""
    return datetime.fromtimestamp(seconds, UTC)


def span(raw: str) -> timedelta:
    """`21d`, `90m`, `1w2d`. Raises ValueError."""
    parts = re.findall(r"(\d+)([smhdw])", raw)
    if not parts or "".join(number + unit for number, unit in parts) != raw:
        raise ValueError("Say how far as 21d, 90m or 1w2d.")
    return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), NO_SHIFT)


def in_zone(raw: str, zone: str) -> datetime:
    """An ISO moment; without an offset it is meant in the zone. Raises ValueError."""
    moment = datetime.fromisoformat(raw)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def at_once() -> datetime:
    """A due time that has come whichever way the clock is shifted later."""
    return min(now(), real_now())


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Business time stands still at `moment` inside the block: how the demo's history is lived through."""
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)


def offset() -> timedelta:
    return _offset


def use_offset(shift: timedelta) -> None:
    """What this process adds to real time; kept in step with `control.clock` by `follow`."""
    global _offset
    _offset = shift


async def follow(control: AsyncEngine) -> None:
    """Read the shared shift. Called once a second by every process of a demo or a test."""
    async with control.connect() as connection:
        seconds = await connection.scalar(text("select offset_seconds from control.clock"))
    use_offset(timedelta(seconds=seconds or 0))


async def keep_following(control: AsyncEngine) -> None:
    """The same, while the database may be away for a moment: the shift stays as it was."""
    with suppress(SQLAlchemyError, OSError):
        await follow(control)


async def shift(owner: AsyncEngine, to: timedelta) -> None:
    """Set the shared shift for all processes; each sees it within a second.

    Going back, what recurs or waits to be tried again must not stay in a future that will not come for weeks.
    """
    async with owner.begin() as connection:
        await connection.execute(text("update control.clock set offset_seconds = :s"), {"s": int(to.total_seconds())})
        await connection.execute(
            text("update spine.agenda set due = :now where due > :now and (key like 'every:%' or attempts > 0)"),
            {"now": real_now() + to},
        )
    use_offset(to)
