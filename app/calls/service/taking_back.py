"""Taking an outcome back with all that it did."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.calls.models import Call
from app.calls.service.placing import locked, recorded
from app.compliance import service as compliance
from app.core import clock
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.leads.service.stages import move
from app.tasks import service as tasks
from app.team import service as team

UNDO = timedelta(seconds=30)  # the toast stays ten seconds; a slow line needs more


async def undo_outcome(work: Work, call_id: UUID, person: Person) -> Call:
    """Take an outcome back with all that it did: stage, tasks, lists. Raises Gone-like NotFound when it is
    too late or was somebody else's.
    """
    call = await locked(work, call_id)
    if (
        call.outcome is None
        or call.agent_id != person.id
        or call.outcome_at is None
        or clock.now() - call.outcome_at > UNDO
    ):
        raise NotFound
    await _take_back(work, call, dict(call.undo or {}))
    call.outcome = call.outcome_at = call.callback_at = None
    call.undo = {}
    await work.flush()
    recorded(work, "call.outcome_undone", call)
    await team.set_presence(work, person.id, "wrap_up")
    return call


async def _take_back(work: Work, call: Call, undo: dict[str, Any]) -> None:
    before = undo.get("before")
    if before and call.lead_id:
        lead = await leads.locked(work, call.lead_id)
        now = await work.get(Stage, lead.stage_id)
        if now is not None and now.name == undo.get("to"):
            await _stage_back(work, lead, now, before)
    if undo.get("task"):
        await tasks.delete_task(work, UUID(undo["task"]))
    for task_id in undo.get("done", []):
        await tasks.reopen(work, UUID(task_id))
    for entry_id in undo.get("entries", []):
        await compliance.take_off_list(work, UUID(entry_id), "The outcome was taken back")


async def _stage_back(work: Work, lead: Lead, now: Stage, before: Mapping[str, Any]) -> None:
    earlier = next(
        (stage for stage in await leads.stages(work, lead.pipeline_id) if stage.name == before["stage"]), None
    )
    if earlier is not None:
        await move(work, lead, now, earlier)
        lead.lost_reason = before["lost_reason"]
