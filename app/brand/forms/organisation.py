"""Reading the organisation's form: zone, language, hours as people write them, days off."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import available_timezones

import holidays

from app.core.errors import FieldError, Invalid
from themes.catalogue import later, say

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOCALES = {"en_US": "English (US)", "es_US": "Español (US)"}
_CLOCK = r"(\d{1,2})(?::(\d\d))?\s*([ap])?\.?m?\.?"
SPAN = re.compile(rf"{_CLOCK}\s*(?:-|to)\s*{_CLOCK}", re.ASCII | re.IGNORECASE)
DAY_OFF = re.compile(r"(\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})[\s,:]*(.*)")
MOST_DAYS_OFF = 100
HOW = later("Write hours like 9 am - 5:30 pm, two spans with a comma between.")
DayOff = dict[str, str]  # date (ISO) and name


def read_settings(given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Zone, locale, hours and days off. Raises Invalid with every fault."""
    errors: list[FieldError] = []
    zone, locale = str(given.get("zone", "")), str(given.get("locale", ""))
    if zone not in available_timezones():
        errors.append(FieldError("zone", "not_allowed", "Choose a time zone from the list."))
    if locale not in LOCALES:
        errors.append(FieldError("locale", "not_allowed", "Choose a language from the list."))
    hours = {day: _spans(str(given.get(day, "")), day, errors) for day in DAYS}
    wanted: dict[str, Any] = {
        "zone": zone,
        "locale": locale,
        "hours": {day: spans for day, spans in hours.items() if spans},
    }
    if "days_off" in given:
        wanted["holidays"] = _days_off(given, today, errors)
    if errors:
        raise Invalid(errors)
    return wanted


def hours_text(spans: list[list[str]]) -> str:
    """A day as it stands in its input: "9 am - 12 pm, 1 pm - 5:30 pm"."""
    return ", ".join(f"{_said(start)} - {_said(end)}" for start, end in spans)


def _said(clock: str) -> str:
    hour, minute = int(clock[:2]), clock[3:]
    if clock == "24:00":
        return clock
    return f"{(hour + 11) % 12 + 1}{'' if minute == '00' else ':' + minute} {'am' if hour < 12 else 'pm'}"


def _spans(typed: str, day: str, errors: list[FieldError]) -> list[list[str]]:
    parts = [part.strip() for part in re.sub("[\u2013\u2014]", "-", typed).split(",") if part.strip()]
    found = [SPAN.fullmatch(part) for part in parts]
    spans = [list(_span(each)) for each in found if each]
    moments = [moment for span in spans for moment in span]
    if len(spans) < len(parts) or not all(map(_is_time, moments)) or moments != sorted(set(moments)):
        errors.append(FieldError(day, "invalid_format", HOW))
        return []
    return spans


def _span(match: re.Match[str]) -> tuple[str, str]:
    """ "9-5" means until the afternoon: an end before its start, written without am or pm, is moved by twelve hours."""
    hour, minute, half, to_hour, to_minute, to_half = match.groups()
    start, end = _clock(hour, minute, half), _clock(to_hour, to_minute, to_half)
    early = (half or "").lower() == "p" or int(hour) < 12
    if not to_half and end <= start and early and int(to_hour) < 12 and not to_hour.startswith("0"):
        end = _clock(to_hour, to_minute, "p")
    return start, end


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    """12 am is midnight, 12 pm noon."""
    if half and not 1 <= int(hour) <= 12:
        return "99:99"
    number = int(hour) if half is None else int(hour) % 12 + 12 * (half.lower() == "p")
    return f"{number:02}:{minute or '00'}"


def _is_time(typed: str) -> bool:
    """24:00 is how a span lasts to the end of its day."""
    try:
        time.fromisoformat("23:59" if typed == "24:00" else typed)
    except ValueError:
        return False
    return True


def legal_days(today: date) -> list[DayOff]:
    """Federal holidays of the coming year, as they are observed."""
    last = today + timedelta(days=365)
    days = holidays.country_holidays("US", years=(today.year, last.year))
    return [
        {"date": day.isoformat(), "name": name.removesuffix(" (observed)")}
        for day, name in sorted(days.items())
        if today <= day <= last and day.weekday() < 5
    ]


def days_off_text(stored: list[Any], today: date) -> str:
    """The coming days that are no legal holidays, one a line."""
    legal = {day["date"] for day in legal_days(today)}
    known = [one if isinstance(one, dict) else {"date": str(one), "name": ""} for one in stored]
    lines = [f"{one['date']} {one.get('name', '')}".strip() for one in known if one["date"] not in legal]
    return "\n".join(line for line in lines if line[:10] >= today.isoformat())


def _days_off(given: Mapping[str, Any], today: date, errors: list[FieldError]) -> list[DayOff]:
    chosen = given.get("legal", [])
    ticked = {chosen} if isinstance(chosen, str) else set(chosen)
    found = {day["date"]: day["name"] for day in legal_days(today) if day["date"] in ticked}
    for line in str(given["days_off"]).splitlines():
        match, day = DAY_OFF.fullmatch(line.strip()), None
        if match:
            day = _day(match[1])
        if line.strip() and day is None:
            errors.append(
                FieldError(
                    "days_off",
                    "invalid_format",
                    say("Write a date first, like 2026-12-24. “%(line)s” has none.", line=line[:40]),
                )
            )
        elif day is not None and match is not None:
            found[day.isoformat()] = match[2].strip()[:60]
    return [{"date": day, "name": name} for day, name in sorted(found.items())][:MOST_DAYS_OFF]


def _day(typed: str) -> date | None:
    """ISO, or as Americans write it."""
    try:
        if "/" in typed:
            month, day, year = map(int, typed.split("/"))
            return date(year, month, day)
        return date.fromisoformat(typed)
    except ValueError:
        return None
