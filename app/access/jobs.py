"""What access does later: mails that open something, notices of changed credentials, sealing and tidying.

Nothing that opens anything stands in a row of the agenda: links and codes are reckoned when the mail is made.
A mail of ours that came twice would do no harm and one that never came locks somebody out, so a doubtful send
is made again.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.access.models import PersonRow, Role, Token
from app.access.models.policy import LIVES
from app.access.service import audit, leaving, links, posting, tidying
from app.access.service.people import find_person
from app.core import agenda, clock
from app.core.ports.mail import Mail
from app.core.work import Work

PATHS = {"link": "/login/link/", "reset": "/login/reset/", "invitation": "/invitation/"}
AFRESH = "/login/reset"  # where a notice leads whoever did not change anything
ELIGIBLE = {"link": "active", "reset": "active", "code": "active", "invitation": "invited"}


async def prepare_mail(work: Work, token_id: UUID) -> Mail | None:
    """The mail that this row opens something with; None when nobody has the e-mail, or it is void by now."""
    token = await work.get(Token, token_id, with_for_update=True)
    if token is None or token.used_at is not None or token.expires_at <= clock.real_now() or token.details.get("mute"):
        return None
    person = await _addressee(work, token)
    if token.purpose == "link" and person is not None and await _invited_client(work, person):
        # A client who let the invitation run out asks for a link and gets the way in that they have: a new invitation.
        token.purpose, token.expires_at = "invitation", clock.real_now() + LIVES["invitation"]
    if person is None or person.support or person.state != ELIGIBLE[token.purpose]:
        return None
    token.person_id = person.id
    link = (
        f"{posting.origin(work)}{PATHS[token.purpose]}{links.link_text(work, token)}" if token.purpose in PATHS else ""
    )
    return await posting.letter(
        work,
        person,
        token.purpose,
        str(token.details.get("locale", "")),
        link=link,
        code=links.code(work, token),
        by=str(token.details.get("by", "")),
    )


async def _invited_client(work: Work, person: PersonRow) -> bool:
    role = await work.get(Role, person.role_id)
    return person.state == "invited" and role is not None and role.audience == "client"


async def _addressee(work: Work, token: Token) -> PersonRow | None:
    if token.person_id is not None:
        return await work.get(PersonRow, token.person_id)
    return await find_person(work, token.email) if token.email else None


async def prepare_notice(work: Work, person_id: UUID, what: str) -> Mail | None:
    """Tells somebody that a credential of theirs was changed, and where to go if it wasn't them."""
    person = await work.get(PersonRow, person_id)
    if person is None or person.support:
        return None
    return await posting.letter(work, person, what, link=f"{posting.origin(work)}{AFRESH}")


async def settle_mail(work: Work, token_id: UUID, result: Any) -> None:
    """Nothing to note: the history begins when the link is used."""


async def settle_notice(work: Work, person_id: UUID, what: str, result: Any) -> None:
    """As above."""


agenda.effect(
    agenda.Effect(
        "access.mail", prepare=prepare_mail, call=posting.send, settle=settle_mail, repeatable=True, queue="urgent"
    )
)
agenda.effect(
    agenda.Effect(
        "access.notice",
        prepare=prepare_notice,
        call=posting.send,
        settle=settle_notice,
        repeatable=True,
        queue="urgent",
    )
)


@agenda.job("access.hand_over")
async def hand_over(work: Work, person_id: UUID, to: dict[str, UUID | None]) -> None:
    """What somebody who left still had in hand, chunk by chunk."""
    await leaving.go_on(work, person_id, to)


@agenda.job("access.seal", when_suspended="run")
async def seal(work: Work) -> None:
    """Chain what the audit log gained."""
    await audit.seal(work)


@agenda.recurring("access.daily", timedelta(days=1))
async def daily(work: Work) -> None:
    """Drop what nobody needs, and reckon the whole chain again."""
    await tidying.tidy(work)
    await audit.check(work)
