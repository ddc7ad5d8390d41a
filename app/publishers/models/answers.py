"""What we say to a post: status, reasons with stable codes, price; and the sentences of every code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_skeleton

from app.core.errors import FieldError
from app.core.fields.display import money, zone_name
from app.core.money import Money, major
from app.publishers.models.terms import DAYS, Terms, Usage, next_opening
from themes.catalogue import later

Status = Literal["accepted", "duplicate", "rejected", "error"]
Reason = FieldError

# Every code that a post can be answered with, and what it means: the spec page lists these.
CODES = {
    "missing": later("A required field is absent or empty."),
    "invalid_format": later("The value can't be read as what the field is."),
    "not_allowed": later("The value is readable, but not one that this offer takes."),
    "too_long": later("The value has more characters than the field holds."),
    "out_of_area": later("The person lives outside the states of this offer."),
    "duplicate": later("We have this person already, within the offer's window. Not paid."),
    "cap_reached": later("The offer has taken all it takes in this hour, day, week, month, or altogether."),
    "outside_schedule": later("The offer is closed at this hour."),
    "consent_missing": later("The consent, or a part of it, was not sent."),
    "consent_stale": later("The consent is older than this offer takes."),
    "suppressed": later("The person must not be contacted."),
    "suspected_bot": later("Too many leads name the same visitor's address."),
    "offer_paused": later("The offer is paused or closed."),
}
PAUSED = "This offer is paused. Nothing that is sent to it now is kept as a lead."
SUPPRESSED = "This person must not be contacted. Not paid."
BOT = "Too many leads of the last hour name this visitor's address. Send the visitor's own address, not your server's."
TIMES = {
    "hour": "this hour",
    "day": "today",
    "week": "this week",
    "month": "this month",
    "total": "altogether",
}
DAY_NAMES = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


class Answer(msgspec.Struct, frozen=True, omit_defaults=False):
    """The body of an answer. `id` is the lead's when accepted, else the stored submission's."""

    id: UUID
    status: Status
    reasons: list[Reason] = []
    price: Money = Money(0)
    test: bool = False
    warnings: list[Reason] = []

    @property
    def http_status(self) -> int:
        return 201 if self.status == "accepted" else 200


def accepted(lead_id: UUID, price: Money, *, test: bool, warnings: Sequence[Reason] = ()) -> Answer:
    return Answer(
        lead_id,
        "accepted",
        price=Money(0, price.currency) if test else price,
        test=test,
        warnings=list(warnings),
    )


def refused(
    submission_id: UUID,
    reasons: Sequence[Reason],
    currency: str,
    *,
    test: bool,
    warnings: Sequence[Reason] = (),
) -> Answer:
    """Duplicate when that is the one reason, else rejected; never paid."""
    status: Status = "duplicate" if [reason.code for reason in reasons] == ["duplicate"] else "rejected"
    return Answer(submission_id, status, list(reasons), Money(0, currency), test, list(warnings))


def duplicate(days: int) -> Reason:
    """Never whose, and never which."""
    return Reason("lead", "duplicate", f"Duplicate of a lead within {days} days. Not paid.")


def cap_reached(usage: Usage, zone: str, currency: str) -> Reason:
    cap = usage.cap
    limit = f"{cap.leads:,} leads" if cap.leads is not None else money(major(cap.amount or 0, currency), currency)
    again = f" It opens again {spoken(usage.until, zone)}." if usage.until else ""
    return Reason("offer", "cap_reached", f"This offer has had its {limit} {TIMES[cap.per]}.{again}")


def outside_schedule(terms: Terms, now: datetime) -> Reason:
    opens = next_opening(terms, now)
    again = f" It opens again {spoken(opens, terms.zone)}." if opens else ""
    return Reason("offer", "outside_schedule", f"This offer is closed now; it is open {hours(terms)}.{again}")


def spoken(moment: datetime, zone: str) -> str:
    """Sat, Nov 21, 12:00 am Eastern: by the clocks of the contract's zone."""
    local = moment.astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMEd", local, tzinfo=ZoneInfo(zone), locale="en_US")
    return f"{day}, {clock(f'{local:%H:%M}')} {zone_name(ZoneInfo(zone))}"


def clock(written: str) -> str:
    """13:30 as 1:30 pm."""
    hour, minute = (int(part) for part in written.split(":"))
    return f"{hour % 12 or 12}:{minute:02} {'am' if hour % 24 < 12 else 'pm'}"


def hours(terms: Terms) -> str:
    """Mon-Fri 9:00 am to 5:00 pm, Sat 10:00 am to 2:00 pm Eastern; "at all hours" without a schedule."""
    if not terms.schedule:
        return later("at all hours")
    runs: list[list[Any]] = []
    for day in DAYS:
        times = terms.schedule.get(day)
        if times and runs and runs[-1][2] == times and DAYS.index(runs[-1][1]) == DAYS.index(day) - 1:
            runs[-1][1] = day
        elif times:
            runs.append([day, day, times])
    parts = [
        f"{DAY_NAMES[first]}{'' if first == last else '–' + DAY_NAMES[last]} {clock(begin)} to {clock(end)}"
        for first, last, (begin, end) in runs
    ]
    return f"{', '.join(parts)} {zone_name(ZoneInfo(terms.zone))}"
