"""Mailed links and codes: keyed hashes over the id of a row, so that nothing which opens anything is
stored.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role, Token
from app.access.models.codes import only_digits, same, six_digits
from app.access.models.policy import CODE_TRIES, LIVES, Purpose
from app.core import agenda, clock
from app.core.crypto import sign, signed
from app.core.errors import Gone
from app.core.runtime import runtime
from app.core.work import Work


async def issue(
    work: Work, purpose: Purpose, *, person_id: UUID | None = None, email: str | None = None, **details: Any
) -> Token:
    """A row that can be used once, for as long as its purpose allows."""
    now = clock.real_now()
    token = Token(
        id=uuid7(),
        person_id=person_id,
        email=email,
        purpose=purpose,
        details=details,
        tries=0,
        created_at=now,
        expires_at=now + LIVES[purpose],
    )
    work.add(token)
    await work.flush()
    return token


async def send(work: Work, token: Token) -> None:
    """Mail what this row opens, once this transaction stands."""
    await agenda.add(work, "access.mail", token.id)


def link_text(work: Work, token: Token) -> str:
    """What stands at the end of the mailed address."""
    return f"{token.id.hex}.{_signature(work, 'link', token)}"


def code(work: Work, token: Token) -> str:
    """The six digits for another device."""
    return six_digits(_signature(work, "code", token))


def _signature(work: Work, form: str, token: Token) -> str:
    return sign(runtime().settings.secret_key, f"mailed-{form}", work.tenant.id, token.purpose, token.id)


async def opened(work: Work, text: str, purpose: Purpose, *, lock: bool = False) -> tuple[Token, PersonRow, Role]:
    """The row, person and role behind a mailed link. Raises Gone when it is forged, used, voided or
    too old.
    """
    head, _, signature = text.partition(".")
    try:
        token_id = UUID(hex=head)
    except ValueError:
        raise Gone from None
    if not signed(runtime().settings.secret_key, "mailed-link", signature, work.tenant.id, purpose, token_id):
        raise Gone
    statement = (
        select(Token, PersonRow, Role)
        .join(PersonRow, PersonRow.id == Token.person_id)
        .join(Role, Role.id == PersonRow.role_id)
        .where(Token.id == token_id, *_usable(purpose))
    )
    if lock:
        statement = statement.with_for_update(of=[Token, PersonRow]).execution_options(populate_existing=True)
    found = (await work.execute(statement)).first()
    if found is None:
        raise Gone
    return found.Token, found.PersonRow, found.Role


def _usable(purpose: Purpose) -> tuple[Any, ...]:
    return (Token.purpose == purpose, Token.used_at.is_(None), Token.expires_at > clock.real_now())


async def void(work: Work, person_id: UUID, *purposes: Purpose) -> None:
    """What was mailed to this person opens nothing any more: of these purposes, or of every one."""
    statement = update(Token).where(Token.person_id == person_id, Token.used_at.is_(None))
    if purposes:
        statement = statement.where(Token.purpose.in_(purposes))
    await work.execute(statement.values(used_at=clock.real_now()))


async def try_code(
    work: Work,
    given: str,
    purpose: Purpose,
    *,
    token_id: UUID | None = None,
    person_id: UUID | None = None,
    session: str = "",
) -> Token | None:
    """The row whose code this is, used up by it. Each try counts, and after five the row opens nothing any
    more.
    """
    statement = select(Token).where(*_usable(purpose), Token.tries < CODE_TRIES)
    if token_id is not None:
        statement = statement.where(Token.id == token_id)
    else:
        statement = statement.where(Token.person_id == person_id, Token.details["session"].astext == session)
    statement = statement.order_by(Token.id.desc()).limit(1).with_for_update()
    token = (await work.scalars(statement.execution_options(populate_existing=True))).first()
    if token is None:
        return None
    token.tries += 1
    if not same(only_digits(given), code(work, token)) or token.person_id is None:
        return None
    token.used_at = clock.real_now()
    return token
