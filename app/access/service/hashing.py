"""Argon2id, off the event loop and never more at once than there are processors."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.access.models.passwords import LONGEST, as_hashed
from app.core.errors import Unavailable

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's floor for Argon2id
DECOY = HASHER.hash("nobody has this password")
QUEUE = 64  # more waiting than this and a flood of guesses would hold up everything else
T = TypeVar("T")
_room = anyio.CapacityLimiter(max(1, os.cpu_count() or 1))


def hash_password(text: str) -> str:
    return HASHER.hash(as_hashed(text))


def password_matches(stored: str | None, given: str) -> bool:
    """Does the same work for somebody who does not exist, or has no password, as for a wrong one."""
    try:
        return HASHER.verify(stored or DECOY, as_hashed(given[: LONGEST + 1])) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


async def matches(stored: str | None, given: str) -> bool:
    """`password_matches` on another thread. Raises Unavailable when too many wait already."""
    return await _aside(password_matches, stored, given)


async def hashed(text: str) -> str:
    return await _aside(hash_password, text)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


async def _aside(function: Callable[..., T], *args: Any) -> T:
    if _room.statistics().tasks_waiting > QUEUE:
        raise Unavailable(retry_after=10)
    return await to_thread.run_sync(function, *args, limiter=_room)
