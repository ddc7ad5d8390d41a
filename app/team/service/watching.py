"""Who looks at a record now, and who is writing: in Redis alone, forgotten within a minute. Losing it costs nothing."""

from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from app.core import clock, live
from app.core.runtime import runtime
from app.core.work import Work

SEEN_SECONDS = 50  # a page says every twenty that it is looked at
WRITING_SECONDS = 8


class Watcher(msgspec.Struct, frozen=True):
    """Somebody else on this page; moments in seconds of real time."""

    name: str
    seen: float
    writing: float = 0.0

    @property
    def writes(self) -> bool:
        return self.writing > clock.real_now().timestamp() - WRITING_SECONDS


async def look(work: Work, entity: str, record: UUID, *, writing: bool = False) -> list[Watcher]:
    """This person is here (and types). Returns the others by name; whoever is new or begins to write is told to them."""
    now, me = clock.real_now().timestamp(), str(work.person.id)
    known = await _all(work, entity, record)
    mine = known.pop(me, None)
    if mine is None or (writing and not mine.writes):
        live.tell(work, "watching", record)
    kept = now if writing else mine.writing if mine else 0.0
    await _write(work, entity, record, me, Watcher(work.person.name, now, kept))
    return sorted(known.values(), key=lambda one: one.name)


async def leave(work: Work, entity: str, record: UUID) -> None:
    """The page was closed or lies behind another."""
    await _write(work, entity, record, str(work.person.id), None)
    live.tell(work, "watching", record)


async def _all(work: Work, entity: str, record: UUID) -> dict[str, Watcher]:
    if runtime().redis_is_away():
        return {}
    try:
        found = await runtime().redis.hgetall(_key(work, entity, record))
    except (RedisError, OSError):
        runtime().redis_failed()
        return {}
    fresh = clock.real_now().timestamp() - SEEN_SECONDS
    read = {person: msgspec.json.decode(value, type=Watcher) for person, value in found.items()}
    return {person: one for person, one in read.items() if one.seen > fresh}


async def _write(work: Work, entity: str, record: UUID, person: str, watcher: Watcher | None) -> None:
    if runtime().redis_is_away():
        return
    key = _key(work, entity, record)
    try:
        if watcher is None:
            await runtime().redis.hdel(key, person)
        else:
            async with runtime().redis.pipeline(transaction=False) as pipeline:
                pipeline.hset(key, person, msgspec.json.encode(watcher).decode())
                pipeline.expire(key, SEEN_SECONDS)
                await pipeline.execute()
    except (RedisError, OSError):
        runtime().redis_failed()


def _key(work: Work, entity: str, record: UUID) -> str:
    return f"watching:{work.tenant.id}:{entity}:{record}"
