"""How verdicts are said: numbers, times and names in plain words."""

from datetime import datetime, timedelta

from app.compliance.models.facts import Channel
from app.core.places import local, zone_label

ONE: dict[Channel, str] = {"call": "call", "sms": "text", "email": "e-mail"}
MANY: dict[Channel, str] = {"call": "calls", "sms": "texts", "email": "e-mails"}
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def clock(moment: datetime, zone: str) -> str:
    """ "8:00 am" on the wall clock of the zone."""
    wall = local(moment, zone)
    return f"{wall.hour % 12 or 12}:{wall.minute:02} {'am' if wall.hour < 12 else 'pm'}"


def minutes(of_day: int) -> str:
    """ "9:00 pm" for 1260 minutes after midnight."""
    hour, minute = divmod(of_day % (24 * 60), 60)
    return f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}"


def day(moment: datetime, zone: str) -> str:
    """ "3 May 2026"."""
    wall = local(moment, zone)
    return f"{wall.day} {wall:%b %Y}"


def when(moment: datetime, now: datetime, zone: str) -> str:
    """ "9:12 am Eastern", with as much before it as it needs: "tomorrow", "Mon", "Fri, Dec 4,"."""
    then, today = local(moment, zone), local(now, zone).date()
    ahead = (then.date() - today).days
    if ahead == 0:
        prefix = ""
    elif ahead == 1:
        prefix = "tomorrow "
    elif 1 < ahead < 7:
        prefix = f"{then:%a} "
    else:
        year = f" {then.year}," if then.year != today.year else ""
        prefix = f"{then:%a, %b} {then.day},{year} "
    return f"{prefix}{clock(moment, zone)} {zone_label(zone)}"


def things(count: int, channels: frozenset[Channel]) -> str:
    """ "calls or texts", "call or text" for one."""
    words = ONE if count == 1 else MANY
    return " or ".join(word for channel, word in words.items() if channel in channels)


def span_of(hours: int) -> str:
    """ "24 hours", "7 days": days from two on."""
    if hours % 24 == 0 and hours > 24:
        return f"{hours // 24} days"
    return "1 hour" if hours == 1 else f"{hours} hours"


def short_span(hours: int) -> str:
    """ "24 h", "7 d"."""
    return f"{hours // 24} d" if hours % 24 == 0 and hours > 24 else f"{hours} h"


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def speaking_zone(zones: frozenset[str], moment: datetime) -> str:
    """The clock to speak in where no rule brings its own: the easternmost, whose day ends first."""
    return max(sorted(zones), key=lambda zone: local(moment, zone).utcoffset() or timedelta())
