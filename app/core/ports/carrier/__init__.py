"""Texts and calls through a carrier: what can be asked of one, and what it tells us, in neutral words."""

from datetime import datetime
from typing import Literal, Protocol

import msgspec

from app.core.ports.failures import OptedOut, OutcomeUnknown, Refused, Unavailable
from app.core.ports.signing import BadSignature

__all__ = [
    "BadSignature",
    "CallReceipt",
    "CallStatus",
    "Carrier",
    "Event",
    "InboundCall",
    "InboundSms",
    "OptedOut",
    "OutcomeUnknown",
    "Refused",
    "SmsReceipt",
    "SmsStatus",
    "Unavailable",
    "Webhook",
]

SmsState = Literal["queued", "sent", "delivered", "undelivered", "failed"]
CallState = Literal["queued", "ringing", "answered", "completed", "busy", "no_answer", "failed", "canceled"]
Choice = Literal["stop", "start", "help"]


class SmsReceipt(msgspec.Struct, frozen=True):
    """The carrier took the text under this id; a status follows by webhook."""

    id: str
    status: SmsState


class CallReceipt(msgspec.Struct, frozen=True):
    id: str
    status: CallState


class Webhook(msgspec.Struct, frozen=True):
    """A request as it came: the full public URL that the carrier called, headers in any case, the raw
    body.
    """

    url: str
    headers: dict[str, str]
    body: bytes


class InboundSms(msgspec.Struct, frozen=True, kw_only=True):
    """Someone wrote to one of our numbers. `opt_out` is the carrier's own reading of STOP, START and HELP.

    `event_id` is the same for every repeat of this webhook: the ledger's key.
    """

    event_id: str
    id: str
    from_: str
    to: str
    text: str
    opt_out: Choice | None = None
    media: tuple[str, ...] = ()


class SmsStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a text. `error_code` is the carrier's (30003 unreachable, 30007 filtered)."""

    event_id: str
    id: str
    status: SmsState
    to: str = ""
    from_: str = ""
    error_code: str = ""


class CallStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a call stands. `answered_by` is known once somebody, or a machine, has picked up."""

    event_id: str
    id: str
    status: CallState
    to: str = ""
    from_: str = ""
    answered_by: Literal["human", "machine"] | None = None
    seconds: int = 0
    error_code: str = ""


class InboundCall(msgspec.Struct, frozen=True, kw_only=True):
    """Someone is calling one of our numbers."""

    event_id: str
    id: str
    from_: str
    to: str


Event = InboundSms | SmsStatus | CallStatus | InboundCall


class Carrier(Protocol):
    """Numbers are E.164. `key` is the same for every attempt at one text or call.

    The verbs raise Refused, OptedOut, Unavailable or OutcomeUnknown. After OutcomeUnknown the finders
    tell what became of it; they return None when the carrier certainly never took it, and raise when that
    cannot be told.
    """

    async def send_sms(self, *, to: str, from_: str, text: str, key: str, status_callback: str) -> SmsReceipt: ...

    async def find_sms(self, key: str, *, to: str, from_: str, text: str, since: datetime) -> SmsReceipt | None: ...

    async def place_call(self, *, to: str, from_: str, key: str, callback: str) -> CallReceipt: ...

    async def find_call(self, key: str, *, to: str, from_: str, since: datetime) -> CallReceipt | None: ...

    async def hang_up(self, call_id: str) -> None:
        """End the call; a call that is over stays over."""
        ...

    def read_webhook(self, hook: Webhook) -> Event:
        """Verify and read what the carrier sent. Raises BadSignature, and ValueError for what makes no
        sense.
        """
        ...
