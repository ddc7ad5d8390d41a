"""Documents as PDF: tagged, branded, made in the jail from HTML and the assets that come with it.

`asset:name` in the HTML or its styles is the asset of that name, and the only thing that is ever
loaded. The shared print layout (`templates/pdf/base.html`) asks for `asset:print.css` and
`asset:brand.css`; `print_assets` has both.
"""

import re
import site
import sys
import sysconfig
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from themes.catalogue import later, say
from themes.jail import Jail, JailError, Limits, TookTooLong, TookTooMuch
from themes.mjml import Look

MOST_PAGES, MOST_ASSET_BYTES, MOST_HTML = 200, 20_000_000, 20_000_000
FOLDER = Path(__file__).parents[3] / "templates" / "pdf"
_READABLE = (
    *("/usr/share", "/usr/local/share/fonts", "/etc/fonts", "/var/cache/fontconfig"),
    *(sys.base_prefix, sysconfig.get_paths()["stdlib"], *site.getsitepackages()),
)
_jail = Jail(
    "app.core.ports.pdf_press:work",
    Limits(seconds=20, wall=40, megabytes=512, answer_bytes=60_000_000, file_bytes=30_000_000),
    size=2,
    readable=_READABLE,
)
log = structlog.get_logger()


class PdfFailed(Exception):
    """There is no PDF; the text says why, for whoever made the document."""


class Meta(msgspec.Struct, frozen=True):
    """What the file says about itself: the tenant's words. `made_at` makes the same document the same
    bytes.
    """

    title: str
    author: str
    lang: str = "en"
    made_at: datetime | None = None


class _Print(msgspec.Struct):
    pdf: bytes = b""
    fault: str = ""
    pages: int = 0
    denied: list[str] = []


def fences() -> tuple[str, ...]:
    """Start the first press and say which doors of its jail stand. Takes some seconds; workers call it
    at start.
    """
    return _jail.start()


async def render_pdf(html: str, assets: Mapping[str, bytes], *, meta: Meta) -> bytes:
    """The PDF. At most 200 pages, 20 s and 512 MB. Raises PdfFailed."""
    if len(html) > MOST_HTML or sum(map(len, assets.values())) > MOST_ASSET_BYTES:
        raise PdfFailed(later("The document is too large. Leave pictures out, or split it."))
    job = {
        "html": html,
        "assets": dict(assets),
        "title": meta.title,
        "author": meta.author,
        "lang": meta.lang,
        "pages": MOST_PAGES,
        "made_at": meta.made_at.isoformat(timespec="seconds") if meta.made_at else "",
    }
    made = msgspec.msgpack.decode(await _printed(msgspec.msgpack.encode(job)), type=_Print)
    if made.denied:
        log.warning("pdf.denied", count=len(made.denied))
    if made.fault:
        raise PdfFailed(
            say(
                "The document has %(count)s pages; %(most)s is the most. Narrow it, or split it.",
                count=made.pages,
                most=MOST_PAGES,
            )
        )
    return made.pdf


async def _printed(request: bytes) -> bytes:
    try:
        return await _jail.acall(request)
    except TookTooLong as error:
        raise PdfFailed(later("The document takes longer than 20 seconds. Narrow it, or split it.")) from error
    except TookTooMuch as error:
        raise PdfFailed(later("The document needs too much memory. Narrow it, or split it.")) from error
    except JailError as error:
        raise PdfFailed(later("The document could not be made.")) from error


def print_assets(look: Look, **more: bytes) -> dict[str, bytes]:
    """The shared print sheet, the brand's colours for it, and whatever else the document shows (`logo`,
    fonts).
    """
    return {"print.css": (FOLDER / "print.css").read_bytes(), "brand.css": _brand_css(look).encode(), **more}


def _brand_css(look: Look) -> str:
    """Colours as custom properties. What is no hex colour is left out, so that the sheet's own stands."""
    names = ("primary", "on_primary", "ink", "muted", "line", "ground")
    given = {name.replace("_", "-"): str(getattr(look, name)) for name in names}
    good = {name: value for name, value in given.items() if re.fullmatch(r"#[0-9a-fA-F]{6}", value)}
    return ":root {" + "".join(f" --{name}: {value};" for name, value in good.items()) + " }\n"


def file_name(*parts: str) -> str:
    """A readable name like `Invoice-1042-Reyes.pdf`, safe in any header and on any disk."""
    plain = [unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in parts]
    words = [re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in plain]
    return "-".join(word for word in words if word)[:100] + ".pdf" if any(words) else "Document.pdf"
