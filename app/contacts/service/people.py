"""Adding and changing contacts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.contacts import queries
from app.contacts.models import WRITABLE, Contact
from app.core import clock, events, fields, locks
from app.core.crypto import Box
from app.core.errors import NotFound
from app.core.fields import FieldSet
from app.core.runtime import runtime
from app.core.work import Work

Values = Mapping[str, Any]


async def create(work: Work, values: Values) -> Contact:
    """A new contact. `values` are checked ones by field name (`fields.parse`): phone E.164, e-mail in
    lower case.
    """
    now = clock.now()
    contact = Contact(id=uuid7(), custom={}, created_at=now, updated_at=now)
    _put_columns(contact, values)
    fieldset, box = await fields.registry(work, "contact"), await runtime().box(work.tenant)
    custom = _put_custom(contact, values, fieldset, box)
    work.add(contact)
    await fields.store(work, "contact", contact.id, fieldset, {name: values[name] for name in custom}, box=box)
    await work.flush()
    events.record(work, "contact.created", "contact", contact.id)
    return contact


async def upsert(work: Work, values: Values) -> Contact:
    """The contact with this phone, else with this e-mail, else a new one.

    Blanks are filled in; what is known already stays, because a person may have corrected it. Two at once
    for the same phone or e-mail wait for each other, so that they give one contact.
    """
    phone, email = values.get("phone"), values.get("email")
    await hold(work, phone, email)
    known = await queries.find_duplicates(work, phone=phone, email=email)
    return await fill_in(work, known[0], values) if known else await create(work, values)


async def fill_in(work: Work, contact: Contact, values: Values) -> Contact:
    """Take what is not known yet of somebody; what is known stays."""
    blanks = {name: value for name, value in values.items() if value not in (None, "") and _blank(contact, name)}
    return await update(work, contact.id, blanks)


async def update(work: Work, contact_id: UUID, values: Values) -> Contact:
    """Change what is named in `values`; what is equal already is not touched. Raises NotFound."""
    found = await update_many(work, {contact_id: values})
    if not found:
        raise NotFound
    return found[0]


async def update_many(work: Work, wanted: Mapping[UUID, Values], **told: Any) -> list[Contact]:
    """The same for many at once in a few statements, held in the order of their ids; the missing are left out. `told` goes
    into the payload of each event.
    """
    if not wanted:
        return []
    held = select(Contact).where(Contact.id.in_(wanted)).order_by(Contact.id).with_for_update()
    found = list(await work.scalars(held, execution_options={"populate_existing": True}))
    fieldset, box = await fields.registry(work, "contact"), await runtime().box(work.tenant)
    own = []
    for contact in found:
        values = wanted[contact.id]
        columns, custom = _put_columns(contact, values), _put_custom(contact, values, fieldset, box)
        own.append((contact.id, {name: values[name] for name in custom}))
        if changes := columns | custom:
            contact.updated_at = clock.now()
            events.record(
                work, "contact.updated", "contact", contact.id, changes=changes, fields=sorted(changes), **told
            )
    await fields.store_many(work, "contact", fieldset, own, box=box)
    await work.flush()
    return found


async def locked(work: Work, contact_id: UUID) -> Contact:
    """The row, held until the transaction ends. Raises NotFound."""
    contact = (await work.scalars(select(Contact).where(Contact.id == contact_id).with_for_update())).first()
    if contact is None:
        raise NotFound
    return contact


async def mark_bounced(work: Work, contact_id: UUID, at: datetime | None = None) -> None:
    """Their e-mail address does not take mail. A new address clears it."""
    contact = await locked(work, contact_id)
    if contact.email_bounced_at is None:
        contact.email_bounced_at = at or clock.now()
        events.record(work, "contact.updated", "contact", contact.id, fields=["email_bounced_at"])


async def mark_bankrupt(work: Work, contact_id: UUID, at: datetime | None) -> None:
    """They filed for bankruptcy (or did not after all: None)."""
    contact = await locked(work, contact_id)
    if contact.bankrupt_at != at:
        change = {"bankrupt_at": (contact.bankrupt_at, at)}
        contact.bankrupt_at = at
        events.record(work, "contact.updated", "contact", contact.id, changes=change, fields=["bankrupt_at"])


async def hold(work: Work, *keys: str | None) -> None:
    """Whoever is about to add or find somebody by this phone or e-mail waits here for others who are."""
    await locks.hold(work, "contact", *keys)


def _blank(contact: Contact, name: str) -> bool:
    if name in WRITABLE:
        return getattr(contact, name) in (None, "")
    return contact.custom.get(name) in (None, "")


def _put_columns(contact: Contact, values: Values) -> dict[str, tuple[Any, Any]]:
    """Columns and derived keys; says what became of what."""
    changes = {
        name: (getattr(contact, name), stored(name, value))
        for name, value in values.items()
        if name in WRITABLE and getattr(contact, name) != stored(name, value)
    }
    for name, (_, value) in changes.items():
        setattr(contact, name, value)
    if "email" in changes:
        contact.email_bounced_at = None
    contact.name_key = fields.comparable(f"{contact.first_name or ''} {contact.last_name or ''}")
    contact.city_key = fields.comparable(contact.city) if contact.city else None
    return changes


def stored(name: str, value: Any) -> Any:
    """Columns that are never null hold their default instead."""
    column = Contact.__table__.c[name]
    if value is not None or column.nullable:
        return value
    return column.server_default.arg  # type: ignore[union-attr]


def _put_custom(contact: Contact, values: Values, fieldset: FieldSet, box: Box) -> dict[str, tuple[Any, Any]]:
    """Into the JSONB; the mirror that conditions search is written by whoever calls."""
    before = contact.custom or {}
    wanted = fields.dump(fieldset, values, box=box, record=contact.id)
    changed = {name: value for name, value in wanted.items() if before.get(name) != value}
    if changed:
        merged = {**before, **changed}
        contact.custom = {name: value for name, value in merged.items() if value is not None}
    hidden = {field.name for field in fieldset.custom if field.sensitive}
    return {name: ("…", "…") if name in hidden else (before.get(name), changed[name]) for name in changed}
