"""Documents on a lead's page: whose they are, who may add, what another role finds."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.work import unit
from app.documents.models import Document
from app.leads import service as leads
from tests.leads.making import person_id
from tests.programs.making import a_client, a_lead

pytestmark = pytest.mark.anyio
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


async def added(browser, lead, body=PDF, **fields):
    files = {"file": ("Agreement.pdf", body, "application/pdf")}
    return await browser.post(f"/agent/leads/{lead}/documents", fields, files=files)


@pytest.fixture
async def lead(cast):
    """A lead that is Luis's own."""
    harbor = cast.tenants["harbor"]
    made = await a_lead(harbor)
    async with unit(tenant=harbor) as work:
        await leads.assign(work, made, await person_id(cast, "luis"), reason="manual")
    return made


async def only_document(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return (await work.scalars(select(Document))).one()


async def test_who_may_adds_and_who_reaches_the_lead_downloads(cast, lead):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert (await added(luis, lead)).status_code == 404
    assert (await added(ada, lead, shared="1")).status_code == 303
    document = await only_document(cast)
    panel = await luis.get(f"/agent/leads/{lead}/documents", headers={"HX-Request": "true"})
    assert "Agreement.pdf" in panel.text and "Shared" in panel.text and "Add document" not in panel.text
    for name, status in (("ada", 200), ("luis", 200), ("maria", 404)):
        browser = await cast.browser("harbor", name)
        assert (await browser.get(f"/agent/documents/{document.id}")).status_code == status
    assert (await (await cast.browser("summit", "ada")).get(f"/agent/documents/{document.id}")).status_code == 404


@pytest.mark.parametrize(("fields", "status"), [({"shared": "1"}, 200), ({}, 404)])
async def test_a_client_gets_only_what_is_shared(cast, lead, fields, status):
    await added(await cast.browser("harbor", "ada"), lead, **fields)
    document = await only_document(cast)
    dana = await a_client(cast, "harbor", document.contact_id, "Dana")
    assert (await dana.get(f"/portal/documents/{document.id}")).status_code == status


async def test_a_refused_file_says_why(cast, lead):
    answer = await added(await cast.browser("harbor", "ada"), lead, body=b"MZ an executable")
    assert answer.status_code == 422 and "Send a PDF, PNG or JPEG" in answer.text


@pytest.mark.parametrize("statement", ["update documents set name = 'other'", "delete from documents"])
async def test_what_was_kept_is_never_changed(cast, lead, statement):
    await added(await cast.browser("harbor", "ada"), lead)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(text(statement))
    assert (await only_document(cast)).name == "Agreement.pdf"


async def test_a_file_that_is_too_large_is_told_its_size_and_one_beyond_all_measure_leads_back(cast, lead):
    ada = await cast.browser("harbor", "ada")
    large = await added(ada, lead, body=PDF + b"0" * 12_000_000)
    assert large.status_code == 422 and "This file is 12 MB; the limit is 10 MB" in large.text
    path = f"/agent/leads/{lead}/documents"
    files = {"file": ("Agreement.pdf", PDF + b"0" * 45_000_000, "application/pdf")}
    far = await ada.post(path, files=files, headers={"Referer": f"http://harbor.localhost:8000{path}"})
    assert far.status_code == 413 and f'href="{path}">Go back' in far.text
    assert (await added(ada, lead)).status_code == 303
