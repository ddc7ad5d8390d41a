"""One lead's page and the fragments on it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from app.core import config, drafts, pages, timeline
from app.core.errors import Invalid, NotFound
from app.core.fields import Field
from app.core.timeline import Timeline
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.models import heat
from app.leads.pages.facts import FactGroup, fact_groups
from app.leads.queries import LeadPage
from app.team.queries import MemberView
from themes.catalogue import say

PATH = "/agent/leads"


class LeadView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `leads/lead.html` shows."""

    it: LeadPage
    url: str
    live: str
    groups: list[FactGroup]
    timeline: Timeline
    thresholds: list[int]
    value_label: str
    may_edit: bool
    may_assign: bool
    may_claim: bool
    mine: bool
    consent: str
    previous: str
    following: str
    tab: str
    note_draft: dict[str, Any]
    task_draft: dict[str, Any]


class TimelineView(msgspec.Struct, frozen=True, kw_only=True):
    """A screenful of the timeline with its chips."""

    url: str
    live: str
    timeline: Timeline


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """The score line by line, how it went, and what heat there is."""

    it: LeadPage
    url: str
    history: list[int]
    heat_points: float


class AssignView(msgspec.Struct, frozen=True, kw_only=True):
    """Who could take it."""

    it: LeadPage
    url: str
    people: list[MemberView]
    load: dict[UUID, int]
    next: str


class StageView(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage demands before somebody gets in."""

    it: LeadPage
    url: str
    stage: str
    label: str
    inputs: list[Field]
    typed: dict[str, Any]
    next: str


class LeadPages(Controller):
    """`/agent/leads/{id}`, read."""

    path = f"{PATH}/{{lead_id:uuid}}"
    opt = {"permission": "leads.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        it = await queries.lead_page(work, work.person, lead_id)
        context = await lead_view(request, work, it)
        return await pages.page(request, work, "leads/lead.html", context, title=it.contact.name)

    @get("/peek")
    async def peek(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """A look from the list, in a sheet at the side."""
        it = await queries.lead_page(work, work.person, lead_id)
        context = await lead_view(request, work, it)
        return await pages.page(
            request, work, "leads/lead.html", context, title=it.contact.name, fragment="leads/_peek.html"
        )

    @get("/head")
    async def head(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """The head alone, when a live hint says that it changed."""
        it = await queries.lead_page(work, work.person, lead_id)
        context = await lead_view(request, work, it)
        return await pages.page(
            request, work, "leads/lead.html", context, title=it.contact.name, fragment="leads/_head.html"
        )

    @get("/timeline")
    async def timeline(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """One chip's entries, or the next screenful of them."""
        it = await queries.lead_page(work, work.person, lead_id)
        given = request.query_params
        found = await load_timeline(work, it, given.get("chip", "all"), given.get("cursor", ""))
        context = TimelineView(url=f"{PATH}/{lead_id}", live=f"leads:{lead_id}", timeline=found)
        fragment = "leads/_timeline_more.html" if given.get("cursor") else "leads/_timeline.html"
        return await pages.page(
            request,
            work,
            "leads/timeline.html",
            context,
            title=say("%(name)s · Timeline", name=it.contact.name),
            fragment=fragment,
        )

    @get("/why")
    async def why(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """Each rule that gave or took points, and how the score went."""
        it = await queries.lead_page(work, work.person, lead_id)
        history = [score for _, score in await queries.score_history(work, lead_id)]
        points = heat.decayed(it.lead.heat_points, it.lead.heat_at, it.lead.scored_at or it.lead.updated_at)
        context = WhyView(it=it, url=f"{PATH}/{lead_id}", history=[*history], heat_points=points)
        title = say("%(name)s · Why this score", name=it.contact.name)
        return await pages.page(request, work, "leads/why.html", context, title=title, fragment="leads/_why.html")


async def lead_view(
    request: HttpRequest, work: Work, it: LeadPage, *, revealed: dict[str, str] | None = None
) -> LeadView:
    person, given = work.person, request.query_params
    settings = await config.everything(work)
    around = await _around(request, work, it.lead.id)
    standing = [consent for consent in it.consents if consent.revoked_at is None]
    return LeadView(
        it=it,
        url=f"{PATH}/{it.lead.id}",
        live=f"leads:{it.lead.id}",
        groups=fact_groups(work, it, revealed or {}),
        timeline=await load_timeline(work, it, given.get("chip", "all"), ""),
        thresholds=list(settings["score_thresholds"]),
        value_label=it.fieldset["value"].label,
        may_edit=person.may("leads.edit"),
        may_assign=person.may("leads.assign"),
        may_claim=person.may("leads.claim") and it.lead.owner_id is None,
        mine=it.lead.owner_id == person.id,
        consent="given" if standing else "withdrawn" if it.consents else "none",
        previous=around[0],
        following=around[1],
        tab="next" if given.get("tab") == "next" else "timeline",
        note_draft=await drafts.kept(work, f"note-{it.lead.id}"),
        task_draft=await drafts.kept(work, f"task-{it.lead.id}"),
    )


async def _around(request: HttpRequest, work: Work, lead_id: UUID) -> tuple[str, str]:
    """The pages before and after this one in the list that somebody came from; empty where there is none.

    The list's address travels as `in`; the first time it is where the browser says that it came from.
    """
    came = urlsplit(request.headers.get("Referer", ""))
    query = request.query_params.get("in", came.query if came.path == PATH else None)
    if query is None:
        return "", ""
    try:
        asked = await forms.read_list(work, work.person, dict(parse_qsl(query)))
        found = await queries.neighbours(work, work.person, asked.asked, lead_id)
    except (Invalid, NotFound):
        return "", ""
    kept = f"?{urlencode({'in': query})}"
    return tuple(f"{PATH}/{one}{kept}" if one else "" for one in found)  # type: ignore[return-value]


async def load_timeline(work: Work, it: LeadPage, chip: str, cursor: str) -> Timeline:
    records = [("lead", it.lead.id), ("contact", it.contact.id)]
    return await timeline.load(work, records, ZoneInfo(work.person.zone), chip=chip, cursor=cursor)


async def stage_view(work: Work, it: LeadPage, name: str, typed: dict[str, Any], onward: str) -> StageView:
    """Raises NotFound for a stage of another pipeline."""
    stage = next((stage for stage in it.stages if stage.name == name), None)
    if stage is None:
        raise NotFound
    wanted = list(await service.demanded(work, stage))
    zone = ZoneInfo(work.person.zone)
    held = {field.name: forms.as_input(field, it.held.get(field.name), zone) for field in wanted}
    return StageView(
        it=it,
        url=f"{PATH}/{it.lead.id}",
        stage=stage.name,
        label=stage.label,
        inputs=wanted,
        typed={**held, **typed},
        next=onward,
    )
