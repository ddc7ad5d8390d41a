"""A logo for a brand that has none: its initials on its colour, drawn by us."""

import base64
from functools import lru_cache

from markupsafe import escape

from themes.marks import avatar_initials
from themes.tokens import Brand, compute_theme

RADIUS = {"sharp": 4, "soft": 14, "round": 32}


@lru_cache(maxsize=512)
def initials_svg(brand: Brand, name: str) -> str:
    """A 64 × 64 drawing; the text needs no font of ours."""
    light = compute_theme(brand).light
    letters = escape(avatar_initials(name))
    size = 30 if len(letters) == 1 else 26
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="{RADIUS[brand.corners]}" fill="{light["primary"]}"/>'
        f'<text x="32" y="33" text-anchor="middle" dominant-baseline="central" font-weight="600" '
        f'font-family="system-ui,Arial,sans-serif" font-size="{size}" fill="{light["primary-content"]}">'
        f"{letters}</text></svg>"
    )


def initials_icon(brand: Brand, name: str) -> str:
    """The same as an address for `<link rel="icon">`, without a request."""
    return "data:image/svg+xml;base64," + base64.b64encode(initials_svg(brand, name).encode()).decode()
