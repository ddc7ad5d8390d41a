"""How money, moments, phones and numbers read: $1,234.50 · Fri, Dec 4, 2:30 pm Eastern · (727) 555-0142 ·
−$20.

One place, so that the same thing never reads two ways. Everything follows the viewer (themes.view).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale, dates, lists, numbers
from markupsafe import Markup, escape

from themes.view import current, real_time

MINUS = "−"


def money(amount: Any, currency: str = "", *, short: bool = False) -> str:
    """An amount in minor units (`125050` is $1,250.50), or anything with `amount` and `currency`. `short`
    is for lists: no cents.
    """
    if amount is None:
        return ""
    minor = getattr(amount, "amount", amount)
    code = currency or getattr(amount, "currency", "") or current().currency
    digits = numbers.get_currency_precision(code)
    major = Decimal(minor).scaleb(-digits)
    if short:
        whole = major.quantize(Decimal(1), ROUND_HALF_UP)
        text = numbers.format_currency(
            whole, code, locale=current().locale, format=_whole(current().locale), currency_digits=False
        )
    else:
        text = numbers.format_currency(major, code, locale=current().locale)
    return text.replace("-", MINUS)


@lru_cache(maxsize=64)
def _whole(locale: str) -> Any:
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def number(value: Any, digits: int | None = None) -> str:
    """1,234 or 1,234.5 with a true minus; empty for None."""
    if value is None:
        return ""
    shown = round(value, digits) if digits is not None else value
    return numbers.format_decimal(shown, locale=current().locale).replace("-", MINUS)


def listed(words: Sequence[str], last: Literal["and", "or"] = "and") -> str:
    """a, b and c: no comma before the last, as the house writes its English."""
    style: Literal["standard", "or"] = "standard" if last == "and" else "or"
    return lists.format_list(words, style, "en_GB" if current().language == "en" else current().locale)


def percent(share: float | None, digits: int = 0) -> str:
    """A share of one: 0.125 is 13%, or 12.5% with one digit."""
    if share is None:
        return ""
    text = numbers.format_percent(
        round(share, digits + 2),
        locale=current().locale,
        format=f"#,##0{'.' + '0' * digits if digits else ''}%",
    )
    return text.replace("-", MINUS)


def phone(value: str | None) -> str:
    """(727) 555-0142 for a North American number, international for others, unchanged when it is none."""
    return _phone(value) if value else ""


@lru_cache(maxsize=4096)
def _phone(value: str) -> str:
    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    home = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def clock_time(at: datetime, zone: str = "") -> str:
    """2:30 pm, in the viewer's zone or the given one."""
    tz = ZoneInfo(zone) if zone else current().tz
    text = dates.format_time(at.astimezone(tz), "short", tzinfo=tz, locale=current().locale)
    return (
        text.replace("\u202f", " ").replace("AM", "am").replace("PM", "pm")
        if current().locale.startswith("en")
        else text
    )


def day(value: date | datetime, *, year: bool | None = None) -> str:
    """Fri, Dec 4; with the year when it is not this one, or as told."""
    tz = current().tz
    local = value.astimezone(tz) if isinstance(value, datetime) else value
    this_year = _now().astimezone(tz).year == local.year
    with_year = year if year is not None else not this_year
    return _skeleton(local, "yMMMEd" if with_year else "MMMEd")


def date_in_month(value: date) -> str:
    """Dec 4."""
    return _skeleton(value, "MMMd")


def weekday(value: date) -> str:
    """Friday."""
    return dates.format_date(value, "EEEE", locale=current().locale)


def month_year(value: date) -> str:
    """December 2029."""
    return _skeleton(value, "yMMMM")


def moment(at: datetime | None, zone: str = "", *, named: bool = False) -> str:
    """Fri, Dec 4, 2:30 pm; `named` adds the zone's name, as where somebody else's clock matters."""
    if at is None:
        return ""
    tz = ZoneInfo(zone) if zone else current().tz
    local = at.astimezone(tz)
    text = f"{day(local.date())}, {clock_time(at, zone)}"
    return f"{text} {zone_name(zone)}" if named or zone else text


def zone_name(zone: str = "") -> str:
    """Eastern, Pacific, Hawaii-Aleutian."""
    tz: tzinfo = ZoneInfo(zone) if zone else current().tz
    return dates.get_timezone_name(tz, width="long", zone_variant="generic", locale=current().locale).removesuffix(
        " Time"
    )


def relative(at: datetime | None) -> str:
    """Just now · 12 min ago · in 3 h · yesterday, 2:30 pm · Fri, Dec 4: relative under a day, a date
    beyond.
    """
    if at is None:
        return ""
    apart = at - _now()
    if abs(apart) < timedelta(hours=24) and current().language != "en":
        return dates.format_timedelta(apart, add_direction=True, format="short", locale=current().locale)
    if abs(apart) < timedelta(minutes=1):
        return "just now" if apart <= timedelta() else "in a moment"
    if abs(apart) < timedelta(hours=24):
        return _apart(apart)
    return day(at)


def _apart(apart: timedelta) -> str:
    minutes = int(abs(apart).total_seconds() // 60)
    text = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    return f"in {text}" if apart > timedelta() else f"{text} ago"


def when(at: datetime | None, zone: str = "") -> Markup:
    """A `<time>` that reads relative, tells the exact moment on hover and to screen readers, and keeps
    itself current.
    """
    if at is None:
        return Markup("")
    exact = moment(at, zone, named=True)
    return Markup('<time datetime="{}" title="{}" data-relative>{}</time>').format(_iso(at), exact, relative(at))


def exactly(at: datetime | None, zone: str = "") -> Markup:
    """A `<time>` that reads in full: Fri, Dec 4, 2:30 pm (with the zone's name when one is given)."""
    if at is None:
        return Markup("")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        _iso(at), moment(at, zone, named=True), moment(at, zone)
    )


def duration(seconds: float | None) -> str:
    """4:05 for a call, 1 h 20 min from an hour on."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def phone_link(value: str | None) -> Markup:
    """The number as a `tel:` link."""
    if not value:
        return Markup("")
    return Markup('<a class="link figure" href="tel:{}">{}</a>').format(escape(value), phone(value))


def filesize(size: int | None) -> str:
    """38 MB, 1.2 MB, 640 kB."""
    if size is None:
        return ""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    millions = size / 1_000_000
    return f"{number(millions, 0 if millions >= 10 else 1)} MB"


def _skeleton(value: date, skeleton: str) -> str:
    return dates.format_skeleton(skeleton, value, locale=current().locale)


def _now() -> datetime:
    return current().now or real_time()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
