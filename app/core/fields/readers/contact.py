"""Ways to reach somebody: phone to E.164, e-mail in lower case, web and network addresses."""

import ipaddress
import re
from datetime import tzinfo
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.core.fields.field import Field
from app.core.fields.readers.faults import Unreadable, echo
from app.core.fields.readers.words import fitting, line, short_line
from themes import formats
from themes.catalogue import later, say, say_many

EXAMPLE_AREA = re.compile(r"\+1555[2-9]\d{6}", re.ASCII)  # no area has 555: it is what examples and films use


def phone(_field: Field, raw: object, _zone: tzinfo) -> str:
    """E.164. Numbers without a country are US ones; an extension is left out."""
    typed = short_line(raw)
    try:
        number = phonenumbers.parse(typed, "US")
    except phonenumbers.NumberParseException:
        raise Unreadable(
            "invalid_format", say("%(typed)s is not a phone number. Write it like (555) 555-0142.", typed=echo(typed))
        ) from None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number) or EXAMPLE_AREA.fullmatch(written):
        return written
    raise Unreadable("invalid_format", _why_not(number))


def _why_not(number: phonenumbers.PhoneNumber) -> str:
    digits = str(number.national_number)
    if number.country_code != 1:
        return say(
            "%(number)s is not a number in its country. Check each digit.", number=f"+{number.country_code} {digits}"
        )
    if len(digits) != 10:
        return say_many(
            "This number has %(count)s digit. US numbers have 10, like (555) 555-0142.",
            "This number has %(count)s digits. US numbers have 10, like (555) 555-0142.",
            len(digits),
        )
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return say("%(number)s is not a US number that can exist. Check the area code and each digit.", number=shown)


def email(_field: Field, raw: object, _zone: tzinfo) -> str:
    typed = line(raw)
    if len(typed) > 254:
        raise Unreadable(
            "too_long",
            say(
                "This has %(count)s characters; an e-mail address has 254 at most. Shorten it.",
                count=formats.number(len(typed)),
            ),
        )
    try:
        return validate_email(typed, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Unreadable("invalid_format", _email_fault(typed)) from None


def _email_fault(typed: str) -> str:
    if "@" not in typed:
        said = later("%(typed)s is not an e-mail address. It has no @. Write it like dana@example.com.")
    elif " " in typed:
        said = later("%(typed)s is not an e-mail address. It has a space in it. Write it like dana@example.com.")
    else:
        said = later("%(typed)s is not an e-mail address. Write it like dana@example.com.")
    return say(said, typed=echo(typed))


def url(field: Field, raw: object, _zone: tzinfo) -> str:
    """http or https; a bare host gets https."""
    typed = fitting(field, line(raw))
    whole = typed if re.match(r"[a-z][a-z0-9+.-]*:", typed, re.IGNORECASE | re.ASCII) else f"https://{typed}"
    try:
        parts = urlsplit(whole)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", None
    if parts is None or parts.scheme not in ("http", "https") or "@" in parts.netloc or " " in whole or "." not in host:
        raise Unreadable(
            "invalid_format",
            say("%(typed)s is not a web address. Write it like https://example.com/page.", typed=echo(typed)),
        )
    return whole


def ip(_field: Field, raw: object, _zone: tzinfo) -> str:
    typed = short_line(raw)
    try:
        return str(ipaddress.ip_address(typed))
    except ValueError:
        raise Unreadable(
            "invalid_format", say("%(typed)s is not an IP address. Write it like 203.0.113.7.", typed=echo(typed))
        ) from None
