"""What the gate's rules say of people in a queue, many at a time, with the one thing left out that a queue can't know: consent
is judged in full when somebody calls. Hours, limits, lists and the person's own no decide the order.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.compliance.models import Attempt, Channel, Consent, Facts, Listing, OptOut, Request, RuleBook, somewhere
from app.compliance.models.gate import next_lawful, refusals
from app.compliance.models.tables import Attempt as AttemptRow
from app.compliance.models.tables import ListEntry
from app.compliance.service import book
from app.contacts.models import Contact
from app.core import clock, config, places
from app.core.work import Work

LOOK_BACK = timedelta(hours=48)
LISTINGS = ("internal", "national", "state", "litigator")
Told = tuple[bool, datetime | None, str]  # lawful now; else when (None: time alone won't do) and by whose clock


class Law:
    """The tenant's rules at one moment."""

    def __init__(self, rules: RuleBook, vertical: str | None, now: datetime) -> None:
        self.rules, self.vertical, self.now = rules, vertical, now

    @classmethod
    async def of(cls, work: Work, now: datetime) -> "Law":
        return cls(await book(work), (await config.get(work, "vertical")) or None, now)

    def asleep(self) -> list[str]:
        """States in which nobody may be called at this hour."""
        at_home = (Facts(where=somewhere(state=code), phone="+15005550100") for code in places.states())
        return [
            code for code, facts in zip(places.states(), at_home, strict=True) if not self.of_person(_assumed(facts))[0]
        ]

    def of_person(self, facts: Facts, channel: Channel = "call") -> Told:
        request = Request(channel=channel, vertical=self.vertical)
        if not refusals(request, facts, self.rules, self.now):
            return True, None, ""
        at, zone = next_lawful(request, facts, self.rules, self.now)
        return False, at, zone or ""

    async def of_all(self, work: Work, contacts: Sequence[Contact]) -> list[Told]:
        """Of a call to each of these, in their order; of a mail to whoever has no number. People of whom nothing special is
        known share their place's answer.
        """
        special = await _special(work, contacts, self.now)
        known: dict[Any, Told] = {}
        found = []
        for contact in contacts:
            where = somewhere(contact.phone, contact.zip, contact.state, contact.zone)
            extra = special.get(contact.id, {})
            key = (where, bool(contact.phone), bool(contact.email), contact.id if extra else None)
            if key not in known:
                facts = Facts(where=where, phone=contact.phone, email=contact.email, **extra)
                known[key] = self.of_person(_assumed(facts), "call" if contact.phone else "email")
            found.append(known[key])
        return found


def _assumed(facts: Facts) -> Facts:
    agreed = Consent(channels=frozenset(("call", "email")), at=clock.now() - timedelta(minutes=1))
    return replace(facts, consents=(agreed,), scrubbed_at=clock.now(), inquired_at=clock.now())


async def _special(work: Work, contacts: Sequence[Contact], now: datetime) -> dict[UUID, dict[str, Any]]:
    """Contacts made lately, the person's own no, and lists: two reads for all of them."""
    found: dict[UUID, dict[str, Any]] = {}
    await _add_attempts(work, [contact.id for contact in contacts], now, found)
    await _add_entries(work, contacts, found)
    return {id_: {name: tuple(values) for name, values in extra.items()} for id_, extra in found.items()}


async def _add_attempts(work: Work, ids: list[UUID], now: datetime, found: dict[UUID, dict[str, Any]]) -> None:
    tried = select(AttemptRow).where(
        AttemptRow.contact_id.in_(ids), AttemptRow.void_at.is_(None), AttemptRow.at > now - LOOK_BACK
    )
    for row in await work.scalars(tried):
        made = Attempt(row.at, row.channel, row.purpose, row.automated, row.subject)  # type: ignore[arg-type]
        found.setdefault(row.contact_id, {}).setdefault("attempts", []).append(made)


async def _add_entries(work: Work, contacts: Sequence[Contact], found: dict[UUID, dict[str, Any]]) -> None:
    ids = {contact.id for contact in contacts}
    by_phone = {contact.phone: contact.id for contact in contacts if contact.phone}
    by_email = {contact.email: contact.id for contact in contacts if contact.email}
    listed = select(ListEntry).where(
        ListEntry.lifted_at.is_(None),
        or_(ListEntry.contact_id.in_(ids), ListEntry.phone.in_(by_phone), ListEntry.email.in_(by_email)),
    )
    for entry in await work.scalars(listed):
        theirs = entry.contact_id if entry.contact_id in ids else None
        contact_id = theirs or by_phone.get(entry.phone) or by_email.get(entry.email)
        if contact_id is not None:
            _note(found.setdefault(contact_id, {}), entry)


def _note(extra: dict[str, Any], entry: ListEntry) -> None:
    if entry.list == "opt_out":
        no = OptOut(at=entry.at, channel=entry.channel, purpose=entry.purpose, words=entry.words)  # type: ignore[arg-type]
        extra.setdefault("opt_outs", []).append(no)
    elif entry.list in LISTINGS:
        extra.setdefault("listings", []).append(Listing(entry.list, entry.at, entry.state))  # type: ignore[arg-type]
