"""Icons out of the one sprite."""

from functools import lru_cache

from markupsafe import Markup

from themes.assets import asset, manifest

SIZES = (16, 20, 24)
UNKNOWN = "circle"  # shown for a name made at run time that the sprite lacks; tests find those written in sources


def icon(name: str, size: int = 16, label: str = "", css: str = "") -> Markup:
    """`<svg>` of one icon, 16, 20 or 24 px. Without `label` it is decoration and stands beside a word."""
    if size not in SIZES:
        raise ValueError(f"icons are {SIZES} px, not {size}")
    return _icon(asset("icons.svg"), name, size, label, css)


@lru_cache(maxsize=2048)
def _icon(sprite: str, name: str, size: int, label: str, css: str) -> Markup:
    known = manifest().icons
    name = name if name in known else UNKNOWN
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    classes = f"icon{f' icon-{size}' if size != 16 else ''} {css}".rstrip()
    return Markup('<svg class="{}" {}><use href="{}#{}"/></svg>').format(classes, told, sprite, name)
