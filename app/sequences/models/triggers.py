"""What starts a sequence and what ends it for one person."""

from typing import Any, Literal

import msgspec

# Event kinds that may start a sequence, as the end of "When …". What no slice records never happens.
EVENTS = {
    "lead.created": "a lead arrives",
    "lead.assigned": "a lead is assigned",
    "lead.claimed": "somebody takes a lead",
    "lead.stage_changed": "a lead moves to another stage",
    "lead.heated": "a lead warms up",
    "lead.unclaimed": "nobody takes a lead",
    "call.outcome": "a call ends",
    "call.logged": "a call is logged",
    "call.missed": "they call and nobody answers",
    "message.received": "they write",
    "message.bounced": "a message comes back",
    "task.overdue": "a task about a lead is a day overdue",
    "contact.consented": "they agree to be contacted",
    "tag.added": "a tag is added",
    "program.enrolled": "they enrol",
    "deposit.returned": "a deposit is returned",
    "settlement.offered": "a settlement offer comes",
    "invoice.sent": "an invoice is sent",
    "invoice.paid": "an invoice is paid",
}
By = Literal["event", "quiet", "date", "hand"]
# What an event may be narrowed by: the name in its payload, and what people call it.
ABOUT = {"lead.stage_changed": "to_name", "call.outcome": "outcome", "call.logged": "outcome"}


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`event`: one of `events` happens, its payload's `ABOUT` value being one of `among` (empty: any).

    `quiet`: nobody has been in contact for `days`. `date`: the day in `field` is `days` away (negative:
    so long past); `yearly` counts its day and month in every later year too. `hand`: only people start it.
    """

    by: By = "hand"
    events: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    days: int = 0
    field: str = ""
    yearly: bool = False

    def fits(self, kind: str, payload: dict[str, Any]) -> bool:
        """Whether this event starts it, before anything is asked of the lead."""
        if self.by != "event" or kind not in self.events:
            return False
        return not self.among or payload.get(ABOUT.get(kind, "")) in self.among


# Why a run ended with an answer, as its trace tells it.
WROTE, SPOKE, CALLED = ANSWERED = ("They wrote back", "We spoke with them", "They called us")
STOPS = {
    "reply": "reply",
    "opt_out": "opt out",
    "booked": "book",
    "won": "enrol",
    "lost": "are lost",
}


class Stops(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ends a run before its last step. `stages` are names beside those that `won` and `lost` mean."""

    rules: tuple[str, ...] = tuple(STOPS)
    stages: tuple[str, ...] = ()

    def by_stage(self, kind: str, name: str) -> bool:
        """Whether being in this stage ends it."""
        won = "won" in self.rules and kind in ("won", "done")
        return won or ("lost" in self.rules and kind == "lost") or name in self.stages
