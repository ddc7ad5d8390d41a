"""The steps of enrolling: debts, plan, disclosures, review; and what each of them begins with."""

from uuid import UUID

import msgspec

from app.core.errors import NotFound
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import lead as lead_within_reach
from app.programs import queries, service
from app.programs.models import Program
from app.programs.queries import ProgramPage
from app.programs.service.configure import Terms
from themes.catalogue import say

MANAGE = {"permission": "programs.manage"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is empty for a step that can't be gone to yet."""

    label: str
    url: str
    here: bool
    done: bool


def steps_of(url: str, here: str, *, ready: int) -> list[Step]:
    """`ready` steps are done; the next one can be gone to."""
    known = [
        ("debts", say("Debts"), url),
        ("plan", say("Plan"), f"{url}/plan"),
        ("disclosures", say("Disclosures"), f"{url}/disclosures"),
        ("review", say("Review"), f"{url}/review"),
    ]
    return [
        Step(label=label, url=to if place <= ready else "", here=name == here, done=place < ready and name != here)
        for place, (name, label, to) in enumerate(known)
    ]


async def found(work: Work, lead_id: UUID) -> tuple[Lead, Program | None]:
    """Raises NotFound for a lead out of reach and where this business has no programs."""
    lead = await lead_within_reach(work, work.person, lead_id)
    await terms_of(work)
    return lead, await queries.program_of_lead(work, lead_id)


async def drafted(work: Work, lead_id: UUID) -> ProgramPage:
    """Raises NotFound while no debts were entered and once it has begun."""
    _, program = await found(work, lead_id)
    if program is None or program.state != "draft":
        raise NotFound
    return await queries.program_page(work, work.person, program.id)


async def terms_of(work: Work) -> Terms:
    chosen = await service.terms(work)
    if chosen is None:
        raise NotFound
    return chosen


def title_of(name: str) -> str:
    return say("Enrol %(name)s", name=name)


def url_of(lead_id: UUID) -> str:
    return f"/agent/leads/{lead_id}/program"


def key_of(lead_id: UUID, what: str) -> str:
    """Of the draft in which a step is kept."""
    return f"program-{lead_id}-{what}"
