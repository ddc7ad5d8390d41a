"""Deadlines and retention periods, as cited data (`data/periods.toml`), and the calendar sums they need."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from app.compliance.models.holidays import holiday
from app.compliance.models.shipped import shipped


@dataclass(frozen=True, slots=True)
class Period:
    """How long something may take or must be kept, in `unit`: days, business days or years."""

    id: str
    says: str
    amount: int
    unit: str
    source: str
    confidence: str


@cache
def periods() -> dict[str, Period]:
    return {entry["id"]: Period(**entry) for entry in shipped("periods")["period"]}


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time months later; the last day of the month where there is no such day."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def business_days_after(day: date, count: int) -> date:
    """The count-th day after `day` that is no weekend and no federal holiday."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and holiday("US", day) is None
    return day


def revocation_deadline(received: datetime, zone: str) -> date:
    """The last day to honour an opt-out (FCC 24-24). We honour it at once; this is for the record."""
    return business_days_after(received.astimezone(ZoneInfo(zone)).date(), periods()["revocation"].amount)


def keep_until(made: datetime, period: str) -> datetime:
    """When a record may go: `period` is the id of one that counts in years, such as "call-records"."""
    return add_months(made, 12 * periods()[period].amount)
