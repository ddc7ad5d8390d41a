"""The authenticator and the recovery codes: setting up, checking, taking away."""

from uuid import UUID

from sqlalchemy import delete, select, update
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, RecoveryCode, Role
from app.access.models.codes import (
    matching_step,
    new_recovery_codes,
    only_digits,
    plain_recovery_code,
    secret_from,
)
from app.access.service import people, roles, sessions
from app.core import agenda, clock, events
from app.core.crypto import sign
from app.core.errors import Conflict, NotFound
from app.core.runtime import runtime
from app.core.work import Work
from themes.catalogue import say


async def locked(work: Work, person_id: UUID) -> tuple[PersonRow, Role]:
    """The active person whose codes are about to be looked at; twins of one code wait here for each other."""
    statement = (
        select(PersonRow, Role)
        .join(Role, Role.id == PersonRow.role_id)
        .where(PersonRow.id == person_id, PersonRow.state == "active")
        .with_for_update(of=PersonRow)
        .execution_options(populate_existing=True)
    )
    found = (await work.execute(statement)).first()
    if found is None:
        raise NotFound
    return found.PersonRow, found.Role


def offered_secret(work: Work, person: PersonRow, session_id: UUID) -> str:
    """What the QR code of this session shows. Reckoned, not stored, so that looking at the page changes
    nothing.
    """
    key = sign(runtime().settings.secret_key, "totp", work.tenant.id, person.id, person.version, session_id)
    return secret_from(key)


async def confirm_setup(work: Work, person: PersonRow, session_id: UUID, code: str) -> list[str] | None:
    """The first code from the new authenticator: it is on, here are ten recovery codes. None when the code is
    wrong.

    `person` must be locked. Raises Conflict when one is on already.
    """
    if person.totp_confirmed_at is not None:
        raise Conflict("Two-factor sign-in is on already.")
    secret = offered_secret(work, person, session_id)
    step = matching_step(secret, only_digits(code), clock.real_now(), 0)
    if step is None:
        return None
    box = await runtime().box(work.tenant)
    person.totp_secret = box.seal(secret, table="people", column="totp_secret", row=person.id)
    person.totp_confirmed_at, person.totp_last_step = clock.real_now(), step
    await sessions.bump(work, person, keep=session_id)
    events.record(work, "person.second_factor_set", "person", person.id, changes={"second_factor": (False, True)})
    await agenda.add(work, "access.notice", person.id, "second_factor_on")
    return await renew_recovery_codes(work, person)


async def renew_recovery_codes(work: Work, person: PersonRow) -> list[str]:
    """Ten new ones, shown this once; those of before open nothing any more."""
    codes = new_recovery_codes()
    await work.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    for code in codes:
        work.add(RecoveryCode(id=uuid7(), person_id=person.id, code_hash=await _hash(work, person.id, code)))
    await work.flush()
    events.record(work, "person.recovery_codes_made", "person", person.id)
    return codes


async def _hash(work: Work, person_id: UUID, code: str) -> bytes:
    box = await runtime().box(work.tenant)
    return box.blind_index(f"{person_id}\0{plain_recovery_code(code)}", "recovery_codes.code_hash")


async def check(work: Work, person: PersonRow, code: str) -> str | None:
    """`totp` or `recovery` when the code is right, and used up by that; None when not. `person` must be
    locked.
    """
    if person.totp_secret is None:
        return None
    digits = only_digits(code)
    if len(digits) == 6 and digits.isascii() and digits.isdigit():
        return "totp" if await _take_step(work, person, digits) else None
    return "recovery" if await _take_recovery_code(work, person, code) else None


async def _take_step(work: Work, person: PersonRow, digits: str) -> bool:
    box = await runtime().box(work.tenant)
    secret = box.open(person.totp_secret or b"", table="people", column="totp_secret", row=person.id)
    step = matching_step(secret, digits, clock.real_now(), person.totp_last_step)
    if step is None:
        return False
    person.totp_last_step = step
    return True


async def _take_recovery_code(work: Work, person: PersonRow, code: str) -> bool:
    unused = (
        RecoveryCode.person_id == person.id,
        RecoveryCode.used_at.is_(None),
        RecoveryCode.code_hash == await _hash(work, person.id, code),
    )
    found = await work.execute(update(RecoveryCode).where(*unused).values(used_at=clock.real_now()))
    if found.rowcount:
        events.record(work, "person.recovery_code_used", "person", person.id)
    return bool(found.rowcount)


async def disable(work: Work, person_id: UUID, *, keep: UUID | None = None) -> bool:
    """Off, with all recovery codes; other sessions end. Raises Conflict where the role demands it. False if
    it was off.
    """
    person, role = await locked(work, person_id)
    if person.totp_confirmed_at is None:
        return False
    if role.require_totp:
        raise Conflict(say("People with the role %(role)s need two-factor sign-in.", role=role.label))
    await _take_away(work, person, keep)
    return True


async def reset(work: Work, person_id: UUID) -> PersonRow:
    """An administrator takes away a lost second factor; where the role demands one, the next sign-in sets up
    another.
    """
    person, role = await people.locked(work, person_id)
    roles.check_may_grant(work, role, audience=role.audience, party_id=person.party_id)
    if person.totp_confirmed_at is not None:
        await _take_away(work, person, None)
    return person


async def _take_away(work: Work, person: PersonRow, keep: UUID | None) -> None:
    person.totp_secret, person.totp_confirmed_at, person.totp_last_step = None, None, 0
    await work.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    await sessions.bump(work, person, keep=keep)
    events.record(work, "person.second_factor_removed", "person", person.id, changes={"second_factor": (True, False)})
    await agenda.add(work, "access.notice", person.id, "second_factor_off")
