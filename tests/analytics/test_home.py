"""The administrator's home: true figures, each with the list behind it."""

import re

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
    assert home.status_code == 200 and "2 open leads have no owner" in home.text
    assert (await browser.get("/agent/leads?view=unassigned")).status_code == 200


async def test_charts_come_after_the_page_and_with_it_where_no_script_fetches_them(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "email": "dana@example.com"})
        await leads.create(work, contact.id, leads.LeadValues(source="google"))
    browser = await cast.browser("harbor", "ada")
    home = (await browser.get("/admin?period=7d")).text
    later = re.search(r'hx-get="(/admin/charts[^"]+)"', home)[1]
    assert "google" not in home and later == "/admin/charts?period=7d"
    part = (await browser.get(later, headers={"HX-Request": "true"})).text
    assert "google" in part and "<main" not in part
    whole = (await browser.get(later)).text
    assert "google" in whole and "<main" in whole and 'hx-get="/admin/charts' not in whole


@pytest.mark.parametrize("path", ["/admin", "/admin/charts"])
async def test_an_agent_has_no_such_home(cast, path):
    assert (await (await cast.browser("harbor", "luis")).get(path)).status_code == 404
    assert (await (await cast.browser("harbor", "ada")).get(path)).status_code == 200


async def test_home_and_navigation_speak_the_tenants_words(cast):
    """Intakes, lead partners and the won stage's own name; elsewhere the plain words."""
    told = (await (await cast.browser("keystone", "ada")).get("/admin")).text
    assert (
        ">Intakes<" in told and ">Lead partners<" in told and "Bring in the first intake" in told and ">Signed<" in told
    )
    assert ">Leads<" not in told and ">Publishers<" not in told and ">Enrolled<" not in told
    plain = (await (await cast.browser("harbor", "ada")).get("/admin")).text
    assert ">Leads<" in plain and ">Publishers<" in plain and ">Enrolled<" in plain
