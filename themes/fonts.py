"""The fonts a brand may choose. All are served from our own origin; the build reads the same list."""

from functools import cache
from pathlib import Path

import msgspec

LIST = Path(__file__).with_name("fonts.json")
DEFAULT = "inter"
AFTER = {"sans": "system-ui, sans-serif", "serif": "Georgia, serif"}


class Font(msgspec.Struct, frozen=True):
    """`size`, `ascent` and `descent` are percentages that stretch a local font to the same measure (from
    the font files:
    mean advance of English text at weight 400 against Arial or Times, and the line metrics)."""

    name: str
    kind: str
    size: float
    ascent: float
    descent: float

    @property
    def stack(self) -> str:
        """The value of `font-family`."""
        return f'"{self.name} Variable", "{self.name} Fallback", {AFTER[self.kind]}'


@cache
def fonts() -> dict[str, Font]:
    """By key, in the order in which they are offered."""
    return msgspec.json.decode(LIST.read_bytes(), type=dict[str, Font])
