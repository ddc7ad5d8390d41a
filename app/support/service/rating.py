"""How it was: asked by mail after solving, answered with one press, heard where it was bad."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.contacts.models import Contact
from app.core import clock, config
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.messages import service as messages
from app.messages.service import outside
from app.support.models import Ticket
from app.support.service.configure import settings
from app.support.service.rows import locked, told, who_manage
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from app.team import service as team
from themes.catalogue import say
from themes.view import speaking

LONGEST = 2_000


async def ask_rating(work: Work, ticket_id: UUID) -> None:
    """One mail per ticket, while it is solved. The gate may refuse it; then nobody is asked."""
    ticket = await locked(work, ticket_id)
    if ticket.state not in ("solved", "closed") or ticket.rate_token is not None or ticket.merged_into is not None:
        return
    ticket.rate_token = secrets.token_urlsafe(24)
    contact = await work.get_one(Contact, ticket.contact_id)
    with speaking(outside.spoken_by(contact, await config.get(work, "locale"))):
        subject = say("How did we do? [#%(number)s]", number=ticket.number)
        text = say("Your request “%(subject)s” is solved. How was it? One press is enough.", subject=ticket.subject)
        button = (say("Rate our help"), f"{outside.origin(work)}/rate/{ticket.rate_token}")
    await messages.send_email(
        work, ticket.contact_id, lead_id=ticket.lead_id, subject=subject, text=text, button=button,
        purpose="transactional", automated=True, key=f"rating:{ticket.id}", cause={"ticket": str(ticket.id)},
    )  # fmt: skip


async def by_token(work: Work, token: str) -> Ticket:
    """Raises NotFound."""
    found = (await work.scalars(select(Ticket).where(Ticket.rate_token == token))).first() if token else None
    if found is None:
        raise NotFound
    return found


async def rate(work: Work, ticket_id: UUID, rating: int, words: str = "") -> Ticket:
    """The last press counts. A low one gives the assignee a task and tells those who manage, once. Raises Invalid."""
    if not 1 <= rating <= 5:
        raise invalid("rating", say("Choose 1 to 5."))
    ticket = await locked(work, ticket_id)
    known, before = await settings(work), ticket.rating
    ticket.rating, ticket.rated_at = rating, clock.now()
    ticket.rating_note = words.replace("\0", "").strip()[:LONGEST] or ticket.rating_note
    if before != rating:
        told(work, "ticket.rated", ticket, rating=rating)
    if rating <= known.low_rating and (before is None or before > known.low_rating):
        await _listen(work, ticket)
    await work.flush()
    return ticket


async def _listen(work: Work, ticket: Ticket) -> None:
    values = TaskValues(
        title=say("Ask what went wrong on ticket #%(number)s", number=ticket.number),
        due_at=clock.now() + timedelta(days=1),
        priority=1,
        assignee_id=ticket.assignee_id,
    )
    about = ("lead", ticket.lead_id) if ticket.lead_id else ("", None)
    await tasks.add_task(work, values, entity=about[0], entity_id=about[1])
    to = [*([ticket.assignee_id] if ticket.assignee_id else []), *await who_manage(work)]
    said = {"number": f"#{ticket.number}", "rating": ticket.rating}
    await team.notify(work, "ticket.rated", to, "ticket", ticket.id, **said)
