"""How a text is cut into segments (3GPP TS 23.038 and 23.040).

Seven-bit letters: 160 in one segment, 153 in each of several; some signs count double. One sign outside that
alphabet makes the whole text UCS-2: 70, or 67 in each of several, and a sign beyond the basic plane counts as
two.
"""

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")
LIMITS = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
MOST_SEGMENTS = 10


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets or UTF-16 units; `left` what the last segment still holds; `because` signs that
    cost UCS-2.
    """

    count: int
    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    left: int
    because: str = ""


def segments(text: str) -> Segments:
    """Of an empty text: one, empty."""
    foreign = "".join(dict.fromkeys(sign for sign in text if sign not in BASIC and sign not in DOUBLE))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if foreign else "GSM-7"
    sizes = [_size(sign, encoding) for sign in text]
    single, each = LIMITS[encoding]
    units = sum(sizes)
    if units <= single:
        return Segments(1, encoding, units, single - units, foreign[:10])
    count, used = 1, 0
    for size in sizes:  # a sign of two units is never cut in two
        if used + size > each:
            count, used = count + 1, 0
        used += size
    return Segments(count, encoding, units, each - used, foreign[:10])


def _size(sign: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if sign in DOUBLE else 1
    return 2 if ord(sign) > 0xFFFF else 1
