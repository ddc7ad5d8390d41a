"""Reminders of open invoices: a few, on set days, through the gate, in the client's language."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from app.billing.models import Invoice
from app.billing.service.invoices import billing_terms, locked
from app.contacts.models import Contact
from app.core import clock, config, events
from app.core.work import Work
from app.messages import service as messages
from app.messages.service import outside
from themes.catalogue import say
from themes.formats import day, money
from themes.view import viewing

AT_ONCE = 200


async def due_reminders(work: Work) -> list[UUID]:
    """Open invoices whose next reminder has come, the longest due first."""
    days = (await billing_terms(work)).reminders
    today = await config.today(work)
    steps = [
        (Invoice.reminded == place) & (Invoice.due_on <= today - timedelta(days=after))
        for place, after in enumerate(days)
    ]
    if not steps:
        return []
    found = select(Invoice.id).where(Invoice.state == "open", or_(*steps)).order_by(Invoice.due_on).limit(AT_ONCE)
    return list(await work.scalars(found))


async def remind(work: Work, invoice_id: UUID) -> bool:
    """One servicing mail without what the invoice is for; it stands for all whose day has come, so that nobody who was not
    reminded for a while gets them at once. False when nothing left: not open, no address, or refused.
    """
    invoice = await locked(work, invoice_id)
    contact = await work.get(Contact, invoice.contact_id)
    if invoice.state != "open" or contact is None:
        return False
    invoice.reminded = max(invoice.reminded + 1, await _come(work, invoice))
    await work.flush()
    if not contact.email:
        return False
    subject, text = await _words(work, invoice, contact)
    message = await messages.send_email(
        work, contact.id, purpose="servicing", automated=True, key=f"invoice-reminder:{invoice.id}:{invoice.reminded}",
        subject=subject, text=text[0], button=(text[1], f"{outside.origin(work)}/portal/invoices/{invoice.id}"),
        cause={"invoice": str(invoice.id)},
    )  # fmt: skip
    events.record(work, "invoice.reminded", "contact", contact.id, invoice_id=invoice.id, number=invoice.reminded)
    return message.state != "refused"


async def _come(work: Work, invoice: Invoice) -> int:
    """How many of its reminders are due by today."""
    days, today = (await billing_terms(work)).reminders, await config.today(work)
    return sum(invoice.due_on is not None and invoice.due_on <= today - timedelta(days=after) for after in days)


async def _words(work: Work, invoice: Invoice, contact: Contact) -> tuple[str, tuple[str, str]]:
    settings = await config.everything(work)
    locale = outside.spoken_by(contact, settings["locale"])
    with viewing({"locale": locale, "zone": settings["zone"], "currency": invoice.currency}, clock.now):
        owed, due = money(invoice.total_amount - invoice.paid_amount), day(invoice.due_on) if invoice.due_on else ""
        values = {"number": invoice.number, "firm": outside.firm_name(work), "amount": owed, "day": due}
        late = invoice.due_on is not None and invoice.due_on < await config.today(work)
        subject = say("Invoice %(number)s from %(firm)s: %(amount)s", **values)
        hello = say("Hello %(name)s,", name=contact.first_name or contact.name)
        said = (
            say("Invoice %(number)s was due on %(day)s. %(amount)s is still open.", **values)
            if late
            else say("Invoice %(number)s is due on %(day)s. %(amount)s is open.", **values)
        )
        paid = say("If you have paid meanwhile, you need do nothing. If something is wrong with it, answer this mail.")
        return subject, (f"{hello}\n\n{said}\n\n{paid}", say("See the invoice"))
