"""Taking an import back: what it added goes, what it filled in becomes as it was. What was worked on since stays, unless
whoever takes it back says otherwise; so does every value that was changed again.

A chunk holds its leads before it looks who worked on them: a claim or a note comes either before it, and the lead stays,
or finds the lead gone.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from app.contacts.models import Consent, Contact
from app.core import agenda, clock, events, fields
from app.core.events import Event
from app.core.fields import FieldSet
from app.core.work import Work
from app.leads.models import ImportRow, Lead, LeadFile, Plan
from app.leads.queries.imports import brought_in, worked_on
from app.leads.service.imports import demand, held, note
from app.leads.service.removal import delete_many
from app.leads.service.rows import locked_many
from app.leads.service.values import update_many
from app.team import service as team
from themes.catalogue import say

CHUNK = 500
BEYOND = 2**31 - 1  # no line has this number


async def take_back(work: Work, file_id: UUID, *, keep_worked: bool) -> LeadFile:
    """Begin. Raises NotFound, Conflict while it runs or when it was taken back."""
    file = await demand(work, file_id, "done", "stopped")
    file.state, file.done = "undoing", 0
    plan = msgspec.structs.replace(msgspec.convert(file.plan, Plan), keep_worked=keep_worked)
    file.plan, file.total = msgspec.to_builtins(plan), file.counts.get("added", 0) + file.counts.get("filled", 0)
    await agenda.add(work, "leads.import_undo", file.id, BEYOND)
    return file


async def undo_chunk(work: Work, file_id: UUID, before: int) -> None:
    file = await held(work, file_id, "undoing")
    if file is None:
        return
    rows = await brought_in(work, file.id, before=before, limit=CHUNK)
    await _take(work, file, rows)
    undone = sum(row.outcome == "undone" for row in rows)
    file.counts = {
        **file.counts,
        "undone": file.counts.get("undone", 0) + undone,
        "kept": file.counts.get("kept", 0) + len(rows) - undone,
    }
    file.done += len(rows)
    if len(rows) == CHUNK:
        await agenda.add(work, "leads.import_undo", file.id, rows[-1].number)
        return
    file.state, file.ended_at = "undone", clock.now()
    note(work, "leads.import_undone", file)
    await team.notify(work, "import.undone", [file.person_id], "import", file.id, to_doer=True, name=file.name)


async def _take(work: Work, file: LeadFile, rows: list[ImportRow]) -> None:
    """Each line that could be taken back is marked as undone."""
    leads = {
        lead.id: lead for lead in await locked_many(work, {row.lead_id for row in rows if row.lead_id}, deleted=True)
    }
    added = [row for row in rows if row.outcome == "added" and row.lead_id in leads]
    kept = await _worked_on(work, file, added) if msgspec.convert(file.plan, Plan).keep_worked else set()
    going = [row for row in added if row.lead_id not in kept]
    filled = [row for row in rows if row.outcome == "filled" and row.lead_id in leads]
    filled = [row for row in filled if leads[row.lead_id].deleted_at is None]  # type: ignore[index]
    await _restore(work, leads, filled)
    await delete_many(work, [row.lead_id for row in going if row.lead_id])
    for row in added:
        row.reason = say("Kept: it was worked on since.") if row.lead_id in kept else row.reason
    for row in (*going, *filled):
        row.outcome = "undone"
    await _consents_end(work, file, [row.contact_id for row in (*going, *filled) if row.contact_id])


async def _worked_on(work: Work, file: LeadFile, rows: list[ImportRow]) -> set[UUID]:
    ids = [row.lead_id for row in rows if row.lead_id]
    return set(await work.scalars(select(Lead.id).where(Lead.id.in_(ids), worked_on(file.trace, work.trace))))


async def _restore(work: Work, leads: dict[UUID, Lead], rows: list[ImportRow]) -> None:
    """Each field that still holds what the import wrote holds again what it had."""
    if not rows:
        return
    fieldset = await fields.registry(work, "lead")
    ids = {leads[row.lead_id].contact_id for row in rows if row.lead_id}
    people = {contact.id: contact for contact in await work.scalars(select(Contact).where(Contact.id.in_(ids)))}
    back: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        assert row.lead_id is not None
        lead, here = leads[row.lead_id], back.setdefault(row.lead_id, {})
        now = fields.snapshot(fieldset, lead, people[lead.contact_id], custom=lead.custom) | here
        here.update(_before(fieldset, row, now))
    await update_many(work, {lead_id: values for lead_id, values in back.items() if values}, score=True)


def _before(fieldset: FieldSet, row: ImportRow, now: Mapping[str, Any]) -> dict[str, Any]:
    """What the line's fields had, where nobody changed them again. Of sealed ones nobody knows; only blanks were filled."""
    found = {}
    for name, (had, got) in row.changed.items():
        field = fieldset.get(name)
        if field is not None and (field.sensitive or fields.json_safe(now.get(name)) == got):
            found[name] = fields.native(field, had)
    return found


async def _consents_end(work: Work, file: LeadFile, ids: list[UUID]) -> None:
    """Consents that this import brought end with it, but for people of whom something of it is kept; the rows stay as
    proof of what was believed.
    """
    await events.written(work)
    still = select(ImportRow.contact_id).where(
        ImportRow.import_id == file.id, ImportRow.contact_id.in_(ids), ImportRow.outcome == "added"
    )
    ids = list(set(ids) - set(await work.scalars(still)))
    made = select(Event.payload["consent"].as_string()).where(
        Event.kind == "contact.consented",
        Event.trace == file.trace,
        Event.entity == "contact",
        Event.entity_id.in_(ids),
    )
    known = [UUID(text) for text in await work.scalars(made)]
    ending = (
        update(Consent)
        .where(Consent.id.in_(known), Consent.revoked_at.is_(None))
        .returning(Consent.contact_id, Consent.channels)
    )
    done = ending.values(revoked_at=clock.now(), revoked_how="import taken back")
    for row in await work.execute(done):
        events.record(
            work,
            "contact.consent_revoked",
            "contact",
            row.contact_id,
            how="import taken back",
            channels=list(row.channels),
        )
