"""Taking an import back: what it added goes, what it filled in becomes as it was. What was worked on since stays, unless
whoever takes it back says otherwise; so does every value that was changed again.
"""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from app.contacts.models import Consent, Contact
from app.core import agenda, clock, events, fields
from app.core.errors import NotFound
from app.core.events import Event
from app.core.work import Work
from app.leads.models import ImportRow, Lead, LeadFile, Plan
from app.leads.queries.imports import import_rows, worked_on
from app.leads.service.imports import demand, held, note
from app.leads.service.removal import delete
from app.leads.service.values import update as change
from app.team import service as team
from themes.catalogue import say

CHUNK = 200


async def take_back(work: Work, file_id: UUID, *, keep_worked: bool) -> LeadFile:
    """Begin. Raises NotFound, Conflict while it runs or when it was taken back."""
    file = await demand(work, file_id, "done", "stopped")
    file.state, file.done = "undoing", 0
    plan = msgspec.structs.replace(msgspec.convert(file.plan, Plan), keep_worked=keep_worked)
    file.plan, file.total = msgspec.to_builtins(plan), file.counts.get("added", 0) + file.counts.get("filled", 0)
    await agenda.add(work, "leads.import_undo", file.id, -1)
    return file


async def undo_chunk(work: Work, file_id: UUID, after: int) -> None:
    file = await held(work, file_id, "undoing")
    if file is None:
        return
    rows = await import_rows(work, file.id, after=after, limit=CHUNK, outcomes=("added", "filled"))
    kept = await _worked_on(work, file, rows) if msgspec.convert(file.plan, Plan).keep_worked else set()
    for row in rows:
        if row.lead_id in kept and row.outcome == "added":
            row.reason = say("Kept: it was worked on since.")
        elif await (_remove(work, row) if row.outcome == "added" else _restore(work, row)):
            row.outcome = "undone"
    await _consents_end(work, file, [row.contact_id for row in rows if row.outcome == "undone" and row.contact_id])
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


async def _worked_on(work: Work, file: LeadFile, rows: list[ImportRow]) -> set[UUID]:
    ids = [row.lead_id for row in rows if row.lead_id and row.outcome == "added"]
    return set(await work.scalars(select(Lead.id).where(Lead.id.in_(ids), worked_on(file.trace))))


async def _remove(work: Work, row: ImportRow) -> bool:
    """Softly, as any lead is deleted."""
    try:
        await delete(work, row.lead_id)  # type: ignore[arg-type]
    except NotFound:
        return False
    return True


async def _restore(work: Work, row: ImportRow) -> bool:
    """Each field that still holds what the import wrote holds again what it had."""
    lead = await work.get(Lead, row.lead_id)
    if lead is None or lead.deleted_at is not None:
        return False
    fieldset = await fields.registry(work, "lead")
    now = await _now(work, lead, fieldset)
    back: dict[str, Any] = {}
    for name, (had, got) in row.changed.items():
        field = fieldset.get(name)
        if field is None:
            continue
        if field.sensitive or fields.json_safe(now.get(name)) == got:
            back[name] = fields.native(field, had)
    if back:
        await change(work, lead.id, back)
    return True


async def _now(work: Work, lead: Lead, fieldset: Any) -> dict[str, Any]:
    contact = await work.get(Contact, lead.contact_id)
    return fields.snapshot(fieldset, lead, contact, custom=lead.custom)


async def _consents_end(work: Work, file: LeadFile, ids: list[UUID]) -> None:
    """Consents that this import brought end with it, but for people of whom something of it is kept; the rows stay as
    proof of what was believed.
    """
    await work.flush()
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
