"""When a rule's hours are open: windows on the wall clock of one zone, as moments in UTC.

A window holds its first minute and not its last: at 9:00 pm sharp it is closed. Days are local days, so
that clock changes and holidays fall where people live.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from app.compliance.models.holidays import holiday
from app.compliance.models.rules import Hours, Rule, Span
from app.core.places import at_local, local

# The longest time that every weekday rule with holidays can stay closed is a few days; two weeks is plenty.
FAR = 15


def calendar_of(rule: Rule) -> str:
    """Whose holidays a rule means: its state's own, else the federal ones."""
    return rule.state


def span_on(rule: Rule, day: date) -> Span:
    terms = rule.terms
    assert isinstance(terms, Hours)
    if terms.has_holidays and holiday(calendar_of(rule), day):
        return terms.holiday
    return terms.week[day.weekday()]


@lru_cache(maxsize=8192)
def _window(span: tuple[int, int], day: date, zone: str) -> tuple[datetime, datetime]:
    return at_local(day, span[0], zone), at_local(day, span[1], zone)


def window(rule: Rule, day: date, zone: str) -> tuple[datetime, datetime] | None:
    """From and until, in UTC; None on a day that is closed."""
    span = span_on(rule, day)
    return _window(span, day, zone) if span else None


def closes(rule: Rule, moment: datetime, zone: str) -> datetime | None:
    """The end of the window that `moment` lies in; None where it is closed."""
    found = window(rule, local(moment, zone).date(), zone)
    return found[1] if found and found[0] <= moment < found[1] else None


def opens(rule: Rule, moment: datetime, zone: str) -> datetime | None:
    """The first open moment from `moment` on; None where none comes within two weeks."""
    today = local(moment, zone).date()
    for ahead in range(FAR):
        found = window(rule, today + timedelta(days=ahead), zone)
        if found and moment < found[1]:
            return max(moment, found[0])
    return None
