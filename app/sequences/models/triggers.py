"""What starts a sequence and what ends it for one person."""

from typing import Any, Literal

import msgspec

from themes.catalogue import later

# Event kinds that may start a sequence, as the end of "When …". What no slice records never happens.
EVENTS = {
    "lead.created": later("a new %(lead)s arrives"),
    "lead.assigned": later("the %(lead)s is assigned"),
    "lead.claimed": later("somebody takes the %(lead)s"),
    "lead.stage_changed": later("the %(lead)s moves to another stage"),
    "lead.heated": later("the %(lead)s warms up"),
    "lead.unclaimed": later("nobody takes the %(lead)s"),
    "call.outcome": later("a call ends"),
    "call.logged": later("a call is logged"),
    "call.missed": later("they call and nobody answers"),
    "message.received": later("they write"),
    "message.bounced": later("a message comes back"),
    "task.overdue": later("a task about the %(lead)s is a day overdue"),
    "contact.consented": later("they agree to be contacted"),
    "tag.added": later("a tag is added"),
    "program.enrolled": later("they enrol"),
    "deposit.returned": later("a deposit is returned"),
    "settlement.offered": later("a settlement offer comes"),
    "invoice.sent": later("an invoice is sent"),
    "invoice.paid": later("an invoice is paid"),
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
WROTE, SPOKE, CALLED = ANSWERED = (later("They wrote back"), later("We spoke with them"), later("They called us"))
STOPS = {
    "reply": later("reply"),
    "opt_out": later("opt out"),
    "booked": later("book"),
    "won": later("are won"),
    "lost": later("are lost"),
}


class Stops(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ends a run before its last step. `stages` are names beside those that `won` and `lost` mean."""

    rules: tuple[str, ...] = tuple(STOPS)
    stages: tuple[str, ...] = ()

    def by_stage(self, kind: str, name: str) -> bool:
        """Whether being in this stage ends it."""
        won = "won" in self.rules and kind in ("won", "done")
        return won or ("lost" in self.rules and kind == "lost") or name in self.stages
