"""What people send about rules, lists and numbers."""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from app.compliance.models import Rule
from app.compliance.models.holidays import WEEKDAYS
from app.compliance.models.reading import BadRule, read_span
from app.compliance.models.rules import Hours
from app.core import clock
from app.core.errors import FieldError, Invalid, invalid
from themes.catalogue import say

LONGEST_LIST = 1_000_000
SHOWN = 80  # characters of a line that could not be read
_DIGITS = re.compile(r"\D+")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>.][^\s@<>]{0,180}\.[^\s@<>.]{2,24}")


class Asked(msgspec.Struct, frozen=True):
    """A number or an address, as it is kept."""

    phone: str | None = None
    email: str | None = None


def read_address(typed: str) -> Asked:
    """Any spelling of a US number, or an e-mail address. Raises Invalid."""
    text = typed.strip()
    if "@" in text:
        return Asked(email=text.lower())
    phone = read_phone(text)
    if phone is None:
        raise invalid("q", "Enter a phone number of 10 digits, or an e-mail address.", "invalid_format")
    return Asked(phone=phone)


def read_phone(text: str) -> str | None:
    """E.164 from whatever a spreadsheet holds; None for what is no number."""
    digits = _DIGITS.sub("", text)
    if text.strip().startswith("+") and 8 <= len(digits) <= 15:
        return f"+{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 else None


class Lines(msgspec.Struct, frozen=True):
    """What stood on a file's lines: the values, the (line, text) that held none, and the heading."""

    values: list[str]
    unread: list[tuple[int, str]]
    heading: str


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it came: its numbers (or addresses, on a list of those) and its date."""

    list: str
    state: str | None
    lines: Lines
    scrubbed_at: datetime
    file: str


async def read_upload(given: Mapping[str, Any]) -> Upload:
    """A CSV or plain text, one number a line or area code and number in two columns, as the registry gives
    it.
    """
    errors = []
    name = str(given.get("list") or "")
    own = name in ("internal", "suppressed")
    at = clock.now().date() if own else _date(str(given.get("scrubbed_on") or ""))
    if at is None:
        errors.append(FieldError("scrubbed_on", "missing", "Enter the date of the list."))
    file = given.get("file")
    raw = await file.read() if file is not None and hasattr(file, "read") else b""
    lines = read_addresses(raw) if name == "suppressed" else read_numbers(raw)
    if not lines.values:
        said = (
            say("Choose a file with one address on each line.")
            if name == "suppressed"
            else say("Choose a file with one number on each line.")
        )
        errors.append(FieldError("file", "missing", said))
    if errors or at is None:
        raise Invalid(errors)
    noon = datetime.combine(at, time(12), UTC)
    return Upload(
        list=name,
        state=str(given.get("state") or "") or None if name == "state" else None,
        lines=lines,
        scrubbed_at=min(noon, clock.now()) if at <= clock.now().date() else noon,
        file=str(getattr(file, "filename", "")),
    )


def read_addresses(raw: bytes) -> Lines:
    """E-mail addresses of a list file."""
    return _read(raw, _address_of)


def read_numbers(raw: bytes) -> Lines:
    """Numbers of a list file, as E.164. Raises Invalid for more than we keep."""
    return _read(raw, _number_of)


def _read(raw: bytes, value_of: Callable[[list[str]], str | None]) -> Lines:
    """A first line without a value, in letters, is the heading."""
    found, unread, heading = [], [], ""
    for place, line in enumerate(raw.decode("utf-8-sig", errors="replace").splitlines(), 1):
        cells = [cell for cell in _cells(line) if cell.strip()]
        if not cells:
            continue
        if value := value_of(cells):
            found.append(value)
        elif not found and not unread and not heading and _is_heading(line):
            heading = line.strip()[:SHOWN]
        else:
            unread.append((place, line.strip()[:SHOWN]))
        if len(found) > LONGEST_LIST:
            raise invalid(
                "file",
                say(
                    "This list has more than %(most)s numbers. Upload only the area codes that you call.",
                    most=f"{LONGEST_LIST:,}",
                ),
                "too_long",
            )
    return Lines(found, unread, heading)


def _is_heading(line: str) -> bool:
    return any(sign.isalpha() for sign in line) and "@" not in line and len(_DIGITS.sub("", line)) < 3


def _address_of(cells: list[str]) -> str | None:
    return next((cell.strip().lower() for cell in cells if _ADDRESS.fullmatch(cell.strip())), None)


def _number_of(cells: list[str]) -> str | None:
    """Area code and number may stand in two columns."""
    joined = "".join(cells[:2]) if len(cells) > 1 and len(_DIGITS.sub("", cells[0])) == 3 else cells[0]
    return next((phone for phone in (read_phone(joined), *map(read_phone, cells)) if phone), None)


def _cells(line: str) -> list[str]:
    """What can't be read as CSV is read as it stands."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return [line[:200]]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Correction(msgspec.Struct, frozen=True):
    """What to change in a rule, from which day, on whose word."""

    changes: dict[str, Any]
    source: str
    effective: date


def read_correction(given: Mapping[str, Any], rule: Rule) -> Correction:
    """Only the terms that this kind of rule has. Raises Invalid."""
    source, effective = str(given.get("source") or "").strip(), _date(str(given.get("effective") or ""))
    errors = []
    if not source:
        errors.append(FieldError("source", "missing", "Name the source: the statute, or who advised you."))
    if effective is None:
        errors.append(FieldError("effective", "missing", "Enter the date from which it holds."))
    says = " ".join(str(given.get("says") or rule.says).split())[:300]
    changes: dict[str, Any] = {
        "says": says,
        "confidence": str(given.get("confidence") or rule.confidence),
        "verify": False,
    }
    if given.get("repealed"):
        changes["repealed"] = True
    else:
        changes |= _terms(given, rule, errors)
    if errors or effective is None:
        raise Invalid(errors)
    return Correction(changes, source[:300], effective)


def _span(day: str, typed: str, errors: list[FieldError]) -> str:
    """The hours of one day, with the fault beside them."""
    text = typed.replace(" ", "").replace("–", "-").lower()
    try:
        read_span(text)
    except BadRule:
        said = say("“%(hours)s” can’t be read. Write 08:00-20:00, the beginning first, or closed.", hours=typed[:30])
        errors.append(FieldError(day, "invalid_format", said))
    return text


def _terms(given: Mapping[str, Any], rule: Rule, errors: list[FieldError]) -> dict[str, Any]:
    if isinstance(rule.terms, Hours):
        days = [*WEEKDAYS, *(["holiday"] if rule.terms.has_holidays else [])]
        return {"week": {day: _span(day, str(given.get(day) or "closed"), errors) for day in days}}
    found: dict[str, Any] = {}
    for name in (
        "count",
        "hours",
        "scrub_days",
        "purchase_months",
        "inquiry_months",
        "confirm_minutes",
        "years",
        "days",
    ):
        if name in given:
            text = str(given[name]).strip()
            if not text.isascii() or not text.isdigit() or len(text) > 5:
                errors.append(FieldError(name, "invalid_format", "Enter a whole number."))
            else:
                found[name] = int(text)
    if given.get("level"):
        found["level"] = str(given["level"])
    return found
