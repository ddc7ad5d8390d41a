"""Who becomes a client is asked in: at enrolment, or when a lead is won where there are no programs."""

from sqlalchemy import select

from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead, Stage


@events.after("lead.stage_changed")
async def ask_in(work: Work, event: Event) -> None:
    """The stage is read again: the lead may have moved on since."""
    found = select(Lead.contact_id).join(Stage, Stage.id == Lead.stage_id)
    won = (Lead.id == event.entity_id, Stage.kind.in_(["won", "done"]), Lead.test.is_(False))
    contact_id = (await work.scalars(found.where(*won))).first()
    if contact_id is not None:
        await agenda.add(work, "portal.invite", contact_id, key=f"portal-invite:{contact_id}")
