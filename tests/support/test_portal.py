"""The customer's side: open, follow, answer, close; on the tenant's brand, without scripts."""

import pytest
from sqlalchemy import select

from app.core.work import unit
from app.support import service
from app.support.models import Ticket
from tests.contacting import a_lead, acting, at
from tests.support.making import SLUG, a_client, a_ticket, stands

pytestmark = pytest.mark.anyio
PATH = "/portal/tickets"


async def test_a_customer_opens_follows_answers_and_closes(cast):
    with at():
        lead = await a_lead(cast, SLUG)
        cleo = await a_client(cast, lead)
        page = (await cleo.get(PATH)).text
        assert "No requests yet" in page and "Willow Care" in page
        refused = await cleo.post(PATH, {"subject": "", "body": "It drips"})
        assert refused.status_code == 422 and "It drips" in refused.text
        opened = await cleo.post(PATH, {"subject": "Kettle", "body": "It drips", "category": "product"})
        assert opened.status_code == 303
        async with unit(tenant=cast.tenants[SLUG]) as work:
            ticket = (await work.scalars(select(Ticket))).one()
        assert (ticket.channel, ticket.contact_id, ticket.assignee_id) == ("portal", lead.contact_id, lead.owner_id)
        async with acting(cast, SLUG) as work:
            await service.note(work, ticket.id, "A secret among us")
            await service.reply(work, ticket.id, service.Reply(text="Which one?", channel="portal"))
        seen = (await cleo.get(f"{PATH}/{ticket.id}")).text
        assert "Which one?" in seen and "A secret among us" not in seen and "Waiting for you" in seen
        home = (await cleo.get("/portal")).text
        assert "We wait for your answer" in home and f'href="{PATH}/{ticket.id}">Read and answer' in home
        await cleo.post(f"{PATH}/{ticket.id}", {"text": "The red one"})
        assert (await stands(cast, ticket.id)).state == "open"
        home = (await cleo.get("/portal")).text
        assert "We wait for your answer" not in home and "We are on it" in home
        await cleo.post(f"{PATH}/{ticket.id}/close")
        assert (await stands(cast, ticket.id)).state == "solved"
        await cleo.post(f"{PATH}/{ticket.id}", {"text": "Or not"})
        assert (await stands(cast, ticket.id)).state == "open"


async def test_somebody_elses_ticket_is_not_there(cast):
    with at():
        theirs, _ = await a_ticket(cast)
        other = await a_lead(cast, SLUG, email="eve@example.net", phone="+17275550199")
        own, _ = await a_ticket(cast, lead=other)
        cleo = await a_client(cast, other)
        for path in (f"{PATH}/{theirs.id}",):
            assert (await cleo.get(path)).status_code == 404
            assert (await cleo.post(path, {"text": "hello"})).status_code == 404
            assert (await cleo.post(f"{path}/close")).status_code == 404
        assert (await cleo.get(f"{PATH}/{own.id}")).status_code == 200
