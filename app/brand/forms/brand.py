"""Reading the brand's form."""

from collections.abc import Mapping
from typing import Any

import phonenumbers

FIELDS = (
    *("product_name", "colour", "accent", "font", "corners", "sender_name", "sender_address", "reply_to"),
    *("footer", "postal_address", "support_email", "support_phone", "support_url"),
)
LOOK = ("colour", "accent", "font", "corners")


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
