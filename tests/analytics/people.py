"""What the tests of figures share: leads of known days with known fates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.contacts import service as contacts
from app.core import clock
from app.core.work import Work, unit
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.leads.service.stages import move

_numbers = iter(range(1_000_000))


async def lead(work: Work, at: datetime, **values: Any) -> Lead:
    """Somebody who arrived then. `reached_at` and `won_at` say what became of it; `state` where they live."""
    reached_at, won_at, state = (values.pop(name, None) for name in ("reached_at", "won_at", "state"))
    with clock.held_at(at):
        contact = await contacts.create(
            work, {"first_name": "Dana", "email": f"d{next(_numbers)}@example.com", "state": state or "FL"}
        )
        made = await leads.create(work, contact.id, leads.LeadValues(**values))
    if reached_at:
        with clock.held_at(reached_at):
            await leads.touch_contacted(work, made.id, reached_at)
    if won_at:
        with clock.held_at(won_at):
            await to_won(work, made.id)
    return made


async def to_won(work: Work, lead_id: UUID) -> None:
    """Into the first won stage, whatever it demands."""
    lead = await work.get(Lead, lead_id)
    before = await work.get(Stage, lead.stage_id)
    won = select(Stage).where(Stage.kind == "won", Stage.pipeline_id == lead.pipeline_id).order_by(Stage.position)
    await move(work, lead, before, (await work.scalars(won)).first())


def acting(cast: Any, slug: str = "harbor") -> Any:
    return unit(tenant=cast.tenants[slug])
