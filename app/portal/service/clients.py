"""Asking a client in, what they write to us, and the language that they read."""

from uuid import UUID

from app.access import service as access
from app.access.service import accounts
from app.contacts.models import Contact
from app.core import clock, events
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.leads.models import Lead
from app.messages import service as messages
from app.portal.service.words import words
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from themes.catalogue import LANGUAGES, later, say

LONGEST_QUESTION = 2_000


async def invite(work: Work, contact_id: UUID) -> bool:
    """Ask the client in by mail, once. False when there is no e-mail, or somebody has it already."""
    contact = await work.get(Contact, contact_id)
    if contact is None or not contact.email or not (await words(work)).invite:
        return False
    if await access.find_person(work, contact.email) is not None:
        return False
    await access.invite(work, email=contact.email, name=contact.name, role="client", party_id=contact_id)
    return True


async def write(work: Work, contact_id: UUID, text: str, key: str) -> None:
    """A secure message to the firm; the same form sent twice is one. Raises Invalid."""
    await messages.write_in(work, contact_id, text, key=f"portal:{contact_id}:{key}" if key else None)


def question(typed: str) -> str:
    """What was asked. Raises Invalid."""
    if not typed.strip():
        raise invalid("question", say("Write your question first."), "missing")
    if len(typed) > LONGEST_QUESTION:
        raise invalid("question", say("Keep it under %(most)s letters.", most=LONGEST_QUESTION), "too_long")
    return typed.strip()


async def ask(work: Work, contact_id: UUID, lead: Lead | None, typed: str, about: str = "") -> None:
    """A question for the person who looks after them: in the thread, and a task, due now. Raises Invalid."""
    asked = question(typed)
    if lead is None:
        raise NotFound
    await messages.write_in(work, contact_id, f"{about[:1].upper()}{about[1:]}\n\n{asked}" if about else asked)
    said = later("%(name)s asks about %(about)s: %(question)s") if about else later("%(name)s asks: %(question)s")
    title = say(said, name=work.actor.name, about=about, question=" ".join(asked.split()))[:200]
    values = TaskValues(title=title, due_at=clock.now(), kind="message", priority=1, assignee_id=lead.owner_id)
    task = await tasks.add_task(work, values, entity="lead", entity_id=lead.id)
    events.record(work, "portal.question", "lead", lead.id, task_id=task.id)


async def speak_language(work: Work, person_id: UUID, contact_id: UUID | None, language: str) -> None:
    """Pages, mails and texts to this client are in this language from now on. Raises NotFound for one we don't have."""
    if language not in LANGUAGES:
        raise NotFound
    await accounts.set_preferences(work, person_id, locale=f"{language}_US")
    contact = await work.get(Contact, contact_id) if contact_id else None
    if contact is not None:
        contact.language = language
        await work.flush()
