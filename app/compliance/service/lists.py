"""Opt-outs, and the lists of numbers and addresses that are left alone."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, or_, select
from uuid_utils.compat import uuid7

from app.compliance.models import Channel, Purpose
from app.compliance.models.tables import LISTS, ListEntry
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import clock, config, events
from app.core.errors import NotFound, invalid
from app.core.work import Work
from themes.catalogue import say

CHUNK = 5_000
UPLOADED = ("national", "state", "litigator")
Way = Literal["reply", "carrier", "link", "staff", "complaint", "call", "portal"]


async def opt_out(
    work: Work,
    *,
    contact_id: UUID | None = None,
    phone: str | None = None,
    email: str | None = None,
    channel: Channel | None = None,
    purpose: Purpose | None = None,
    words: str = "",
    how: Way = "staff",
    lead_id: UUID | None = None,
) -> ListEntry:
    """The person's no, in force with this transaction. Without a channel it is a no to everything.

    Binds whoever has this number or address; consents to the channel end, where it is not about one purpose
    alone. Said again while it stands, it stays as it was first said.
    """
    people = await _people(work, contact_id, phone, email)
    known = await _standing(work, contact_id, phone, email, channel, purpose)
    if known is not None:
        return known
    entry = _entry(
        work, "opt_out", contact_id=contact_id, phone=phone, email=email, channel=channel, purpose=purpose,
        words=words[:200], source=how,
    )  # fmt: skip
    work.add(entry)
    await work.flush()
    for person in people:
        if purpose is None or purpose == "marketing":
            await contacts.revoke_consent(work, person.id, how, [channel] if channel else contacts.CHANNELS)
        entity, entity_id = ("lead", lead_id) if lead_id and person.id == contact_id else ("contact", person.id)
        events.record(
            work, "compliance.opted_out", entity, entity_id, entry=entry.id, contact=person.id, channel=channel or "all",
            how=how,
        )  # fmt: skip
    return entry


async def opt_in(
    work: Work, contact_id: UUID, channel: Channel, *, words: str, by: Literal["person", "staff"] = "person"
) -> int:
    """Lift the opt-outs of a channel: the person took them back (START), or staff did, which some states do
    not honour.

    The person's own word is a new consent, kept as they said it. Returns how many were lifted.
    """
    contact = await contacts.locked(work, contact_id)
    found = await work.scalars(
        select(ListEntry)
        .where(
            ListEntry.list == "opt_out", ListEntry.lifted_at.is_(None), _of(contact),
            or_(ListEntry.channel == channel, ListEntry.channel.is_(None)),
        )
        .with_for_update()
    )  # fmt: skip
    lifted = list(found)
    for entry in lifted:
        entry.lifted_at, entry.lifted_by, entry.lifted_why = clock.now(), by, words[:200]
    if by == "person":
        await contacts.add_consent(work, contact_id, text=words, at=clock.now(), channels=[channel], source="reply")
    if lifted:
        events.record(work, "compliance.opted_in", "contact", contact_id, contact=contact_id, channel=channel, by=by)
    await work.flush()
    return len(lifted)


async def put_on_list(
    work: Work,
    list_: str,
    *,
    contact_id: UUID | None = None,
    phone: str | None = None,
    email: str | None = None,
    channel: Channel | None = None,
    state: str | None = None,
    reason: str = "",
    source: str = "",
) -> ListEntry:
    """One number, address or person on a list (`internal` do-not-call, `suppressed`, `litigator`,
    `reassigned`).

    There already: nothing happens. Raises Invalid for an unknown list or without an address.
    """
    if list_ not in LISTS:
        raise invalid("list", say("Choose one of: %(choices)s.", choices=", ".join(LISTS)))
    if contact_id is None and not phone and not email:
        raise invalid("phone", "Enter a phone number or an e-mail address.", "missing")
    same = select(ListEntry).where(
        ListEntry.list == list_, ListEntry.lifted_at.is_(None), ListEntry.reason == reason,
        ListEntry.contact_id.is_not_distinct_from(contact_id), ListEntry.phone.is_not_distinct_from(phone),
        ListEntry.email.is_not_distinct_from(email), ListEntry.channel.is_not_distinct_from(channel),
    )  # fmt: skip
    known = (await work.scalars(same)).first()
    if known is not None:
        return known
    entry = _entry(
        work, list_, contact_id=contact_id, phone=phone, email=email, channel=channel, state=state, reason=reason,
        source=source,
    )  # fmt: skip
    work.add(entry)
    await work.flush()
    entity, entity_id = ("contact", contact_id) if contact_id else ("list_entry", entry.id)
    events.record(work, "compliance.listed", entity, entity_id, entry=entry.id, list=list_, reason=reason)
    return entry


async def take_off_list(work: Work, entry_id: UUID, why: str) -> ListEntry:
    """Staff lifts one entry and says why; the row stays. Raises NotFound, and Invalid without a reason."""
    entry = await work.get(ListEntry, entry_id, with_for_update=True)
    if entry is None:
        raise NotFound
    if not why.strip():
        raise invalid("why", "Say why: it stands in the record.", "missing")
    if entry.lifted_at is None:
        entry.lifted_at, entry.lifted_by, entry.lifted_why = clock.now(), "staff", why.strip()[:200]
        entity, entity_id = ("contact", entry.contact_id) if entry.contact_id else ("list_entry", entry.id)
        events.record(work, "compliance.unlisted", entity, entity_id, entry=entry.id, list=entry.list)
        await work.flush()
    return entry


class Uploaded(msgspec.Struct, frozen=True):
    """How many numbers a list holds now."""

    count: int


async def replace_list(
    work: Work,
    list_: str,
    phones: list[str],
    *,
    scrubbed_at: datetime,
    state: str | None = None,
    file: str = "",
) -> Uploaded:
    """A whole list as it was on its date, in place of the one before. `phones` are E.164.

    Raises Invalid for a list that is not uploaded, a state list without its state, or a date ahead.
    """
    _demand_list(list_, state, scrubbed_at)
    known = sorted(set(phones))
    await _swap(work, known, {"list": list_, "state": state, "at": scrubbed_at, "source": "upload"})
    key = f"state:{state}" if state else list_
    told = {
        "scrubbed_at": scrubbed_at.isoformat(),
        "count": len(known),
        "file": file[:120],
        "by": work.actor.name,
    }
    await config.put(work, "dnc_lists", {**await config.get(work, "dnc_lists"), key: told})
    events.record(work, "compliance.list_uploaded", "list", uuid7(), list=key, count=len(known))
    return Uploaded(len(known))


def _demand_list(list_: str, state: str | None, scrubbed_at: datetime) -> None:
    if list_ not in UPLOADED:
        raise invalid("list", say("Choose one of: %(choices)s.", choices=", ".join(UPLOADED)))
    if (list_ == "state") != bool(state):
        raise invalid("state", "Choose the state whose list this is.", "missing")
    if scrubbed_at > clock.now():
        raise invalid("scrubbed_at", "This date lies ahead. Enter the date of the list.")


async def _swap(work: Work, phones: list[str], common: dict[str, Any]) -> None:
    """Entries of these numbers in place of what was uploaded before to the same list and state."""
    before = (ListEntry.list == common["list"], ListEntry.state.is_not_distinct_from(common["state"]))
    await work.execute(delete(ListEntry).where(*before, ListEntry.source == "upload"))
    for start in range(0, len(phones), CHUNK):
        rows = [{"id": uuid7(), "phone": phone, **common} for phone in phones[start : start + CHUNK]]
        await work.execute(insert(ListEntry), rows)


async def is_listed(work: Work, phone: str | None, email: str | None) -> bool:
    """Whether somebody must not be bought as a lead: on our own list, a litigator, or opted out of
    everything.
    """
    ways = [column == value for column, value in ((ListEntry.phone, phone), (ListEntry.email, email)) if value]
    if not ways:
        return False
    all_of_it = (ListEntry.list == "opt_out") & ListEntry.channel.is_(None) & ListEntry.purpose.is_(None)
    statement = select(ListEntry.id).where(
        or_(*ways),
        ListEntry.lifted_at.is_(None),
        or_(ListEntry.list.in_(["internal", "litigator"]), all_of_it),
    )
    return await work.scalar(statement.limit(1)) is not None


def _entry(work: Work, list_: str, **values: object) -> ListEntry:
    return ListEntry(id=uuid7(), list=list_, at=clock.now(), by_name=work.actor.name, **values)


async def _people(work: Work, contact_id: UUID | None, phone: str | None, email: str | None) -> list[Contact]:
    ways = [
        column == value
        for column, value in ((Contact.id, contact_id), (Contact.phone, phone), (Contact.email, email))
        if value
    ]
    if not ways:
        raise invalid("phone", "Say who opted out: a person, a number or an address.", "missing")
    return list(await work.scalars(select(Contact).where(or_(*ways)).order_by(Contact.id).limit(50)))


async def _standing(
    work: Work,
    contact_id: UUID | None,
    phone: str | None,
    email: str | None,
    channel: str | None,
    purpose: str | None,
) -> ListEntry | None:
    """The same no, or a wider one, said before."""
    ways = [
        column == value
        for column, value in (
            (ListEntry.contact_id, contact_id),
            (ListEntry.phone, phone),
            (ListEntry.email, email),
        )
        if value
    ]
    statement = select(ListEntry).where(
        ListEntry.list == "opt_out", ListEntry.lifted_at.is_(None), or_(*ways),
        or_(ListEntry.channel.is_(None), ListEntry.channel == channel),
        or_(ListEntry.purpose.is_(None), ListEntry.purpose == purpose),
    )  # fmt: skip
    return (await work.scalars(statement.order_by(ListEntry.at).limit(1))).first()


def _of(contact: Contact) -> object:
    ways = [ListEntry.contact_id == contact.id]
    if contact.phone:
        ways.append(ListEntry.phone == contact.phone)
    if contact.email:
        ways.append(ListEntry.email == contact.email)
    return or_(*ways)
