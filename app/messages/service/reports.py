"""What carrier and mail server report: each webhook once, handed to whoever owns what it is about."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from app.core.ports.carrier import Event, InboundSms, SmsStatus
from app.core.work import Work
from app.messages.models.letters import read_letter
from app.messages.service.arriving import first_time, receive_email, receive_sms
from app.messages.service.leaving import note_status

Handle = Callable[[Work, Any, UUID | None], Awaitable[Any]]
_handlers: dict[type, Handle] = {}


def handles(kind: type) -> Callable[[Handle], Handle]:
    """Slices take the carrier's events of their kind: `@handles(CallStatus) async def f(work, said,
    record_id)`.
    """

    def remember(function: Handle) -> Handle:
        _handlers[kind] = function
        return function

    return remember


async def carrier_said(work: Work, said: Event, record_id: UUID | None = None) -> bool:
    """Do what follows from an event, once; its id and its effect commit together. False for a repeat."""
    if not await first_time(
        work,
        "carrier",
        said.event_id,
        msgspec.json.encode({"kind": type(said).__name__, "id": said.id}).decode(),
    ):
        return False
    handle = _handlers.get(type(said))
    if handle is not None:
        await handle(work, said, record_id)
    return True


async def mail_arrived(work: Work, event_id: str, raw: bytes, *, envelope_from: str, envelope_to: str) -> bool:
    """The same for a mail."""
    if not await first_time(work, "mail", event_id):
        return False
    await receive_email(work, read_letter(raw), envelope_from=envelope_from, envelope_to=envelope_to)
    return True


@handles(InboundSms)
async def _text_in(work: Work, said: InboundSms, record_id: UUID | None) -> None:
    await receive_sms(work, said)


@handles(SmsStatus)
async def _text_status(work: Work, said: SmsStatus, record_id: UUID | None) -> None:
    await note_status(work, said.status, message_id=record_id, provider_id=said.id, error_code=said.error_code)
