"""What people type, as what services take. Everything here raises Invalid with a sentence that says how to
mend it.
"""

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

MODES = ("system", "light", "dark")
DENSITIES = ("compact", "cosy", "roomy")
LOCALES = {"en_US": "English", "es_US": "Español"}
LONGEST_NAME = 100


class SignIn(msgspec.Struct, frozen=True):
    """The external contract's two fields; the password exactly as typed."""

    email: str
    password: str


def sign_in(fields: dict[str, Any], password: str) -> SignIn:
    """Only what is missing is said; whether it fits is the service's to know."""
    email = text(fields, "email")
    errors = []
    if not email:
        errors.append(FieldError("email", "missing", "Enter your e-mail."))
    if not password:
        errors.append(FieldError("password", "missing", "Enter your password."))
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
        raise invalid(name, "Choose one.", "missing") from None


def new_password(password: str, near: Sequence[str], *, field: str = "password") -> str:
    """Long enough and not among the first guesses. Any sign may stand in it, and pasting is fine."""
    if not password:
        raise invalid(field, "Choose a password.", "missing")
    found = fault(password, near)
    if found is not None:
        raise Invalid([FieldError(field, *found)])
    return password


def code(fields: dict[str, Any]) -> str:
    typed = text(fields, "code")
    if not typed:
        raise invalid("code", "Enter the code.", "missing")
    return typed[:40]


def email(fields: dict[str, Any], name: str = "email") -> str:
    """An address in lower case, checked for its shape alone."""
    typed = text(fields, name)
    if not typed:
        raise invalid(name, "Enter an e-mail.", "missing")
    try:
        return str(validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized.lower())
    except EmailNotValidError:
        raise invalid(
            name, "This is not an e-mail address. One looks like dana@example.com.", "invalid_format"
        ) from None


def person_name(fields: dict[str, Any], name: str = "name") -> str:
    typed = " ".join(text(fields, name).split())
    if not typed:
        raise invalid(name, "Enter a name.", "missing")
    if len(typed) > LONGEST_NAME:
        raise invalid(name, f"Use at most {LONGEST_NAME} characters.", "too_long")
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
        raise invalid("zone", f'"{zone}" is no time zone. Choose one of the list.')
    if locale and locale not in LOCALES:
        raise invalid("locale", "Choose one of the languages.")
    mode, density = text(fields, "mode") or "system", text(fields, "density") or "cosy"
    if mode not in MODES or density not in DENSITIES:
        raise invalid("mode" if mode not in MODES else "density", "Choose one of the list.")
    return Preferences(zone or None, locale or None, mode, density, bool(text(fields, "keys")))


def zones() -> list[str]:
    """Time zones for a list: places, the American ones first."""
    places = [
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    ]
    return sorted(places, key=lambda zone: (not zone.startswith(("America/", "Pacific/Honolulu")), zone))


def session_rules(fields: dict[str, Any]) -> tuple[int, int]:
    """Idle minutes and absolute hours."""
    return (
        _between(fields, "idle_minutes", 30, 480, "minutes"),
        _between(fields, "absolute_hours", 12, 720, "hours"),
    )


def _between(fields: dict[str, Any], name: str, least: int, most: int, unit: str) -> int:
    typed = text(fields, name)
    if not typed.isascii() or not typed.isdigit() or not least <= int(typed) <= most:
        raise invalid(name, f"Enter {least} to {most} {unit}.")
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
            name, "Paste the whole number of the record, or leave this empty.", "invalid_format"
        ) from None


def _day(given: dict[str, str], name: str) -> datetime | None:
    value = given.get(name, "").strip()
    try:
        return datetime.fromisoformat(value[:10]) if value else None
    except ValueError:
        raise invalid(name, "Enter a day like 2026-05-03.", "invalid_format") from None


def _at(day: datetime | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day.date(), time.min, zone) if day else None
