"""Icons for home screens, drawn by us from the brand: its picture on its own ground, or its initials on its colour.

`maskable` ones fill the square and keep what matters within the middle 80 per cent (W3C Web App Manifest, safe zone), because
devices cut circles and drops out of them.
"""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from themes.marks import avatar_initials
from themes.tokens import Brand, compute_theme

SIDES = (180, 192, 512)
SAFE = 0.8
ROUND = {"sharp": 0.06, "soft": 0.22, "round": 0.5}


@lru_cache(maxsize=256)
def touch_icon(brand: Brand, name: str, side: int, *, maskable: bool = False, picture: bytes | None = None) -> bytes:
    """A PNG of `side` pixels. `picture` is the brand's stored icon."""
    light = compute_theme(brand).light
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ground = light["base-100"] if picture else light["primary"]
    corner = 0 if maskable else round(side * ROUND[brand.corners] / 2)
    draw = ImageDraw.Draw(image)
    if maskable or not picture:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), corner, fill=ground)
    if picture:
        _place(image, picture, round(side * (SAFE * 0.8 if maskable else 1)))
    else:
        _letters(draw, avatar_initials(name), side, light["primary-content"], 0.34 if maskable else 0.44)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _place(image: Image.Image, picture: bytes, room: int) -> None:
    drawn = Image.open(io.BytesIO(picture), formats=("PNG", "WEBP")).convert("RGBA")
    drawn = drawn.resize((room, room), Image.Resampling.LANCZOS)
    at = (image.width - room) // 2
    image.alpha_composite(drawn, (at, at))


def _letters(draw: ImageDraw.ImageDraw, letters: str, side: int, ink: str, share: float) -> None:
    font = ImageFont.load_default(size=round(side * share))
    draw.text((side / 2, side / 2), letters, font=font, fill=ink, anchor="mm")
