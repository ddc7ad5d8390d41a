"""Who is in a sequence, one person's path, and what can be done about it; also on the lead's page."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.sequences import queries, service
from app.sequences.models import Sequence, SequenceRun
from app.sequences.pages.admin import PATH
from app.sequences.queries import RunLine, RunPage
from themes.catalogue import later, say

STATES = {
    "active": later("Under way"), "paused": later("Paused"), "failed": later("Stuck"), "done": later("Done"),
    "stopped": later("Stopped"),
}  # fmt: skip
EDIT = {"permission": "leads.edit"}


class RunsPage(msgspec.Struct, frozen=True, kw_only=True):
    sequence: Sequence
    lines: list[RunLine]
    tabs: list[tuple[str, str]]
    current: str
    states: dict[str, str]
    next_url: str
    url: str


class TracePage(msgspec.Struct, frozen=True, kw_only=True):
    it: RunPage
    states: dict[str, str]
    url: str
    back: str


class LeadPanel(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead is in now, and what it can be put into."""

    lead_id: UUID
    lines: list[RunLine]
    states: dict[str, str]
    choices: list[tuple[str, str]]
    may_edit: bool


class RunPages(Controller):
    """`/admin/sequences/{id}/runs` and `/admin/sequences/runs/{id}`."""

    path = PATH
    opt = {"permission": "sequences.view"}

    @get("/{sequence_id:uuid}/runs")
    async def index(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        row = await queries.sequence(work, sequence_id)
        state = request.query_params.get("state", "")
        state = state if state in STATES else ""
        cursor = request.query_params.get("cursor", "")
        lines, following = await queries.runs(work, work.person, row, state=state, cursor=cursor)
        url = f"{PATH}/{row.id}/runs"
        context = RunsPage(
            sequence=row,
            lines=lines,
            tabs=[(say("Everybody"), url), *((label, f"{url}?state={name}") for name, label in _states().items())],
            current=f"{url}?state={state}" if state else url,
            states=_states(),
            next_url=f"{url}?state={state}&cursor={pages.quoted(following)}" if following else "",
            url=f"{PATH}/{row.id}",
        )
        return await pages.page(
            request, work, "sequences/runs.html", context, title=say("People in %(sequence)s", sequence=row.label)
        )

    @get("/runs/{run_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, run_id: FromPath[UUID]) -> Response[bytes]:
        it = await queries.run_page(work, work.person, run_id)
        context = TracePage(
            it=it, states=_states(), url=f"{PATH}/runs/{run_id}", back=f"{PATH}/{it.line.run.sequence_id}/runs"
        )
        title = say("%(name)s in %(sequence)s", name=it.line.name, sequence=it.line.sequence)
        return await pages.page(request, work, "sequences/run.html", context, title=title)

    @post("/runs/{run_id:uuid}/{verb:str}", opt=EDIT)
    async def act(
        self, request: HttpRequest, work: WorkDep, run_id: FromPath[UUID], verb: FromPath[str]
    ) -> Response[Any]:
        await queries.run_page(work, work.person, run_id)  # out of reach is not found
        given = await pages.form(request)
        toast = await _act(work, run_id, verb, str(given.get("turn", "")))
        return pages.redirect(request, f"{PATH}/runs/{run_id}", toast)


class LeadSequencePages(Controller):
    """On a lead's page: `/agent/leads/{id}/sequences`."""

    path = "/agent/leads/{lead_id:uuid}/sequences"
    opt = {"permission": "sequences.view"}

    @get("/")
    async def panel(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await find_lead(work, work.person, lead_id)
        may_edit = work.person.may("leads.edit")
        context = LeadPanel(
            lead_id=lead.id,
            lines=await queries.of_lead(work, lead.id),
            states=_states(),
            choices=await queries.open_to_hand(work) if may_edit and not lead.test else [],
            may_edit=may_edit,
        )
        return await pages.page(
            request, work, "sequences/lead.html", context, title=say("Sequences"), fragment="sequences/_lead.html"
        )

    @post("/", opt=EDIT)
    async def add(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        lead = await find_lead(work, work.person, lead_id)
        given = await pages.form(request)
        sequence_id = str(given.get("sequence", ""))
        known = dict(await queries.open_to_hand(work))
        if sequence_id not in known:
            raise NotFound
        begun = await service.add_leads(work, UUID(sequence_id), [lead.id])
        said = (
            say("In “%(sequence)s” now.", sequence=known[sequence_id])
            if begun
            else say("Not added: in “%(sequence)s” already, or past it.", sequence=known[sequence_id])
        )
        return pages.redirect(request, f"/agent/leads/{lead.id}", Toast(said))

    @post("/{run_id:uuid}/{verb:str}", opt=EDIT)
    async def act(
        self,
        request: HttpRequest,
        work: WorkDep,
        lead_id: FromPath[UUID],
        run_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        lead = await find_lead(work, work.person, lead_id)
        if all(line.run.id != run_id for line in await queries.of_lead(work, lead.id)):
            raise NotFound
        return pages.redirect(request, f"/agent/leads/{lead.id}", await _act(work, run_id, verb, ""))


async def _act(work: Work, run_id: UUID, verb: str, turn: str) -> Toast:
    """Pause, resume, stop, or skip what stands at `turn`."""
    name = work.person.name
    if verb == "pause":
        return _said(await service.pause_run(work, run_id))
    if verb == "resume":
        return _said(await service.resume_run(work, run_id))
    if verb == "stop":
        return _said(await service.stop(work, run_id, say("Stopped by %(name)s", name=name)))
    if verb == "skip":
        return _said(await service.skip(work, run_id, turn=int(turn) if turn.isdecimal() and len(turn) < 9 else None))
    raise NotFound


def _states() -> dict[str, str]:
    return {name: say(label) for name, label in STATES.items()}


def _said(run: SequenceRun) -> Toast:
    return Toast(say("%(state)s now.", state=say(STATES[run.state])))
