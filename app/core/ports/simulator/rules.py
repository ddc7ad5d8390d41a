"""What a number does, by its last digits. The table is in the package's own text; a test holds the two
together.
"""

from typing import Literal

import msgspec

Pickup = Literal["human", "machine", "no_answer", "busy", "failed"]

WORDS = "Yes, call me after five today. What documents do you need?"
RING_SECONDS = 3.0


class TextRule(msgspec.Struct, frozen=True):
    """How a text ends, and what the person writes back to the first one."""

    status: Literal["delivered", "undelivered", "failed"] = "delivered"
    error_code: str = ""
    reply: str = ""


class CallRule(msgspec.Struct, frozen=True):
    """Who picks up after how many seconds of ringing, and for how long they talk if we do not hang up
    first.
    """

    pickup: Pickup
    ring_seconds: float = RING_SECONDS
    talk_seconds: float = 0


_TEXTS = {
    "0145": TextRule("failed", "30003"),
    "0146": TextRule(reply="STOP"),
    "0147": TextRule(reply=WORDS),
    "0149": TextRule("undelivered", "30007"),
}
_CALLS = {
    "0142": CallRule("human", talk_seconds=180),
    "0143": CallRule("no_answer", ring_seconds=25),
    "0144": CallRule("busy", ring_seconds=1),
    "0145": CallRule("failed", ring_seconds=0),
    "0146": CallRule("human", talk_seconds=8),
    "0147": CallRule("human", talk_seconds=60),
    "0148": CallRule("machine", ring_seconds=20, talk_seconds=20),
    "0149": CallRule("human", talk_seconds=8),
}


def text_rule(number: str) -> TextRule:
    return _TEXTS.get(number[-4:], TextRule())


def call_rule(number: str) -> CallRule:
    if number[-4:] in _CALLS:
        return _CALLS[number[-4:]]
    last = number[-1:]
    if last in "67":
        return CallRule("no_answer", ring_seconds=25)
    if last == "8":
        return CallRule("machine", ring_seconds=20, talk_seconds=20)
    return CallRule("busy", ring_seconds=1) if last == "9" else CallRule("human", talk_seconds=60)


_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
_START = {"start", "yes", "unstop"}
_HELP = {"help", "info"}


def keyword(text: str) -> Literal["stop", "start", "help"] | None:
    """Carriers match one single word, trimmed, in any case (Twilio's documented lists)."""
    word = text.strip().lower()
    if word in _STOP:
        return "stop"
    if word in _START:
        return "start"
    return "help" if word in _HELP else None
