"""The palette finds people by any part of name or number, and never beyond one's reach."""

import pytest

from app.contacts import service as contacts
from app.core.work import unit
from app.leads import service as leads

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("typed", ["reye", "5550142", "727"])
@pytest.mark.parametrize("path", ["/palette", "/search"])
async def test_a_part_of_name_or_number_finds_the_person(cast, typed, path):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "last_name": "Reyes", "phone": "+17275550142"})
        lead = await leads.create(work, contact.id, leads.LeadValues(source="test"))
    at_home, abroad = await cast.browser("harbor", "luis"), await cast.browser("summit", "luis")
    assert str(lead.id) in (await at_home.get(path, params={"q": typed})).text
    elsewhere = await abroad.get(path, params={"q": typed})
    assert elsewhere.status_code == 200 and str(lead.id) not in elsewhere.text


async def test_pages_are_found_by_their_name(cast):
    browser = await cast.browser("harbor", "ada")
    assert "/admin/audit" in (await browser.get("/palette", params={"q": "aud"})).text


async def test_verbs_are_found_by_what_they_are_called_here_and_only_by_whoever_may(cast):
    ada = await cast.browser("harbor", "ada")
    assert "/agent/leads/new" in (await ada.get("/palette", params={"q": "new lead"})).text
    keystone = await cast.browser("keystone", "luis")
    text = (await keystone.get("/palette", params={"q": "intake"})).text
    assert "New intake" in text and ">Intakes<" in text
    assert 'data-mode="dark"' in (await ada.get("/palette", params={"q": "dark"})).text
