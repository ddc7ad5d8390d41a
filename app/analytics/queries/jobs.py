"""What the agenda could not do: rows that failed for good, and rows that may have happened."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core.work import Work

MOST = 100


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `failed` (certainly not done) or `parked` (may have happened: look before trying again)."""

    id: UUID
    kind: str
    state: str
    due: datetime
    attempts: int
    error: str


async def stuck(work: Work) -> list[Stuck]:
    rows = await work.execute(
        text(
            "select id, kind, state, due, attempts, coalesce(error, '') as error from spine.agenda"
            " where state in ('failed', 'parked') and tenant_role = current_user order by due desc limit :most"
        ),
        {"most": MOST},
    )
    return [msgspec.convert(dict(row), Stuck) for row in rows.mappings()]
