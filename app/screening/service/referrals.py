"""Offering a case to a law firm: one at a time, seven days to answer, never the same firm twice."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import agenda, clock, events
from app.core.errors import NotFound, invalid
from app.core.work import SYSTEM, Work
from app.leads import service as leads
from app.leads.models import Lead
from app.screening.models import Referral
from app.screening.service import rows
from app.screening.service.deadlines import who
from app.screening.service.setup import firms, setup
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from app.team import service as team
from themes.catalogue import say

PASSABLE = ("clear", "cleared")


async def offer(work: Work, lead_id: UUID, firm_name: str) -> Referral:
    """Raises Invalid: no clear conflict check, a firm that had it, one that still has it, or an unknown one."""
    chosen, row = await setup(work), await rows.locked(work, lead_id)
    if chosen is None:
        raise NotFound
    firm = next((one for one in await firms(work) if one.name == firm_name), None)
    if firm is None:
        raise invalid("firm", "Choose a law firm from the list.")
    if row.conflict not in PASSABLE:
        raise invalid("firm", "Check for conflicts first.")
    before = list(await work.scalars(select(Referral).where(Referral.lead_id == lead_id)))
    if any(one.firm == firm.name for one in before):
        raise invalid("firm", say("%(firm)s has had this case already. Choose another firm.", firm=firm.label))
    if any(one.state == "offered" for one in before):
        raise invalid("firm", "Another firm still has time to answer.")
    now = clock.now()
    made = Referral(
        id=uuid7(),
        lead_id=lead_id,
        firm=firm.name,
        firm_name=firm.label,
        state="offered",
        offered_at=now,
        offered_by=work.actor.name,
        expires_at=now + timedelta(days=chosen.referral_days),
    )
    work.add(made)
    await work.flush()
    events.record(work, "referral.offered", "lead", lead_id, referral=made.id, firm=firm.label)
    await agenda.add(work, "screening.expire", made.id, due=made.expires_at, key=f"referral:{made.id}")
    return made


async def respond(work: Work, lead_id: UUID, referral_id: UUID, state: str, reason: str = "") -> Referral:
    """What the firm said: accepted or declined; or we withdraw. Once answered it stays so. Raises NotFound, Invalid."""
    if state not in ("accepted", "declined", "withdrawn"):
        raise invalid("state", "Choose accepted, declined or withdrawn.")
    made = await _locked(work, referral_id)
    if made.lead_id != lead_id:
        raise NotFound
    if made.state != "offered":
        return made
    made.state, made.reason, made.answered_at = state, reason.strip()[:500], clock.now()
    await agenda.cancel(work, f"referral:{made.id}")
    events.record(work, "referral.answered", "lead", lead_id, referral=made.id, firm=made.firm_name, answer=state)
    chosen = await setup(work)
    if state == "accepted" and chosen is not None and chosen.firm_stage:
        await leads.change_stage(work, lead_id, chosen.firm_stage)
    await work.flush()
    return made


async def expire(work: Work, referral_id: UUID) -> None:
    """Nobody answered in time: a task to find another firm."""
    work.actor = SYSTEM
    made = await _locked(work, referral_id)
    if made.state != "offered" or made.expires_at > clock.now():
        return
    made.state, made.answered_at = "expired", clock.now()
    lead = await work.get_one(Lead, made.lead_id)
    events.record(work, "referral.expired", "lead", made.lead_id, referral=made.id, firm=made.firm_name)
    title = say("%(firm)s did not answer: offer this case to another firm", firm=made.firm_name)
    values = TaskValues(title=title, due_at=clock.now(), priority=1, assignee_id=lead.owner_id)
    await tasks.add_task(work, values, entity="lead", entity_id=lead.id)
    to = [lead.owner_id] if lead.owner_id else await who(work, "screening.decide")
    await team.notify(work, "referral.expired", to, "lead", lead.id, firm=made.firm_name)


async def _locked(work: Work, referral_id: UUID) -> Referral:
    statement = select(Referral).where(Referral.id == referral_id).with_for_update()
    found = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if found is None:
        raise NotFound
    return found
