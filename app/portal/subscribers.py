"""Who becomes a client is asked in; clients hear what concerns them, staff what their clients do, open pages what is new."""

from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.core import agenda, events, live
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead, Stage
from themes.catalogue import say

# Event → (what the client hears, the payload's name of the record that the notice opens).
TOLD = {
    "settlement.offered": ("offer", "settlement_id"),
    "settlement.paid": ("settled", "debt_id"),
    "deposit.returned": ("deposit", "deposit_id"),
    "deposit.answered": ("deposit", "deposit_id"),
    "deposit.resumed": ("deposit", "program_id"),
    "refund.booked": ("refund", "program_id"),
    "refund.paid": ("refund", "program_id"),
    "invoice.issued": ("invoice", "invoice_id"),
    "document.added": ("document", "document_id"),
    "message.queued": ("message", "message"),
}
# Event → what its client did, in the words of the notice to whoever looks after them.
DID = {
    "settlement.approved": say("approved an offer"),
    "settlement.declined": say("turned an offer down"),
    "deposit.asked": say("asks to change a deposit"),
    "program.cancelled": say("left the program"),
    "document.added": say("sent a document"),
}


# What a page of the portal shows: whatever happens to these reaches the pages that are open.
SHOWN = (
    *TOLD, *DID, "message.received", "deposit.cleared", "deposit.skipped", "deposit.moved", "deposit.changed",
    "deposit.added", "settlement.expired", "settlement.agreed", "program.enrolled", "program.completed", "fee.earned",
    "invoice.voided", "invoice.credited", "payment.received", "ticket.opened", "ticket.received", "ticket.replied",
    "ticket.changed", "ticket.merged", "lead.stage_changed", "lead.assigned",
)  # fmt: skip


@events.together(*set(SHOWN))
async def tell_open_pages(work: Work, happened: list[Event]) -> None:
    """Whose pages these are stands in the event, or is whoever the lead is of."""
    named = {event.payload.get("contact_id") or event.payload.get("contact") for event in happened}
    named |= {event.entity_id for event in happened if event.entity == "contact"}
    leads = {event.entity_id for event in happened if event.entity == "lead"}
    clients = select(Lead.contact_id).join(PersonRow, PersonRow.party_id == Lead.contact_id).where(Lead.id.in_(leads))
    named |= set(await work.scalars(clients)) if leads else set()
    for contact_id in named - {None}:
        live.tell(work, "portal", contact_id)


@events.after("lead.stage_changed")
async def ask_in(work: Work, event: Event) -> None:
    """At enrolment, or when a lead is won where there are no programs. The stage is read again: it may have moved on."""
    found = select(Lead.contact_id).join(Stage, Stage.id == Lead.stage_id)
    won = (Lead.id == event.entity_id, Stage.kind.in_(["won", "done"]), Lead.test.is_(False))
    contact_id = (await work.scalars(found.where(*won))).first()
    if contact_id is not None:
        await agenda.add(work, "portal.invite", contact_id, key=f"portal-invite:{contact_id}")


@events.after(*TOLD)
async def tell_the_client(work: Work, event: Event) -> None:
    """What the client did is no news to them; of messages only those in the portal are."""
    given = event.payload
    if event.kind == "message.queued" and given.get("channel") != "portal":
        return
    if event.kind == "document.added" and given.get("kind") == "invoice":
        return
    contact_id = given.get("contact_id") or given.get("contact") or str(event.entity_id)
    name, record = TOLD[event.kind]
    record_id = given.get(record) or contact_id
    await agenda.add(
        work, "portal.tell", name, UUID(contact_id), UUID(record_id), event.actor_id, key=f"portal-tell:{event.id}"
    )


@events.after(*DID)
async def tell_staff(work: Work, event: Event) -> None:
    """Only what a client did themselves."""
    if event.entity == "lead" and event.actor_id is not None:
        await agenda.add(
            work, "portal.tell_staff", event.entity_id, event.actor_id, "portal.did", DID[event.kind],
            key=f"portal-did:{event.id}",
        )  # fmt: skip


@events.after("message.received")
async def tell_staff_of_words(work: Work, event: Event) -> None:
    if event.entity == "lead" and event.payload.get("channel") == "portal" and event.actor_id is not None:
        await agenda.add(
            work, "portal.tell_staff", event.entity_id, event.actor_id, "portal.wrote", "",
            key=f"portal-wrote:{event.id}",
        )  # fmt: skip
