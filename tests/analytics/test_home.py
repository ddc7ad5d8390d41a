"""The administrator's home: true figures, each with the list behind it."""

import pytest

from app.contacts import service as contacts
from app.core.work import unit
from app.leads import service as leads

pytestmark = pytest.mark.anyio


async def test_the_home_counts_what_came_today_and_leads_to_it(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for number in range(3):
            contact = await contacts.create(work, {"first_name": "Dana", "email": f"dana{number}@example.com"})
            await leads.create(work, contact.id, leads.LeadValues(source="google", test=number == 2))
    browser = await cast.browser("harbor", "ada")
    home = await browser.get("/admin")
    assert home.status_code == 200
    assert "2 open leads have no owner" in home.text and "google" in home.text
    assert (await browser.get("/agent/leads?view=unassigned")).status_code == 200


async def test_an_agent_has_no_such_home(cast):
    assert (await (await cast.browser("harbor", "luis")).get("/admin")).status_code == 404
