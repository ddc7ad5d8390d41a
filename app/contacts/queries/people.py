"""Finding contacts: by what they can be reached at, by a fragment, and what they agreed to."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.contacts.models import Consent, Contact
from app.core import fields
from app.core.work import Work

LONGEST = 100
PHONE_MARKS = re.compile(r"[\d\s()+./-]+")


async def find_duplicates(
    work: Work,
    phone: str | None = None,
    email: str | None = None,
    since: datetime | None = None,
    limit: int = 5,
) -> list[Contact]:
    """Contacts with the same phone or the same e-mail, those with the phone first, then the latest.

    Blank never equals blank. `since` leaves out those that were added before. Merged ones are not found.
    """
    same = [column == value for column, value in ((Contact.phone, phone), (Contact.email, email)) if value]
    if not same:
        return []
    statement = select(Contact).where(or_(*same), Contact.merged_into.is_(None))
    if since is not None:
        statement = statement.where(Contact.created_at >= since)
    ranked = statement.order_by(
        (Contact.phone == phone).desc().nulls_last(), Contact.created_at.desc(), Contact.id.desc()
    )
    return list((await work.scalars(ranked.limit(limit))).all())


async def contact(work: Work, contact_id: UUID) -> Contact | None:
    return await work.get(Contact, contact_id)


def one_person(contact_id: Any) -> Select[Any]:
    """Ids of this contact (or of a select of them) and of everybody who was merged into it: for rows of history,
    which stay with whom they were written for.
    """
    wanted = contact_id if isinstance(contact_id, Select) else [contact_id]
    return select(Contact.id).where(or_(Contact.id.in_(wanted), Contact.merged_into.in_(wanted)))


async def merged_addresses(work: Work, contact_id: UUID) -> list[str]:
    """Numbers and e-mails of those who were merged into this one: what was said about them still holds."""
    rows = await work.execute(select(Contact.phone, Contact.email).where(Contact.merged_into == contact_id))
    return sorted({address for row in rows for address in row if address})


async def consents(work: Work, contact_id: UUID) -> list[Consent]:
    """Newest first, withdrawn ones too: they are the proof."""
    found = await work.scalars(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.at.desc(), Consent.id.desc())
    )
    return list(found)


def fragment(typed: str) -> ColumnElement[bool] | None:
    """Contacts whose name, number or e-mail contains what was typed; None for nothing typed.

    Every word must be in the name; anything that looks like a number is looked for among phone digits.
    Three characters or more use the trigram indexes.
    """
    wanted = fields.normalise(typed[:LONGEST])
    if not wanted:
        return None
    ways: list[ColumnElement[bool]] = [
        and_(*(Contact.name_key.contains(word, autoescape=True) for word in wanted.split()))
    ]
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= 3 and PHONE_MARKS.fullmatch(wanted):
        ways.append(Contact.phone.contains(digits))
    if " " not in wanted:
        ways.append(Contact.email.contains(wanted, autoescape=True))
    return or_(*ways)
