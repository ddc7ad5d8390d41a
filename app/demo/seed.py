"""Filling the demo world, once: tenants, twelve weeks of history side by side, today by HTTP."""

import asyncio
import gc
import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import Manager, get_context
from typing import Any

import msgspec
import uvloop
from sqlalchemy import event

from app.core import boot
from app.core.runtime import runtime, start, stop
from app.core.settings import Settings, settings
from app.core.work import job_unit
from app.demo import build, cast, handbook, stories
from app.demo.handbook import Handbook, Person, TenantEntry
from app.demo.helping import enliven
from app.demo.history import live_through
from app.demo.today import post_all
from app.demo.virtual import quiet
from app.slices import load_for_workers

PROCESSES = 3  # on two cores: one waits for the database while two work
FIRST_NUMBERS = {"harbor": 0, "summit": 2_000, "keystone": 3_500, "willow": 4_500}


def tell(line: str) -> None:
    print(line, flush=True)


def make_past() -> None:
    """Tenants, people and twelve weeks of history, unless they stand. Before web and worker run: nobody else is at work."""
    if handbook.draft().exists() or handbook.path().exists():
        handbook.move_to(settings().origin, _desk())
        return tell("The demo world stands.")
    began = time.monotonic()
    context = get_context("spawn")
    with Manager() as manager, ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_come_up) as pool:
        for _ in range(PROCESSES):
            pool.submit(_come_up)  # while the first tenants are made
        load_for_workers()
        past = _Past(pool, manager.dict())
        book = asyncio.run(_build(past.begin))
        past.see_through(book)
    handbook.keep_draft(book)
    tell(f"  tenants made and twelve weeks lived through in {time.monotonic() - began:.0f} s")


def make_today() -> None:
    """The newest leads through the running intake API, unless they were posted; then everybody may sign in."""
    if handbook.path().exists():
        return
    load_for_workers()
    boot.configure_logging("quiet")
    book = handbook.read_draft()
    asyncio.run(_today(book))
    handbook.publish()


async def _build(made: Callable[[TenantEntry], None]) -> Handbook:
    """Resellers, console and tenants with their people and keys; `made` hears of each tenant."""
    boot.configure_logging("quiet")
    start(settings(), pool_size=4)
    opened = runtime()
    kernel = boot.kernel(opened)
    try:
        await build.make_resellers(kernel)
        people = await build.make_console(opened, kernel)
        entries = []
        for wanted in cast.TENANTS:
            _, entry = await build.make_tenant(opened, kernel, wanted)
            tell(f"  {wanted.name}: {len(entry.people)} people, {len(entry.publishers)} publishers")
            entries.append(entry)
            made(entry)
        await build.make_sleeper(opened, kernel)
    finally:
        await kernel.owner.dispose()
        await stop()
    origin = settings().origin
    domain = settings().platform_domain
    return Handbook(
        console=origin(f"console.{domain}"), mailbox=_desk(),
        people=people, tenants=entries,
    )  # fmt: skip


def _desk() -> str:
    return f"http://localhost:{settings().desk_port or settings().port + 1}"


class _Past:
    """Each tenant's past in a process of its own, from when it is made; progress as they go."""

    def __init__(self, pool: ProcessPoolExecutor, board: Any) -> None:
        self._pool, self._board, self._began = pool, board, time.monotonic()
        self._running: dict[str, Future[list[Person]]] = {}

    def begin(self, entry: TenantEntry) -> None:
        self._running[entry.slug] = self._pool.submit(_one_past, entry.slug, entry, self._board)

    def see_through(self, book: Handbook) -> None:
        while not all(task.done() for task in self._running.values()):
            time.sleep(2)
            _show(dict(self._board), time.monotonic() - self._began)
        for entry in book.tenants:
            entry.people.extend(self._running[entry.slug].result())


def _show(board: dict[str, tuple[int, int]], seconds: float) -> None:
    done, most = sum(pair[0] for pair in board.values()), sum(one.leads + one.today for one in cast.TENANTS)
    bar = "█" * (30 * done // most)
    left = f", about {seconds * (most - done) / done:.0f} s left" if most > done > most / 50 else ""
    tell(f"  twelve weeks {bar:<30} {done:>5} / {most} leads{left}")


def _come_up() -> None:
    """What is loaded by then stays: the collector need not look through it again and again."""
    load_for_workers()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _one_past(slug: str, entry: TenantEntry, board: Any) -> list[Person]:
    return uvloop.run(_live_through(slug, entry, board))


def hurried(usual: Settings) -> Settings:
    """The past is made anew when it is lost half-way, so its commits need not wait for the disk."""
    joint = "&" if "?" in usual.database_url else "?"
    return msgspec.structs.replace(usual, database_url=f"{usual.database_url}{joint}options=-csynchronous_commit%3Doff")


def plan_once() -> None:
    """Each process speaks to one tenant over lines of its own: the server keeps the plans of what it was asked before."""

    @event.listens_for(runtime().directory.control().sync_engine.pool, "connect")
    def _keep_plans(connection: Any, record: Any) -> None:
        record.driver_connection.prepare_threshold = 3


async def _live_through(slug: str, entry: TenantEntry, board: Any) -> list[Person]:
    boot.configure_logging("quiet")
    start(hurried(settings()), pool_size=2).redis_away_until = math.inf  # nobody waits for hints of the past
    plan_once()
    try:
        tenant = await runtime().directory.by_slug(slug)
        wanted = next(one for one in cast.TENANTS if one.slug == slug)
        assert tenant is not None

        def progress(done: int, most: int) -> None:
            board[slug] = (done, most)

        async with quiet():
            clients = await live_through(tenant, wanted, entry, FIRST_NUMBERS[slug], progress)
            return [*clients, *await enliven(tenant, wanted.blueprint)]
    finally:
        await boot.worker_kernel().owner.dispose()
        await stop()


async def _today(book: Handbook) -> None:
    """The newest leads, posted to the running intake API; then what the console shows of plans."""
    start(settings(), pool_size=2)
    try:
        posted = await post_all(book)
        tell(f"  the newest leads by HTTP: {posted}")
        await build.choose_plans(runtime())
        for slug, wanted in stories.STORIES.items():
            tenant = await runtime().directory.by_slug(slug)
            assert tenant is not None
            async with job_unit(tenant=tenant) as work:
                if lacking := await stories.missing(work, wanted):
                    tell(f"  {tenant.name} lacks: {', '.join(lacking)}")
    finally:
        await stop()
