"""Calling from a lead's page or the queue: the button with its verdict, the call under way, its outcome, the
list.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.calls import forms, queries, service
from app.calls.models import OPEN, Call, Outcome
from app.compliance import service as compliance
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound
from app.core.fields import Field
from app.core.pages import Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.queries import lead as find_lead
from app.messages.service import usual_purpose
from app.tasks import service as tasks
from app.tasks.service import TaskValues

VIEW: dict[str, Any] = {"permission": "calls.view"}
MAKE: dict[str, Any] = {"permission": "calls.make"}


class BarPage(msgspec.Struct, frozen=True, kw_only=True):
    """The call button, or the call that is going on, with its outcomes."""

    lead: Lead
    contact: Contact
    call: Call | None
    going: bool
    seconds: int
    verdict: Verdict
    wait: str
    outcomes: list[Outcome]
    picked: str
    notes: str
    callback: str
    demanded: list[Field]
    answers: dict[str, Any]
    only_going: bool = False
    here: str = ""
    errors: list[FieldError] = []


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for a call made elsewhere."""

    lead: Lead
    contact: Contact
    outcomes: list[Outcome]
    typed: dict[str, Any]
    errors: list[FieldError] = []


class ListPage(msgspec.Struct, frozen=True):
    """Calls within reach."""

    lines: list[queries.Line]
    missed: bool
    next_url: str


class StatePage(msgspec.Struct, frozen=True):
    """How the call stands right now."""

    call: Call
    words: str
    going: bool
    seconds: int


