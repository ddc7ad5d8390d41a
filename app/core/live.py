"""Live hints: what changed, told to the browsers that may know, so that each fetches the fragment it shows.

A service calls `tell`; after the commit the hint goes through Redis pub/sub to every web process, and from
there down `/live` to the people whose rights cover its topic. Hints carry ids and nothing else; a lost one
costs a moment, never data. Each process has one Redis subscription, and looks once a second whether its
listeners are still who they were.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog
from litestar import get
from litestar.response import Stream
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import Forbidden, TooMany
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work, after_commit, unit
from tenants.binding import bound
from tenants.registry import Tenant

CHECK_SECONDS = 1.0
UNCHECKED_SECONDS = 10.0  # the longest that a stream goes on while the database cannot be asked
BEAT_SECONDS = 15.0
WAITING_HINTS = 100
STREAMS_EACH = 12
RETRY_MS = 3_000
log = structlog.get_logger()


def prefix() -> str:
    """Channels know no database number, so two installations on one Redis are kept apart by name."""
    return f"live:{runtime().redis.connection_pool.connection_kwargs.get('db', 0)}:"


class Hint(msgspec.Struct, frozen=True):
    """`topic` says what kind of thing changed, `key` which one (empty: the kind as a whole), `ids` what
    else helps.
    """

    topic: str
    key: str = ""
    ids: dict[str, str] = {}


Allowed = Callable[[Person, Hint], bool]
_topics: dict[str, Allowed] = {}
# Who sits behind these sessions now, by session id; `app.access` sets it. Ended sessions are missing.
PeopleBehind = Callable[[Work, Collection[UUID]], Awaitable[dict[UUID, Person]]]
people_behind: list[PeopleBehind] = []


def topic(name: str, allowed: Allowed) -> None:
    """Slices declare their topics with who may hear of them; an undeclared one reaches nobody."""
    _topics[name] = allowed


def tell(work: Work, name: str, key: object = "", **ids: object) -> None:
    """Send the hint once this unit of work is committed; one hint per topic and key, however often it is
    told.
    """
    hint = Hint(name, str(key), {what: str(value) for what, value in ids.items()})
    work.info.setdefault("hints", {})[(hint.topic, hint.key)] = hint


async def publish(tenant: Tenant, *hints: Hint) -> None:
    """Send at once. Without Redis nothing is sent: pages are then refreshed by hand."""
    open_ = runtime()
    if open_.redis_is_away():
        return
    try:
        async with open_.redis.pipeline(transaction=False) as pipeline:
            for hint in hints:
                pipeline.publish(f"{prefix()}{tenant.schema}", msgspec.json.encode(hint))
            await pipeline.execute()
    except (RedisError, OSError):
        open_.redis_failed()


async def _publish_told(work: Work) -> None:
    told = work.info.pop("hints", None)
    if told:
        await publish(work.tenant, *told.values())


after_commit.append(_publish_told)


class Listener:
    """One open stream of one session."""

    def __init__(self, tenant: Tenant, person: Person) -> None:
        self.tenant, self.person = tenant, person
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_HINTS)

    def offer(self, hint: Hint) -> None:
        allowed = _topics.get(hint.topic)
        if allowed is not None and allowed(self.person, hint):
            topics = [hint.topic, f"{hint.topic}:{hint.key}"] if hint.key else [hint.topic]
            self.put(_event("change", msgspec.json.encode({"topics": topics, "ids": hint.ids})))

    def put(self, event: bytes) -> None:
        """A reader that is too slow for its hints gets one that says: load everything anew."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            event = _event("resync", b"{}")
        self.waiting.put_nowait(event)

    def end(self) -> None:
        while self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


