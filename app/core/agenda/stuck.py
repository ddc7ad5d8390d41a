"""Rows that were given up after all their tries, or that may have happened: for pages that wait for them, and for people."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.work import Work

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_OURS = " where id = :id and state in ('failed', 'parked') and tenant_role = current_user"


class Stuck(msgspec.Struct, frozen=True):
    """`attempts` is how often it was tried; `code` is what a person quotes and support looks for."""

    id: UUID
    attempts: int

    @property
    def code(self) -> str:
        return code_of(self.id)


def code_of(row_id: UUID) -> str:
    """Six letters that can be read out over the phone, from the random end of the id."""
    rest, letters = row_id.int % 2**40, ""
    for _ in range(6):
        rest, at = divmod(rest, len(LETTERS))
        letters += LETTERS[at]
    return f"{letters[:4]}-{letters[4:]}"


async def stuck(work: Work, *kinds: str) -> dict[str, Stuck]:
    """By the row's first argument, as text: what the work is about."""
    rows = await work.execute(
        text(
            "select args ->> 0, id, attempts from spine.agenda"
            " where state in ('failed', 'parked') and kind = any(:kinds) and tenant_role = current_user"
        ),
        {"kinds": list(kinds)},
    )
    return {row[0]: Stuck(row[1], row[2]) for row in rows}


async def again(work: Work, row_id: UUID) -> str | None:
    """Due at once, with all its tries. The row's kind; None when it is not stuck any more."""
    kind: str | None = await work.scalar(
        text(
            "update spine.agenda set state = 'waiting', attempts = 0, due = :now, leased_until = null"
            + _OURS
            + " returning kind"
        ),
        {"id": row_id, "now": clock.at_once()},
    )
    work.adds_jobs = True
    return kind


async def drop(work: Work, row_id: UUID) -> str | None:
    """It is not to be done. The row's kind; None when it is not stuck any more."""
    kind: str | None = await work.scalar(text("delete from spine.agenda" + _OURS + " returning kind"), {"id": row_id})
    return kind
