"""What comes through the mailbox: sign-in links and their codes, password resets."""

from uuid import UUID

from sqlalchemy import exists, select

from app.access.models import PersonRow, SignIn
from app.access.models.policy import KNOWN_FOR, MAILS, MAILS_ADDRESS, Purpose
from app.access.service import accounts, links, second_factor, throttle
from app.access.service.signin import Closed, Door, Opened, come_in, note_refusal, too_many
from app.core import clock
from app.core.errors import Gone
from app.core.work import Actor, Work
from themes.catalogue import later, say

WRONG_CODE = later("That code doesn't fit, or it is too old. Ask for a new link.")


async def ask_for_mail(
    work: Work, purpose: Purpose, email: str, door: Door, onward: str = "", locale: str = ""
) -> UUID | Closed:
    """A sign-in link or a reset, if anybody has this e-mail. Nothing that the asker sees or measures says
    whether.

    Five a day for an e-mail, counted apart for each address that its person comes from, so that a stranger
    who asks too often keeps nobody from their link.
    """
    email = email.strip().lower()
    tallies = await throttle.count(work, throttle.named(work, MAILS_ADDRESS, door.address))
    wait = throttle.wait(tallies)
    if wait is not None:
        return too_many(wait, "email")
    whose = door.address if await _known_here(work, email, door.address) else "strangers"
    tallies = await throttle.count(work, throttle.named(work, MAILS, purpose, email, whose))
    mute = throttle.wait(tallies) is not None
    token = await links.issue(work, purpose, email=email, next=onward, mute=mute, locale=locale)
    await links.send(work, token)
    return token.id


async def _known_here(work: Work, email: str, address: str) -> bool:
    came = (
        select(SignIn.id)
        .join(PersonRow, PersonRow.id == SignIn.person_id)
        .where(
            PersonRow.email == email,
            SignIn.address == address[:64],
            SignIn.outcome == "entered",
            SignIn.at > clock.real_now() - KNOWN_FOR,
        )
    )
    return bool(await work.scalar(select(exists(came))))


async def whose(work: Work, text: str, purpose: Purpose) -> PersonRow:
    """Who a link is for; looking uses nothing up. Raises Gone."""
    _, person, _ = await links.opened(work, text, purpose)
    if person.state != "active":
        raise Gone
    return person


async def with_link(work: Work, text: str, door: Door) -> tuple[Opened, str]:
    """The button on the page behind a mailed link was pressed: in, and where the person was going. Raises
    Gone.
    """
    token, person, role = await links.opened(work, text, "link", lock=True)
    if person.state != "active":
        raise Gone
    token.used_at = clock.real_now()
    person.email_verified_at = person.email_verified_at or clock.now()
    return await come_in(work, person, role, door, "link"), str(token.details.get("next", ""))


async def with_mailed_code(work: Work, asked: UUID, code: str, door: Door) -> tuple[Opened, str] | Closed:
    """The six digits of a mail that was opened on another device, typed where it was asked for."""
    token = await links.try_code(work, code, "link", token_id=asked)
    if token is None or token.person_id is None:
        note_refusal(work, None, "link", door)
        return Closed(say(WRONG_CODE), field="code")
    person, role = await second_factor.locked(work, token.person_id)
    person.email_verified_at = person.email_verified_at or clock.now()
    return await come_in(work, person, role, door, "link"), str(token.details.get("next", ""))


async def with_reset(work: Work, text: str, password: str, door: Door) -> Opened:
    """A new password through the mailbox. It replaces the first factor alone: the second is asked as ever.
    Raises Gone.
    """
    token, person, role = await links.opened(work, text, "reset", lock=True)
    if person.state != "active":
        raise Gone
    token.used_at = clock.real_now()
    work.actor = Actor("person", person.id, person.name)
    person = await accounts.change_password(work, person.id, password)
    person.email_verified_at = person.email_verified_at or clock.now()
    return await come_in(work, person, role, door, "reset")
