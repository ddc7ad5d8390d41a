"""Streaming a CSV through the intake API of a running demo, and saying what became of every row.

The MAP file (YAML) says which column fills which field and what is made up where the data has no people in it:

    source: text or {column: …}       state: column of the person's state (optional)
    fields: {our_field: column | {column, plus, divide, most, words, unless, fallback}}
    consent: invented
"""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import click
import httpx
import msgspec
import yaml
from sqlalchemy import text

from app.core import boot, clock
from app.core.runtime import runtime, stop
from app.core.settings import settings
from app.core.work import job_unit, unit
from app.demo import handbook
from app.demo.handbook import TenantEntry
from app.demo.invented import Inventor, consent
from app.publishers import service as publishers

AT_ONCE = 16
SETTLE_SECONDS = 600.0  # thousands of leads may wait for the workers
INVENTED = ("first_name", "last_name", "email", "phone", "address", "city", "state", "zip")


def replay(data: Path, slug: str, mapping: Path, rate: float, limit: int | None) -> None:
    """Post every row, wait for routing, print the figures."""
    book = handbook.read()
    entry = next((one for one in book.tenants if one.slug == slug), None) if book else None
    if entry is None or not entry.publishers:
        raise click.ClickException(f'No running demo has a tenant "{slug}" with a publisher. Start `make demo` first.')
    boot.configure_logging("quiet")
    asyncio.run(_replay(entry, list(_rows(data, limit)), yaml.safe_load(mapping.read_text()), rate))


def _rows(data: Path, limit: int | None) -> Iterator[dict[str, str]]:
    with data.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if limit is not None and number >= limit:
                return
            yield row


async def _replay(entry: TenantEntry, rows: list[dict[str, str]], mapping: dict[str, Any], rate: float) -> None:
    boot.boot(pool_size=2)
    await clock.keep_following(runtime().directory.control())
    boot.configure_logging("quiet")
    try:
        tally, offer, key = Tally(len(rows)), *await _seller(entry)
        since = clock.now()
        await _post_all(entry, rows, {**mapping, "offer": offer}, rate, tally, key)
        await _report(entry, tally, since)
    finally:
        await stop()


async def _seller(entry: TenantEntry) -> tuple[str, str]:
    """Offer and key of a publisher of this run's own: the demo's have caps, which a book of leads would soon reach."""
    tenant = await runtime().directory.by_slug(entry.slug)
    assert tenant is not None
    async with unit(tenant=tenant) as work:
        name = f"Recorded leads {clock.real_now():%b %-d %H:%M:%S}"
        publisher = await publishers.create_publisher(work, name=name, email="", state="live")
        drafts = await publishers.templates(work)
        draft = drafts[0] if drafts else publishers.OfferDraft(name=name)
        open_terms = msgspec.structs.replace(draft.terms, caps=())
        offer = await publishers.create_offer(
            work, publisher.id, msgspec.structs.replace(draft, terms=open_terms, slug="")
        )
        _, key = await publishers.make_key(work, publisher.id, "replay")
    return offer.slug, key


class Tally:
    """What came of the posts so far."""

    def __init__(self, rows: int) -> None:
        self.rows, self.began = rows, time.monotonic()
        self.statuses: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.milliseconds: list[float] = []

    def add(self, reply: httpx.Response, seconds: float) -> None:
        answer = reply.json()
        self.statuses[str(answer.get("status", reply.status_code))] += 1
        for reason in answer.get("reasons", []) if answer.get("status") == "rejected" else []:
            self.reasons[f"{reason['field']}: {reason['code']}"] += 1
        self.milliseconds.append(seconds * 1000)
        if len(self.milliseconds) % 500 == 0:
            speed = len(self.milliseconds) / (time.monotonic() - self.began)
            click.echo(f"  {len(self.milliseconds):>6} / {self.rows} posted, {speed:.0f} a second")


