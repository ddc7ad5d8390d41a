"""Small drawings made on the server: sparklines, the ring of a score, the bars of heat, initials."""

import unicodedata
from collections.abc import Sequence

import msgspec


class Spark(msgspec.Struct, frozen=True):
    """Paths for a 100 × 32 drawing."""

    line: str
    area: str
    before: str
    count: int


def sparkline(
    values: Sequence[float], before: Sequence[float] = (), *, width: float = 100, height: float = 32
) -> Spark:
    """`values` as a line from zero or the lowest, `before` as the dashed line that it is compared with.
    Empty under two values.
    """
    if len(values) < 2:
        return Spark("", "", "", len(values))
    everything = [*values, *before]
    top, bottom = max(everything), min(0, *everything)
    spread = (top - bottom) or 1
    line = _path(values, bottom, spread, width, height)
    area = f"{line}L{width:g},{height:g}L0,{height:g}Z"
    return Spark(line, area, _path(before, bottom, spread, width, height) if len(before) > 1 else "", len(values))


def _path(values: Sequence[float], bottom: float, spread: float, width: float, height: float) -> str:
    step = width / (len(values) - 1)
    inner = height - 4
    points = (
        f"{place * step:.1f},{2 + inner - (value - bottom) / spread * inner:.1f}" for place, value in enumerate(values)
    )
    return "M" + "L".join(points)


def ring(value: float, most: float = 100) -> int:
    """How much of a circle a score fills, in hundredths."""
    return round(min(max(value / most, 0), 1) * 100) if most else 0


HEAT = {"cold": 1, "warm": 2, "hot": 3}


def heat_level(heat: str | int | None) -> int:
    """1 cold, 2 warm, 3 hot; 0 for none."""
    return HEAT.get(heat, 0) if isinstance(heat, str) else min(max(heat or 0, 0), 3)


def avatar_initials(name: str | None) -> str:
    """Dana Reyes → DR, Zoë → Z, "" → ?"""
    words = [word for word in (name or "").replace("-", " ").split() if unicodedata.category(word[0])[0] in "LN"]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
