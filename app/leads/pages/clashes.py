"""Two people, one field: whoever comes second is told what the first one wrote, and chooses."""

from typing import Any

import msgspec
from litestar import Response

from app.core import clock, pages
from app.core.errors import Conflict
from app.core.fields import FieldSet
from app.core.web import HttpRequest
from app.core.work import Work
from app.leads import queries
from app.leads.pages.facts import fact, print_of
from app.leads.pages.lead import PATH
from app.leads.queries import LeadPage


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else changed the same field since this page was loaded."""

    it: LeadPage
    url: str
    who: str
    when: Any
    label: str
    theirs: str
    mine: dict[str, list[str]]
    back: str


async def field_clash(work: Work, it: LeadPage, known: FieldSet, given: dict[str, Any]) -> Clash | None:
    if given.get("mine"):
        return None
    for field in known.writable:
        seen = given.get(f"seen.{field.name}")
        if seen and seen != print_of(it, field):
            theirs = fact(work, it, field, {}).text
            return await _told(work, it, field.name, field.label, theirs, given, "fields")
    return None


async def stage_clash(work: Work, it: LeadPage, given: dict[str, Any]) -> Clash | None:
    seen = given.pop("seen", None)
    if not seen or given.pop("mine", None) or seen == it.stage.name:
        return None
    return await _told(work, it, "stage", it.fieldset["stage"].label, it.stage.label, given, "stage")


async def _told(
    work: Work, it: LeadPage, name: str, label: str, theirs: str, given: dict[str, Any], verb: str
) -> Clash | None:
    """None when it was oneself, in another window."""
    event = await queries.last_change(work, it.lead, name)
    if event is not None and event.actor_id == work.person.id:
        return None
    mine = {
        key: value if isinstance(value, list) else [value]
        for key, value in given.items()
        if isinstance(value, (str, list))
    }
    return Clash(
        it=it,
        url=f"{PATH}/{it.lead.id}/{verb}",
        who=event.actor_name if event and event.actor_name else "Somebody",
        when=event.at if event else clock.now(),
        label=label,
        theirs=theirs,
        mine={key: value for key, value in mine.items() if not key.startswith("seen")},
        back=f"{PATH}/{it.lead.id}",
    )


async def conflict(request: HttpRequest, work: Work, clash: Clash) -> Response[bytes]:
    work.abandon()
    title = f"{clash.it.contact.name} · {clash.label}"
    return await pages.page(
        request,
        work,
        "leads/conflict.html",
        clash,
        title=title,
        fragment="leads/_conflict.html",
        status=Conflict.status,
    )
