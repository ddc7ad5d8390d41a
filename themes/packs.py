"""The gallery: twelve ready themes to start from. Each is a brand's look without its names."""

from typing import Any

import msgspec


class Pack(msgspec.Struct, frozen=True):
    """`look` holds the fields of a brand that the pack sets."""

    key: str
    label: str
    look: dict[str, Any]


def _pack(label: str, colour: str, accent: str | None, font: str, corners: str) -> Pack:
    return Pack(label.lower(), label, {"colour": colour, "accent": accent, "font": font, "corners": corners})


PACKS = (
    _pack("Harbor", "#1f5fae", "#0e8a8a", "inter", "soft"),
    _pack("Slate", "#2d3340", None, "geist", "sharp"),
    _pack("Juniper", "#1c6b4a", "#b4832c", "figtree", "soft"),
    _pack("Lagoon", "#0b7285", "#e8590c", "public-sans", "soft"),
    _pack("Iris", "#5b45d6", "#c2459b", "plus-jakarta-sans", "round"),
    _pack("Ember", "#c2410c", "#1e3a5f", "work-sans", "soft"),
    _pack("Marigold", "#f2b705", "#3b3a36", "manrope", "round"),
    _pack("Bordeaux", "#8a1c3f", "#b08d57", "lora", "sharp"),
    _pack("Fjord", "#3a6ea5", "#7a8fa6", "source-sans-3", "soft"),
    _pack("Clover", "#3f8f3a", None, "atkinson-hyperlegible-next", "round"),
    _pack("Graphite", "#0f62fe", "#393939", "ibm-plex-sans", "sharp"),
    _pack("Chancery", "#1d3557", "#9a7b4f", "source-serif-4", "sharp"),
)