@get("/agent/leads/{lead_id:uuid}/call-button", opt=MAKE)
async def call_button(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    context = await _bar(work, lead_id)
    return await page(request, work, "calls/bar.html", context, title=_title(context), fragment="calls/_button.html")


@get("/agent/leads/{lead_id:uuid}/call-bar", opt=MAKE)
async def call_bar(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    """With `going=1` it shows nothing unless a call is under way: the button stands elsewhere on that
    page.
    """
    asked = request.query_params
    context = await _bar(work, lead_id)
    context = msgspec.structs.replace(
        context, only_going=asked.get("going") == "1", here="queue" if asked.get("in") == "queue" else ""
    )
    return await page(request, work, "calls/bar.html", context, title=_title(context), fragment="calls/_bar.html")


@post("/agent/leads/{lead_id:uuid}/calls", opt=MAKE)
async def place_call(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    """Call them. A refusal answers 409 with the reason and when it will be lawful."""
    given = await form(request)
    await find_lead(work, work.person, lead_id)
    call = await service.place(work, lead_id, work.person)
    if call.state == "refused":
        context = await _bar(work, lead_id)
        errors = [FieldError("", call.refused_code or "refused", call.refused_why)]
        context = msgspec.structs.replace(context, errors=errors)
        return await page(
            request,
            work,
            "calls/bar.html",
            context,
            title=_title(context),
            fragment="calls/_bar.html",
            status=409,
        )
    return redirect(request, _onward(given, lead_id, stay=True))


@post("/agent/leads/{lead_id:uuid}/calls/remind", opt=MAKE)
async def remind_me(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    """A task at the first lawful minute."""
    given = await form(request)
    lead = await find_lead(work, work.person, lead_id)
    verdict = await compliance.verdict(work, lead.contact_id, "call", await usual_purpose(work, lead.contact_id))
    if verdict.next_lawful_at is None:
        return redirect(request, _onward(given, lead_id, stay=True), Toast(verdict.sentence))
    contact = await work.get(Contact, lead.contact_id)
    values = TaskValues(
        title=f"Call {contact.name if contact else ''}"[:200],
        due_at=verdict.next_lawful_at,
        kind="call",
        assignee_id=work.person.id,
    )
    await tasks.add_task(work, values, entity="lead", entity_id=lead_id)
    return redirect(
        request, _onward(given, lead_id, stay=True), Toast("You will be reminded at the first lawful minute.")
    )


@get("/agent/calls/{call_id:uuid}/state", opt=VIEW)
async def call_state(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[bytes]:
    """Fetched every other second while the call goes on, so that notes being typed are never replaced."""
    call = await queries.call(work, work.person, call_id)
    context = StatePage(call, queries.STATE_WORDS[call.state], call.state in OPEN, _seconds(call))
    return await page(request, work, "calls/state.html", context, title="Call", fragment="calls/_state.html")


@post("/agent/calls/{call_id:uuid}/hang-up", opt=MAKE)
async def hang_up(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    call = await _own(work, call_id)
    await service.hang_up(work, call_id)
    return redirect(request, _onward(given, call.lead_id, stay=True))


@post("/agent/calls/{call_id:uuid}/notes", opt=MAKE)
async def save_notes(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    call = await _own(work, call_id)
    await service.save_notes(work, call_id, str(given.get("notes") or ""))
    return redirect(request, _onward(given, call.lead_id, stay=True))


@post("/agent/calls/{call_id:uuid}/outcome", opt=MAKE)
async def set_outcome(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    """Say how it ended; `then=next` goes on to the queue. What can't be taken comes back with everything
    typed.
    """
    given = await form(request)
    call = await _own(work, call_id)
    try:
        done = await service.set_outcome(work, call_id, forms.read_outcome(given, work.person))
    except Invalid as problem:
        assert call.lead_id is not None
        work.abandon()
        context = await _bar(work, call.lead_id, typed=given, problem=problem)
        return await page(
            request,
            work,
            "calls/bar.html",
            context,
            title=_title(context),
            fragment="calls/_bar.html",
            status=422,
        )
    known = await queries.outcome(work, done.outcome or "")
    toast = Toast(f"Saved: {known.label if known else ''}.", f"/agent/calls/{call_id}/undo")
    return redirect(request, _onward(given, call.lead_id), toast)


@post("/agent/calls/{call_id:uuid}/undo", opt=MAKE)
async def undo_outcome(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    call = await service.undo_outcome(work, call_id, work.person)
    return redirect(request, f"/agent/leads/{call.lead_id}" if call.lead_id else "/agent/calls", Toast("Taken back."))


@get("/agent/leads/{lead_id:uuid}/log-call", opt=MAKE)
async def show_log(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    context = await _log(work, lead_id, {})
    return await page(
        request,
        work,
        "calls/log.html",
        context,
        title=f"{context.contact.name} · Log call",
        fragment="calls/_log.html",
    )


@post("/agent/leads/{lead_id:uuid}/calls/log", opt=MAKE)
async def log_call(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    await find_lead(work, work.person, lead_id)
    try:
        call = await service.log_call(work, lead_id, work.person, forms.read_log(given, work.person))
    except Invalid as problem:
        work.abandon()
        context = msgspec.structs.replace(await _log(work, lead_id, given), errors=problem.errors)
        return await page(
            request, work, "calls/log.html", context, title="Log call", fragment="calls/_log.html", status=422
        )
    return redirect(request, f"/agent/leads/{lead_id}", Toast("Call logged.", f"/agent/calls/{call.id}/undo"))


@get("/agent/calls", opt=VIEW)
async def list_calls(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    asked = request.query_params
    missed = asked.get("missed") == "1"
    lines, cursor = await queries.recent(work, work.person, missed=missed, cursor=asked.get("cursor", ""))
    more = f"/agent/calls?{'missed=1&' if missed else ''}cursor={cursor}".replace("+", "%2B") if cursor else ""
    return await page(request, work, "calls/list.html", ListPage(lines, missed, more), title="Calls")


async def _own(work: Work, call_id: UUID) -> Call:
    """Only whoever is on the call says how it ended; others see that it is."""
    call = await queries.call(work, work.person, call_id)
    if call.agent_id != work.person.id:
        raise NotFound
    return call


def _onward(given: dict[str, Any], lead_id: UUID | None, *, stay: bool = False) -> str:
    """Save and next leads to the queue; everything else back to where one was."""
    if given.get("next") == "queue" or (given.get("then") == "next" and not stay):
        return "/agent"
    return f"/agent/leads/{lead_id}" if lead_id else "/agent/calls"


def _title(context: BarPage) -> str:
    return f"{context.contact.name} · Call"


async def _bar(
    work: Work, lead_id: UUID, *, typed: dict[str, Any] | None = None, problem: Invalid | None = None
) -> BarPage:
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    call = await queries.open_call(work, work.person, lead_id)
    verdict = await compliance.verdict(work, contact.id, "call", await usual_purpose(work, contact.id))
    outcomes, typed = await queries.outcomes(work), typed or {}
    picked = str(typed.get("outcome") or _likely(call, outcomes))
    return BarPage(
        lead=lead,
        contact=contact,
        call=call,
        going=bool(call and call.state in OPEN),
        seconds=_seconds(call),
        verdict=verdict,
        wait=_wait(verdict),
        outcomes=outcomes,
        picked=picked,
        notes=str(typed.get("notes") or (call.notes if call else "")),
        callback=str(typed.get("callback_at") or _tomorrow(work)),
        demanded=await _demanded(work, lead, picked, outcomes, problem),
        answers=typed,
        errors=problem.errors if problem else [],
    )


async def _demanded(
    work: Work, lead: Lead, picked: str, outcomes: list[Outcome], problem: Invalid | None
) -> list[Field]:
    """The fields that the refused move still wants, to be filled in at once."""
    if problem is None:
        return []
    outcome = next((each for each in outcomes if each.name == picked), None)
    stage = next((s for s in await leads.stages(work, lead.pipeline_id) if outcome and s.name == outcome.stage), None)
    if stage is None:
        return []
    wanted = {error.field for error in problem.errors}
    return [field for field in await leads.demanded(work, stage) if field.name in wanted]


def _likely(call: Call | None, outcomes: list[Outcome]) -> str:
    """What the line itself says: nobody answered, a machine did."""
    guess = {
        "no_answer": "no_answer",
        "busy": "no_answer",
        "canceled": "no_answer",
        "voicemail": "voicemail",
        "failed": "no_answer",
    }
    name = guess.get(call.state, "") if call else ""
    return name if any(each.name == name for each in outcomes) else ""


def _tomorrow(work: Work) -> str:
    """A callback's likely time: in two hours, on the half hour, in the agent's zone."""
    local = (clock.now() + timedelta(hours=2)).astimezone(ZoneInfo(work.person.zone))
    return local.replace(minute=30 if local.minute < 30 else 0, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M")


def _seconds(call: Call | None) -> int:
    if call is None or call.answered_at is None:
        return 0
    return call.seconds or max(0, int(((call.ended_at or clock.now()) - call.answered_at).total_seconds()))


def _wait(verdict: Verdict) -> str:
    """How long until the first lawful minute: "in 42 min"."""
    if verdict.allowed or verdict.next_lawful_at is None:
        return ""
    return f"in {spoken(verdict.next_lawful_at - clock.now())}"


def spoken(span: timedelta) -> str:
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{minutes} min" if not hours else f"{hours} h {rest} min" if rest else f"{hours} h"


async def _log(work: Work, lead_id: UUID, typed: dict[str, Any]) -> LogPage:
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    return LogPage(lead=lead, contact=contact, outcomes=await queries.outcomes(work), typed=typed)


HANDLERS: list[Any] = [
    call_button, call_bar, place_call, remind_me, call_state, hang_up, save_notes, set_outcome, undo_outcome, show_log, log_call,
    list_calls,
]  # fmt: skip
