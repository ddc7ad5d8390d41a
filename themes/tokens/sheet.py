"""The theme as a style sheet, and as plain colours for letters and prints."""

import hashlib
from functools import lru_cache
from typing import Any

import msgspec

from themes.fonts import fonts
from themes.tokens.brand import Brand, brand_of
from themes.tokens.theme import Colours, compute_theme

# Names that daisyUI reads; the others are ours alone.
DAISY = frozenset(
    ["base-100", "base-200", "base-300", "base-content", "neutral", "neutral-content"]
    + [f"{name}{part}" for name in ("primary", "secondary", "accent") for part in ("", "-content")]
    + [f"{name}{part}" for name in ("success", "warning", "error", "info") for part in ("", "-content")]
)
CORNERS = {"sharp": ("2px", "2px", "3px"), "soft": ("5px", "6px", "10px"), "round": ("8px", "10px", "18px")}
PRINTED = (
    "primary",
    "primary-content",
    "base-content",
    "muted",
    "link",
    "tint",
    "success",
    "warning",
    "error",
    "info",
    "edge",
)


class Sheet(msgspec.Struct, frozen=True):
    """`name` changes with the content, so the answer may be kept for ever."""

    name: str
    css: str


@lru_cache(maxsize=512)
def brand_css(brand: Brand) -> str:
    """One style sheet with both modes. It holds custom properties alone: no address, no import, no selector
    of a tenant's.
    """
    theme = compute_theme(brand)
    selector, field, box = CORNERS[brand.corners]
    common = (
        f"--brand-font:{fonts()[brand.font].stack};--radius-selector:{selector};--radius-field:{field};--radius-box:{box};"
        "--border:1px;--depth:0;--noise:0"
    )
    dark = _block(theme.dark)
    return (
        f":root{{{common}}}"
        f':root,[data-theme="light"]{{color-scheme:light;{_block(theme.light)}}}'
        f'[data-theme="dark"]{{color-scheme:dark;{dark}}}'
        f'@media (prefers-color-scheme:dark){{[data-theme="system"]{{color-scheme:dark;{dark}}}}}'
    )


def sheet_of(raw: dict[str, Any]) -> Sheet:
    """The style sheet of a stored brand under its hashed name `brand-<hash>.css`."""
    return _sheet(brand_of(raw))


@lru_cache(maxsize=512)
def _sheet(brand: Brand) -> Sheet:
    css = brand_css(brand)
    return Sheet(f"brand-{hashlib.sha256(css.encode()).hexdigest()[:12]}.css", css)


def _block(colours: Colours) -> str:
    return ";".join(f"--{'color-' if name in DAISY else ''}{name}:{value}" for name, value in sorted(colours.items()))


def print_palette(brand: Brand) -> dict[str, str]:
    """Plain hex for e-mail and PDF, which stay light: `primary`, `primary_content`, `text`, `muted`,
    `link`, `tint`, `line` …
    """
    light = compute_theme(brand).light
    palette = {name.replace("-", "_"): light[name] for name in PRINTED}
    return {
        **palette,
        "text": palette.pop("base_content"),
        "line": light["base-300"],
        "ground": light["base-200"],
        **{f"series_{n}": light[f"series-{n}"] for n in range(1, 9)},
        "paper": "#ffffff",
    }
