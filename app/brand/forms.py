"""Reading the brand's and the organisation's forms."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

import phonenumbers

from app.core.errors import FieldError, Invalid

FIELDS = (
    *("product_name", "colour", "accent", "font", "corners", "sender_name", "sender_address", "reply_to"),
    *("footer", "postal_address", "support_email", "support_phone", "support_url"),
)
LOOK = ("colour", "accent", "font", "corners")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOCALES = {"en_US": "English (US)", "es_US": "Español (US)"}
SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?", re.ASCII)


def read_brand(given: Mapping[str, Any]) -> dict[str, Any]:
    """The posted fields as the themes' parser takes them; pictures have forms of their own."""
    fields: dict[str, Any] = {name: str(given[name]) for name in FIELDS if name in given}
    if fields.get("support_phone"):
        fields["support_phone"] = _phone(fields["support_phone"])
    if "accent" in fields and given.get("two_colours") != "1":
        fields["accent"] = ""  # a colour input is never empty: a box says whether it counts
    if "links" in given:
        fields["links"] = [_link(line) for line in str(given["links"]).splitlines() if line.strip()]
    return fields


def _phone(typed: str) -> str:
    """E.164 where it reads as a US or international number; otherwise as typed, for the parser to refuse."""
    try:
        number = phonenumbers.parse(typed, "US")
    except phonenumbers.NumberParseException:
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _link(line: str) -> dict[str, str]:
    """`Privacy https://example.com/privacy`: the address is the last word."""
    label, _, url = line.strip().rpartition(" ")
    return {"label": label.strip(), "url": url}


def as_typed(brand: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the inputs of a stored brand."""
    lines = [f"{link['label']} {link['url']}" for link in brand.get("links", ())]
    return {**brand, "links": "\n".join(lines), "two_colours": "1" if brand.get("accent") else ""}


def read_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Zone, locale and hours. Raises Invalid with every fault."""
    errors: list[FieldError] = []
    zone, locale = str(given.get("zone", "")), str(given.get("locale", ""))
    if zone not in available_timezones():
        errors.append(FieldError("zone", "not_allowed", "Choose a time zone from the list."))
    if locale not in LOCALES:
        errors.append(FieldError("locale", "not_allowed", "Choose a language from the list."))
    hours = {day: _spans(str(given.get(day, "")), day, errors) for day in DAYS}
    if errors:
        raise Invalid(errors)
    return {"zone": zone, "locale": locale, "hours": {day: spans for day, spans in hours.items() if spans}}


def hours_text(spans: list[list[str]]) -> str:
    """A day as it stands in its input: "09:00-12:00, 13:00-17:30"."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def _spans(typed: str, day: str, errors: list[FieldError]) -> list[list[str]]:
    parts = [part.strip() for part in typed.replace("\u2013", "-").split(",") if part.strip()]
    found = [SPAN.fullmatch(part) for part in parts]
    spans = [[_clock(each[1], each[2]), _clock(each[3], each[4])] for each in found if each]
    moments = [moment for span in spans for moment in span]
    if len(spans) < len(parts) or not all(map(_is_time, moments)) or moments != sorted(set(moments)):
        errors.append(
            FieldError(day, "invalid_format", "Write hours like 09:00-17:30, two spans with a comma between.")
        )
        return []
    return spans


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _is_time(typed: str) -> bool:
    """24:00 is how a span lasts to the end of its day."""
    try:
        time.fromisoformat("23:59" if typed == "24:00" else typed)
    except ValueError:
        return False
    return True
