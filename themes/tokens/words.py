"""What people call a colour."""

from themes.catalogue import later
from themes.colour import Oklch

HUES = (
    (12, later("pink")),
    (38, later("red")),
    (68, later("orange")),
    (112, later("yellow")),
    (165, later("green")),
    (205, later("teal")),
    (280, later("blue")),
    (320, later("purple")),
    (352, later("pink")),
)


def name_of(colour: Oklch) -> str:
    """Red, yellow, blue, grey …: for a sentence to the person who chose it."""
    if colour.c < 0.03:
        return later("white") if colour.l > 0.93 else later("black") if colour.l < 0.25 else later("grey")
    if 38 <= colour.h < 90 and colour.l < 0.5:
        return later("brown")
    return next((name for end, name in HUES if colour.h < end), HUES[0][1])
