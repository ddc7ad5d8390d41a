"""What staff may read of what publishers sent: a request holds a person's data."""

from uuid import UUID

from sqlalchemy import select

from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible
from app.publishers.models import Submission


async def may_read(work: Work, person: Person, submission_id: UUID) -> bool:
    """Whether somebody of the staff may read the exact request: it holds a person's data, so that person's lead has to
    lie within reach. What became no lead is for whoever sees all.
    """
    if person.reach == "all":
        return True
    lead = select(Lead.id).join(Submission, Submission.lead_id == Lead.id).where(Submission.id == submission_id)
    return await work.scalar(lead.where(await visible(work, person))) is not None
