"""Logos and favicons that somebody uploaded: read with care, drawn anew, nothing of the sent bytes kept
(T43).

Only PNG, JPEG and WebP, told by their first bytes. Size and pixels are limited before anything is unpacked.
SVG is
refused: it can carry scripts and fetch things.
"""

import hashlib
import io
from collections.abc import Iterable

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from themes.catalogue import later, say
from themes.colour import contrast
from themes.tokens import Brand, compute_theme

MAX_BYTES = 2_000_000
MAX_SIDE = 4096
LOGO_BOX = (640, 192)  # twice the largest size at which a logo is shown
ICON_SIDE = 180
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
SEEN = 1.6  # contrast from which a shape can be made out at all
MUST_SEE = 0.15  # share of the picture that must be


class ImageRefused(ValueError):
    """Not taken; the message says what, why and how to mend it."""


class Picture(msgspec.Struct, frozen=True):
    """What is stored: `key` names the content, `body` is a PNG or WebP of our own making."""

    key: str
    content_type: str
    body: bytes
    width: int
    height: int


def logo(data: bytes) -> Picture:
    """A logo: empty borders cut off, at most 640 × 192, as PNG so that mail programs show it. Raises
    ImageRefused.
    """
    image = _read(data)
    if box := image.getchannel("A").getbbox():
        image = image.crop(box)
    image.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
    return _write(image, "logo", "PNG")


def favicon(data: bytes) -> Picture:
    """A square icon of 180 pixels, centred on transparent ground. Raises ImageRefused."""
    image = ImageOps.pad(_read(data), (ICON_SIDE, ICON_SIDE), Image.Resampling.LANCZOS, color=(0, 0, 0, 0))
    return _write(image, "icon", "PNG")


def webp(picture: Picture) -> Picture:
    """The same picture, smaller, for browsers."""
    image = Image.open(io.BytesIO(picture.body), formats=("PNG",)).convert("RGBA")
    return _write(image, picture.key.split("-", 1)[0], "WEBP")


VANISHES = {
    "light": later("This logo can hardly be seen on light ground. Add a second one for it."),
    "dark": later("This logo can hardly be seen on dark ground. Add a second one for it."),
}


def vanishes(picture: Picture, brand: Brand) -> dict[str, str]:
    """A sentence for each ground, light and dark, on which hardly anything of the logo would be seen."""
    theme = compute_theme(brand)
    grounds = (("light", theme.light["base-100"]), ("dark", theme.dark["base-100"]))
    return {name: say(VANISHES[name]) for name, ground in grounds if _seen(picture, ground) < MUST_SEE}


def _read(data: bytes) -> Image.Image:
    """Checked, unpacked, turned upright, in colour with transparency."""
    kind = _kind(data)
    try:
        image = Image.open(io.BytesIO(data), formats=(kind,))
        _check_size(image.size)
        return ImageOps.exif_transpose(image).convert("RGBA")
    except ImageRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRefused(
            say(
                "This picture has too many pixels; the limit is %(limit)s on a side. Send a smaller one.",
                limit=MAX_SIDE,
            )
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise ImageRefused("This picture is damaged. Save it again as PNG and send that.") from None


def _kind(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ImageRefused(
            say(
                "This picture is %(size)s MB; the limit is %(limit)s MB. Send a smaller one.",
                size=f"{len(data) / 1_000_000:.1f}",
                limit=MAX_BYTES // 1_000_000,
            )
        )
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if b"<svg" in data[:2000].lower() or data.lstrip()[:5].lower() == b"<?xml":
        raise ImageRefused(
            "SVG pictures can carry scripts, so we don't take them. Send it as PNG, at least 400 pixels wide."
        )
    raise ImageRefused("This is not a picture that we can read. Send a PNG, JPEG or WebP.")


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if max(size) > MAX_SIDE:
        raise ImageRefused(
            say(
                "This picture is %(width)s × %(height)s pixels; the limit is %(limit)s on a side. Send a smaller one.",
                width=width,
                height=height,
                limit=MAX_SIDE,
            )
        )
    if min(size) < 16:
        raise ImageRefused(
            say(
                "This picture is %(width)s × %(height)s pixels; it needs at least 16 on a side.",
                width=width,
                height=height,
            )
        )


def _write(image: Image.Image, name: str, kind: str) -> Picture:
    """Encoded from the pixels alone: no metadata, no profile, nothing behind the end."""
    clean = Image.new("RGBA", image.size)
    clean.paste(image)
    out = io.BytesIO()
    clean.save(out, kind, **({"optimize": True} if kind == "PNG" else {"quality": 88, "method": 4}))
    body = out.getvalue()
    ending = kind.lower()
    key = f"{name}-{hashlib.sha256(body).hexdigest()[:24]}.{ending}"
    return Picture(key, f"image/{ending}", body, *image.size)


def _seen(picture: Picture, ground: str) -> float:
    """Share of the picture's own area, weighted by opacity, that stands out from the ground."""
    image = Image.open(io.BytesIO(picture.body), formats=("PNG", "WEBP")).convert("RGBA")
    image.thumbnail((96, 96))
    under = tuple(int(ground[at : at + 2], 16) for at in (1, 3, 5))
    # Few shades are enough: 32 steps a channel keep the sum short.
    counted: dict[tuple[int, ...], int] = {}
    for pixel in _pixels(image):
        step = (*(channel & 0xF8 for channel in pixel[:3]), pixel[3] & 0xE0)
        counted[step] = counted.get(step, 0) + 1
    drawn = sum(count for pixel, count in counted.items() if pixel[3] >= 64)
    stands = sum(
        count for pixel, count in counted.items() if pixel[3] >= 64 and contrast(_over(pixel, under), ground) >= SEEN
    )
    return stands / drawn if drawn else 0.0


def _pixels(image: Image.Image) -> Iterable[tuple[int, ...]]:
    raw = image.tobytes()
    return zip(raw[0::4], raw[1::4], raw[2::4], raw[3::4], strict=True)


def _over(pixel: tuple[int, ...], under: tuple[int, ...]) -> str:
    alpha = pixel[3] / 255
    return "#" + "".join(
        f"{round(channel * alpha + below * (1 - alpha)):02x}" for channel, below in zip(pixel[:3], under, strict=True)
    )
