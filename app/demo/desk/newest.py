"""Whose the lead is that came last: an act of the walk goes on in their queue."""

from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.core.runtime import runtime
from app.core.work import Work, job_unit
from app.demo.desk.acts import sign_in
from app.demo.handbook import Handbook
from app.leads.models import Lead

QUEUE = "/agent?lead={}"


async def newest(book: Handbook) -> str:
    """Where the lead that came last stands in its owner's queue, signed in as them; the first agent's queue without one."""
    entry = book.tenants[0]
    tenant = await runtime().directory.by_slug(entry.slug)
    agents = [person for person in entry.people if person.role == "agent"]
    if tenant is None or not agents:
        return "/guide"
    async with job_unit(tenant=tenant) as work:
        found = await _last(work, [person.email for person in agents])
    who = next((person for person in agents if found and person.email == found[1]), agents[0])
    return sign_in(entry.url, who, QUEUE.format(found[0]) if found else "/agent")


async def _last(work: Work, emails: list[str]) -> tuple[UUID, str] | None:
    """The lead that came last to one of these people, and whose it is."""
    theirs = select(Lead.id, PersonRow.email).join(PersonRow, PersonRow.id == Lead.owner_id)
    real = theirs.where(PersonRow.email.in_(emails), ~Lead.test, Lead.deleted_at.is_(None))
    row = (await work.execute(real.order_by(Lead.created_at.desc()).limit(1))).first()
    return (row.id, row.email) if row else None
