"""A brand as data: names, colours, font, corners, pictures, sender, support. Parsed strictly, written anew
from the parts.

Nothing that a tenant typed reaches a style sheet as it was typed: colours become eight-bit hex, fonts and
corners are
keys of our own lists.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from themes import colour
from themes.catalogue import later, say
from themes.fonts import DEFAULT, fonts

DEFAULT_COLOUR = "#3f5bd9"
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}(?:\.(?:png|webp))?")
MAIL = re.compile(
    r"[^@\s<>\"(),;:\\]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+",
    re.IGNORECASE,
)
WEB = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?(?:/[^\s\"'<>\\]*)?", re.IGNORECASE)
E164 = re.compile(r"\+[1-9]\d{6,14}")
LINKS = 6


class Link(msgspec.Struct, frozen=True):
    """A link in the foot of pages and mails; https only."""

    label: str
    url: str


class Brand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Colours are `#rrggbb`; `logo`, `logo_dark` and `favicon` are keys of stored pictures; phones are
    E.164.
    """

    product_name: str = ""
    colour: str = DEFAULT_COLOUR
    accent: str | None = None
    font: str = DEFAULT
    corners: Literal["sharp", "soft", "round"] = "soft"
    logo: str | None = None
    logo_dark: str | None = None
    favicon: str | None = None
    sender_name: str = ""
    sender_address: str = ""
    reply_to: str = ""
    footer: str = ""
    postal_address: str = ""
    support_email: str = ""
    support_phone: str = ""
    support_url: str = ""
    links: tuple[Link, ...] = ()


class BrandFault(msgspec.Struct, frozen=True):
    """One field and a sentence that says how to mend it."""

    field: str
    message: str


class BrandInvalid(ValueError):
    """Every fault of a brand at once."""

    def __init__(self, faults: list[BrandFault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


def asset_path(key: str) -> str:
    """Where a stored picture of the brand is served."""
    return f"/brand/files/{key}"


def parse_brand(raw: dict[str, Any]) -> Brand:
    """The brand that `raw` describes; missing fields take their defaults. Raises BrandInvalid with every
    fault.
    """
    brand, faults = _read(raw)
    if faults:
        raise BrandInvalid(faults)
    return brand


def brand_of(raw: dict[str, Any]) -> Brand:
    """For showing what is stored: a field that today's rules refuse falls back to its default, the page
    still renders.
    """
    return _read(raw)[0]


def _read(raw: dict[str, Any]) -> tuple[Brand, list[BrandFault]]:
    fields: dict[str, Any] = {}
    faults: list[BrandFault] = []
    for name, value in raw.items():
        reader = READERS.get(name)
        if reader is None:
            faults.append(BrandFault(name, later("This is not a part of a brand.")))
        elif value not in (None, "", [], ()):
            try:
                fields[name] = reader(value)
            except ValueError as problem:
                faults.append(BrandFault(name, str(problem)))
    return Brand(**fields), faults


def _line(longest: int) -> Callable[[Any], str]:
    return lambda value: _text(value, longest, lines=False)


def _lines(longest: int) -> Callable[[Any], str]:
    return lambda value: _text(value, longest, lines=True)


def _text(value: Any, longest: int, *, lines: bool) -> str:
    if not isinstance(value, str):
        raise ValueError(later("Enter text."))
    kept = value.strip().replace("\r\n", "\n")
    allowed = "\n" if lines else ""
    if any(not mark.isprintable() and mark not in allowed for mark in kept):
        raise ValueError(later("Take out the characters that can't be printed."))
    if len(kept) > longest:
        raise ValueError(say("This has %(count)s characters; the limit is %(limit)s.", count=len(kept), limit=longest))
    return kept


def _colour(value: Any) -> str:
    found = colour.parse(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(later("Enter a colour like #3f5bd9."))
    return colour.to_hex(found)


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(say("Choose one of: %(choices)s.", choices=", ".join(choices)))
        return str(value)

    return read


def _font(value: Any) -> str:
    if value not in fonts():
        raise ValueError(later("Choose a font from the list."))
    return str(value)


def _matching(pattern: re.Pattern[str], message: str, longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        kept = _text(value, longest, lines=False)
        if not pattern.fullmatch(kept):
            raise ValueError(message)
        return kept

    return read


def _links(value: Any) -> tuple[Link, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > LINKS:
        raise ValueError(say("A brand has up to %(most)s links.", most=LINKS))
    return tuple(_link(item) for item in value)


def _link(item: Any) -> Link:
    if isinstance(item, Link):
        item = {"label": item.label, "url": item.url}
    if not isinstance(item, dict) or set(item) != {"label", "url"}:
        raise ValueError(later("Each link has a label and an address."))
    label, url = _text(item["label"], 40, lines=False), _web(item["url"])
    if not label:
        raise ValueError(later("Each link has a label and an address."))
    return Link(label, url)


_mail = _matching(MAIL, later("Enter an address like help@example.com."), 254)
_web = _matching(WEB, later("Enter an address that begins with https://"), 300)
_phone = _matching(E164, later("Enter a number with country code, like +1 555 555 0142."), 16)
_key = _matching(KEY, later("This picture is not one that was uploaded here."), 80)

READERS: dict[str, Callable[[Any], Any]] = {
    "product_name": _line(60),
    "colour": _colour,
    "accent": _colour,
    "font": _font,
    "corners": _one_of("sharp", "soft", "round"),
    "logo": _key,
    "logo_dark": _key,
    "favicon": _key,
    "sender_name": _line(60),
    "sender_address": lambda value: _mail(value).lower(),
    "reply_to": lambda value: _mail(value).lower(),
    "footer": _lines(500),
    "postal_address": _lines(300),
    "support_email": lambda value: _mail(value).lower(),
    "support_phone": lambda value: _phone("".join(str(value).split())),
    "support_url": _web,
    "links": _links,
}
