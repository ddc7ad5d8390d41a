"""How verdicts are said: numbers, times and names in plain words."""

from datetime import UTC, date, datetime, timedelta
from functools import reduce

from babel.dates import format_date

from app.compliance.models.facts import Channel
from app.compliance.models.rules import Rule
from app.core.places import local, zone_label
from themes import formats
from themes.catalogue import later, say, say_many
from themes.view import current

ONE: dict[Channel, str] = {"call": later("call"), "sms": later("text"), "email": later("e-mail")}
MANY: dict[Channel, str] = {"call": later("calls"), "sms": later("texts"), "email": later("e-mails")}
DAYS = (
    later("Mondays"), later("Tuesdays"), later("Wednesdays"), later("Thursdays"), later("Fridays"), later("Saturdays"),
    later("Sundays"),
)  # fmt: skip


def clock(moment: datetime, zone: str) -> str:
    """ "8:00 am" on the wall clock of the zone."""
    if not _english():
        return formats.clock_time(moment, zone)
    wall = local(moment, zone)
    return f"{wall.hour % 12 or 12}:{wall.minute:02} {'am' if wall.hour < 12 else 'pm'}"


def minutes(of_day: int) -> str:
    """ "9:00 pm" for 1260 minutes after midnight."""
    hour, minute = divmod(of_day % (24 * 60), 60)
    if not _english():
        return formats.clock_time(datetime(2000, 1, 1, hour, minute, tzinfo=UTC), "UTC")
    return f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}"


def day(moment: datetime, zone: str) -> str:
    """ "3 May 2026"."""
    return on(local(moment, zone).date())


def on(value: date) -> str:
    """ "3 May 2026"."""
    return f"{value.day} {value:%b %Y}" if _english() else format_date(value, "d MMM y", locale=current().locale)


def place(zone: str) -> str:
    """ "Eastern": whose clock it is."""
    return zone_label(zone) if _english() else formats.zone_name(zone)


def whose(rule: Rule) -> str:
    """ "Federal law", "Florida"."""
    return say(rule.whose)


def _english() -> bool:
    """The usual case takes no way over a locale: the gate speaks for whole lists at once."""
    return current().language == "en"


def when(moment: datetime, now: datetime, zone: str) -> str:
    """ "9:12 am Eastern", with as much before it as it needs: "tomorrow", "Mon", "Fri, Dec 4,"."""
    then, today = local(moment, zone), local(now, zone).date()
    ahead = (then.date() - today).days
    if ahead == 0:
        prefix = ""
    elif ahead == 1:
        prefix = say("tomorrow") + " "
    elif 1 < ahead < 7:
        prefix = f"{then:%a} " if _english() else format_date(then, "EEE ", locale=current().locale)
    elif _english():
        year = f" {then.year}," if then.year != today.year else ""
        prefix = f"{then:%a, %b} {then.day},{year} "
    else:
        prefix = formats.day(then.date(), year=then.year != today.year) + ", "
    return f"{prefix}{clock(moment, zone)} {place(zone)}"


def things(count: int, channels: frozenset[Channel]) -> str:
    """ "calls or texts", "call or text" for one."""
    words = ONE if count == 1 else MANY
    return either([say(word) for channel, word in words.items() if channel in channels])


def either(words: list[str]) -> str:
    """ "Florida or Georgia"."""
    return (
        reduce(lambda first, second: say("%(first)s or %(second)s", first=first, second=second), words) if words else ""
    )


def span_of(hours: int) -> str:
    """ "24 hours", "7 days": days from two on."""
    if hours % 24 == 0 and hours > 24:
        return say("%(count)s days", count=hours // 24)
    return say_many("%(count)s hour", "%(count)s hours", hours)


def short_span(hours: int) -> str:
    """ "24 h", "7 d"."""
    return say("%(count)s d", count=hours // 24) if hours % 24 == 0 and hours > 24 else say("%(count)s h", count=hours)


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def speaking_zone(zones: frozenset[str], moment: datetime) -> str:
    """The clock to speak in where no rule brings its own: the easternmost, whose day ends first."""
    return max(sorted(zones), key=lambda zone: local(moment, zone).utcoffset() or timedelta())
