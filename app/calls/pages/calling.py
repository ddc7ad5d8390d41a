"""Calling from a lead's page or the queue, and how the call stands."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.calls import queries, service
from app.calls.models import OPEN, Call
from app.calls.pages.bar import bar, here_of, seconds, title
from app.compliance import service as compliance
from app.contacts.models import Contact
from app.core.errors import FieldError, NotFound
from app.core.pages import Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.messages.service import usual_purpose
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from themes.catalogue import say

VIEW: dict[str, Any] = {"permission": "calls.view"}
MAKE: dict[str, Any] = {"permission": "calls.make"}


class StatePage(msgspec.Struct, frozen=True):
    """How the call stands right now."""

    call: Call
    going: bool
    seconds: int


@get("/agent/leads/{lead_id:uuid}/call-button", opt=MAKE)
async def call_button(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    context = await bar(work, lead_id)
    return await page(request, work, "calls/bar.html", context, title=title(context), fragment="calls/_button.html")


@get("/agent/leads/{lead_id:uuid}/call-bar", opt=MAKE)
async def call_bar(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    """With `going=1` it shows nothing unless a call is under way: the button stands elsewhere on that
    page.
    """
    context = await bar(work, lead_id, here=here_of(request))
    context = msgspec.structs.replace(context, only_going=request.query_params.get("going") == "1")
    return await page(request, work, "calls/bar.html", context, title=title(context), fragment="calls/_bar.html")


@post("/agent/leads/{lead_id:uuid}/calls", opt=MAKE)
async def place_call(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    """Call them. A refusal answers 409 with the reason and when it will be lawful."""
    given = await form(request)
    await find_lead(work, work.person, lead_id)
    call = await service.place(work, lead_id, work.person)
    if call.state == "refused":
        context = await bar(work, lead_id, here=str(given.get("next") or ""))
        errors = [FieldError("", call.refused_code or "refused", call.refused_why)]
        context = msgspec.structs.replace(context, errors=errors)
        return await page(
            request, work, "calls/bar.html", context, title=title(context), fragment="calls/_bar.html", status=409
        )
    return redirect(request, onward(given, lead_id, stay=True))


@post("/agent/leads/{lead_id:uuid}/calls/remind", opt=MAKE)
async def remind_me(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    """A task at the first lawful minute."""
    given = await form(request)
    lead = await find_lead(work, work.person, lead_id)
    verdict = await compliance.verdict(work, lead.contact_id, "call", await usual_purpose(work, lead.contact_id))
    if verdict.next_lawful_at is None:
        return redirect(request, onward(given, lead_id, stay=True), Toast(verdict.sentence))
    contact = await work.get(Contact, lead.contact_id)
    values = TaskValues(
        title=say("Call %(name)s", name=contact.name if contact else "")[:200],
        due_at=verdict.next_lawful_at,
        kind="call",
        assignee_id=work.person.id,
    )
    task = await tasks.add_task(work, values, entity="lead", entity_id=lead_id)
    toast = Toast(say("You will be reminded at the first lawful minute."), f"/agent/tasks/{task.id}/delete")
    return redirect(request, onward(given, lead_id, stay=given.get("next") != "queue"), toast)


@get("/agent/calls/{call_id:uuid}/state", opt=VIEW)
async def call_state(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[bytes]:
    """Fetched every other second while the call goes on, so that notes being typed are never replaced."""
    call = await queries.call(work, work.person, call_id)
    context = StatePage(call, call.state in OPEN, seconds(call))
    return await page(request, work, "calls/state.html", context, title=say("Call"), fragment="calls/_state.html")


@post("/agent/calls/{call_id:uuid}/hang-up", opt=MAKE)
async def hang_up(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    call = await own(work, call_id)
    await service.hang_up(work, call_id)
    return redirect(request, onward(given, call.lead_id, stay=True))


@post("/agent/calls/{call_id:uuid}/notes", opt=MAKE)
async def save_notes(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    """What is typed during the call, kept as it is typed."""
    given = await form(request)
    call = await own(work, call_id)
    await service.save_notes(work, call_id, str(given.get("notes") or ""))
    return redirect(request, onward(given, call.lead_id, stay=True))


async def own(work: Work, call_id: UUID) -> Call:
    """Only whoever is on the call says how it ended; others see that it is."""
    call = await queries.call(work, work.person, call_id)
    if call.agent_id != work.person.id:
        raise NotFound
    return call


def onward(given: dict[str, Any], lead_id: UUID | None, *, stay: bool = False) -> str:
    """Save and next leads to the queue; everything else back to where one was."""
    if given.get("next") == "queue":
        return f"/agent?lead={lead_id}" if stay and lead_id else "/agent"
    if given.get("then") == "next" and not stay:
        return "/agent"
    return f"/agent/leads/{lead_id}" if lead_id else "/agent/calls"


HANDLERS: list[Any] = [call_button, call_bar, place_call, remind_me, call_state, hang_up, save_notes]
