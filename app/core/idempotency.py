"""The same request again gets the first answer again, and only one of two twins does the work."""

import hashlib
from datetime import timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.errors import Conflict, FieldError, Invalid
from app.core.work import Work

# Evaluated from left to right: the limit stands for the wait alone.
_HOLD = text(
    "select set_config('lock_timeout', :wait, true), pg_advisory_xact_lock(:n), set_config('lock_timeout', '0', true)"
)
WAIT = "4800ms"  # a little less than a statement may take, so that the wait ends first and says why


class Answer(msgspec.Struct, frozen=True):
    """What was answered the first time."""

    status: int
    body: str


class Mismatch(Invalid):
    """The key was used before with another body."""

    def __init__(self) -> None:
        super().__init__(
            [
                FieldError(
                    "Idempotency-Key", "idempotency_mismatch", "This key was used with another body. Use a new key."
                )
            ]
        )


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def first_answer(work: Work, scope: str, key: str, print_: str) -> Answer | None:
    """The stored answer, or None: then this transaction holds the key until it ends and must `remember`.

    A twin in flight is waited for, five seconds at most. Raises Conflict (retry after 1 s) when it takes longer and
    Mismatch when the key came with another body.
    """
    await _hold(work, scope, key)
    row = (
        await work.execute(
            text(
                "select fingerprint, status, body from spine.idempotency where scope = :scope and key = :key"
                " and expires_at > :now and tenant_role = current_user"
            ),
            {"scope": scope, "key": key, "now": clock.real_now()},
        )
    ).first()
    if row is None:
        return None
    if row.fingerprint != print_:
        raise Mismatch
    return Answer(row.status, row.body)


async def remember(work: Work, scope: str, key: str, print_: str, answer: Answer, *, keep: timedelta) -> None:
    """Store the answer in the same transaction as the effect."""
    await work.execute(
        text(
            "insert into spine.idempotency (scope, key, fingerprint, status, body, expires_at)"
            " values (:scope, :key, :print, :status, :body, :until) on conflict (tenant_role, scope, key) do update set"
            " fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,"
            " expires_at = excluded.expires_at"
        ),
        {
            "scope": scope,
            "key": key,
            "print": print_,
            "status": answer.status,
            "body": answer.body,
            "until": clock.real_now() + keep,
        },
    )


async def _hold(work: Work, scope: str, key: str) -> None:
    """One holder per key: a transaction lock, so that a killed process lets go by itself."""
    name = f"{work.tenant.id}\0{scope}\0{key}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    try:
        await work.execute(_HOLD, {"wait": WAIT, "n": number})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == "55P03":
            raise Conflict("The same request is still being worked on.", retry_after=1) from error
        raise
