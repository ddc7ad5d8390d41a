"""What is changed on a lead's page. Each verb finds the lead within the person's reach first."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, events, fields, limits, pages
from app.core.errors import Invalid, NotFound, invalid
from app.core.fields import Field, FieldSet, format_value
from app.core.limits import Limit
from app.core.pages import Toast
from app.core.runtime import runtime
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import queries, service
from app.leads.pages.clashes import conflict, field_clash, stage_clash
from app.leads.pages.facts import Fact, fact
from app.leads.pages.lead import PATH, AssignView, lead_view, stage_view
from app.leads.queries import LeadPage
from app.team.queries import members
from themes.catalogue import say

EDIT = {"permission": "leads.edit"}
REVEALS = Limit.per_minute(30)


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    """One fact, read or being written."""

    it: LeadPage
    url: str
    fact: Fact
    typed: Any


class LeadChanges(Controller):
    """`/agent/leads/{id}/…`, written."""

    path = f"{PATH}/{{lead_id:uuid}}"
    opt = EDIT

    @post("/claim", opt={"permission": "leads.claim"})
    async def claim(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """303 to the lead for the one who is quickest, 409 for the others."""
        await service.claim(work, lead_id, work.person)
        return pages.redirect(request, f"{PATH}/{lead_id}", Toast(say("It's yours."), _undo(work)))

    @post("/accept", opt={"permission": "leads.claim"})
    async def accept(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        await queries.lead(work, work.person, lead_id)
        await service.accept(work, lead_id, work.person)
        return pages.redirect(request, f"{PATH}/{lead_id}")

    @post("/release", opt={"permission": "leads.claim"})
    async def release(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """One's own back to the others."""
        lead = await queries.lead(work, work.person, lead_id)
        if lead.owner_id != work.person.id:
            raise NotFound
        await service.release(work, lead_id, reason="given_back", owner_id=work.person.id)
        return pages.redirect(request, f"{PATH}/{lead_id}", Toast(say("Given back.")))

    @post("/assign", opt={"permission": "leads.assign"})
    async def assign(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        owner = _uuid(given.get("owner_id")) if given.get("owner_id") else None
        await service.assign(work, lead_id, owner, reason="manual")
        name = (await queries.people_names(work, [owner])).get(owner, "nobody")
        return pages.redirect(
            request, _next(given, lead_id), Toast(say("Assigned to %(name)s.", name=name), _undo(work))
        )

    @post("/stage")
    async def stage(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Move it; what the stage demands comes as fields of the same form, or is asked for (422)."""
        given = await pages.form(request)
        it = await queries.lead_page(work, work.person, lead_id)
        name = str(given.pop("stage", ""))
        clash = await stage_clash(work, it, given)
        if clash is not None:
            return await conflict(request, work, clash)
        try:
            lead = await service.change_stage(work, lead_id, name, given)
        except Invalid as problem:
            context = await stage_view(work, it, name, given, str(given.get("next") or ""))
            title, fragment = f"{it.contact.name} · {context.label}", "leads/_stage.html"
            return await pages.refused(
                request, work, "leads/stage.html", context, problem, title=title, fragment=fragment
            )
        label = next(stage.label for stage in it.stages if stage.id == lead.stage_id)
        return pages.redirect(
            request, _next(given, lead_id), Toast(say("Moved to %(label)s.", label=label), _undo(work))
        )

    @get("/assign", opt={"permission": "leads.assign"})
    async def assign_form(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        it = await queries.lead_page(work, work.person, lead_id)
        people = await members(work)
        load = await queries.open_leads(work, [person.id for person in people])
        context = AssignView(
            it=it, url=f"{PATH}/{lead_id}", people=people, load=load, next=request.query_params.get("next", "")
        )
        title = say("%(name)s · Assign", name=it.contact.name)
        return await pages.page(request, work, "leads/assign.html", context, title=title, fragment="leads/_assign.html")

    @get("/stage", opt={"permission": "leads.edit"})
    async def stage_form(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """The sheet of what a stage demands; `stage` in the address says which one."""
        it = await queries.lead_page(work, work.person, lead_id)
        context = await stage_view(
            work, it, request.query_params.get("stage", ""), {}, request.query_params.get("next", "")
        )
        title = f"{it.contact.name} · {context.label}"
        return await pages.page(request, work, "leads/stage.html", context, title=title, fragment="leads/_stage.html")

    @get("/fields/{name:str}")
    async def edit_field(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], name: FromPath[str]
    ) -> Response[bytes]:
        """One fact as a form; `show` gives it back as text (Esc)."""
        it = await queries.lead_page(work, work.person, lead_id)
        context = FactView(it=it, url=f"{PATH}/{lead_id}", fact=_fact(work, it, name), typed=None)
        fragment = "leads/_fact.html" if "show" in request.query_params else "leads/_fact_form.html"
        title = f"{it.contact.name} · {context.fact.label}"
        return await pages.page(request, work, "leads/fact.html", context, title=title, fragment=fragment)

    @post("/fields")
    async def write_fields(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Fields by their names. `seen.<name>` is the print of what stood there; `mine` says that ours
        wins.
        """
        given = await pages.form(request)
        it = await queries.lead_page(work, work.person, lead_id)
        known = it.fieldset.only(given)
        if not known.writable:
            raise invalid("", "None of these can be changed here.")
        clash = await field_clash(work, it, known, given)
        if clash is not None:
            return await conflict(request, work, clash)
        values, errors = fields.parse(known, given, partial=True, zone=ZoneInfo(await config.get(work, "zone")))
        if errors:
            return await _refused_fact(request, work, it, known, given, Invalid(errors))
        await service.update(work, lead_id, values)
        one = known.writable[0].name if len(known.writable) == 1 else ""
        return await _fact_answer(request, work, lead_id, one)

    @post("/reveal")
    async def reveal(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """Show one sealed field, once, with a line in the audit log."""
        await limits.demand("reveal", work.person.id, REVEALS)
        given = await pages.form(request)
        it = await queries.lead_page(work, work.person, lead_id)
        field = it.fieldset.get(str(given.get("field", "")))
        if field is None or field.name not in it.sealed:
            raise NotFound
        events.record(work, "lead.revealed", "lead", lead_id, field=field.name)
        opened = {field.name: await _opened(work, it, field)}
        if is_htmx(request):
            context = FactView(it=it, url=f"{PATH}/{lead_id}", fact=fact(work, it, field, opened), typed=None)
            return await pages.page(request, work, "leads/fact.html", context, title="", fragment="leads/_fact.html")
        context_ = await lead_view(request, work, it, revealed=opened)
        return await pages.page(request, work, "leads/lead.html", context_, title=it.contact.name)

    @post("/delete", opt={"permission": "leads.configure"})
    async def delete(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        await queries.lead(work, work.person, lead_id)
        await service.delete(work, lead_id)
        return pages.redirect(request, PATH, Toast(say("Deleted."), _undo(work)))


# --- facts


def _fact(work: Work, it: LeadPage, name: str) -> Fact:
    field = it.fieldset.get(name)
    if field is None or not field.writable:
        raise NotFound
    return fact(work, it, field, {})


async def _fact_answer(request: HttpRequest, work: Work, lead_id: UUID, name: str) -> Response[Any]:
    if not is_htmx(request) or not name:
        return pages.redirect(request, f"{PATH}/{lead_id}#facts", Toast(say("Saved.")))
    it = await queries.lead_page(work, work.person, lead_id)
    context = FactView(it=it, url=f"{PATH}/{lead_id}", fact=_fact(work, it, name), typed=None)
    return await pages.page(request, work, "leads/fact.html", context, title="", fragment="leads/_fact.html")


async def _refused_fact(
    request: HttpRequest, work: Work, it: LeadPage, known: FieldSet, given: dict[str, Any], problem: Invalid
) -> Response[bytes]:
    name = next((error.field for error in problem.errors), known.names[0])
    typed = given.get(name)
    if isinstance(typed, list) and known[name].type != "multi_choice":  # sent twice: the last one is shown again
        typed = typed[-1]
    context = FactView(it=it, url=f"{PATH}/{it.lead.id}", fact=_fact(work, it, name), typed=typed)
    title = f"{it.contact.name} · {context.fact.label}"
    return await pages.refused(
        request, work, "leads/fact.html", context, problem, title=title, fragment="leads/_fact_form.html"
    )


async def _opened(work: Work, it: LeadPage, field: Field) -> str:
    box = await runtime().box(work.tenant)
    found = fields.load(it.fieldset.only([field.name]), it.lead.custom, box=box, record=it.lead.id)
    zone = ZoneInfo(work.person.zone)
    return format_value(field, found.get(field.name), work.person.locale, zone, masked=False)


# --- small things


def _undo(work: Work) -> str:
    return f"{PATH}/undo/{work.trace}"


def _next(given: dict[str, Any], lead_id: UUID) -> str:
    return pages.safe_next(str(given.get("next") or ""), f"{PATH}/{lead_id}")


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound from None
