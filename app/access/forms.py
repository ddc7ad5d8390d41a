"""What people type, as what services take. Everything here raises Invalid with a sentence that says how to
mend it.
"""

import csv
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from email_validator import EmailNotValidError, validate_email

from app.access.models.passwords import fault
from app.access.queries.audit import Search
from app.core.errors import FieldError, Invalid, invalid
from themes.catalogue import later, say

MODES = ("system", "light", "dark")
DENSITIES = ("compact", "cosy", "roomy")
LOCALES = {"en_US": "English", "es_US": "Español"}
LONGEST_NAME = 100
MOST_LINES = 200
MOST_BYTES = 100_000
HEADINGS = ("e-mail", "email", "mail", "address")


class SignIn(msgspec.Struct, frozen=True):
    """The external contract's two fields; the password exactly as typed."""

    email: str
    password: str


def sign_in(fields: dict[str, Any], password: str) -> SignIn:
    """Only what is missing is said; whether it fits is the service's to know."""
    email = text(fields, "email")
    errors = []
    if not email:
        errors.append(FieldError("email", "missing", say("Enter your e-mail.")))
    if not password:
        errors.append(FieldError("password", "missing", say("Enter your password.")))
    if errors:
        raise Invalid(errors)
    return SignIn(email[:254], password)


def text(fields: dict[str, Any], name: str) -> str:
    """One plain value; repeated fields and files count as empty."""
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def several(fields: dict[str, Any], name: str) -> list[str]:
    """A repeated field as its plain values."""
    value = fields.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def identifier(fields: dict[str, Any], name: str) -> UUID:
    """The id behind a choice. Raises Invalid for none."""
    try:
        return UUID(text(fields, name))
    except ValueError:
        raise invalid(name, say("Choose one."), "missing") from None


def new_password(password: str, near: Sequence[str], *, field: str = "password") -> str:
    """Long enough and not among the first guesses. Any sign may stand in it, and pasting is fine."""
    if not password:
        raise invalid(field, say("Choose a password."), "missing")
    found = fault(password, near)
    if found is not None:
        raise Invalid([FieldError(field, *found)])
    return password


def code(fields: dict[str, Any]) -> str:
    typed = text(fields, "code")
    if not typed:
        raise invalid("code", say("Enter the code."), "missing")
    return typed[:40]


def email(fields: dict[str, Any], name: str = "email") -> str:
    """An address in lower case, checked for its shape alone."""
    typed = text(fields, name)
    if not typed:
        raise invalid(name, say("Enter an e-mail."), "missing")
    try:
        return str(validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized.lower())
    except EmailNotValidError:
        raise invalid(
            name, say("This is not an e-mail address. One looks like dana@example.com."), "invalid_format"
        ) from None


async def file_text(file: Any) -> str:
    """What an uploaded list says; empty when none was chosen. Raises Invalid for what is no text."""
    raw = await file.read(MOST_BYTES + 1) if hasattr(file, "read") else b""
    if len(raw) > MOST_BYTES:
        raise invalid("file", say("This file is larger than 100 kB. Split it."), "too_long")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("file", say("This file is not text. Save the sheet as CSV (UTF-8)."), "invalid_format") from None


class Line(msgspec.Struct, frozen=True):
    """One line of a list of people to invite."""

    number: int
    email: str
    name: str


