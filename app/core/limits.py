"""How often somebody may ask: token buckets in Redis, one atomic script, with a local bucket while Redis is
away.

A bucket holds `burst` tokens and gains `rate` a second. Sign-in counts in the database instead (see
`app.access`), because it must stay limited however many processes there are when Redis is gone.
"""

import hashlib
import time
from collections import OrderedDict

import msgspec
from redis.exceptions import NoScriptError, RedisError

from app.core.errors import TooMany
from app.core.runtime import runtime
from tenants.binding import bound
from themes.catalogue import say, say_many

LOCAL_BUCKETS = 10_000

# Redis's own clock serves all processes. Answers the seconds to wait, as text; "0" means a token was taken.
_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(held[1]) or burst
tokens = math.min(burst, tokens + math.max(0, now - (tonumber(held[2]) or now)) * rate)
local wait = 0
if tokens >= cost then tokens = tokens - cost else wait = (cost - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return tostring(wait)
"""
_SHA = hashlib.sha1(_TAKE.encode(), usedforsecurity=False).hexdigest()


class Limit(msgspec.Struct, frozen=True):
    """`rate` tokens a second on average, `burst` at once."""

    rate: float
    burst: int

    @classmethod
    def per_minute(cls, count: int) -> "Limit":
        """A minute's worth on average, a tenth of it at once (and never fewer than five)."""
        return cls(count / 60, max(5, count // 10))


async def take(kind: str, principal: object, limit: Limit, *, cost: int = 1) -> float:
    """Take tokens from this tenant's bucket of `kind` for `principal`: 0 when there were enough, else
    seconds to wait.
    """
    name = f"limit:{bound().id}:{kind}:{principal}"
    if not runtime().redis_is_away():
        try:
            return await _from_redis(name, limit, cost)
        except (RedisError, OSError):
            runtime().redis_failed()
    return _from_here(name, limit, cost)


async def demand(kind: str, principal: object, limit: Limit, *, cost: int = 1) -> None:
    """Raises TooMany, with the time to wait, when the bucket is empty."""
    wait = await take(kind, principal, limit, cost=cost)
    if wait > 0:
        seconds = max(1, round(wait + 0.5))
        raise TooMany(
            say("Too many requests. Try again in %(wait)s.", wait=_spoken(seconds)),
            code="too_many",
            retry_after=seconds,
        )


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return say_many("%(count)s second", "%(count)s seconds", seconds)
    return say_many("%(count)s minute", "%(count)s minutes", round(seconds / 60))


async def _from_redis(name: str, limit: Limit, cost: int) -> float:
    redis, values = runtime().redis, (limit.rate, limit.burst, cost)
    try:
        answer = await redis.evalsha(_SHA, 1, name, *values)
    except NoScriptError:
        answer = await redis.eval(_TAKE, 1, name, *values)
    return float(answer)


_buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()


def _from_here(name: str, limit: Limit, cost: int) -> float:
    """The same arithmetic for this process alone; the buckets longest unused make room."""
    now = time.monotonic()
    tokens, at = _buckets.pop(name, (float(limit.burst), now))
    tokens = min(limit.burst, tokens + (now - at) * limit.rate)
    wait = 0.0 if tokens >= cost else (cost - tokens) / limit.rate
    _buckets[name] = (tokens if wait else tokens - cost, now)
    while len(_buckets) > LOCAL_BUCKETS:
        _buckets.popitem(last=False)
    return wait
