"""The run of an import: chunk after chunk, each in the one transaction that also marks its lines, so that a line becomes a
lead once whoever is killed whenever.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from uuid_utils.compat import uuid7

from app.contacts import service as contacts
from app.contacts.models import Consent, Contact
from app.core import agenda, clock, config, events, fields
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import ImportRow, Lead, LeadFile, Plan
from app.leads.queries.imports import import_rows, opened
from app.leads.queries.people import person_now
from app.leads.queries.reach import visible
from app.leads.service.import_reading import Line, reader
from app.leads.service.imports import demand, give_up, held, note
from app.leads.service.many import Arrival, create_many
from app.leads.service.values import LeadValues, minor, update_many
from app.team import service as team
from themes.catalogue import say
from themes.terms import worded

CHUNK = 250
OUTCOMES = ("added", "filled", "skipped", "refused")


class _Pair(msgspec.Struct):
    """A line of the file and what was read in it; then the contact that it is."""

    row: ImportRow
    line: Line
    contact: Contact | None = None


async def run(work: Work, file_id: UUID, options: dict[str, Any]) -> LeadFile:
    """Begin. Raises Conflict when it runs or ran already."""
    file = await demand(work, file_id, "ready")
    plan = msgspec.structs.replace(msgspec.convert(file.plan, Plan), **options)
    file.plan, file.state, file.trace, file.done = msgspec.to_builtins(plan), "running", work.trace, 0
    file.counts = {name: file.counts[name] for name in ("known", "agreed") if name in file.counts}
    note(work, "leads.import_started", file)
    await agenda.add(work, "leads.import_run", file.id, -1)
    return file


async def stop(work: Work, file_id: UUID) -> LeadFile:
    """After the chunk that is being done. What was brought in stays until it is taken back."""
    file = await demand(work, file_id, "running", "done", "stopped")
    if file.state == "running":
        await give_up(work, file)
        await _ended(work, file, "stopped")
    return file


async def _ended(work: Work, file: LeadFile, state: str, error: str = "") -> None:
    file.state, file.error, file.ended_at = state, error, clock.now()
    note(work, "leads.imported", file)
    await team.notify(work, "import.done", [file.person_id], "import", file.id, to_doer=True, name=file.name)


async def run_chunk(work: Work, file_id: UUID, after: int) -> None:
    file = await held(work, file_id, "running")
    if file is None:
        return None
    person = await person_now(work, file.person_id)
    if person is None or not person.may("leads.import"):
        return await _ended(work, file, "stopped", worded("Whoever began it may not bring in %(leads)s any more."))
    plan = msgspec.convert(file.plan, Plan)
    rows = await import_rows(work, file.id, after=after if not plan.heads else max(after, 0), limit=CHUNK)
    counts = await _Chunk(work, file, plan, person).bring_in(rows)
    file.counts = {**file.counts, **{name: file.counts.get(name, 0) + counts[name] for name in OUTCOMES}}
    file.done += len(rows)
    if len(rows) < CHUNK:
        return await _ended(work, file, "done")
    await agenda.add(work, "leads.import_run", file.id, rows[-1].number)


class _Chunk:
    """One chunk of lines on its way in."""

    def __init__(self, work: Work, file: LeadFile, plan: Plan, person: Person) -> None:
        self.work, self.file, self.plan, self.person = work, file, plan, person
        self.told = {"imported": file.id} | ({} if plan.assign == "routing" else {"unrouted": True})

    async def bring_in(self, rows: Sequence[ImportRow]) -> Counter[str]:
        read, box = await reader(self.work, self.plan), await runtime().box(self.work.tenant)
        self.currency = await config.get(self.work, "currency")
        pairs = [_Pair(row, read.read(opened(box, self.file.id, row.cells))) for row in rows]
        good = [pair for pair in pairs if not pair.line.refused]
        for pair in pairs:
            if pair.line.refused:
                _mark(pair, "refused", pair.line.refused[:500])
        await self._bring(good)
        await self.work.flush()
        return Counter(row.outcome for row in rows)

    async def _bring(self, pairs: list[_Pair]) -> None:
        await contacts.hold(self.work, *{key for pair in pairs for key in _keys(pair.line)})
        found = _Known(await self._contacts(pairs))
        fresh, later = _first_of_each(pairs, found)
        people = await contacts.create_many(self.work, [pair.line.contact for pair in fresh])
        for pair, contact in zip(fresh, people, strict=True):
            pair.contact = contact
            found.add(contact)
        for pair in later:
            pair.contact = found.of(pair.line)
        leads = await self._leads([pair.contact.id for pair in later if pair.contact])
        empty = await self._without_lead(later, {*leads, *(contact.id for contact in people)})
        await self._arrive([*fresh, *empty])
        leads |= {pair.contact.id: pair.row.lead_id for pair in (*fresh, *empty) if pair.contact}
        await self._meet([pair for pair in later if not pair.row.outcome], leads)
        await self._consents([pair for pair in pairs if pair.row.outcome in ("added", "filled")])

    async def _contacts(self, pairs: list[_Pair]) -> list[Contact]:
        phones = {pair.line.values["phone"] for pair in pairs if pair.line.values.get("phone")}
        emails = {pair.line.values["email"] for pair in pairs if pair.line.values.get("email")}
        here = select(Contact).where(
            or_(Contact.phone.in_(phones), Contact.email.in_(emails)), Contact.merged_into.is_(None)
        )
        return list(await self.work.scalars(here.order_by(Contact.created_at, Contact.id)))

    async def _leads(self, ids: list[UUID]) -> dict[UUID, UUID | None]:
        """Contact → its newest lead within reach, None where all lie beyond; who has none at all is missing."""
        rows = select(Lead.contact_id, Lead.id, (await visible(self.work, self.person)).label("seen"))
        rows = rows.where(Lead.contact_id.in_(ids), Lead.deleted_at.is_(None)).order_by(Lead.created_at, Lead.id)
        found: dict[UUID, UUID | None] = {}
        for row in await self.work.execute(rows):
            found[row.contact_id] = row.id if row.seen else found.get(row.contact_id)
        return found

    async def _without_lead(self, pairs: list[_Pair], having: set[UUID]) -> list[_Pair]:
        """Whoever is known but has no lead gets one; what only an import that was taken back said of them is forgotten."""
        empty: dict[UUID, _Pair] = {}
        for pair in pairs:
            if pair.contact is not None and pair.contact.id not in having:
                empty.setdefault(pair.contact.id, pair)
        gone = select(ImportRow.contact_id).where(ImportRow.contact_id.in_(empty), ImportRow.outcome == "undone")
        anew = set(await self.work.scalars(gone))
        for pair in empty.values():
            assert pair.contact is not None
            if pair.contact.id in anew:
                await contacts.update(self.work, pair.contact.id, pair.line.contact)
            else:
                await contacts.fill_in(self.work, pair.contact, pair.line.contact)
        return list(empty.values())

    async def _arrive(self, pairs: list[_Pair]) -> None:
        arrivals = [
            Arrival(contact=pair.contact, values=self._values(pair.line), stage=pair.line.stage, tags=pair.line.tags)
            for pair in pairs
            if pair.contact is not None
        ]
        for pair, lead in zip(pairs, await create_many(self.work, arrivals, self.told), strict=True):
            _mark(pair, "added", lead_id=lead.id)

    def _values(self, line: Line) -> LeadValues:
        columns = line.columns
        value = columns.get("value")
        return LeadValues(
            source=columns.get("source") or "",
            sub_source=columns.get("sub_id") or "",
            campaign=columns.get("campaign") or "",
            landing_page=columns.get("landing_page") or "",
            owner_id=line.owner_id or _person(self.plan.assign),
            value_amount=None if value is None else minor(value, self.currency),
            custom=line.custom,
        )

    async def _meet(self, pairs: list[_Pair], leads: dict[UUID, UUID | None]) -> None:
        """Those who are there already, by the import's rule for duplicates: all at once, and lines about one lead in turn."""
        if not pairs:
            return None
        if self.plan.duplicates == "anyway":
            return await self._arrive(pairs)
        known = [(pair, leads.get(pair.contact.id)) for pair in pairs if pair.contact]
        turn: dict[UUID, _Pair] = {}
        later: list[_Pair] = []
        for pair, lead_id in known:
            if self.plan.duplicates == "skip" or lead_id is None:
                _mark(pair, "skipped", say("Somebody with this number or address is there already."), lead_id=lead_id)
            elif turn.setdefault(lead_id, pair) is not pair:
                later.append(pair)
        if turn:
            await self._merge(turn)
        return await self._meet(later, leads)

    async def _merge(self, turn: dict[UUID, _Pair]) -> None:
        """Only blanks, or also what is known; each line keeps what every changed field had and got. Sealed values are only
        filled.
        """
        rows = {lead.id: lead for lead in await self.work.scalars(select(Lead).where(Lead.id.in_(turn)))}
        fieldset = await fields.registry(self.work, "lead")
        sealed = {field.name for field in fieldset if field.sensitive}
        found = {}
        for lead_id, pair in turn.items():
            before = fields.snapshot(fieldset, rows[lead_id], pair.contact, custom=rows[lead_id].custom)
            found[lead_id] = before, self._wanted(pair, rows[lead_id], before, sealed)
        await update_many(self.work, {lead_id: wanted for lead_id, (_, wanted) in found.items() if wanted}, score=True)
        for lead_id, pair in turn.items():
            before, wanted = found[lead_id]
            pair.row.changed = {
                name: [None, None] if name in sealed else [fields.json_safe(before.get(name)), fields.json_safe(value)]
                for name, value in wanted.items()
            }
            outcome = ("filled", "") if wanted else ("skipped", say("Nothing in it was new."))
            _mark(pair, *outcome, lead_id=lead_id)

    def _wanted(self, pair: _Pair, lead: Lead, before: dict[str, Any], sealed: set[str]) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        for name, value in pair.line.values.items():
            had = lead.custom.get(name) if name in sealed else before.get(name)
            blank = had in (None, "", []) or (name == "value" and not had)
            if had != value and (blank or (self.plan.duplicates == "overwrite" and name not in sealed)):
                wanted[name] = value
        return wanted

    async def _consents(self, pairs: Iterable[_Pair]) -> None:
        """The words as the file has them, once for each person, when and where as whoever brings it in says."""
        rows = [pair for pair in pairs if pair.line.consent and pair.contact is not None]
        texts = select(Consent.contact_id, Consent.text).where(
            Consent.contact_id.in_([pair.contact.id for pair in rows if pair.contact]), Consent.revoked_at.is_(None)
        )
        given = {(row.contact_id, row.text) for row in await self.work.execute(texts)} if rows else set()
        source = f"{self.plan.consent_from or self.file.name} (import)"[:300]
        for pair in rows:
            assert pair.contact is not None
            if (pair.contact.id, pair.line.consent) in given:
                continue
            given.add((pair.contact.id, pair.line.consent))
            consent = Consent(id=uuid7(), contact_id=pair.contact.id, channels=sorted(contacts.CHANNELS), text=pair.line.consent,
                              purpose="marketing", at=pair.line.consent_at or clock.now(), source=source)  # fmt: skip
            self.work.add(consent)
            events.record(self.work, "contact.consented", "contact", pair.contact.id, consent=consent.id,
                          channels=list(consent.channels))  # fmt: skip


