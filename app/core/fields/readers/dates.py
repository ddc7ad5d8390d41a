"""Days and moments in the forms with only one reading: ISO, US month/day/year, and months by name."""

import re
from datetime import UTC, date, datetime, time, tzinfo

from app.core.fields.field import Field
from app.core.fields.readers.faults import Unreadable, echo
from app.core.fields.readers.words import short_line
from themes.catalogue import say

YEARS = range(1900, 2201)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ISO = re.compile(
    r"(?P<y>\d{4})([-/]?)(?P<m>\d{2})\2(?P<d>\d{2})|(?P<y2>\d{4})[-/](?P<m2>\d{1,2})[-/](?P<d2>\d{1,2})",
    re.ASCII,
)
US = re.compile(r"(?P<m>\d{1,2})([-/])(?P<d>\d{1,2})\2(?P<y>\d{4})", re.ASCII)
NAMED = re.compile(
    r"(?P<n>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)? (?P<n2>[a-z]{3,9})\.?,? (?P<y2>\d{4})",
    re.ASCII,
)
CLOCK = re.compile(r"(?P<h>\d{1,2})(?::(?P<min>\d{2}))?(?::(?P<s>\d{2}))? ?(?P<half>[ap])?\.?(?:m\.?)?", re.ASCII)


def day(_field: Field, raw: object, _zone: tzinfo) -> date:
    """A time of day behind an ISO date is left out."""
    typed = short_line(raw)
    found = _day(typed)
    if found is None and (written := _iso(typed)) is not None:
        found = written.date()
    if found is None:
        raise Unreadable(
            "invalid_format",
            say(
                "%(typed)s is not a date that can be read in one way. Write it like 2026-05-03 or 5/3/2026.",
                typed=echo(typed),
            ),
        )
    return _in_range(found)


def moment(_field: Field, raw: object, zone: tzinfo) -> datetime:
    """In UTC. Without an offset it is meant in `zone`; a day alone means its first minute."""
    typed = short_line(raw)
    found = _iso(typed) or _spoken(typed)
    if found is None:
        raise Unreadable(
            "invalid_format",
            say(
                "%(typed)s is not a date with a time. Write it like 2026-05-03 14:30 or 5/3/2026 2:30 pm.",
                typed=echo(typed),
            ),
        )
    _in_range(found.date())
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def is_day(raw: object) -> bool:
    """Whether this names a whole day, without a time."""
    return isinstance(raw, str) and len(raw) < 40 and _matched(raw.strip()) is not None


def _iso(typed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(typed) if re.match(r"\d{4}-?\d\d-?\d\d[T ]", typed, re.ASCII) else None
    except ValueError:
        return None


def _spoken(typed: str) -> datetime | None:
    """A day, or a day and a time in either clock."""
    if (whole := _day(typed)) is not None:
        return datetime.combine(whole, time())
    for gap in [found.start() for found in re.finditer(" ", typed)]:
        first, rest = _day(typed[:gap].rstrip(",")), _clock(typed[gap + 1 :].removeprefix("at ").lower())
        if first is not None and rest is not None:
            return datetime.combine(first, rest)
    return None


def _clock(typed: str) -> time | None:
    found = CLOCK.fullmatch(typed)
    if found is None or (found["min"] is None and found["half"] is None):
        return None
    hour = int(found["h"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    try:
        return time(hour, int(found["min"] or 0), int(found["s"] or 0))
    except ValueError:
        return None


def _matched(typed: str) -> tuple[int, int, int] | None:
    """Year, month and day as written, whether or not there is such a day."""
    for form in (ISO, US, NAMED):
        if found := form.fullmatch(typed.lower()):
            part = {name.rstrip("2"): text for name, text in found.groupdict().items() if text is not None}
            month = int(part["m"]) if "m" in part else _month(part["n"])
            return None if month is None else (int(part["y"]), month, int(part["d"]))
    return None


def _month(name: str) -> int | None:
    full = "january february march april may june july august september october november december sept".split()
    return (MONTHS.index(name[:3]) + 1) if name in full or name in MONTHS else None


def _day(typed: str) -> date | None:
    parts = _matched(typed)
    if parts is None:
        return None
    try:
        return date(*parts)
    except ValueError:
        raise Unreadable(
            "invalid_format",
            say("There is no day %(typed)s in the calendar. Write it like 2026-05-03 or 5/3/2026.", typed=echo(typed)),
        ) from None


def _in_range(found: date) -> date:
    if found.year not in YEARS:
        raise Unreadable(
            "not_allowed",
            say(
                "The year %(year)s is too far away. Use %(first)s to %(last)s.",
                year=found.year,
                first=YEARS[0],
                last=YEARS[-1],
            ),
        )
    return found
