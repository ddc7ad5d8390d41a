"""Numbers and amounts as people write them: "$12,500.00", "12.5 %", "−20"."""

import re
import unicodedata
from datetime import tzinfo
from decimal import Decimal

from app.core.fields.field import Field
from app.core.fields.readers.faults import Unreadable, echo
from app.core.fields.readers.words import short_line
from themes.catalogue import say

NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+", re.ASCII)
TWO_READINGS = re.compile(r"[+-]?\d+,\d{1,2}|[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
DIGITS = 15  # before the point
EXAMPLES = {"integer": "12", "decimal": "12.5", "percent": "12.5%", "money": "12,500.00"}


def number(field: Field, raw: object, _zone: tzinfo) -> Decimal:
    """Raises Unreadable when it is none, has too many digits or lies outside of the field's limits."""
    typed = short_line(raw)
    bare = _bare(field, typed)
    if TWO_READINGS.fullmatch(bare):
        raise Unreadable(
            "invalid_format",
            say("%(typed)s can be read in two ways. Use a point for decimals, like 12.5.", typed=echo(typed)),
        )
    if not NUMBER.fullmatch(bare):
        raise Unreadable(
            "invalid_format",
            say("%(typed)s is not a number. Write it like %(example)s.", typed=echo(typed), example=_example(field)),
        )
    value = _trimmed(_not_too_long(Decimal(bare.replace(",", ""))))
    _check_places(field, value)
    _check_limits(field, value)
    return value


def integer(field: Field, raw: object, zone: tzinfo) -> int:
    return int(number(field, raw, zone))


def _bare(field: Field, typed: str) -> str:
    """Without currency, percent sign and spaces; a true minus becomes a hyphen."""
    text = unicodedata.normalize("NFKC", typed).replace("\u2212", "-").strip()
    if field.type == "money":
        text = "".join(mark for mark in text if unicodedata.category(mark) != "Sc")
        text = re.sub(
            rf"(?i)^{re.escape(field.currency or 'USD')}|{re.escape(field.currency or 'USD')}$",
            "",
            text.strip(),
        )
    if field.type == "percent":
        text = text.removesuffix("%")
    return text.replace(" ", "")


def _not_too_long(value: Decimal) -> Decimal:
    if value.adjusted() >= DIGITS or len(value.as_tuple().digits) > 2 * DIGITS:
        raise Unreadable("too_long", say("This number has more than %(most)s digits. Shorten it.", most=DIGITS))
    return value


def _trimmed(value: Decimal) -> Decimal:
    """No zeros after the last digit that counts, and no exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if _exponent(short) > 0 else short + 0


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _check_places(field: Field, value: Decimal) -> None:
    if -_exponent(value) > field.places:
        if field.places == 0:
            raise Unreadable(
                "invalid_format",
                say(
                    "%(value)s is not a whole number. Write it like %(example)s.", value=value, example=_example(field)
                ),
            )
        raise Unreadable(
            "invalid_format",
            say("%(value)s has too many decimals. Use %(most)s at most.", value=value, most=field.places),
        )


def _check_limits(field: Field, value: Decimal) -> None:
    if field.minimum is not None and value < field.minimum:
        raise Unreadable(
            "not_allowed",
            say("%(value)s is too small. Enter %(least)s or more.", value=f"{value:,f}", least=f"{field.minimum:,f}"),
        )
    if field.maximum is not None and value > field.maximum:
        raise Unreadable(
            "not_allowed",
            say("%(value)s is too large. Enter %(most)s or less.", value=f"{value:,f}", most=f"{field.maximum:,f}"),
        )


def _example(field: Field) -> str:
    return field.example or EXAMPLES[field.type]
