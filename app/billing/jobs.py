"""What billing does later: the PDF of an invoice, and the mail that brings it to the client."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.billing import service
from app.billing.models import Invoice, InvoiceLine
from app.contacts.models import Contact
from app.core import agenda, clock, config
from app.core.ports.mail import Attachment
from app.core.ports.pdf import Meta, file_name, print_assets, render_pdf
from app.core.work import Work
from app.documents import queries as documents
from app.documents import service as keeping
from app.documents.service import File
from app.messages import service as messages
from app.messages.service import outside
from app.messages.service.attaching import attacher
from themes.catalogue import say
from themes.formats import day, money
from themes.loader import make_environment
from themes.view import speaking, viewing

LETTER_COUNTRIES = {"US", "CA", "MX"}  # where letters are 8.5 by 11 inches


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the press needs, so that no transaction is open meanwhile."""

    html: str
    assets: dict[str, bytes]
    meta: Meta


def pdf_key(invoice: Invoice) -> str:
    """The PDF of an invoice is made once for each thing that it can say."""
    return f"invoice-pdf:{invoice.id}"


async def prepare_pdf(work: Work, invoice_id: UUID) -> Print | None:
    """The invoice as branded HTML; None when it has no number or its PDF stands already."""
    invoice = await work.get(Invoice, invoice_id)
    if invoice is None or invoice.number is None or await documents.by_key(work, pdf_key(invoice)):
        return None
    contact = await work.get(Contact, invoice.contact_id)
    assert contact is not None and invoice.issued_on is not None
    lines = await work.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    )
    settings, look = await config.everything(work), outside.look(work)
    locale = outside.spoken_by(contact, settings["locale"])
    lang = locale[:2]
    with speaking(locale):
        title = say("Invoice %(number)s", number=invoice.number)
    html = make_environment().get_template("pdf/invoice.html").render(
        invoice=invoice, contact=contact, lines=list(lines), title=title, look=look, logo="", lang=lang,
        locale=locale, zone=settings["zone"], currency=invoice.currency,
        paper="Letter" if contact.country in LETTER_COUNTRIES else "A4",
    )  # fmt: skip
    made_at = datetime.combine(invoice.issued_on, time(12), UTC)
    return Print(html=html, assets=print_assets(look), meta=Meta(title, look.name, lang, made_at))


async def press(made: Print, key: str) -> bytes:
    """In the jail, with nothing of the database held. Making it again does no harm."""
    return await render_pdf(made.html, made.assets, meta=made.meta)


async def settle_pdf(work: Work, invoice_id: UUID, pdf: bytes) -> None:
    """Keep it and tell the client."""
    invoice = await work.get(Invoice, invoice_id)
    contact = await work.get(Contact, invoice.contact_id) if invoice else None
    assert invoice is not None and contact is not None
    name = file_name("Invoice", str(invoice.number), contact.last_name or contact.name)
    file = File(
        entity="invoice", entity_id=invoice.id, contact_id=invoice.contact_id, kind="invoice", name=name,
        content_type="application/pdf", body=pdf, shared=True, key=pdf_key(invoice), at=await _issued(work, invoice),
    )  # fmt: skip
    await keeping.keep(work, file)
    if contact.email:
        await _tell(work, invoice, contact)


async def _issued(work: Work, invoice: Invoice) -> datetime:
    """The invoice's day, however much later its PDF is made."""
    assert invoice.issued_on is not None
    noon = datetime.combine(invoice.issued_on, time(12), ZoneInfo(str(await config.get(work, "zone"))))
    return min(noon, clock.now())


async def _tell(work: Work, invoice: Invoice, contact: Contact) -> None:
    """A servicing mail with the PDF, once for each invoice."""
    settings = await config.everything(work)
    about = {"zone": settings["zone"], "currency": invoice.currency}
    with viewing({"locale": outside.spoken_by(contact, settings["locale"]), **about}, clock.now):
        values = {
            "number": invoice.number, "firm": outside.firm_name(work), "amount": money(invoice.total_amount),
            "day": day(invoice.due_on) if invoice.due_on else "",
        }  # fmt: skip
        subject = say("Invoice %(number)s from %(firm)s: %(amount)s", **values)
        hello = say("Hello %(name)s,", name=contact.first_name or contact.name)
        text = say("Your invoice %(number)s over %(amount)s is attached. It is due on %(day)s.", **values)
        button = say("See the invoice")
    await messages.send_email(
        work, contact.id, purpose="servicing", automated=True, key=f"invoice-mail:{invoice.id}", subject=subject,
        text=f"{hello}\n\n{text}", button=(button, f"{outside.origin(work)}/portal/invoices/{invoice.id}"),
        attachments=[("invoice", invoice.id)], cause={"invoice": str(invoice.id)},
    )  # fmt: skip


@attacher("invoice")
async def invoice_pdf(work: Work, invoice_id: UUID) -> Attachment | None:
    """The stored PDF, for whatever mail speaks of the invoice."""
    document = await documents.by_key(work, f"invoice-pdf:{invoice_id}")
    return Attachment(document.name, document.content_type, document.body) if document else None


@agenda.recurring("billing.remind", timedelta(hours=12))
async def remind(work: Work) -> None:
    """Each invoice whose next reminder has come, in a transaction of its own."""
    for invoice_id in await service.due_reminders(work):
        await agenda.add(work, "billing.remind_one", invoice_id, key=f"invoice-reminder:{invoice_id}")


@agenda.job("billing.remind_one")
async def remind_one(work: Work, invoice_id: UUID) -> None:
    """Once for each reminder: asked again, it finds that none is due."""
    if invoice_id in await service.due_reminders(work):
        await service.remind(work, invoice_id)


agenda.effect(
    agenda.Effect(
        "billing.make_pdf",
        prepare=prepare_pdf,
        call=press,
        settle=settle_pdf,
        repeatable=True,
        queue="report",
        retries=8,
    )
)