def invitations(typed: str) -> list[Line]:
    """`e-mail, name` a line, as pasted from a sheet or a file; a line of headings is passed over. Raises
    Invalid with every line that can't be read.
    """
    if len(typed) > MOST_BYTES:
        raise invalid("lines", say("This is more than 100 kB. Split it."), "too_long")
    reader = csv.reader(typed.replace("\0", "").splitlines(), skipinitialspace=True)
    rows = [(reader.line_num, row) for row in reader if any(row)]
    if rows and rows[0][1][0].strip().lower() in HEADINGS:
        rows = rows[1:]
    if not rows:
        raise invalid("lines", say("Enter at least one e-mail."), "missing")
    if len(rows) > MOST_LINES:
        raise invalid(
            "lines",
            say("These are %(count)s lines; the limit is %(limit)s at once.", count=len(rows), limit=MOST_LINES),
            "too_long",
        )
    lines, faults = [], []
    for number, row in rows:
        cells = [" ".join(cell.split()) for cell in (row if len(row) > 1 else row[0].split(";"))]
        try:
            name = cells[1][:LONGEST_NAME] if len(cells) > 1 else ""
            lines.append(Line(number, email({"lines": cells[0]}, "lines"), name))
        except Invalid:
            faults.append(
                FieldError(
                    "lines",
                    "invalid_format",
                    say("Line %(number)s: “%(text)s” is no e-mail.", number=number, text=cells[0][:60]),
                )
            )
    if faults:
        raise Invalid(faults[:10])
    return lines


def person_name(fields: dict[str, Any], name: str = "name") -> str:
    typed = " ".join(text(fields, name).split())
    if not typed:
        raise invalid(name, say("Enter a name."), "missing")
    if len(typed) > LONGEST_NAME:
        raise invalid(name, say("Use at most %(most)s characters.", most=LONGEST_NAME), "too_long")
    return typed


class Preferences(msgspec.Struct, frozen=True):
    zone: str | None
    locale: str | None
    mode: str
    density: str
    keys: bool


def preferences(fields: dict[str, Any]) -> Preferences:
    """An empty zone or language means the organisation's own."""
    zone, locale = text(fields, "zone"), text(fields, "locale")
    if zone and zone not in available_timezones():
        raise invalid("zone", say('"%(zone)s" is no time zone. Choose one of the list.', zone=zone))
    if locale and locale not in LOCALES:
        raise invalid("locale", say("Choose one of the languages."))
    mode, density = text(fields, "mode") or "system", text(fields, "density") or "cosy"
    if mode not in MODES or density not in DENSITIES:
        raise invalid("mode" if mode not in MODES else "density", say("Choose one of the list."))
    return Preferences(zone or None, locale or None, mode, density, bool(text(fields, "keys")))


def zones() -> list[str]:
    """Time zones for a list: places, the American ones first."""
    places = [
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    ]
    return sorted(places, key=lambda zone: (not zone.startswith(("America/", "Pacific/Honolulu")), zone))


def session_rules(fields: dict[str, Any]) -> tuple[int, int]:
    """Idle minutes and absolute hours."""
    return (
        _between(fields, "idle_minutes", 30, 480, later("Enter %(least)s to %(most)s minutes.")),
        _between(fields, "absolute_hours", 12, 720, later("Enter %(least)s to %(most)s hours.")),
    )


def _between(fields: dict[str, Any], name: str, least: int, most: int, told: str) -> int:
    typed = text(fields, name)
    if not typed.isascii() or not typed.isdigit() or not least <= int(typed) <= most:
        raise invalid(name, say(told, least=least, most=most))
    return int(typed)


def audit_search(given: dict[str, str], zone: str) -> Search:
    """The search as it stands in the address bar; days are the viewer's."""
    here = ZoneInfo(zone)
    until = _day(given, "until")
    return Search(
        person=_id(given, "person"),
        action=given.get("action", ""),
        entity=given.get("entity", ""),
        record=_id(given, "record"),
        since=_at(_day(given, "since"), here),
        until=_at(until + timedelta(days=1) if until else None, here),
    )


def _id(given: dict[str, str], name: str) -> UUID | None:
    value = given.get(name, "").strip()
    try:
        return UUID(value) if value else None
    except ValueError:
        raise invalid(
            name, say("Paste the whole number of the record, or leave this empty."), "invalid_format"
        ) from None


def _day(given: dict[str, str], name: str) -> datetime | None:
    value = given.get(name, "").strip()
    try:
        return datetime.fromisoformat(value[:10]) if value else None
    except ValueError:
        raise invalid(name, say("Enter a day like 2026-05-03."), "invalid_format") from None


def _at(day: datetime | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day.date(), time.min, zone) if day else None
