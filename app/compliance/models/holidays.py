"""Legal holidays, computed from `data/holidays.toml`: the federal ones and what each state adds.

Both the day itself and the day on which it is observed count, since either may be what a statute means.
"""

from datetime import date, timedelta
from functools import cache
from typing import Any

from app.compliance.models.shipped import shipped

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, part = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * part + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth weekday (0 is Monday) of a month; nth -1 is the last."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=(after.weekday() - weekday - 1) % 7 + 1)


def _base(entry: dict[str, Any], year: int) -> date:
    match entry["rule"]:
        case "fixed":
            return date(year, entry["month"], entry["day"])
        case "weekday":
            day = nth_weekday(year, entry["month"], WEEKDAYS.index(entry["weekday"]), entry["nth"])
            return day + timedelta(days=entry.get("shift", 0))
        case "easter":
            return easter(year) + timedelta(days=entry["offset"])
        case "election":
            return nth_weekday(year, 11, 0, 1) + timedelta(days=1)
        case _:  # "monday_near": Tuesday to Friday moves back, a weekend moves on
            day = date(year, entry["month"], entry["day"])
            return day + timedelta(days=-day.weekday() if day.weekday() < 5 else 7 - day.weekday())


def _observed(entry: dict[str, Any], day: date) -> date:
    """A Sunday's holiday is kept on Monday; where the entry says nearest, a Saturday's on Friday."""
    if day.weekday() == 6 and "observed" in entry:
        return day + timedelta(days=1)
    if day.weekday() == 5 and entry.get("observed") == "nearest":
        return day - timedelta(days=1)
    return day


def _runs(entry: dict[str, Any], year: int) -> bool:
    return year >= entry.get("from", 0) and year % entry.get("every", 1) == 0


@cache
def holidays(calendar: str, year: int) -> dict[date, str]:
    """Name by day for a state's calendar, or for "US". A state without entries keeps the federal days."""
    calendars: dict[str, list[dict[str, Any]]] = shipped("holidays")
    entries = calendars["US"] + (calendars.get(calendar, []) if calendar != "US" else [])
    found: dict[date, str] = {}
    for of_year in (year, year + 1):  # New Year's Day of a Saturday is observed in the old year
        for entry in (entry for entry in entries if _runs(entry, of_year)):
            day = _base(entry, of_year)
            found = {day: entry["name"], _observed(entry, day): entry["name"]} | found
    return {day: name for day, name in found.items() if day.year == year}


def holiday(calendar: str, day: date) -> str | None:
    """The holiday's name, or None."""
    return holidays(calendar, day.year).get(day)