async def _post_all(
    entry: TenantEntry, rows: list[dict[str, str]], mapping: dict[str, Any], rate: float, tally: Tally, key: str
) -> None:
    inventor, gate = Inventor(), asyncio.Semaphore(AT_ONCE)
    headers = {"Host": entry.url.removeprefix("http://"), "Authorization": f"Bearer {key}"}
    base = f"http://127.0.0.1:{settings().port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as client:

        async def post(body: dict[str, Any]) -> None:
            async with gate:
                began = time.monotonic()
                reply = await client.post("/intake/v1/leads", json=body)
                while reply.status_code == 429:
                    await asyncio.sleep(float(reply.headers.get("Retry-After", "1")))
                    reply = await client.post("/intake/v1/leads", json=body)
                tally.add(reply, time.monotonic() - began)

        tasks = []
        for number, row in enumerate(rows):
            body = lead_of(row, number, mapping, inventor, entry.name) | {"offer": mapping["offer"]}
            tasks.append(asyncio.create_task(post(body)))
            await asyncio.sleep(max(0.0, tally.began + (number + 1) / rate - time.monotonic()))
        await asyncio.gather(*tasks)


def lead_of(row: dict[str, str], number: int, mapping: dict[str, Any], inventor: Inventor, firm: str) -> dict[str, Any]:
    """The body for one row: invented person, mapped fields, consent."""
    person = inventor.next_in(row.get(mapping["state"], "").strip().upper() if "state" in mapping else None)
    body: dict[str, Any] = {name: getattr(person, name) for name in INVENTED}
    body["source"] = _value(row, mapping["source"]) if isinstance(mapping["source"], dict) else mapping["source"]
    for field, rule in mapping.get("fields", {}).items():
        value = _value(row, rule if isinstance(rule, dict) else {"column": rule})
        if value not in (None, ""):
            body[field] = value
    if mapping.get("consent") == "invented":
        body["consent"] = consent(firm, clock.now() - timedelta(minutes=number % 60), number)
    return body


def _value(row: dict[str, str], rule: dict[str, Any]) -> Any:
    """One cell by its rule."""
    raw = (row.get(rule["column"]) or "").strip()
    if raw in ("", rule.get("unless")):
        return rule.get("fallback")
    if not {"plus", "divide", "most"} & rule.keys():
        return rule["words"].format(raw) if "words" in rule else raw
    number = float(raw) + float(row.get(rule.get("plus", ""), 0) or 0)
    return round(min(number / rule.get("divide", 1), rule.get("most", float("inf"))), 2)


async def _report(entry: TenantEntry, tally: Tally, since: Any) -> None:
    seconds = time.monotonic() - tally.began
    click.echo(
        f"{tally.rows} rows in {seconds:.0f} s ({tally.rows / seconds:.0f} a second), median {median(tally.milliseconds):.0f} ms"
    )
    for status, count in tally.statuses.most_common():
        click.echo(f"  {status:<12} {count}")
    for reason, count in tally.reasons.most_common():
        click.echo(f"    rejected by {reason:<32} {count}")
    decided, routed, waits = await _routed(entry, since, tally.statuses["accepted"])
    owners = f", time to owner: median {median(waits):.1f} s, longest {max(waits):.1f} s" if waits else ""
    click.echo(f"  routed       {routed} to an owner, {decided - routed} wait for somebody who is free{owners}")


_OUTCOME = text(
    "select count(*) filter (where d.first is not null) as decided, count(*) filter (where a.first is not null) as routed,"
    " array_agg(extract(epoch from a.first - l.created_at)) filter (where a.first is not null) as waits"
    " from leads l"
    " left join lateral (select min(at) as first from events e where e.entity = 'lead' and e.entity_id = l.id and e.kind = 'lead.routed') d on true"
    " left join lateral (select min(at) as first from events e where e.entity = 'lead' and e.entity_id = l.id"
    "   and e.kind in ('lead.assigned', 'lead.claimed')) a on true"
    " where l.created_at >= :since and not l.test"
)


async def _routed(entry: TenantEntry, since: Any, accepted: int) -> tuple[int, int, list[float]]:
    """Wait until every accepted lead has been decided on, a minute at most; then count."""
    tenant = await runtime().directory.by_slug(entry.slug)
    assert tenant is not None
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        async with job_unit(tenant=tenant) as work:
            row = (await work.execute(_OUTCOME, {"since": since})).one()
        if row.decided >= accepted or time.monotonic() > until:
            return row.decided, row.routed, [float(wait) for wait in row.waits or []]
        await asyncio.sleep(1)
