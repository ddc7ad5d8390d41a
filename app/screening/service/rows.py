"""The row beside a lead, made when it is first needed."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.contacts.models import Contact
from app.core import clock, fields
from app.core.work import Work
from app.leads.models import Lead
from app.screening.models import Screening


async def locked(work: Work, lead_id: UUID) -> Screening:
    """The row as it is now, held until the transaction ends."""
    fresh = insert(Screening).values(lead_id=lead_id, updated_at=clock.now())
    await work.execute(fresh.on_conflict_do_nothing(index_elements=["lead_id"]))
    statement = select(Screening).where(Screening.lead_id == lead_id).with_for_update()
    return (await work.scalars(statement, execution_options={"populate_existing": True})).one()


async def known(work: Work, lead_id: UUID) -> tuple[Lead, Contact, dict[str, Any]]:
    """Lead, contact and the values by field name, sealed ones left out."""
    lead = await work.get_one(Lead, lead_id)
    contact = await work.get_one(Contact, lead.contact_id)
    fieldset = await fields.registry(work, "lead")
    return lead, contact, fields.snapshot(fieldset, lead, contact, custom=lead.custom)
