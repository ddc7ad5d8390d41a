"""A storm of kill -9 over the whole product while leads are posted: two ledgers are kept and compared afterwards.

Outside: what the load generator was told, and what a carrier and mail server of their own process received. Inside: what
the database holds. Acknowledged means a 2xx was read; only such a lead may not be lost (threats P1, P3, P4, P5).
"""

import asyncio
import os
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from app.core.ports.simulator.peer import Peer
from infra.local.postgres import Postgres
from infra.local.redis import Redis
from infra.local.state import free_port
from infra.local.supervisor import Supervisor
from tests import database

SECRET = "a secret that only the storm knows, long enough"
MARQUEE = str(Path(sys.executable).with_name("marquee"))
VICTIMS = ("web", "worker", "job process", "relay", "redis", "postgres")


@dataclass
class Ledger:
    """What the world outside saw."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)
    attempts: int = 0


class House:
    """The whole product on this machine, under its own supervisor, healed by a thread."""

    def __init__(self, folder: Path) -> None:
        self.supervisor = Supervisor(folder / "logs", say=lambda line: None)
        self.postgres, self.redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        self.peer = Peer(secret=SECRET).start()
        self.port, self._over = free_port(), threading.Event()
        self._healer = threading.Thread(target=self._heal, daemon=True)

    def start(self) -> str:
        """Returns the intake key of harbor's publisher."""
        self.supervisor.add("postgres", self.postgres)
        self.supervisor.add("redis", self.redis)
        urls = {
            "superuser": self.postgres.superuser_url, "owner": self.postgres.owner_url("{db}"), "app": self.postgres.app_url("{db}"),
            "redis": self.redis.url,
        }  # fmt: skip
        database.make_template(urls, SECRET)
        self.urls = database.clone(urls, "storm")
        environment = dict(os.environ) | database.environment(self.urls, SECRET) | {
            "MARQUEE_PORT": str(self.port), "MARQUEE_MAIL_URL": self.peer.mail_url, "MARQUEE_CARRIER_URL": self.peer.http_url,
            "MARQUEE_CARRIER_SECRET": SECRET, "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        key = asyncio.run(_publisher(environment))
        for name in ("web", "worker"):
            self.supervisor.run(name, [MARQUEE, name], env=environment)
        self._healer.start()
        return key

    def stop(self) -> None:
        self._over.set()
        if self._healer.is_alive():
            self._healer.join(10)
        self.supervisor.stop()
        self.peer.stop()
        self.postgres.drop()
        self.redis.drop()

    def _heal(self) -> None:
        while not self._over.is_set():
            self.supervisor.watch()
            time.sleep(0.05)

    def pid(self, victim: str) -> int | None:
        """The process to kill; for the worker's children one of them by what it runs."""
        if victim not in ("job process", "relay"):
            return self.supervisor.pid(victim)
        master = self.supervisor.pid("worker")
        try:
            children = psutil.Process(master).children() if master else []
        except psutil.NoSuchProcess:
            return None
        wanted = [child.pid for child in children]
        return wanted[-1 if victim == "relay" else 0] if wanted else None

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls["superuser"], autocommit=True) as connection:
            return connection.execute(sql).fetchall()


async def _publisher(environment: dict[str, str]) -> str:
    """A live publisher with an offer and a key, made by the product's own services."""
    from app.core import boot, settings
    from app.core.runtime import runtime, stop
    from app.core.work import unit
    from app.publishers import service as publishers
    from app.slices import load_for_workers

    load_for_workers()
    boot.start(settings.from_environment(environment), pool_size=2)
    try:
        tenant = await runtime().directory.by_slug("harbor")
        assert tenant is not None
        async with unit(tenant=tenant) as work:
            row = await publishers.create_publisher(work, name="Storm Media", email="storm@example.com", state="live")
            templates = await publishers.templates(work)
            await publishers.create_offer(
                work, row.id, templates[0] if templates else publishers.OfferDraft(name="Standard")
            )
            _, key = await publishers.make_key(work, row.id, "storm")
            return key
    finally:
        await stop()


async def pour(house: House, key: str, seconds: float, ledger: Ledger, source: random.Random) -> None:
    """Post leads, each with a key of its own, and try each again until it is answered; kill something now and then."""
    until, number = time.monotonic() + seconds, 0
    headers = {"Host": f"harbor.localhost:{house.port}", "Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.port}", headers=headers, trust_env=False, timeout=15
    ) as client:
        killer = asyncio.create_task(_kill(house, until - 3, ledger, source))
        tasks = []
        while time.monotonic() < until:
            number += 1
            tasks.append(asyncio.create_task(_post(client, number, ledger)))
            await asyncio.sleep(0.12)
        await asyncio.gather(*tasks, killer)


async def _kill(house: House, until: float, ledger: Ledger, source: random.Random) -> None:
    deck: list[str] = []
    while time.monotonic() < until:
        await asyncio.sleep(source.uniform(0.8, 2.2))
        deck = deck or source.sample(VICTIMS, len(VICTIMS))  # each in its turn, in a new order each round
        victim = deck.pop()
        pid = house.pid(victim)
        if pid is not None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            ledger.kills[victim] += 1


async def _post(client: httpx.AsyncClient, number: int, ledger: Ledger) -> None:
    email = f"storm{number}@example.com"
    body = {
        "first_name": "Storm", "last_name": f"No {number}", "email": email, "phone": f"+1{813 + number // 100}555{100 + number % 100:04d}",
        "state": "FL", "zip": "33602", "total_debt": "24500.00", "monthly_income": "4200", "hardship": "job_loss",
        "consent": {"text": "I agree that Harbor may call me.", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "url": "https://example.com"},
    }  # fmt: skip
    for _ in range(60):
        ledger.attempts += 1
        try:
            reply = await client.post("/intake/v1/leads", json=body, headers={"Idempotency-Key": f"storm-{number}"})
        except httpx.HTTPError:
            await asyncio.sleep(0.5)
            continue
        if reply.status_code in (200, 201):
            if reply.json()["status"] == "accepted":
                ledger.acknowledged[email] = reply.json()["id"]
            return
        await asyncio.sleep(0.5)
    ledger.unanswered.add(email)


def drain(house: House, seconds: float = 60) -> int:
    """Wait until nothing is due any more; returns how many rows still are."""
    until = time.monotonic() + seconds
    sql = (
        "select count(*) from spine.agenda where state in ('waiting', 'calling') and due <= clock_timestamp()"
        " and (key is null or key not like 'every:%')"
    )
    while True:
        try:
            left = int(house.ask(sql)[0][0])
        except psycopg.OperationalError:
            left = -1
        if left == 0 or time.monotonic() > until:
            return left
        time.sleep(0.5)


def leads_by_email(house: House) -> Counter[str]:
    """How many leads each e-mail of the storm has."""
    schema = house.ask("select schema_name from control.tenants where slug = 'harbor'")[0][0]
    rows = house.ask(
        f"select c.email, count(*) from {schema}.leads l join {schema}.contacts c on c.id = l.contact_id"
        " where c.email like 'storm%@example.com' group by 1"
    )
    return Counter(dict(rows))


def doubled_sends(house: House) -> dict[tuple[str, str], int]:
    """Mails and texts that somebody got twice: same recipient, same words."""
    seen = Counter(
        (mail.recipient, re.sub(r"\s+", " ", mail.subject or mail.body))
        for mail in house.peer.mails() + house.peer.sms()
    )
    return {what: count for what, count in seen.items() if count > 1}
