"""Counting tries in the database, in real time: no restart forgets them, and no twin slips through between
read and write.

A try is counted before the secret is looked at, in a transaction of its own, so that twenty at once are
twenty; the right secret takes its count back. That transaction must begin before the request's own holds a
connection.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert

from app.access.models import Attempt
from app.access.models.policy import ADDRESS, EVERYWHERE, PAIR, PERSON, TENANT, Limit
from app.core import clock
from app.core.crypto import sign
from app.core.runtime import runtime
from app.core.work import Work, unit
from themes.catalogue import say_many


class Tally(NamedTuple):
    """One limit as it stands after this try."""

    limit: Limit
    bucket: str
    window: datetime
    count: int

    @property
    def over(self) -> bool:
        return self.count > self.limit.most

    @property
    def first_over(self) -> bool:
        return self.count == self.limit.most + 1

    def seconds_left(self, now: datetime) -> int:
        return max(1, int((self.window + timedelta(seconds=self.limit.seconds) - now).total_seconds()))


class Tries(NamedTuple):
    """What counting a password try came to. `wait` is in seconds; `pressed` means that somebody is guessing
    here.
    """

    tallies: list[Tally]
    wait: int | None
    pressed: bool
    first_refusal: bool


async def take_password_try(work: Work, email: str, address: str) -> Tries:
    """Count a try at this e-mail from this address; see the module for when to call it."""
    pair = _name(work, email, address)
    async with unit(tenant=work.tenant) as own:
        near = await count(own, [*_named(PAIR, pair), *_named(ADDRESS, _name(work, address))])
        if any(tally.over for tally in near):
            return Tries([], wait(near), False, any(tally.first_over for tally in near if tally.over))
        far = await count(own, [*_named(PERSON, _name(work, email)), *_named(TENANT, "all")])
    pressed = any(tally.over for tally in far) or await _pressed_everywhere()
    return Tries([*near, *far], None, pressed, False)


async def give_back(work: Work, tallies: Iterable[Tally]) -> None:
    """The secret was right: this was no guess."""
    await _add(work, [(tally.bucket, tally.window) for tally in tallies], -1)


async def count(work: Work, wanted: Sequence[tuple[Limit, str]]) -> list[Tally]:
    """Add one to each bucket's current window."""
    now = clock.real_now()
    places = [(limit, f"{limit.name}:{key}", limit.window(now)) for limit, key in wanted]
    counts = await _add(work, [(bucket, window) for _, bucket, window in places], 1)
    return [Tally(limit, bucket, window, counts[bucket]) for limit, bucket, window in places]


def wait(tallies: Iterable[Tally]) -> int | None:
    """Seconds until the longest of the exceeded limits opens again; None when none is exceeded."""
    now = clock.real_now()
    return max((tally.seconds_left(now) for tally in tallies if tally.over), default=None)


def named(work: Work, limits: Sequence[Limit], *parts: object) -> list[tuple[Limit, str]]:
    """The buckets of these limits for whatever the parts name; names are hashed, so that none stands in the
    table.
    """
    return _named(limits, _name(work, *parts))


def _named(limits: Sequence[Limit], key: str) -> list[tuple[Limit, str]]:
    return [(limit, key) for limit in limits]


def _name(work: Work, *parts: object) -> str:
    return sign(runtime().settings.secret_key, "attempts", work.tenant.id, *parts)[:32]


async def _add(work: Work, buckets: Sequence[tuple[str, datetime]], change: int) -> dict[str, int]:
    """One statement, rows in order of name, so that no two of these can wait for each other."""
    if not buckets:
        return {}
    rows = [{"bucket": bucket, "window": window, "count": max(change, 0)} for bucket, window in sorted(buckets)]
    statement = insert(Attempt).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=["bucket", "window"], set_={"count": Attempt.count + literal(change)}
    )
    found = await work.execute(statement.returning(Attempt.bucket, Attempt.count))
    return {row.bucket: row.count for row in found}


async def _pressed_everywhere() -> bool:
    """Failed tries at all tenants together, counted in Redis; without it the tenants' own counts must do."""
    key = f"signin:tries:{int(EVERYWHERE.window(clock.real_now()).timestamp())}"
    try:
        tries = await runtime().redis.incr(key)
        if tries == 1:
            await runtime().redis.expire(key, EVERYWHERE.seconds)
    except (RedisError, OSError):
        return False
    return int(tries) > EVERYWHERE.most


def in_words(seconds: int) -> str:
    """How long, for a person."""
    minutes = -(-seconds // 60)
    if minutes < 60:
        return say_many("%(count)s minute", "%(count)s minutes", minutes)
    hours = -(-minutes // 60)
    return say_many("%(count)s hour", "%(count)s hours", hours)
