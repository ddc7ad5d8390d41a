"""The client's pages through HTTP: what they show, what they keep, and whom they never show."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.access.models import PersonRow
from app.billing.models import Invoice
from app.core import config
from app.core.work import unit
from app.documents.models import Document
from app.programs import service
from app.programs.models import Deposit, Program, Settlement
from app.tasks.models import Task
from tests.drive import drain
from tests.programs.making import a_client, a_lead, a_program, an_offer, settled

pytestmark = pytest.mark.anyio


def seen(answer):
    """The page as one line of words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
async def dana(cast):
    """A client in a program of three debts, signed in."""
    program = await a_program(cast.tenants["harbor"])
    return await a_client(cast, "harbor", program.contact_id, "Dana"), program


async def test_a_page_without_a_tab_of_its_own_belongs_to_more_and_not_to_home(cast, dana):
    browser, _ = dana
    for path, tab in (("/portal", "/portal"), ("/portal/invoices", "/portal/more"), ("/account", "/portal/more"),
                      ("/portal/deposits/change", "/portal/program")):  # fmt: skip
        marked = re.findall(r'href="([^"]+)"[^>]*aria-current="page"', (await browser.get(path)).text)
        assert set(marked) == {tab}, path


async def test_home_shows_one_number_one_date_and_whom_to_call(cast, dana):
    browser, program = dana
    said = seen(await browser.get("/portal"))
    day = program.first_deposit_on
    assert "Hello, Dana" in said and "0 of 3 debts settled" in said and "$312.50" in said
    assert f"{day:%a, %b} {day.day}" in said and "Fees are $0 until a debt is settled" in said
    assert "marquee" not in (await browser.get("/portal")).text.lower()


