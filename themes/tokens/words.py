"""What people call a colour."""

from themes.colour import Oklch

HUES = (
    (12, "pink"),
    (38, "red"),
    (68, "orange"),
    (112, "yellow"),
    (165, "green"),
    (205, "teal"),
    (280, "blue"),
    (320, "purple"),
    (352, "pink"),
)


def name_of(colour: Oklch) -> str:
    """Red, yellow, blue, grey …: for a sentence to the person who chose it."""
    if colour.c < 0.03:
        return "white" if colour.l > 0.93 else "black" if colour.l < 0.25 else "grey"
    if 38 <= colour.h < 90 and colour.l < 0.5:
        return "brown"
    return next((name for end, name in HUES if colour.h < end), "pink")
