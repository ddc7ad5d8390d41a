"""One rule of law or of our own caution: where it comes from, whom it binds, and its terms.

Rules are data (`data/*.toml`, or what an administrator entered), read by `reading`. The kinds that are
enforced have a check in `gate.CHECKS`; the others (federal, recording, note) are shown.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.compliance.models.facts import Channel, Level, Purpose, Request
from app.core.places import state_name
from themes.catalogue import later

Confidence = Literal["P", "S", "K"]

# Minutes of the day, from and until; the last minute itself is closed. None: closed all day.
Span = tuple[int, int] | None

ELSEWHERE = {"US": later("Federal law"), "CARRIER": later("Carriers"), "HOUSE": later("House rule")}


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans from Monday to Sunday; where `has_holidays`, legal holidays have `holiday` instead."""

    week: tuple[Span, ...]
    holiday: Span = None
    has_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` contacts in any `hours` hours, over the channels in `counts`."""

    count: int
    hours: int
    counts: frozenset[Channel]
    same_subject: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which consent is asked for."""

    level: Level


@dataclass(frozen=True, slots=True)
class Lists:
    """How old do-not-call lists may be, and for how long a purchase or an inquiry excuses a listing."""

    scrub_days: int
    purchase_months: int
    inquiry_months: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """One text may confirm an opt-out within so many minutes."""

    confirm_minutes: int


@dataclass(frozen=True, slots=True)
class Hold:
    """An opt-out by one of these channels binds for years, unless the person takes it back."""

    opt_outs: frozenset[Channel]
    years: int


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days: to wait after an accident, or the greatest age of a check."""

    days: int


Terms = Hours | Limit | Asked | Lists | Revocation | Hold | Days | None


@dataclass(frozen=True, slots=True)
class Rule:
    """`effective` None: in force as long as it matters. `repealed`: from then on there is no such rule."""

    id: str
    state: str
    kind: str
    says: str
    source: str
    confidence: Confidence
    channels: frozenset[Channel]
    purposes: frozenset[Purpose]
    terms: Terms = None
    automated: bool = False
    vertical: str | None = None
    effective: date | None = None
    verify: bool = False
    repealed: bool = False
    overridden: bool = False

    @property
    def whose(self) -> str:
        """Who says so: "Florida", "Federal law", "Carriers", "House rule"."""
        return ELSEWHERE.get(self.state) or state_name(self.state)

    def binds(self, request: Request) -> bool:
        return (
            request.channel in self.channels
            and request.purpose in self.purposes
            and (request.automated or not self.automated)
            and self.vertical in (None, request.vertical)
        )
