"""Colours in OKLCH, where equal steps look equal, and as the eight-bit hex that a screen paints.

Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020). Contrast: WCAG 2.1, 1.4.3.
"""

import math
import re
from functools import lru_cache

import msgspec

HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
OKLCH = re.compile(
    r"oklch\(\s*(\d{1,3}(?:\.\d{1,6})?%|[01]?\.?\d{1,6})\s+(\d?\.?\d{1,6})\s+(\d{1,3}(?:\.\d{1,6})?)(?:deg)?\s*\)",
    re.IGNORECASE,
)


class Oklch(msgspec.Struct, frozen=True):
    """`l` 0 to 1, `c` 0 to about 0.37, `h` in degrees."""

    l: float  # noqa: E741  the letter of the colour space
    c: float
    h: float

    def at(self, lightness: float | None = None, chroma: float | None = None) -> "Oklch":
        """The same hue, lighter or darker, stronger or greyer."""
        return Oklch(self.l if lightness is None else lightness, self.c if chroma is None else chroma, self.h)


def parse(text: str) -> Oklch | None:
    """`#rgb`, `#rrggbb` or `oklch(L C H)`; anything else is None."""
    given = text.strip()
    if found := HEX.fullmatch(given):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return of_hex(f"#{digits.lower()}")
    if found := OKLCH.fullmatch(given):
        lightness = float(found[1].rstrip("%")) / (100 if found[1].endswith("%") else 1)
        if lightness <= 1 and float(found[2]) <= 0.5 and float(found[3]) <= 360:
            return Oklch(lightness, float(found[2]), float(found[3]) % 360)
    return None


def of_hex(value: str) -> Oklch:
    """`#rrggbb` to OKLCH."""
    red, green, blue = (_linear(channel) for channel in _channels(value))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


@lru_cache(maxsize=4096)
def to_hex(colour: Oklch) -> str:
    """`#rrggbb`. What a screen cannot show keeps its hue and lightness and loses chroma."""
    lightness = min(max(colour.l, 0.0), 1.0)
    low, high = 0.0, max(colour.c, 0.0)
    if not _shown(_to_linear(lightness, high, colour.h)):
        for _ in range(18):
            middle = (low + high) / 2
            low, high = (middle, high) if _shown(_to_linear(lightness, middle, colour.h)) else (low, middle)
    else:
        low = high
    channels = (round(_gamma(min(max(value, 0.0), 1.0)) * 255) for value in _to_linear(lightness, low, colour.h))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


@lru_cache(maxsize=4096)
def luminance(value: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1."""
    red, green, blue = (_linear(channel) for channel in _channels(value))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two hex colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def hue_distance(one: float, other: float) -> float:
    """Degrees between two hues, 0 to 180."""
    apart = abs(one - other) % 360
    return min(apart, 360 - apart)


def _channels(value: str) -> tuple[float, float, float]:
    return int(value[1:3], 16) / 255, int(value[3:5], 16) / 255, int(value[5:7], 16) / 255


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _shown(linear: tuple[float, float, float]) -> bool:
    return all(-0.0001 <= value <= 1.0001 for value in linear)
