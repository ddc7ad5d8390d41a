"""What is known about one person, gathered for the rules."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, or_, select

from app.compliance.models import facts as known
from app.compliance.models import somewhere
from app.compliance.models.tables import Attempt, ListEntry
from app.contacts.models import Consent, Contact
from app.contacts.queries import merged_addresses
from app.core import clock, config
from app.core.work import Work

LOOK_BACK = timedelta(days=62)  # limits count over hours or days; an administrator's own may count over a month
MOST = 1000


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What higher rooms know: when the person last asked for something, bought, became a client; an
    accident's day.
    """

    inquired_at: datetime | None = None
    purchased_at: datetime | None = None
    client_since: datetime | None = None
    incident_on: date | None = None


Ask = Callable[[Work, UUID], Awaitable[Standing]]
_askable: list[str] = []


def declare_standing(dotted: str) -> None:
    """`package.module:function` of a higher slice that tells the standing of a contact: `async (work,
    contact_id)`.
    """
    if dotted not in _askable:
        _askable.append(dotted)


async def standing_of(work: Work, contact_id: UUID) -> Standing:
    """What all of them say together: of each moment the latest, of client and accident the first."""
    told = [await _function(dotted)(work, contact_id) for dotted in _askable]
    return Standing(
        inquired_at=_pick(max, (each.inquired_at for each in told)),
        purchased_at=_pick(max, (each.purchased_at for each in told)),
        client_since=_pick(min, (each.client_since for each in told)),
        incident_on=_pick(max, (each.incident_on for each in told)),
    )


def _pick(choose: Any, values: Iterable[Any]) -> Any:
    return choose((value for value in values if value is not None), default=None)


def _function(dotted: str) -> Ask:
    module, _, name = dotted.partition(":")
    found: Ask = getattr(import_module(module), name)
    return found


async def gather(work: Work, contact: Contact, *, without: UUID | None = None) -> known.Facts:
    """Everything that counts for or against contacting this person. `without` leaves one attempt out: the one
    judged.
    """
    earlier = await merged_addresses(work, contact.id)
    entries = await _entries(work, contact, earlier)
    standing = await standing_of(work, contact.id)
    consents = await work.scalars(select(Consent).where(Consent.contact_id == contact.id))
    return known.Facts(
        where=somewhere(contact.phone, contact.zip, contact.state, contact.zone),
        phone=contact.phone,
        email=contact.email,
        name=contact.first_name or contact.name,
        consents=tuple(_consent(row) for row in consents),
        opt_outs=tuple(_opt_out(entry) for entry in entries if entry.list == "opt_out"),
        listings=tuple(_listing(entry) for entry in entries if entry.list in LISTINGS and not entry.lifted_at),
        scrubbed_at=await scrubbed_at(work),
        attempts=await _attempts(work, contact, earlier, without),
        inquired_at=standing.inquired_at,
        purchased_at=standing.purchased_at,
        client_since=standing.client_since,
        incident_on=standing.incident_on,
        suppressions=_suppressions(contact, entries),
        bankrupt_since=contact.bankrupt_at,
        reassigned=_reassigned(entries),
    )


LISTINGS = ("internal", "national", "state", "litigator")


def same_person(model: Any, contact: Contact, earlier: Sequence[str] = ()) -> ColumnElement[bool]:
    """Rows of this contact, or of whoever shares the number or the address; `earlier` are those of merged ones."""
    addresses = [address for address in (contact.phone, contact.email, *earlier) if address]
    ways = [model.contact_id == contact.id]
    if addresses:
        ways += [model.phone.in_(addresses), model.email.in_(addresses)]
    return or_(*ways)


async def _entries(work: Work, contact: Contact, earlier: Sequence[str]) -> Sequence[ListEntry]:
    found = select(ListEntry).where(same_person(ListEntry, contact, earlier)).order_by(ListEntry.at).limit(MOST)
    return (await work.scalars(found)).all()


async def _attempts(
    work: Work, contact: Contact, earlier: Sequence[str], without: UUID | None
) -> tuple[known.Attempt, ...]:
    found = select(Attempt).where(
        same_person(Attempt, contact, earlier), Attempt.void_at.is_(None), Attempt.at > clock.now() - LOOK_BACK
    )
    rows = await work.scalars(found.order_by(Attempt.at.desc()).limit(MOST))
    return tuple(
        known.Attempt(row.at, row.channel, row.purpose, row.automated, row.subject)  # type: ignore[arg-type]
        for row in rows
        if row.id != without
    )


def _consent(row: Consent) -> known.Consent:
    return known.Consent(
        channels=frozenset(row.channels),  # type: ignore[arg-type]
        at=row.at,
        level=level_of(row),
        purpose=row.purpose if row.purpose in known.PURPOSES else "marketing",  # type: ignore[arg-type]
        text=row.text,
        revoked_at=row.revoked_at,
    )


def level_of(row: Consent) -> known.Level:
    """Written is what the person signed themselves: a form with its address, or a certificate of it (E-SIGN).
    What staff wrote down for them is a clear yes, no more.
    """
    return "written" if row.certificate_id or row.url else "express"


def _opt_out(entry: ListEntry) -> known.OptOut:
    return known.OptOut(
        at=entry.at,
        channel=entry.channel,  # type: ignore[arg-type]
        purpose=entry.purpose,  # type: ignore[arg-type]
        words=entry.words,
        lifted_at=entry.lifted_at,
        lifted_by=entry.lifted_by,  # type: ignore[arg-type]
    )


def _listing(entry: ListEntry) -> known.Listing:
    return known.Listing(entry.list, entry.at, entry.state)  # type: ignore[arg-type]


def _suppressions(contact: Contact, entries: Iterable[ListEntry]) -> tuple[known.Suppression, ...]:
    found = [
        known.Suppression(
            entry.reason if entry.reason in REASONS else "manual",
            entry.at,
            entry.channel,
            entry.purpose,  # type: ignore[arg-type]
        )
        for entry in entries
        if entry.list == "suppressed" and not entry.lifted_at and _still_theirs(entry, contact)
    ]
    if contact.email_bounced_at:
        found.append(known.Suppression("bounce", contact.email_bounced_at, "email"))
    return tuple(found)


REASONS = ("bounce", "complaint", "blocked", "dead", "manual")


def _still_theirs(entry: ListEntry, contact: Contact) -> bool:
    """A dead number or a bounced address binds as long as it is the one on file."""
    return (not entry.phone or entry.phone == contact.phone) and (not entry.email or entry.email == contact.email)


def _reassigned(entries: Iterable[ListEntry]) -> known.Reassigned | None:
    checks = [entry for entry in entries if entry.list == "reassigned" and not entry.lifted_at]
    if not checks:
        return None
    last = max(checks, key=lambda entry: entry.at)
    answer = last.reason if last.reason in ("yes", "no") else "no_data"
    return known.Reassigned(last.at, answer)  # type: ignore[arg-type]


async def scrubbed_at(work: Work) -> datetime | None:
    """The date of the national list that was uploaded last."""
    uploaded = (await config.get(work, "dnc_lists")).get("national")
    return datetime.fromisoformat(uploaded["scrubbed_at"]) if uploaded else None