class Hub:
    """All listeners of this process, fed by one subscription."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Listener]] = {}
        self.ending = False
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, listener: Listener) -> None:
        around = self.listeners.setdefault(listener.tenant.schema, set())
        if sum(other.person.id == listener.person.id for other in around) >= STREAMS_EACH:
            raise TooMany("Too many windows are open here. Close one.", retry_after=60)
        around.add(listener)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._watch())]

    def remove(self, listener: Listener) -> None:
        self.listeners.get(listener.tenant.schema, set()).discard(listener)

    def everyone(self) -> list[Listener]:
        return [listener for around in self.listeners.values() for listener in around]

    def deliver(self, channel: str, data: str | bytes) -> None:
        try:
            hint = msgspec.json.decode(data, type=Hint)
        except msgspec.DecodeError:
            return
        for listener in list(self.listeners.get(channel.removeprefix(prefix()), ())):
            listener.offer(hint)

    async def _hear(self) -> None:
        """The subscription, made again whenever it breaks; whoever listened meanwhile may have missed
        something.
        """
        while True:
            try:
                async with runtime().redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.psubscribe(f"{prefix()}*")
                    for listener in self.everyone():
                        listener.put(_event("resync", b"{}"))
                    while True:
                        message = await subscription.get_message(timeout=1.0)
                        if message is not None:
                            self.deliver(message["channel"], message["data"])
            except (RedisError, OSError):
                await asyncio.sleep(1)

    async def _watch(self) -> None:
        """Once a second: a removed right, a changed password, an ended session end the stream too."""
        seen = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await check(self)
                seen = asyncio.get_running_loop().time()
            except (SQLAlchemyError, OSError):
                if asyncio.get_running_loop().time() - seen > UNCHECKED_SECONDS:
                    self.end_all()

    def end_all(self) -> None:
        for listener in self.everyone():
            listener.end()

    def end_for_good(self) -> None:
        self.ending = True
        self.end_all()

    async def stop(self) -> None:
        self.end_for_good()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []


async def check(hub: Hub) -> None:
    """Ask once per tenant who its listeners are now; end those whose session is over, keep the others'
    rights fresh.
    """
    for around in list(hub.listeners.values()):
        listeners = [listener for listener in around if listener.person.session_id]
        if listeners and people_behind:
            async with unit(tenant=listeners[0].tenant) as work:
                people = await people_behind[0](
                    work, [one.person.session_id for one in listeners if one.person.session_id]
                )
            for listener in listeners:
                now = people.get(listener.person.session_id)  # type: ignore[arg-type]
                if now is None:
                    listener.end()
                else:
                    listener.person = now


_hub = Hub()


def hub() -> Hub:
    return _hub


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """For the web root's lifespan. The server waits for open answers before it stops, so streams must end
    at the signal, not after it: the handler that stands is called after ours.
    """
    global _hub
    _hub = Hub()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            _before(number, asyncio.get_running_loop(), _hub)
    try:
        yield
    finally:
        await _hub.stop()


def _before(number: signal.Signals, loop: asyncio.AbstractEventLoop, ending: Hub) -> None:
    previous = signal.getsignal(number)
    if not callable(previous):
        return

    def handle(received: int, frame: Any) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(ending.end_for_good)
        previous(received, frame)

    signal.signal(number, handle)


@get("/live", opt={"permission": SIGNED_IN, "stream": True})
async def live(request: HttpRequest, work: WorkDep) -> Stream:
    """Server-sent events: `ready`; `change` with topics ("leads", "leads:<key>"); `resync` after a gap."""
    _same_origin(request)
    listener = Listener(bound(), work.person)
    hub().add(listener)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_events(hub(), listener), media_type="text/event-stream", headers=headers)


async def _events(around: Hub, listener: Listener) -> AsyncIterator[bytes]:
    try:
        yield b"retry: %d\nevent: ready\ndata: {}\n\n" % RETRY_MS
        while not around.ending:
            try:
                event = await asyncio.wait_for(listener.waiting.get(), BEAT_SECONDS)
            except TimeoutError:
                event = b": still here\n\n"
            if event is None:
                return
            yield event
    finally:
        around.remove(listener)


def _same_origin(request: HttpRequest) -> None:
    """Browsers say where a request comes from; another site has no business on this stream."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != request.headers.get("Host")):
        raise Forbidden


HANDLERS = [live]
