"""Living through the past: what an action brings about is done with it, in its transaction, or after it, but never half."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.contacts import service as contacts
from app.contacts.models import Note
from app.core import agenda
from app.core.errors import Conflict
from app.demo import virtual
from app.demo.virtual import Past
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.service import LeadValues
from tests.contacting import acting
from tests.leads.making import a_lead

pytestmark = pytest.mark.anyio
THEN = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
LATER = THEN + timedelta(minutes=5)


@agenda.job("test.notes")
async def notes(work, lead_id: str, said: str) -> None:
    await contacts.add_note(work, "lead", lead_id, said)


@agenda.job("test.refuses")
async def refuses(work, lead_id: str) -> None:
    await contacts.add_note(work, "lead", lead_id, "never to be seen")
    raise Conflict("Not like this.")


async def said(cast) -> list[str]:
    async with acting(cast, "harbor") as work:
        return list(await work.scalars(select(Note.body).order_by(Note.body)))


async def acts(past: Past, lead_id, *kinds: str) -> None:
    async with past.do(THEN) as work:
        await contacts.add_note(work, "lead", lead_id, "a: done")
        for place, kind in enumerate(kinds):
            more = (f"{'bcd'[place]}: follows",) if kind == "test.notes" else ()
            await agenda.add(work, kind, str(lead_id), *more)


async def test_what_follows_an_action_is_done_in_its_transaction(cast, monkeypatch):
    lead_id = await a_lead(cast)
    past = Past(cast.tenants["harbor"], THEN)
    await past.until(THEN)
    monkeypatch.setattr(virtual, "job_unit", None)  # there is no other transaction to do it in
    await acts(past, lead_id, "test.notes", "test.notes")
    assert await said(cast) == ["a: done", "b: follows", "c: follows"]


async def test_with_an_action_that_fails_nothing_of_what_follows_is_there(cast):
    lead_id = await a_lead(cast)
    past = Past(cast.tenants["harbor"], THEN)
    with pytest.raises(ZeroDivisionError):
        async with past.do(THEN) as work:
            await agenda.add(work, "test.notes", str(lead_id), "b: follows")
            raise ZeroDivisionError
    await past.until(LATER)
    assert await said(cast) == []
    await acts(past, lead_id, "test.notes")
    assert await said(cast) == ["a: done", "b: follows"]


async def test_one_follower_that_may_not_be_leaves_the_action_and_the_others(cast):
    lead_id = await a_lead(cast)
    past = Past(cast.tenants["harbor"], THEN)
    await acts(past, lead_id, "test.notes", "test.refuses", "test.notes")
    assert await said(cast) == ["a: done"]  # all that follows was taken back at once
    await past.until(LATER)
    await past.until(LATER)
    assert await said(cast) == ["a: done", "b: follows", "d: follows"]


async def test_a_lead_of_the_past_is_scored_at_its_own_minute(cast):
    past = Past(cast.tenants["harbor"], THEN)
    async with past.do(THEN) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "last_name": "Early", "phone": "+17275550177"})
        await leads.create(work, contact.id, LeadValues())
    async with acting(cast, "harbor") as work:
        lead = (await work.scalars(select(Lead).where(Lead.contact_id == contact.id))).one()
        assert lead.created_at == THEN and lead.score is not None
