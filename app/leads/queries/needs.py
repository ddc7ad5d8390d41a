"""What leads have for the administrator's home: those that nobody owns, and the first one."""

from sqlalchemy import func, select

from app.core.attention import Need, Step
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries.reach import visible
from themes.catalogue import later, say
from themes.terms import worded, worded_many

HINT = later("Import a file, connect a %(publisher)s, or add one by hand.")


async def needs(work: Work, person: Person) -> list[Need]:
    """As many as the tab "Unassigned" holds."""
    if not person.may("leads.assign"):
        return []
    unowned = (Lead.owner_id.is_(None), ~Lead.test, Stage.kind.in_(("new", "open")), await visible(work, person))
    counted = select(func.count()).select_from(Lead).join(Stage, Stage.id == Lead.stage_id).where(*unowned)
    count = await work.scalar(counted) or 0
    sentence = worded_many("%(count)s open %(lead)s has no owner", "%(count)s open %(leads)s have no owner", count)
    return [Need(sentence=sentence, count=count, url="/agent/leads?view=unassigned", verb=say("Assign"))]


async def steps(work: Work, person: Person) -> list[Step]:
    if not person.may("leads.create"):
        return []
    first = await work.scalar(select(Lead.id).where(Lead.deleted_at.is_(None), ~Lead.test).limit(1))
    return [
        Step(
            name="lead", label=worded("Bring in the first %(lead)s"), hint=worded(HINT),
            url="/agent/leads", verb=say("Add"), done=first is not None, order=60,
        )
    ]  # fmt: skip
