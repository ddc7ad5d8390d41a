"""What clients are told, by which channel they chose; and what staff hear of what clients do.

A notice never says amounts or creditors: it says that there is something, and where. E-mails and texts go through the
gate as servicing and in the client's language.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core import config
from app.core.work import Work
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.service import outside
from app.portal.models import CHANNELS, EVENTS, ClientEvent, choices
from app.team import service as team
from themes.catalogue import say
from themes.view import speaking


async def choose(work: Work, person_id: UUID, wanted: dict[str, list[str]]) -> None:
    """Keep what the client ticked, for every event; unknown names are left out."""
    person = await work.get(PersonRow, person_id, with_for_update=True)
    assert person is not None
    kept = {name: [each for each in CHANNELS if each in wanted.get(name, [])] for name in EVENTS}
    person.preferences = {**person.preferences, "client_notices": kept}
    await work.flush()


async def looked_at(work: Work, person_id: UUID, *names: str) -> None:
    """The client has the page open that these notices lead to."""
    await team.read(work, person_id, kind=[f"client.{name}" for name in names], everything=True)


async def tell(work: Work, name: str, contact_id: UUID, record_id: UUID, key: str) -> None:
    """Tell the client by the channels of their choice; with the same `key` once. Nobody who is not in the portal yet."""
    event, person = EVENTS[name], await _person(work, contact_id)
    contact = await work.get(Contact, contact_id)
    if person is None or contact is None:
        return
    by = choices(person.preferences)[name]
    if "portal" in by:
        await team.notify(work, f"client.{name}", [person.id], "client", record_id)
    await _write(work, event, contact, by, record_id, key)


async def _write(
    work: Work, event: ClientEvent, contact: Contact, by: tuple[str, ...], record_id: UUID, key: str
) -> None:
    usual = str(await config.get(work, "locale"))
    about: dict[str, Any] = {"purpose": "servicing", "automated": True, "cause": {"notice": event.name}}
    with speaking(outside.spoken_by(contact, usual)):
        firm, where = outside.firm_name(work), outside.origin(work) + event.url.replace("{id}", str(record_id))
        subject = say("News in your account with %(firm)s", firm=firm)
        hello = say("Hello %(name)s,", name=contact.first_name or contact.name)
        where_to_read = say("Sign in to see it.")
        text = f"{hello}\n\n{say(event.sentence)} {where_to_read}"
        button = (say("Sign in"), where)
        short = f"{firm}: {say(event.sentence)} {outside.origin(work)}/portal"
    if "email" in by and contact.email:
        await messages.send_email(
            work, contact.id, subject=subject, text=text, button=button, key=f"{key}:email", **about
        )
    if "sms" in by and contact.phone:
        await messages.send_sms(work, contact.id, text=short, key=f"{key}:sms", **about)


async def _person(work: Work, contact_id: UUID) -> PersonRow | None:
    found = select(PersonRow).where(PersonRow.party_id == contact_id, PersonRow.state == "active")
    return (await work.scalars(found.order_by(PersonRow.created_at).limit(1))).first()


async def staff_hears(work: Work, lead_id: UUID, kind: str, **values: Any) -> None:
    """Whoever looks after the lead; nobody while it has no owner."""
    lead = await work.get(Lead, lead_id)
    if lead is None or lead.owner_id is None:
        return
    contact = await work.get(Contact, lead.contact_id)
    await team.notify(work, kind, [lead.owner_id], "lead", lead.id, record=contact.name if contact else "", **values)
