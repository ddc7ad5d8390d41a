"""Writes css/default.css, the grey theme of pages that wear no brand: `python -m themes.tokens`."""

from pathlib import Path

from themes.tokens import Brand, brand_css

UNBRANDED = Brand(colour="#4a505c")
DEFAULT = Path(__file__).parent.parent / "css" / "default.css"
HEAD = "/* Written by `python -m themes.tokens`. */\n"


def default_css() -> str:
    """Where nobody's brand applies: an unknown host, and whatever is shown before a brand is known."""
    return HEAD + brand_css(UNBRANDED).replace("}", "}\n")


if __name__ == "__main__":
    DEFAULT.write_text(default_css())
