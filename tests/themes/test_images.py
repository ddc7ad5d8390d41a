"""Uploaded pictures: what is not one is refused with a reason, what is one is drawn anew (T43)."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from themes import images
from themes.images import ImageRefused
from themes.initials import initials_icon, initials_svg
from themes.tokens import Brand


def png(size: tuple[int, int] = (300, 80), colour: tuple[int, ...] = (20, 90, 160, 255), **save: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG", **save)
    return out.getvalue()


def claimed(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"%PDF-1.7", "not a picture"),
        (b"", "not a picture"),
        (b"GIF89a" + b"\0" * 50, "not a picture"),
        (png()[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "damaged"),
        (claimed(30_000, 30_000), "too many pixels"),
        (claimed(6_000, 100), "6000 × 100 pixels"),
        (claimed(4_000, 4_000)[:-30], "damaged"),
        (png((8, 8)), "at least 16"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_001, "2.0 MB"),
    ],
    ids=[
        "svg",
        "xml",
        "pdf",
        "empty",
        "gif",
        "cut off",
        "script behind a signature",
        "bomb",
        "too wide",
        "cut off late",
        "tiny",
        "heavy",
    ],
)
def test_refused_with_a_reason(data: bytes, says: str) -> None:
    with pytest.raises(ImageRefused, match=says):
        images.logo(data)
    with pytest.raises(ImageRefused):
        images.favicon(data)


def test_a_logo_is_cut_scaled_and_named_by_its_content() -> None:
    image = Image.new("RGBA", (2000, 1000), (0, 0, 0, 0))
    image.paste((20, 90, 160, 255), (500, 400, 1500, 600))
    out = io.BytesIO()
    image.save(out, "PNG")
    made = images.logo(out.getvalue())
    assert (made.width, made.height, made.content_type) == (640, 128, "image/png")
    assert images.logo(out.getvalue()).key == made.key
    assert images.webp(made).content_type == "image/webp"


def test_nothing_of_the_sent_bytes_is_kept() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("comment", "canary-in-metadata")
    polyglot = png(pnginfo=note) + b"<script>canary-behind-the-end</script>"
    assert b"canary-in-metadata" in polyglot
    made = images.logo(polyglot)
    assert b"canary" not in made.body
    assert b"canary" not in images.webp(made).body


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_three_kinds_are_read(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 100), (20, 90, 160)).save(out, kind)
    made = images.favicon(out.getvalue())
    assert (made.width, made.height) == (180, 180)


def test_a_logo_that_vanishes_is_told_by_ground() -> None:
    brand = Brand(colour="#1f5fae")
    assert images.vanishes(images.logo(png(colour=(20, 90, 200, 255))), brand) == {}
    white = images.vanishes(images.logo(png(colour=(255, 255, 255, 255))), brand)
    black = images.vanishes(images.logo(png(colour=(12, 12, 14, 255))), brand)
    assert list(white) == ["light"] and "on light ground" in white["light"]
    assert list(black) == ["dark"] and "on dark ground" in black["dark"]


def test_a_brand_without_a_logo_has_its_initials() -> None:
    drawn = initials_svg(Brand(colour="#1f5fae"), "Harbor <b> Debt")
    assert "HD" in drawn and "#1f5fae" in drawn and "<b>" not in drawn
    assert initials_icon(Brand(), "Harbor").startswith("data:image/svg+xml;base64,")
