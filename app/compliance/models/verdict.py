"""What the gate answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.compliance.models import wording
from app.compliance.models.facts import Facts, Request
from app.compliance.models.rules import Rule
from themes.catalogue import say

Code = Literal[
    "quiet_hours",
    "closed_day",
    "too_many",
    "no_consent",
    "consent_revoked",
    "opted_out",
    "do_not_call",
    "scrub_stale",
    "litigator",
    "suppressed",
    "bankrupt",
    "reassigned",
    "reassignment_unchecked",
    "not_eligible",
    "too_soon",
    "not_a_client",
    "abroad",
    "no_address",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against a contact, with the rule that says so.

    `until`: the first moment from which this reason alone no longer stands; None: time does not lift it,
    somebody has to do something. `zone`: the clock by which it was judged, where that matters.
    """

    code: Code
    sentence: str
    rule_id: str
    state: str
    whose: str
    source: str
    confidence: str
    verify: bool
    until: datetime | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How far the tightest limit is used: `used` of `count` in `hours`."""

    used: int
    count: int
    hours: int
    rule_id: str

    @property
    def text(self) -> str:
        """ "1 of 3 in 24 h"."""
        return say(
            "%(used)s of %(count)s in %(time)s", used=self.used, count=self.count, time=wording.short_span(self.hours)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer for one request at one moment.

    `next_lawful_at`: the first whole minute (UTC) at which it is lawful: `at` itself where allowed, None
    where no passing of time makes it so. `window_ends_at`: where allowed, the first moment at which it no
    longer is; None where nothing ends it. `zone`: the clock in which `sentence` speaks. `caution`: why the
    strictest rules were taken.
    """

    request: Request
    at: datetime
    refusals: tuple[Refusal, ...]
    next_lawful_at: datetime | None
    window_ends_at: datetime | None
    zone: str
    sentence: str
    count: Count | None = None
    caution: str = ""

    @property
    def allowed(self) -> bool:
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Case:
    """A request about a person at a moment, on the way to a verdict."""

    request: Request
    facts: Facts
    at: datetime

    def refuse(
        self, rule: Rule, code: Code, sentence: str, until: datetime | None = None, zone: str | None = None
    ) -> Refusal:
        """A refusal by `rule`, its sentence begun with a capital letter."""
        said = wording.capital(sentence)
        return Refusal(
            code,
            said,
            rule.id,
            rule.state,
            rule.whose,
            rule.source,
            rule.confidence,
            rule.verify,
            until,
            zone,
        )
