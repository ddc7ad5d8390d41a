"""What people send about reports: which file, and when a schedule runs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from app.analytics.forms import read_scope
from app.analytics.models import Scope
from app.core.errors import FieldError, Invalid
from app.reports.models import EVERY, FORMATS, Rhythm
from app.reports.models.rhythm import LAST_SAFE_DAY
from app.reports.queries import REPORTS, Report
from app.reports.service import ScheduleValues
from themes.catalogue import say

PAPERS = ("", "A4", "Letter")


def scope_for(report: Report, given: Mapping[str, Any]) -> Scope:
    """Only what this report can be narrowed by; the rest of an address is ignored. Raises Invalid."""
    return read_scope({name: str(given.get(name) or "") for name in report.scoped})


def read_format(given: Mapping[str, Any]) -> tuple[str, str]:
    """Format and paper ("" for the usual one of the country). Raises Invalid."""
    kind, paper = str(given.get("format", "")), str(given.get("paper", ""))
    if kind not in FORMATS or paper not in PAPERS:
        raise Invalid(
            [FieldError("format", "not_allowed", say("Choose one of: %(choices)s.", choices="PDF, Excel, CSV"))]
        )
    return kind, paper


def read_schedule(given: Mapping[str, Any]) -> ScheduleValues:
    """Raises Invalid naming every field that needs a change."""
    errors: list[FieldError] = []
    report = REPORTS.get(str(given.get("report", "")))
    if report is None:
        raise Invalid([FieldError("report", "not_allowed", say("Choose a report."))])
    if given.get("format") not in FORMATS:
        errors.append(FieldError("format", "not_allowed", say("Choose a kind of file.")))
    if given.get("every") not in EVERY:
        errors.append(FieldError("every", "not_allowed", say("Choose how often.")))
    hour = _number(given, "hour", 0, 23, errors)
    weekday = _number(given, "weekday", 0, 6, errors) if given.get("every") == "week" else 0
    monthday = _number(given, "monthday", 1, LAST_SAFE_DAY, errors) if given.get("every") == "month" else 1
    people = _people(given.get("recipients"), errors)
    if errors:
        raise Invalid(errors)
    return ScheduleValues(
        report=report.name, format=str(given["format"]), scope=scope_for(report, given), recipients=people,
        rhythm=msgspec.convert({"every": given["every"], "hour": hour, "weekday": weekday, "monthday": monthday}, Rhythm),
    )  # fmt: skip


def _number(given: Mapping[str, Any], name: str, least: int, most: int, errors: list[FieldError]) -> int:
    text = str(given.get(name, ""))
    if text.isascii() and text.isdigit() and len(text) < 3 and least <= int(text) <= most:
        return int(text)
    errors.append(
        FieldError(name, "not_allowed", say("Choose a number from %(least)s to %(most)s.", least=least, most=most))
    )
    return least


def _people(raw: Any, errors: list[FieldError]) -> list[UUID]:
    found = raw if isinstance(raw, list) else [raw] if raw else []
    try:
        people = [UUID(str(one)) for one in found]
    except ValueError:
        people = []
    if not people:
        errors.append(FieldError("recipients", "missing", say("Choose who gets it.")))
    return people
