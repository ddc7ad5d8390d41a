"""Placing a call and ending it: the carrier is asked by the agenda row's key, so a call is placed once."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.calls.service import locked, recorded
from app.compliance import service as compliance
from app.core import agenda, clock
from app.core.ports import doors
from app.core.ports.failures import Refused, Unavailable
from app.core.work import Work
from app.messages.service import outside
from app.team import service as team
from themes.catalogue import say

RETRIES = 3  # an agent waits at the other end


class Dial(msgspec.Struct, frozen=True, kw_only=True):
    """One call to place."""

    to: str
    from_: str
    callback: str
    since: Any
    last: bool


class Dialed(msgspec.Struct, frozen=True):
    """The carrier's id, or why it would not."""

    id: str = ""
    failed: str = ""


async def prepare(work: Work, call_id: UUID) -> Dial | None:
    """None for a call that was taken back, or that is no longer lawful."""
    call = await locked(work, call_id)
    if call.state not in ("queued", "dialing") or call.attempt_id is None:
        return None
    row = (
        await work.execute(
            text("select state, attempts from spine.agenda where id = :id and tenant_role = current_user"),
            {"id": call.agenda_id},
        )
    ).first()
    calling = row is not None and row.state == "calling"
    if not calling and not await _still_lawful(work, call):
        return None
    call.state = "dialing"
    callback = outside.report_url(work, "call", call.id)
    last = bool(row and row.attempts + 1 >= RETRIES)
    return Dial(to=call.recipient, from_=call.sender, callback=callback, since=call.at, last=last)


async def _still_lawful(work: Work, call: Any) -> bool:
    gated = await compliance.recheck(work, call.attempt_id)
    if gated.allowed:
        return True
    said = gated.verdict
    call.state, call.refused_code, call.refused_why = "refused", said.refusals[0].code, said.sentence
    call.next_lawful_at, call.ended_at = said.next_lawful_at, clock.now()
    recorded(work, "call.refused", call, code=said.refusals[0].code)
    return False


async def dial(wanted: Dial, key: str) -> Dialed:
    """Raises Unavailable and OutcomeUnknown."""
    try:
        taken = await doors.carrier().place_call(to=wanted.to, from_=wanted.from_, key=key, callback=wanted.callback)
        return Dialed(taken.id)
    except Refused as refusal:
        return Dialed(failed=str(refusal))
    except Unavailable:
        if not wanted.last:
            raise
        return Dialed(failed=say("The carrier did not answer. Nobody was called."))


async def ask(wanted: Dial, key: str) -> Dialed | None:
    taken = await doors.carrier().find_call(key, to=wanted.to, from_=wanted.from_, since=wanted.since)
    return Dialed(taken.id) if taken else None


async def settle(work: Work, call_id: UUID, dialed: Dialed) -> None:
    """The carrier's first report may have come before this; it is not set back."""
    call = await locked(work, call_id)
    call.provider_id = call.provider_id or dialed.id or None
    if dialed.failed and call.state in ("queued", "dialing"):
        call.state, call.error, call.ended_at = "failed", dialed.failed[:500], clock.now()
        await compliance.void(work, call.attempt_id)
        recorded(work, "call.failed", call)
        if call.agent_id:
            await team.set_presence(work, call.agent_id, "ready")
    await work.flush()


async def park(work: Work, call_id: UUID, reason: str) -> None:
    call = await locked(work, call_id)
    if call.state in ("queued", "dialing"):
        call.state, call.error = "unknown", reason[:500]
        recorded(work, "call.unknown", call)
        await work.flush()


agenda.effect(
    agenda.Effect(
        "calls.place",
        prepare=prepare,
        call=dial,
        settle=settle,
        ask=ask,
        park=park,
        queue="send",
        retries=RETRIES,
    )
)


async def prepare_end(work: Work, call_id: UUID) -> str | None:
    return (await locked(work, call_id)).provider_id


async def end(provider_id: str, key: str) -> None:
    """Ending a call that is over does nothing, so it may be said twice."""
    try:
        await doors.carrier().hang_up(provider_id)
    except Refused:
        return


async def settle_end(work: Work, call_id: UUID, result: None) -> None:
    """The carrier's report says how it ended."""


agenda.effect(
    agenda.Effect(
        "calls.hang_up",
        prepare=prepare_end,
        call=end,
        settle=settle_end,
        repeatable=True,
        queue="send",
        retries=RETRIES,
    )
)
