"""Adding to the agenda and taking back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.core import clock
from app.core.agenda.kinds import find, recurring_kinds
from app.core.work import Work

_ADD = text(
    "insert into spine.agenda (id, kind, queue, args, key, due, actor, trace)"
    " values (:id, :kind, :queue, :args, :key, :due, :actor, :trace)"
    " on conflict (tenant_role, key) where key is not null do nothing"
)

# Rows are taken in the order in which they fell due. What somebody waits for in front of a screen and a lead that has no
# owner yet go ahead of letters and scores that were there before, but not of what has waited for a quarter of an hour: a
# flood of leads delays the rest, it does not stop it.
HEAD_START = {"urgent": timedelta(minutes=15), "intake": timedelta(minutes=10), "dispatch": timedelta(minutes=5)}


async def add(work: Work, kind: str, *args: Any, due: datetime | None = None, key: str | None = None) -> UUID:
    """A row beside the change it belongs to; `due` is business time, now when left out.

    A key is unique per tenant while its row stands: a second add with it does nothing. Raises LookupError for a kind
    that no slice declared.
    """
    row_id, queue = uuid7(), find(kind).queue
    values = {
        "id": row_id,
        "kind": kind,
        "queue": queue,
        "args": msgspec.json.encode(args).decode(),
        "key": key,
        "due": due or clock.at_once() - HEAD_START.get(queue, timedelta()),
        "actor": msgspec.json.encode(work.actor).decode(),
        "trace": work.trace,
    }
    await work.execute(_ADD, values)
    work.adds_jobs = True
    return row_id


async def cancel(work: Work, key: str) -> bool:
    """Take back the row with this key, unless it is being done. True when there was one."""
    found = await work.execute(
        text("delete from spine.agenda where key = :key and state = 'waiting' and tenant_role = current_user"),
        {"key": key},
    )
    return bool(found.rowcount)


async def cancel_traced(work: Work, kind: str, trace: str) -> int:
    """Take back what waits of this kind from one request: how a long change is stopped. What is being done goes on."""
    found = await work.execute(
        text(
            "delete from spine.agenda where kind = :kind and trace = :trace and state = 'waiting'"
            " and leased_until is null and tenant_role = current_user"
        ),
        {"kind": kind, "trace": trace},
    )
    return int(found.rowcount)


async def waits(work: Work, kind: str, trace: str) -> bool:
    """Whether anything of this kind is still to be done, or being done, of one request."""
    found = await work.scalar(
        text("select 1 from spine.agenda where kind = :kind and trace = :trace and tenant_role = current_user limit 1"),
        {"kind": kind, "trace": trace},
    )
    return found is not None


async def scheduled(work: Work, key: str) -> datetime | None:
    """When the row with this key is due; None when there is none."""
    due: datetime | None = await work.scalar(
        text("select due from spine.agenda where key = :key and tenant_role = current_user"), {"key": key}
    )
    return due


async def plan(work: Work) -> None:
    """Put every recurring job on this tenant's agenda; what stands there already stays as it is."""
    for kind in recurring_kinds():
        await add(work, kind, key=f"every:{kind}")
