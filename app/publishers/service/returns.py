"""Returns: staff give a paid lead back, with a reason, while the offer's window is open."""

from uuid import UUID

from sqlalchemy import select

from app.core import clock, events, live
from app.core.errors import Conflict, NotFound, invalid
from app.core.work import Work
from app.leads import service as leads
from app.publishers.models import Submission
from themes.catalogue import say

LONGEST_REASON = 300


async def return_lead(work: Work, publisher_id: UUID, submission_id: UUID, reason: str) -> Submission:
    """The publisher earns nothing for it, and it costs us nothing. Returning twice changes nothing.

    Raises NotFound, Invalid without a reason, Conflict for what was never paid or whose window has closed.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise invalid("reason", say("Say why, so that the publisher can mend it."), "missing")
    if len(reason) > LONGEST_REASON:
        raise invalid("reason", say("Use %(most)s characters at most.", most=LONGEST_REASON), "too_long")
    found = await _locked(work, publisher_id, submission_id)
    if found.returned_at is not None:
        return found
    now = clock.now()
    if not found.tally or found.status != "accepted" or not found.price_amount:
        raise Conflict(say("Nothing was paid for this one, so there is nothing to return."))
    if found.return_until is None or now >= found.return_until:
        raise Conflict(say("The time for returning this lead is over."))
    found.returned_at, found.returned_by, found.return_reason = now, work.actor.name, reason
    await _written(work, found, "lead.returned", 0)
    return found


async def take_back(work: Work, publisher_id: UUID, submission_id: UUID) -> Submission:
    """Undo a return: the lead is earned again, as if nothing had been. Raises NotFound; Conflict once the window has
    closed.
    """
    found = await _locked(work, publisher_id, submission_id)
    if found.returned_at is None:
        return found
    if found.return_until is None or clock.now() >= found.return_until:
        raise Conflict(say("The time for returning this lead is over."))
    found.returned_at, found.returned_by, found.return_reason = None, "", ""
    await _written(work, found, "lead.return_undone", found.price_amount)
    return found


async def _locked(work: Work, publisher_id: UUID, submission_id: UUID) -> Submission:
    statement = select(Submission).where(Submission.id == submission_id, Submission.publisher_id == publisher_id)
    statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await work.scalars(statement)).first()
    if found is None:
        raise NotFound
    return found


async def _written(work: Work, found: Submission, kind: str, cost: int) -> None:
    if found.lead_id is not None:
        lead = await leads.locked(work, found.lead_id, deleted=True)
        lead.cost_amount = cost
        events.record(work, kind, "lead", found.lead_id, publisher=found.publisher_id, submission=found.id)
    live.tell(work, "publisher", found.publisher_id)
    await work.flush()
