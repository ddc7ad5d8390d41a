"""The program on the lead's page."""

from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from app.core import pages
from app.core.web import HttpRequest, WorkDep
from app.leads.queries import lead as lead_within_reach
from app.programs import queries, service
from app.programs.queries import ProgramCard
from themes.catalogue import say


class PanelView(msgspec.Struct, frozen=True, kw_only=True):
    """The program in a few lines; `offered` is false where this business has no programs."""

    lead_id: UUID
    card: ProgramCard | None
    offered: bool
    may_manage: bool


class PanelPages(Controller):
    path = "/agent/leads/{lead_id:uuid}/program/panel"
    opt = {"permission": "programs.view"}

    @get("/")
    async def panel(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await lead_within_reach(work, work.person, lead_id)
        offered = await service.terms(work) is not None
        context = PanelView(
            lead_id=lead.id,
            card=await queries.card(work, lead.id) if offered else None,
            offered=offered,
            may_manage=work.person.may("programs.manage"),
        )
        return await pages.page(
            request, work, "programs/panel.html", context, title=say("Program"), fragment="programs/_panel.html"
        )


HANDLERS = [PanelPages]
