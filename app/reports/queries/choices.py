"""What a report can be narrowed by, as its form offers it."""

import msgspec

from app.core import places, records
from app.core.permissions import Person
from app.core.work import Work
from app.leads import queries as leads
from app.leads.models.fields import owner_options
from app.reports.queries.made import Report
from app.team import queries as team
from themes.catalogue import say
from themes.terms import worded

Options = list[tuple[str, str]]


class Choice(msgspec.Struct, frozen=True):
    """One filter: name, label and (value, label) pairs."""

    name: str
    label: str
    options: Options


async def choices(work: Work, person: Person, report: Report) -> list[Choice]:
    """Those that have something to choose from: owners within reach, publishers only for who may see them."""
    ids = await team.reach_ids(work, person)
    owners = [(one, name) for one, name in await owner_options(work) if ids is None or one in {str(id_) for id_ in ids}]
    teams = [(str(one.id), one.name) for one, _ in await team.teams(work)] if ids is None else []
    found = [
        Choice("owner", say("Owner"), owners),
        Choice("team", say("Team"), teams),
        Choice("pipeline", say("Pipeline"), [(str(one.id), one.label) for one in await leads.pipelines(work)]),
        Choice("state", say("State"), [(one.code, one.name) for one in places.states().values()]),
    ]
    if person.may("publishers.view"):
        found += [
            Choice("publisher", worded("%(Publisher)s"), await records.options(work, "publisher")),
            Choice("offer", say("Offer"), await records.options(work, "offer")),
        ]
    return [
        one for one in found if one.name in report.scoped and len(one.options) > (one.name in ("owner", "pipeline"))
    ]
