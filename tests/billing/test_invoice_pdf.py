"""An invoice's PDF: made by the worker, in the tenant's brand, once, and sent to the client."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.billing.models import Invoice
from app.core import agenda, clock, config
from app.core.work import unit
from app.documents.models import Document
from app.messages.models import Message
from tests.drive import drain
from tests.programs.making import a_program, an_offer, settled

pytestmark = pytest.mark.anyio


@pytest.fixture
async def invoiced(runtime):
    harbor = await runtime.directory.by_slug("harbor")
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))
    outcomes = await drain(runtime, harbor)
    return harbor, program, outcomes


async def test_the_worker_makes_one_pdf_in_the_tenants_brand(invoiced, runtime):
    harbor, _, outcomes = invoiced
    assert not outcomes["failed"] and not outcomes["parked"]
    async with unit(tenant=harbor) as work:
        document = (await work.scalars(select(Document).where(Document.kind == "invoice"))).one()
        number = await work.scalar(select(Invoice.number))
    reader = PdfReader(BytesIO(document.body))
    text = "\n".join(page.extract_text() for page in reader.pages)
    said = text + str(reader.metadata)
    assert document.name == f"Invoice-{number}-Reyes.pdf" and document.shared
    assert "Harbor Debt Relief" in text and "$750.00" in text and f"Invoice {number}" in text
    assert "marquee" not in said.lower() and reader.metadata.author == "Harbor Debt Relief"


async def test_the_file_bears_the_invoices_day_however_late_it_is_made(runtime):
    harbor = await runtime.directory.by_slug("harbor")
    with clock.held_at(clock.now() - timedelta(days=9)):
        program = await a_program(harbor)
        await settled(harbor, await an_offer(harbor, program))
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        made = await work.scalar(select(Document.created_at).where(Document.kind == "invoice"))
        issued, zone = await work.scalar(select(Invoice.issued_on)), await config.get(work, "zone")
    assert made.astimezone(ZoneInfo(zone)).date() == issued < clock.now().date() - timedelta(days=7)


async def test_the_client_is_written_to_once_with_the_pdf(invoiced, runtime):
    harbor, _, _ = invoiced
    async with unit(tenant=harbor) as work:
        invoice_id = await work.scalar(select(Invoice.id))
        await agenda.add(work, "billing.make_pdf", invoice_id)  # as after a crash between settle and delete
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        mails = list(await work.scalars(select(Message).where(Message.channel == "email")))
        files = list(await work.scalars(select(Document.id)))
    assert len(files) == 1
    assert [(mail.recipient, mail.purpose, mail.refused_code) for mail in mails] == [
        ("dana@example.com", "servicing", None)
    ]
    assert mails[0].attachments == [["invoice", str(invoice_id)]]
