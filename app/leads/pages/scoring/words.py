"""What the pages of scoring share: where they are, how categories are called, small numbers as people type them."""

from typing import Any

from themes.catalogue import later

PATH = "/admin/scoring"
CATEGORY_LABELS = {
    "demographic": later("Who they are"),
    "behavioural": later("What they did"),
    "engagement": later("How engaged they are"),
    "completeness": later("What we know"),
    "geography": later("Where they are"),
}


def whole(text: Any) -> int | None:
    """A small whole number, also with a true minus; None for nothing, 0 for what is none."""
    typed = str(text or "").strip().replace("\u2212", "-").removeprefix("+")
    if not typed:
        return None
    return int(typed) if typed.removeprefix("-").isdecimal() and len(typed) < 6 else 0
