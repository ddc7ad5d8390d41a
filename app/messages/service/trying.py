"""A template sent to whoever writes it: as a chosen lead would get it, marked as a test, past the gate because nobody is
contacted, and never more than a few a minute."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow
from app.access.service import posting
from app.contacts.models import Contact
from app.core import agenda, limits
from app.core.drafts import Draft
from app.core.limits import Limit
from app.core.ports import doors
from app.core.ports.mail import Mail, Sent
from app.core.work import Work
from app.leads.models import Lead
from app.messages.models import MessageTemplate
from app.messages.service import outside
from app.messages.service.templates import TemplateValues
from app.messages.service.words import fill_in, laid_out
from themes.catalogue import say
from themes.mjml import mail_model

OFTEN = Limit(rate=6 / 60, burst=3)


async def send_trial(work: Work, draft_key: str, lead_id: UUID | None, language: str) -> None:
    """To the person at work, from what they have typed so far (their draft of this key). Raises TooMany."""
    await limits.demand("template-trial", work.person.id, OFTEN)
    await agenda.add(work, "messages.trial", work.person.id, draft_key, lead_id, language)


def trial(words: dict[str, Any]) -> MessageTemplate:
    """A template that stands nowhere, to fill in."""
    texts = {name: str(words.get(name) or "") for name in TemplateValues.__struct_fields__}
    return MessageTemplate(name="trial", **texts)


def invented() -> Contact:
    """Nobody, to show words by before there is a lead."""
    return Contact(id=uuid7(), first_name="Dana", last_name="Reyes", city="Tampa", state="FL", language="en")


async def as_somebody(work: Work, words: dict[str, Any], contact: Contact, lead: Lead | None, language: str) -> Any:
    """The words as this person would get them if they read this language. Raises Invalid."""
    with work.no_autoflush:
        reader = Contact(
            id=contact.id, first_name=contact.first_name, last_name=contact.last_name, city=contact.city,
            state=contact.state, language=language,
        )  # fmt: skip
        return await fill_in(work, trial(words), reader, lead)


async def _prepare(work: Work, person_id: UUID, draft_key: str, lead_id: UUID | None, language: str) -> Mail | None:
    found = select(Draft.body).where(Draft.person_id == person_id, Draft.key == draft_key)
    words, person = await work.scalar(found), await work.get(PersonRow, person_id)
    lead = await work.get(Lead, lead_id) if lead_id else None
    contact = await work.get(Contact, lead.contact_id) if lead else (None if lead_id else invented())
    if not words or person is None or contact is None:
        return None
    filled = await as_somebody(work, words, contact, lead, language)
    marked = msgspec.structs.replace(filled, subject=say("[Test] %(subject)s", subject=filled.subject))
    made = await laid_out(marked, mail_model(outside.look(work), {}, lang=language))
    name, address = outside.sender(work)
    return Mail(
        from_name=name, from_address=address, to=person.email, to_name=person.name, subject=made.subject, text=made.text,
        html=made.html, headers={"X-Test": "template"}, signer=await posting.signer(work),
    )  # fmt: skip


async def _call(mail: Mail, key: str) -> Sent:
    return await doors.mailer().send(mail, f"trial-{key}")


async def _settle(_work: Work, *_args: Any) -> None:
    """Nothing is kept of a test."""


agenda.effect(agenda.Effect("messages.trial", prepare=_prepare, call=_call, settle=_settle, repeatable=True, retries=3))
