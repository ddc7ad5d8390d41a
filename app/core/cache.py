"""Short-lived answers in Redis, one tenant's never another's: the key begins with the tenant that is in the
air.

For counts and figures that may be seconds old. Without Redis everything is computed anew; without a tenant
it raises.
"""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import msgspec
from redis.exceptions import RedisError

from app.core.runtime import runtime
from tenants.binding import bound

T = TypeVar("T")


def key(kind: str, *parts: object) -> str:
    """`parts` must name everything that the answer depends on: reach, filter, locale. Raises NoTenantBound."""
    tenant = bound()
    print_ = hashlib.sha256(msgspec.json.encode([str(part) for part in parts])).hexdigest()[:32]
    return f"cache:{tenant.id}:{kind}:{print_}"


async def cached(kind: str, *parts: object, seconds: int, type_: type[T], make: Callable[[], Awaitable[T]]) -> T:
    """What `make` answered at most `seconds` ago, else what it answers now."""
    name = key(kind, *parts)
    with suppress(RedisError, OSError, msgspec.MsgspecError):
        stored = await runtime().redis.get(name)
        if stored is not None:
            return msgspec.json.decode(stored, type=type_)
    made = await make()
    with suppress(RedisError, OSError):
        await runtime().redis.set(name, msgspec.json.encode(made), ex=seconds)
    return made


async def forget(kind: str, *parts: object) -> None:
    """Drop one answer before its time."""
    with suppress(RedisError, OSError):
        await runtime().redis.delete(key(kind, *parts))
