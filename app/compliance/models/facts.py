"""What the gate is asked and what is known about the person: plain values, no database.

All moments are aware datetimes in UTC. What happened after the moment that is judged does not count, but
for attempts: a planned one takes its place already.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.core.places import Whereabouts, whereabouts
from themes.catalogue import say

Channel = Literal["call", "sms", "email"]
Purpose = Literal["marketing", "servicing", "transactional"]
Level = Literal["written", "express"]
List = Literal["internal", "national", "state", "litigator"]

CHANNELS: tuple[Channel, ...] = ("call", "sms", "email")
PURPOSES: tuple[Purpose, ...] = ("marketing", "servicing", "transactional")


@dataclass(frozen=True, slots=True)
class Request:
    """One intended contact.

    `purpose`: *servicing* is about a program or order that the person already has; *transactional* answers
    something that they did just now (a sign-in code, a booking they made). `automated`: no person chose to
    send this one message or dial this one call; prerecorded and artificial voices are always automated.
    `subject`: what it is about, for states that count per subject; None counts against every subject.
    """

    channel: Channel
    purpose: Purpose = "marketing"
    automated: bool = False
    vertical: str | None = None
    subject: str | None = None
    confirms_opt_out: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """`level` *written*: signed, with the notice of 47 CFR 64.1200(f)(9); *express*: any clear yes."""

    channels: frozenset[Channel]
    at: datetime
    level: Level = "written"
    purpose: Purpose = "marketing"
    text: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """The person's no. A missing channel or purpose means all of them. `lifted_by` says who took it back."""

    at: datetime
    channel: Channel | None = None
    purpose: Purpose | None = None
    words: str = ""
    lifted_at: datetime | None = None
    lifted_by: Literal["person", "staff"] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A contact that was made or tried, by anyone of the tenant, from any number."""

    at: datetime
    channel: Channel
    purpose: Purpose = "marketing"
    automated: bool = False
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A hit on a list. `state` for state lists."""

    on: List
    listed_at: datetime | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address not to be used: hard bounce, complaint, carrier block, dead number. No channel: all."""

    reason: Literal["bounce", "complaint", "blocked", "dead", "manual"]
    at: datetime
    channel: Channel | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Reassigned:
    """The reassigned-numbers database's answer to "has this number changed hands since the consent?"."""

    checked_at: datetime
    answer: Literal["yes", "no", "no_data"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one person at one address. `where` comes from `app.core.places.whereabouts`."""

    where: Whereabouts
    phone: str | None = None
    email: str | None = None
    name: str = ""
    consents: tuple[Consent, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    listings: tuple[Listing, ...] = ()
    scrubbed_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    inquired_at: datetime | None = None
    purchased_at: datetime | None = None
    client_since: datetime | None = None
    suppressions: tuple[Suppression, ...] = ()
    bankrupt_since: datetime | None = None
    reassigned: Reassigned | None = None
    incident_on: date | None = None

    @property
    def who(self) -> str:
        return self.name or say("this person")


def somewhere(
    phone: str | None = None, zip_code: str | None = None, state: str | None = None, zone: str | None = None
) -> Whereabouts:
    """Where a person may be; a shorthand so that callers need only this room."""
    return whereabouts(phone, zip_code, state, zone)