async def test_an_offer_is_approved_once_with_the_words_shown(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    offer = await an_offer(harbor, program)
    assert "First Example Bank would take $1,500.00" in seen(await browser.get("/portal"))
    shown = seen(await browser.get(f"/portal/offers/{offer}"))
    assert "$3,000.00" in shown and "$750.00" in shown and "about as planned (estimate)" in shown
    for _ in range(2):
        assert (await browser.post(f"/portal/offers/{offer}/approve")).status_code == 303
    async with unit(tenant=harbor) as work:
        kept = await work.get(Settlement, offer)
    assert kept.state == "approved" and kept.approved_words in shown and "127.0.0.1" in kept.approved_from
    assert "would take" not in seen(await browser.get("/portal"))


async def test_an_offer_that_is_over_cannot_be_approved(cast, dana):
    browser, program = dana
    offer = await an_offer(cast.tenants["harbor"], program)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (await work.get(Settlement, offer)).expires_on = await config.today(work) - timedelta(days=1)
    assert "no longer open" in seen(await browser.get(f"/portal/offers/{offer}"))
    assert (await browser.post(f"/portal/offers/{offer}/approve")).status_code == 409


async def test_a_question_becomes_a_task_and_an_empty_one_is_refused(cast, dana):
    browser, program = dana
    offer = await an_offer(cast.tenants["harbor"], program)
    assert (await browser.post(f"/portal/offers/{offer}/ask", {"question": ""})).status_code == 422
    assert (await browser.post(f"/portal/offers/{offer}/ask", {"question": "Is this final?"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        titles = list(await work.scalars(select(Task.title).where(Task.entity_id == program.lead_id)))
    assert any("Is this final?" in title and "First Example Bank" in title for title in titles)
    assert "Is this final?" in seen(await browser.get("/portal/messages"))


async def test_nobody_sees_another_clients_things(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    offer = await an_offer(harbor, program)
    await settled(harbor, await an_offer(harbor, program, position=1, amount=200_000))
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        invoice = await work.scalar(select(Invoice.id))
        document = await work.scalar(select(Document.id))
    other = await a_program(harbor, first="Omar")
    omar = await a_client(cast, "harbor", other.contact_id, "Omar")
    stranger = await a_client(cast, "summit", program.contact_id, "Dana")  # the same id on another tenant
    for url in (f"/portal/offers/{offer}", f"/portal/invoices/{invoice}", f"/portal/documents/{document}"):
        assert (await browser.get(url)).status_code == 200
        assert (await omar.get(url)).status_code == 404
        assert (await stranger.get(url)).status_code == 404
        visit = await cast.visitor("harbor").get(url)
        assert visit.status_code == 303 and "/login" in visit.headers["location"]
    assert (await omar.post(f"/portal/offers/{offer}/approve")).status_code == 404
    assert "Invoice-" not in (await omar.get("/portal/documents")).text
    assert (await browser.get(f"/agent/programs/{program.id}")).status_code == 404
    assert (await (await cast.browser("harbor", "luis")).get("/portal")).status_code == 404


async def test_invoices_show_and_download_as_a_file(cast, dana, runtime):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    await settled(harbor, await an_offer(harbor, program))
    async with unit(tenant=harbor) as work:
        invoice = (await work.scalars(select(Invoice))).one()
    assert "The PDF is being made" in seen(await browser.get(f"/portal/invoices/{invoice.id}"))
    await drain(runtime, harbor)
    page = await browser.get(f"/portal/invoices/{invoice.id}")
    assert "$750.00" in seen(page)
    file = await browser.get(re.search(r"/portal/documents/[0-9a-f-]+", page.text)[0])
    assert file.content.startswith(b"%PDF-") and file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith(f'attachment; filename="Invoice-{invoice.number}-Reyes.pdf"')
    assert "sandbox" in file.headers["content-security-policy"] and file.headers["x-content-type-options"] == "nosniff"
    assert f"Invoice {invoice.number}" in seen(await browser.get("/portal/invoices"))


def picture(size=(40, 30)):
    kept = BytesIO()
    Image.new("RGB", size, "navy").save(kept, "PNG")
    return kept.getvalue()


async def upload(browser, name, body):
    return await browser.post("/portal/documents", files={"file": (name, body, "image/png")})


async def test_an_upload_is_kept_under_a_safe_name_and_pictures_are_drawn_anew(cast, dana):
    browser, _ = dana
    hidden = picture() + b"<script>alert(1)</script>"
    assert (await upload(browser, '../../etc/pass"wd.exe', hidden)).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        kept = (await work.scalars(select(Document))).one()
    assert kept.name == "pass-wd.png" and kept.content_type == "image/png" and b"script" not in kept.body
    assert "pass-wd.png" in (await browser.get("/portal/documents")).text


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("a.png", b"<html>not a picture</html>"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken"),
        ("a.pdf", b"%PDF-1.7 X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
        ("a.pdf", b"%PDF-" + bytes(10_000_001)),
        ("a.png", picture((30_000, 1_500))),
        ("", b""),
    ],
    ids=["svg", "html", "broken", "virus", "large", "pixels", "none"],
)
async def test_what_is_no_safe_file_is_refused(cast, dana, name, body):
    browser, _ = dana
    assert (await upload(browser, name, body)).status_code == 422
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.scalars(select(Document.id))).first() is None


async def test_enrolment_asks_the_client_in_by_mail(cast, runtime):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    await drain(runtime, harbor)
    await drain(runtime, harbor)
    async with unit(tenant=harbor) as work:
        invited = (await work.scalars(select(PersonRow).where(PersonRow.party_id == program.contact_id))).all()
    assert [(row.email, row.state) for row in invited] == [("dana@example.com", "invited")]


@pytest.mark.parametrize(
    ("slug", "label", "absent"),
    [("summit", "Order", "deposit"), ("keystone", "Case", "Invoices"), ("willow", "Request", "Invoices")],
)
async def test_other_businesses_fill_the_same_places(cast, slug, label, absent):
    tenant = cast.tenants[slug]
    lead = await a_lead(tenant)
    async with unit(tenant=tenant) as work:
        from app.leads.models import Lead

        contact = await work.scalar(select(Lead.contact_id).where(Lead.id == lead))
    browser = await a_client(cast, slug, contact, "Dana")
    home = await browser.get("/portal")
    assert home.status_code == 200 and label in seen(home) and "We have your" in seen(home)
    assert absent not in seen(home) and (await browser.get("/portal/program")).status_code == 200


async def test_a_finished_and_an_ended_program_say_so(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    for place in range(3):
        await settled(harbor, await an_offer(harbor, program, position=place, amount=100_000))
    assert "All 3 debts are settled" in seen(await browser.get("/portal"))
    other = await a_program(harbor, first="Omar")
    async with unit(tenant=harbor) as work:
        await service.cancel(work, other.id, "moved away")
        left = list(await work.scalars(select(Deposit.state).where(Deposit.program_id == other.id).distinct()))
        assert await work.scalar(select(Program.state).where(Program.id == other.id)) == "cancelled"
    omar = await a_client(cast, "harbor", other.contact_id, "Omar")
    assert left == ["skipped"] and "Nothing is left in your account" in seen(await omar.get("/portal"))
