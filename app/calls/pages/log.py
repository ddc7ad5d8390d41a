"""Calls made elsewhere, written down; the list of calls."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.calls import forms, queries, service
from app.calls.models import Outcome
from app.calls.pages.bar import demanded
from app.calls.pages.calling import MAKE, VIEW
from app.contacts.models import Contact
from app.core import config
from app.core.errors import FieldError, Invalid, NotFound
from app.core.fields import Field
from app.core.pages import Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import lead as find_lead
from app.team import queries as team
from themes.catalogue import say

VIEWS = ("mine", "all", "missed")


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for a call made elsewhere."""

    lead: Lead
    contact: Contact
    outcomes: list[Outcome]
    typed: dict[str, Any]
    demanded: list[Field] = []
    errors: list[FieldError] = []


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Calls within reach, narrowed by how they ended and when they were."""

    lines: list[queries.Line]
    view: str
    outcomes: list[tuple[str, str]]
    outcome: str
    agent: str
    agents: list[tuple[str, str]]
    placed: bool
    spoken: bool
    first: date | None
    last: date | None
    next_url: str


@get("/agent/leads/{lead_id:uuid}/log-call", opt=MAKE)
async def show_log(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    context = await _log(work, lead_id, {})
    title = f"{context.contact.name} · {say('Log call')}"
    return await page(request, work, "calls/log.html", context, title=title, fragment="calls/_log.html")


@post("/agent/leads/{lead_id:uuid}/calls/log", opt=MAKE)
async def log_call(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    await find_lead(work, work.person, lead_id)
    try:
        call = await service.log_call(work, lead_id, work.person, forms.read_log(given, work.person))
    except Invalid as problem:
        work.abandon()
        context = await _log(work, lead_id, given)
        wanted = await demanded(work, context.lead, str(given.get("outcome") or ""), context.outcomes, problem)
        context = msgspec.structs.replace(context, errors=problem.errors, demanded=wanted)
        return await page(
            request, work, "calls/log.html", context, title=say("Log call"), fragment="calls/_log.html", status=422
        )
    return redirect(request, f"/agent/leads/{lead_id}", Toast(say("Call logged."), f"/agent/calls/{call.id}/undo"))


@get("/agent/calls", opt=VIEW)
async def list_calls(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """`view` mine, all or missed; `outcome`, `agent` (of all) and the days `from` and `to` narrow it."""
    asked = request.query_params
    view = "missed" if asked.get("missed") == "1" else asked.get("view", "mine")
    known = {each.name: each.label for each in await queries.outcomes(work, retired=True)}
    outcome = asked.get("outcome", "")
    if view not in VIEWS or (outcome and outcome not in known):
        raise NotFound
    placed, spoken = asked.get("placed") == "1", asked.get("spoken") == "1"
    agents = await _agents(work) if view == "all" else []
    agent = asked.get("agent", "") if asked.get("agent", "") in dict(agents) else ""
    whose = work.person.id if view == "mine" else UUID(agent) if agent else None
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    zone = ZoneInfo(await config.get(work, "zone"))
    lines, cursor = await queries.recent(
        work, work.person, missed=view == "missed", agent=whose, outcome=outcome, placed=placed, spoken=spoken,
        since=_midnight(first, zone), until=_midnight(last and last + timedelta(days=1), zone),
        cursor=asked.get("cursor", ""),
    )  # fmt: skip
    flags = {"placed": "1" if placed else "", "spoken": "1" if spoken else ""}
    kept = {**flags, "agent": agent, "outcome": outcome, "from": str(first or ""), "to": str(last or "")}
    context = ListPage(
        lines=lines, view=view, outcomes=list(known.items()), outcome=outcome, agent=agent, agents=agents,
        placed=placed, spoken=spoken, first=first, last=last,
        next_url=_url(view, **kept, cursor=cursor) if cursor else "",
    )  # fmt: skip
    return await page(request, work, "calls/list.html", context, title=say("Calls"))


async def _agents(work: Work) -> list[tuple[str, str]]:
    """Whose calls may be picked out: colleagues within reach."""
    ids = await team.reach_ids(work, work.person)
    return [(str(one.id), one.name) for one in await team.members(work, ids)]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=zone) if day else None


def _url(view: str, **kept: str) -> str:
    return f"/agent/calls?{urlencode({'view': view, **{name: value for name, value in kept.items() if value}})}"


async def _log(work: Work, lead_id: UUID, typed: dict[str, Any]) -> LogPage:
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    return LogPage(lead=lead, contact=contact, outcomes=await queries.outcomes(work), typed=typed)


HANDLERS: list[Any] = [show_log, log_call, list_calls]
