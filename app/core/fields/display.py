"""How a value reads on a page, in a letter, in an export for people."""

from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import phonenumbers
from babel import Locale, dates, numbers

from app.core.fields.field import Field
from app.core.fields.values import native

MASK = "••••"


def format_value(
    field: Field,
    value: Any,
    locale: str = "en_US",
    zone: tzinfo = UTC,
    *,
    short: bool = False,
    masked: bool = True,
) -> str:
    """Text for people; empty for a missing value. `short` is for lists: amounts without cents, moments
    without zone.

    Sensitive values are masked unless told otherwise, by somebody who has written the audit row.
    """
    value = native(field, value)
    if value is None:
        return ""
    if field.sensitive and masked:
        return mask(field, value)
    if field.type == "money":
        return money(value, field.currency or "USD", locale, short=short)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | Decimal):
        percent = "%" if field.type == "percent" else ""
        return _minus(numbers.format_decimal(value, locale=locale, decimal_quantization=False)) + percent
    if isinstance(value, datetime):
        return moment(value, locale, zone, short=short)
    if isinstance(value, date):
        return dates.format_date(value, "medium", locale=locale)
    if field.kind == "set":
        return ", ".join(map(field.label_of, value))
    if field.type == "phone":
        return phone(value)
    return field.label_of(value)


def mask(field: Field, value: Any) -> str:
    """What may be seen of a sealed value: the last four of a long text or number, else nothing."""
    text = "".join(mark for mark in str(value) if mark.isalnum())
    return f"{MASK}{text[-4:]}" if field.kind in ("words", "exact") and len(text) >= 8 else MASK


def money(amount: Decimal, currency: str, locale: str = "en_US", *, short: bool = False) -> str:
    """An amount in the major unit: $1,234.50, or $1,235 where it is short."""
    if short:
        pattern = numbers.parse_pattern(Locale.parse(locale).currency_formats["standard"].pattern)
        pattern.frac_prec = (0, 0)
        whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
        return _minus(pattern.apply(whole, locale, currency=currency, currency_digits=False))
    return _minus(numbers.format_currency(amount, currency, locale=locale))


def moment(at: datetime, locale: str, zone: tzinfo, *, short: bool = False) -> str:
    """Fri, Dec 4, 2026, 2:30 pm Eastern, in the viewer's zone."""
    local = at.astimezone(zone)
    clock = dates.format_time(local, "short", tzinfo=zone, locale=locale)
    if locale.startswith("en"):
        clock = clock.replace("\u202f", " ").replace("AM", "am").replace("PM", "pm")
    day = dates.format_skeleton("yMMMd" if short else "yMMMEd", local, tzinfo=zone, locale=locale)
    return f"{day}, {clock}" if short else f"{day}, {clock} {zone_name(zone, locale)}"


def zone_name(zone: tzinfo, locale: str = "en_US") -> str:
    """Eastern, Pacific, Hawaii-Aleutian: the zone's common name without the word Time."""
    return dates.get_timezone_name(zone, width="long", zone_variant="generic", locale=locale).removesuffix(" Time")


def phone(number: str) -> str:
    """(727) 555-0142 for a US number, international for others, as it is when it is none."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _minus(text: str) -> str:
    return text.replace("-", "\u2212")
