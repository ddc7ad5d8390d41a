"""Calls made elsewhere, written down; the list of calls, and one's own numbers."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.calls import forms, queries, service
from app.calls.models import Outcome
from app.calls.pages.calling import MAKE, VIEW
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import lead as find_lead

VIEWS = ("mine", "all", "missed")
PERIODS = {"today": 0, "week": 6, "month": 29}  # days before today


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for a call made elsewhere."""

    lead: Lead
    contact: Contact
    outcomes: list[Outcome]
    typed: dict[str, Any]
    errors: list[FieldError] = []


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Calls within reach; one's own with their numbers."""

    lines: list[queries.Line]
    view: str
    period: str
    outcome: str
    numbers: queries.Numbers | None
    next_url: str


@get("/agent/leads/{lead_id:uuid}/log-call", opt=MAKE)
async def show_log(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    context = await _log(work, lead_id, {})
    title = f"{context.contact.name} · Log call"
    return await page(request, work, "calls/log.html", context, title=title, fragment="calls/_log.html")


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
    """`view` mine (with the numbers of `period`), all or missed; `outcome` narrows."""
    asked = request.query_params
    view = "missed" if asked.get("missed") == "1" else asked.get("view", "mine")
    period, outcome = asked.get("period", "today"), asked.get("outcome", "")
    if view not in VIEWS or period not in PERIODS:
        raise NotFound
    since = _since(period, ZoneInfo(work.person.zone)) if view == "mine" else None
    lines, cursor = await queries.recent(
        work, work.person, missed=view == "missed", since=since, outcome=outcome, cursor=asked.get("cursor", "")
    )
    kept = {"view": view, "period": period, **({"outcome": outcome} if outcome else {})}
    context = ListPage(
        lines=lines,
        view=view,
        period=period,
        outcome=outcome,
        numbers=await queries.numbers(work, work.person.id, since) if since else None,
        next_url=f"/agent/calls?{urlencode({**kept, 'cursor': cursor})}" if cursor else "",
    )
    return await page(request, work, "calls/list.html", context, title="Calls")


def _since(period: str, zone: ZoneInfo) -> datetime:
    midnight = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=PERIODS[period])


async def _log(work: Work, lead_id: UUID, typed: dict[str, Any]) -> LogPage:
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    return LogPage(lead=lead, contact=contact, outcomes=await queries.outcomes(work), typed=typed)


HANDLERS: list[Any] = [show_log, log_call, list_calls]
