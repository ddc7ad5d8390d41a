"""A book of leads that the routing gives out, and one that it leaves alone."""

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.leads.models import Lead
from app.routing.models import Decision, LeadOffer
from tests.leads.test_imports import brought_in

pytestmark = pytest.mark.anyio
BOOK = "Name,Phone,State,ZIP,Debt\r\n" + "".join(f"Kim Park{n},727555{7000 + n},FL,33602,9000\r\n" for n in range(6))


async def imported(floor):
    found = select(Lead).join(Contact, Contact.id == Lead.contact_id).where(Contact.last_name.like("Park%"))
    return await floor.rows(found.order_by(Contact.last_name))


async def test_as_the_routing_decides_each_line_gets_an_owner_and_the_reason_is_kept(floor):
    await floor.ready("luis", "maria")
    ada = await floor.cast.browser("harbor", "ada")
    await brought_in(floor.cast, ada, BOOK, options={"duplicates": "skip", "assign": "routing"})
    await floor.drain()
    people = {await floor.person("luis"), await floor.person("maria")}
    leads = await imported(floor)
    assert len(leads) == 6 and {lead.owner_id for lead in leads} == people
    decisions = await floor.rows(select(Decision))
    assert {one.lead_id: one.winner_id for one in decisions} == {lead.id: lead.owner_id for lead in leads}
    assert all(one.outcome == "assigned" and one.sentence for one in decisions) and len(decisions) == 6
    page = await ada.get(f"/agent/leads/{leads[0].id}/why-owner")
    assert page.status_code == 200 and decisions[0].rule in page.text


async def test_when_told_none_nobody_gets_them_though_everybody_is_ready(floor):
    await floor.ready("luis", "maria")
    ada = await floor.cast.browser("harbor", "ada")
    await brought_in(floor.cast, ada, BOOK, options={"duplicates": "skip", "assign": "nobody"})
    await floor.drain()
    assert [lead.owner_id for lead in await imported(floor)] == [None] * 6
    for kind in (Decision, LeadOffer):
        assert (await floor.rows(select(func.count()).select_from(kind))) == [0]
    lead_id = await floor.lead()  # the floor is open: what comes by itself is given out
    await floor.drain()
    assert await floor.owner(lead_id) is not None
