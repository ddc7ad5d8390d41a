"""Not taking somebody on: the reason is kept, and a letter goes out that says so without advising on law."""

from uuid import UUID

from app.core import events
from app.core.errors import NotFound
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.models import Message
from app.screening.service.setup import setup


async def decline(work: Work, lead_id: UUID, reason: str, *, letter: bool) -> Message | None:
    """Into the declined stage; with `letter` the reason's template leaves by e-mail through the gate.

    Raises NotFound where nothing is screened, Invalid for a reason that is none.
    """
    chosen = await setup(work)
    if chosen is None:
        raise NotFound
    await leads.change_stage(work, lead_id, chosen.declined_stage, {"lost_reason": reason})
    events.record(work, "screening.declined", "lead", lead_id, reason=reason)
    template = next((one.template for one in chosen.declines if one.reason == reason), "")
    lead = await work.get_one(Lead, lead_id)
    if not (letter and template):
        return None
    return await messages.send_email(
        work,
        lead.contact_id,
        lead_id=lead_id,
        template=template,
        purpose="transactional",
        key=f"declined:{lead_id}:{reason}",
    )