class _Known:
    """Contacts by phone, else by e-mail; the latest of several."""

    def __init__(self, found: Iterable[Contact]) -> None:
        self.phones: dict[str, Contact] = {}
        self.emails: dict[str, Contact] = {}
        for contact in found:
            self.add(contact)

    def add(self, contact: Contact) -> None:
        if contact.phone:
            self.phones[contact.phone] = contact
        if contact.email:
            self.emails[contact.email] = contact

    def of(self, line: Line) -> Contact | None:
        phone, email = line.values.get("phone"), line.values.get("email")
        return (self.phones.get(phone) if phone else None) or (self.emails.get(email) if email else None)


def _first_of_each(pairs: list[_Pair], found: _Known) -> tuple[list[_Pair], list[_Pair]]:
    """Whom nobody knows yet, once each; and the rest, who are then known."""
    fresh, later = [], []
    seen: set[str] = set()
    for pair in pairs:
        keys = _keys(pair.line)
        if found.of(pair.line) is None and not seen & keys:
            fresh.append(pair)
            seen |= keys
        else:
            later.append(pair)
    return fresh, later


def _keys(line: Line) -> set[str]:
    return {key for key in (line.values.get("phone"), line.values.get("email")) if key}


def _mark(pair: _Pair, outcome: str, reason: str = "", *, lead_id: UUID | None = None) -> None:
    row = pair.row
    row.outcome, row.reason, row.lead_id = outcome, reason, lead_id
    row.contact_id = pair.contact.id if pair.contact else None
    if outcome in ("added", "filled"):
        row.cells = None  # it is a lead now; nothing of the person stays beside it


def _person(assign: str) -> UUID | None:
    return None if assign in ("", "nobody", "routing") else UUID(assign)
