"""Somebody added by hand: the short form, and who may be the same person."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.contacts import service as contacts
from app.contacts.models import Contact
from app.contacts.queries import find_duplicates
from app.core import clock, fields
from app.core.errors import FieldError, Invalid
from app.core.fields import Field
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.service import LeadValues

NEW = {"permission": "leads.create"}


class Twin(msgspec.Struct, frozen=True):
    """Somebody who has this number or address already. Without `url` they are out of this person's reach."""

    name: str
    what: str
    added: datetime
    url: str


class NewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The short form: what was typed, and who may be the same person."""

    typed: dict[str, Any]
    twins: list[Twin]
    state: Field


async def new_page(work: Work, typed: dict[str, Any], twins: list[Twin]) -> NewPage:
    return NewPage(typed=typed, twins=twins, state=(await fields.registry(work, "contact"))["state"])


async def added(work: Work, given: dict[str, Any]) -> UUID:
    new = await forms.read_new(work, given)
    if not new.anyway and await twins_of(work, new.contact):
        raise Invalid([FieldError("anyway", "duplicate", "Somebody has this number or address already.")])
    contact = await contacts.upsert(work, new.contact)
    if new.consent:
        await contacts.add_consent(
            work, contact.id, text=new.consent, at=clock.now(), source=f"Told to {work.actor.name}"
        )
    owner = work.person.id if work.person.may("leads.claim") and work.person.reach == "own" else None
    lead = await service.create(work, contact.id, LeadValues(source=new.source, owner_id=owner))
    return lead.id


async def twins_of(work: Work, values: dict[str, Any]) -> list[Twin]:
    known = (await fields.registry(work, "contact")).only(("phone", "email"))
    read, _ = fields.parse(known, values, partial=True)
    found = await find_duplicates(work, read.get("phone"), read.get("email"))
    reachable = await queries.leads_of(work, work.person, [contact.id for contact in found])
    return [_twin(contact, read, reachable.get(contact.id)) for contact in found]


def _twin(contact: Contact, typed: dict[str, Any], lead_id: UUID | None) -> Twin:
    """Who it is, only to those who may see them."""
    what = "number" if contact.phone and contact.phone == typed.get("phone") else "address"
    if lead_id is None:
        return Twin("", what, contact.created_at, "")
    return Twin(contact.name, what, contact.created_at, f"{forms.LIST}/{lead_id}")
