"""Coming in: password, mailed link, second factor. Every refusal sounds alike, and every step gives a new
session id.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role, Session, SignIn, Step
from app.access.models.policy import CODE_MAILS, CODES, KNOWN_FOR
from app.access.service import hashing, links, second_factor, sessions, throttle
from app.core import clock, events
from app.core.work import Actor, Work
from themes.catalogue import later, say

NO_MATCH = later("That e-mail and password don't match. Try again, or reset your password.")
NO_CODE = later("That code doesn't fit. Enter the newest one.")
NO_RECOVERY = later("That code doesn't fit, or was used before. Enter another one.")


class Door(NamedTuple):
    """Where somebody knocks from, and the session that their browser holds so far."""

    address: str
    agent: str
    session: Session | None = None


class Opened(NamedTuple):
    """`token` is the new session's; `step` says what is still asked."""

    token: str
    step: Step
    person: PersonRow
    role: Role


class Closed(NamedTuple):
    """Why not, for the person; `wait` in seconds where waiting helps."""

    message: str
    wait: int | None = None
    field: str = ""


def too_many(wait: int, field: str = "") -> Closed:
    return Closed(say("Too many tries. Try again in %(wait)s.", wait=throttle.in_words(wait)), wait, field)


async def with_password(work: Work, email: str, password: str, door: Door) -> Opened | Closed:
    """An e-mail and a password. Known and unknown e-mails take the same statements, the same hash and the
    same answer.
    """
    email = email.strip().lower()
    tries = await throttle.take_password_try(work, email, door.address)
    found = await _by_email(work, email)
    person = found.PersonRow if found else None
    if tries.wait is not None:
        if tries.first_refusal:
            note_refusal(work, person, "throttled", door)
        return too_many(tries.wait)
    right = await hashing.matches(person.password_hash if person else None, password)
    if not right or person is None or person.state != "active" or person.support:
        note_refusal(work, person, "password", door)
        return Closed(say(NO_MATCH))
    await throttle.give_back(work, tries.tallies)
    if hashing.outdated(person.password_hash or ""):
        person.password_hash = await hashing.hashed(password)
    pressed = tries.pressed and not await _comes_from(work, person.id, door.address)
    return await come_in(work, person, found.Role, door, "password", pressed=pressed)


async def _by_email(work: Work, email: str) -> Any:
    statement = select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id).where(PersonRow.email == email)
    return (await work.execute(statement)).first()


async def _comes_from(work: Work, person_id: UUID, address: str) -> bool:
    """Whether this person came in from this address lately, so that a crowd of strangers can't stand in their
    way.
    """
    since = clock.real_now() - KNOWN_FOR
    came = exists().where(
        SignIn.person_id == person_id,
        SignIn.at > since,
        SignIn.address == address[:64],
        SignIn.outcome == "entered",
    )
    return bool(await work.scalar(select(came)))


async def come_in(work: Work, person: PersonRow, role: Role, door: Door, how: str, *, pressed: bool = False) -> Opened:
    """The first proof is given: a session for what comes next. No way in leads round the second factor."""
    step: Step = "in"
    if person.totp_confirmed_at is not None:
        step = "code"
    elif role.require_totp:
        step = "enrol"
    elif pressed:
        step = "mail"
    return await _open(work, person, role, door, how, step)


async def _open(work: Work, person: PersonRow, role: Role, door: Door, how: str, step: Step) -> Opened:
    work.actor = Actor("person", person.id, person.name)
    if door.session is not None:
        await sessions.close_session(work, door.session.id, door.session.person_id)
    session, token = await sessions.start(work, person, step=step, address=door.address, agent=door.agent, how=how)
    if step == "mail":
        await send_code(work, person, session.id)
    if step == "in":
        note_entry(work, person.id, how, door)
        events.record(work, "person.signed_in", "person", person.id, changes={"how": (None, how)})
    return Opened(token, step, person, role)


async def with_code(work: Work, code: str, door: Door) -> Opened | Closed:
    """The second factor, for the pending session at the door: authenticator, recovery code, or the mailed
    code.
    """
    session = door.session
    assert session is not None
    person, role = await second_factor.locked(work, session.person_id)
    known = await _comes_from(work, person.id, door.address)
    tallies = await throttle.count(work, throttle.named(work, CODES, person.id, door.address if known else "strangers"))
    wait = throttle.wait(tallies)
    if wait is not None:
        if any(tally.first_over for tally in tallies):
            note_refusal(work, person, "throttled", door)
        return too_many(wait, "code")
    if session.step == "mail":
        how = "code" if await check_mailed_code(work, person, session.id, code) else None
    else:
        how = await second_factor.check(work, person, code)
    if how is None:
        note_refusal(work, person, f"{session.how}+totp", door)
        return Closed(say(NO_CODE if code.replace(" ", "").isdigit() else NO_RECOVERY), field="code")
    await throttle.give_back(work, tallies)
    return await _open(work, person, role, door, f"{session.how}+{how}", "in")


async def enrol(work: Work, code: str, door: Door) -> tuple[Opened, list[str]] | Closed:
    """The second factor that the role demands is set up; in, with ten recovery codes to keep."""
    session = door.session
    assert session is not None
    person, role = await second_factor.locked(work, session.person_id)
    work.actor = Actor("person", person.id, person.name)
    codes = await second_factor.confirm_setup(work, person, session.id, code)
    if codes is None:
        return Closed(say(NO_CODE), field="code")
    return await _open(work, person, role, door, f"{session.how}+totp", "in"), codes


async def send_code(work: Work, person: PersonRow, session_id: UUID) -> None:
    """A six-digit code to the mailbox, good for this one session."""
    await links.void(work, person.id, "code")
    token = await links.issue(work, "code", person_id=person.id, session=str(session_id))
    await links.send(work, token)


async def send_code_again(work: Work, person: PersonRow, session_id: UUID) -> Closed | None:
    """Another one, five an hour at most; the one before opens nothing any more."""
    wait = throttle.wait(await throttle.count(work, throttle.named(work, CODE_MAILS, person.id)))
    if wait is not None:
        return too_many(wait, "code")
    await send_code(work, person, session_id)
    return None


async def check_mailed_code(work: Work, person: PersonRow, session_id: UUID, code: str) -> bool:
    """Whether this is the code that was last mailed for this session; five tries, then none fits."""
    return await links.try_code(work, code, "code", person_id=person.id, session=str(session_id)) is not None


async def sign_out(work: Work, session: Session | None) -> None:
    """This browser's session ends, at whatever step it stood."""
    if session is None:
        return
    await sessions.close_session(work, session.id, session.person_id)
    if session.step == "in":
        events.record(work, "person.signed_out", "person", session.person_id)


def note_refusal(work: Work, person: PersonRow | None, how: str, door: Door) -> None:
    """The same two rows whether anybody has this e-mail or nobody."""
    _note(work, person.id if person else None, "refused", how, door)
    record = ("person", person.id) if person else ("tenant", work.tenant.id)
    events.record(work, "person.sign_in_failed", *record, changes={"how": (None, how)})


def note_entry(work: Work, person_id: UUID, how: str, door: Door) -> None:
    """A line of the sign-in history."""
    _note(work, person_id, "entered", how, door)


def _note(work: Work, person_id: UUID | None, outcome: str, how: str, door: Door) -> None:
    work.add(
        SignIn(
            id=uuid7(),
            person_id=person_id,
            at=clock.real_now(),
            outcome=outcome,
            how=how,
            address=door.address[:64],
            agent=door.agent[:200],
        )
    )
