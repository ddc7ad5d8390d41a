"""The audit log: written beside the deed, sealed soon after, checked whenever somebody asks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import func, insert, select, text
from uuid_utils.compat import uuid7

from app.access.models import GENESIS, AuditEntry, AuditSeal, link
from app.core import agenda, clock, config
from app.core.events import Event
from app.core.work import Work
from themes.catalogue import later, say, say_many

SEAL_AFTER = 30  # seconds; entries of that time are sealed together
BATCH = 1_000
_SEAL = (AuditSeal.number, AuditSeal.hash, AuditSeal.entry_id, AuditSeal.sealed_at)
_ENTRY = tuple(AuditEntry.__table__.c)
LOOK_BACK = timedelta(hours=1)  # no transaction lives this long, so nothing older can still turn up
AFTERMATH = timedelta(minutes=2)  # a transaction that began before a sealing may end this much later
log = structlog.get_logger()
config.declare_defaults(audit_checked={"number": 0, "head": ""})


class Bad(msgspec.Struct, frozen=True):
    """The first link that does not hold: its number, the entry if there is one, and what is wrong in
    words.
    """

    number: int
    entry_id: UUID | None
    why: str


class Verdict(msgspec.Struct, frozen=True):
    """What checking the chain came to. `unsealed_tail` counts entries that wait for the sealer."""

    ok: bool
    sealed: int
    unsealed_tail: int
    first_bad: Bad | None = None
    head: str = ""


def write_entry(work: Work, event: Event) -> None:
    """One row for one audited event: who, what, which record, before → after, when, from where."""
    work.add(
        AuditEntry(
            id=uuid7(),
            at=event.at,
            action=event.kind,
            entity=event.entity,
            entity_id=event.entity_id,
            actor_kind=event.actor_kind,
            actor_id=event.actor_id,
            actor_name=event.actor_name,
            address=str(work.info.get("address", ""))[:64],
            changes=_plain(event.changes),
            trace=event.trace,
        )
    )


def _plain(changes: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {name: [_value(before), _value(after)] for name, (before, after) in changes.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return "…"
    return msgspec.to_builtins(value, enc_hook=str)


async def ask_for_seal(work: Work) -> None:
    """A sealing in half a minute. The key holds the time, so that a row which is just being done hides no
    later one.
    """
    slot = int(clock.real_now().timestamp()) // SEAL_AFTER
    due = clock.at_once() + timedelta(seconds=SEAL_AFTER)
    await agenda.add(work, "access.seal", due=due, key=f"access.seal:{slot}")


async def seal(work: Work, *, batch: int = BATCH) -> int:
    """Number and chain what is unsealed; returns how many. One sealer at a time; twins find nothing left to
    do.
    """
    await work.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _lock_key(work.tenant.id)})
    head = (await work.execute(select(*_SEAL).order_by(AuditSeal.number.desc()).limit(1))).first()
    number, before = (head.number, head.hash) if head else (0, GENESIS)
    now, links = clock.real_now(), []
    for entry in await work.execute(_unsealed(head).order_by(AuditEntry.id).limit(batch)):
        number += 1
        before = link(before, number, entry)
        links.append({"number": number, "entry_id": entry.id, "hash": before, "sealed_at": now})
    if links:
        await work.execute(insert(AuditSeal), links)
        log.info("audit sealed", number=number, head=before.hex())  # the log leaves the machine: an outside witness
    if links or (head and head.sealed_at > now - AFTERMATH):
        await ask_for_seal(work)
    return len(links)


def _unsealed(head: Any) -> Any:
    sealed = select(AuditSeal.number).where(AuditSeal.entry_id == AuditEntry.id).exists()
    statement = select(*_ENTRY).where(~sealed)
    return statement if head is None else statement.where(AuditEntry.id > _floor(head.sealed_at - LOOK_BACK))


def _floor(moment: datetime) -> UUID:
    """The smallest version 7 UUID of that millisecond (RFC 9562)."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))


def _lock_key(tenant_id: UUID) -> int:
    return (tenant_id.int ^ 0x5EA1) % 2**63


async def verify(work: Work, *, from_checkpoint: bool = False) -> Verdict:
    """Reckon the chain again from its first link, or from where the last full check ended."""
    checkpoint = await config.get(work, "audit_checked")
    number, before = 0, GENESIS
    if from_checkpoint and checkpoint["number"]:
        number, before = checkpoint["number"], bytes.fromhex(checkpoint["head"])
    bad: Bad | None = None
    while bad is None:
        rows = (await work.execute(_links(number))).all()
        for row in rows:
            bad = _fault(row, number + 1, before)
            if bad is not None:
                break
            number, before = row.number, row.hash
            if number == checkpoint["number"] and before.hex() != checkpoint["head"]:
                bad = Bad(number, row.entry_id, later("the link differs from the one that was checked before"))
                break
        if len(rows) < BATCH:
            break
    if bad is None and number < checkpoint["number"]:
        bad = Bad(number + 1, None, later("the end of the chain is missing"))
    return await _verdict(work, number, before, bad)


def _links(after: int) -> Any:
    joined = select(*_SEAL, *_ENTRY).outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
    return joined.where(AuditSeal.number > after).order_by(AuditSeal.number).limit(BATCH)


def _fault(row: Any, expected: int, before: bytes) -> Bad | None:
    if row.number != expected:
        return Bad(expected, None, later("the link is missing"))
    if row.id is None:
        return Bad(row.number, row.entry_id, later("the entry is missing"))
    if link(before, row.number, row) != row.hash:
        return Bad(row.number, row.entry_id, later("the entry is not what was sealed"))
    return None


async def _verdict(work: Work, number: int, head: bytes, bad: Bad | None) -> Verdict:
    top = (await work.execute(select(*_SEAL).order_by(AuditSeal.number.desc()).limit(1))).first()
    tail = await work.scalar(select(func.count()).select_from(_unsealed(top).subquery()))
    return Verdict(bad is None, top.number if top else 0, int(tail or 0), bad, head.hex() if number else "")


async def check(work: Work) -> Verdict:
    """A full check whose end is remembered, so that the page need only look at what came after it."""
    verdict = await verify(work)
    if verdict.ok and verdict.sealed:
        moment = clock.real_now().isoformat()
        await config.put(work, "audit_checked", {"number": verdict.sealed, "head": verdict.head, "at": moment})
    return verdict


def sentence(verdict: Verdict) -> str:
    """The chain's state in one line: `18,204 entries, unbroken`."""
    sealed = f"{verdict.sealed:,}"
    entries = say_many("%(number)s entry", "%(number)s entries", verdict.sealed, number=sealed)
    state = _broken(entries, verdict.first_bad) if verdict.first_bad else say("%(entries)s, unbroken", entries=entries)
    if not verdict.unsealed_tail:
        return state
    return ", ".join((state, say("%(number)s not sealed yet", number=f"{verdict.unsealed_tail:,}")))


def _broken(entries: str, bad: Bad) -> str:
    record = f" ({bad.entry_id})" if bad.entry_id else ""
    where = {"number": f"{bad.number:,}", "record": record, "why": say(bad.why)}
    return say("%(entries)s, broken at number %(number)s%(record)s: %(why)s", entries=entries, **where)


async def checked_at(work: Work) -> datetime | None:
    """When every link was last reckoned again; None before the first time."""
    moment = (await config.get(work, "audit_checked")).get("at")
    return datetime.fromisoformat(moment) if moment else None
