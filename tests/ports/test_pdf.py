"""PDF: what it says and looks like to a machine, and that no document can reach out of its jail (T31)."""

import asyncio
import io
import re
import sys
import threading
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pypdf
import pytest
from PIL import Image

from app.core.ports import pdf
from app.core.ports.pdf import Meta, PdfFailed, file_name, print_assets, render_pdf
from themes.jail import Jail, Limits
from themes.loader import make_environment
from themes.mjml import Look

pytestmark = pytest.mark.anyio
META = Meta("Invoice 1042", "Harbor & Sons", made_at=datetime(2026, 3, 2, tzinfo=UTC))
LOOK = Look(name="Harbor & Sons", address="1 Main Street\nTampa, FL", primary="#0a7f5b")


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


def words(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(made).pages)


def a_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()


async def test_the_file_speaks_for_the_tenant_and_for_nobody_else() -> None:
    made = await render_pdf(
        "<html lang='es'><title>x</title><meta name=generator content=Other><h1>Hola</h1>", {}, meta=META
    )
    got = read(made)
    assert (got.metadata.title, got.metadata.author, got.metadata.producer) == (
        "Invoice 1042", "Harbor & Sons", "Harbor & Sons",
    )  # fmt: skip
    assert got.metadata.creator is None and got.trailer["/Root"]["/Lang"] == "en"
    plain = b"".join(made.split()) + re.sub(rb"\s", b"", got.xmp_metadata.stream.get_data())
    assert b"WeasyPrint" not in plain and b"Harbor&amp;Sons" in plain
    assert "Hola" in words(made)


async def test_the_file_is_tagged_for_readers_who_listen() -> None:
    made = await render_pdf("<h1>One</h1><table><tr><th>A<td>1</table>", {}, meta=META)
    root = read(made).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root and b"pdfuaid:part" in read(made).xmp_metadata.stream.get_data()


async def test_the_same_document_is_the_same_bytes() -> None:
    html = "<h1>One</h1><p>" + "words " * 200
    assert await render_pdf(html, {}, meta=META) == await render_pdf(html, {}, meta=META)


async def test_its_own_assets_are_loaded() -> None:
    html = "<link rel=stylesheet href='asset:a.css'><img src='asset:logo%201.png' alt=''><p class=big>Hi"
    made = await render_pdf(
        html, {"logo 1.png": a_png(), "a.css": b"@page { size: 400px 300px; margin: 0 }"}, meta=META
    )
    page = read(made).pages[0]
    assert len(page.images) == 1 and [round(float(side)) for side in page.mediabox[2:]] == [300, 225]


async def test_the_shared_layout_numbers_pages_and_shows_totals_once() -> None:
    source = (
        '{% extends "pdf/base.html" %}{% block body %}<table><thead><tr><th>What</th></tr></thead><tbody>'
        "{% for n in range(60) %}<tr><td>Row {{ n }}</td></tr>{% endfor %}</tbody>"
        "<tfoot><tr><td>Total</td></tr></tfoot></table>{% endblock %}"
    )
    for paper, size in (("A4", (595, 842)), ("Letter", (612, 792))):
        context = {"lang": "en", "title": "Invoice <1042>", "look": LOOK, "paper": paper, "logo": ""}
        html = make_environment().from_string(source).render(context)
        got = read(await render_pdf(html, print_assets(LOOK), meta=META))
        texts = [page.extract_text() for page in got.pages]
        assert tuple(round(float(side)) for side in got.pages[0].mediabox[2:]) == size
        assert f"Page 1 of {len(texts)}" in texts[0] and f"Page {len(texts)} of {len(texts)}" in texts[-1]
        assert "Harbor & Sons · 1 Main Street, Tampa, FL" in texts[-1] and "Invoice <1042>" in texts[0]
        assert "".join(texts).count("Total") == 1 and "".join(texts).count("What") == len(texts) > 1


def test_brand_colours_are_colours_or_left_out() -> None:
    css = print_assets(Look(name="x", primary="red; } body { display: none", ink="#101010"))["brand.css"]
    assert b"--ink: #101010;" in css and b"primary" not in css.replace(b"on-primary", b"") and b"body" not in css


@dataclass
class Canary:
    """A server on loopback that counts visits and sends on whoever asks for /go to itself."""

    visits: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    seen = Canary()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.visits.append(self.path)
            self.send_response(302 if self.path == "/go" else 200)
            self.send_header("Location", "/went")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    urlopen(seen.url + "/alive").close()
    assert seen.visits == ["/alive"], "the canary sings when it is reached"
    seen.visits.clear()
    yield seen
    server.shutdown()
    thread.join()


REACHES = {
    "image": "<img src='{}'>",
    "style sheet": "<link rel=stylesheet href='{}'>",
    "import": "<style>@import url('{}');</style>",
    "background": "<p style=\"background-image:url('{}')\">x</p>",
    "border": "<p style=\"border-image:url('{}') 1\">x</p>",
    "list": "<ul style=\"list-style-image:url('{}')\"><li>x</ul>",
    "content": "<style>p::before {{ content: url('{}') }}</style><p>x</p>",
    "font": "<style>@font-face {{ font-family: F; src: url('{}') }} p {{ font-family: F }}</style><p>x</p>",
    "attachment": "<link rel=attachment href='{}'>",
    "link attachment": "<a rel='x ATTACHMENT' href='{}'>x</a>",
    "object": "<object data='{}'></object>",
    "embed": "<embed src='{}'>",
    "iframe": "<iframe src='{}'></iframe>",
    "svg image": "<svg width=9 height=9><image href='{}' width=9 height=9 /></svg>",
    "svg use": "<svg width=9 height=9><use href='{}#a' /></svg>",
    "svg as asset": "<img src='asset:evil.svg' alt='{}'>",
    "base": "<base href='{}'><img src='x.png'>",
    "picture in css asset": "<link rel=stylesheet href='asset:evil.css'><p>{}</p>",
    "footnote": "<style>@page {{ background: url('{}') }}</style><p>x</p>",
}
TARGETS = [
    "{canary}/hit", "{canary}/go", "HTTP{rest}/hit", "//{host}/hit", "ftp://{host}/hit", "file://{secret}",
    "{secret}", "FILE:{secret}", "http://169.254.169.254/latest/meta-data/", "data:text/css,p%7Bcolor:red%7D",
    "asset:../{secret}", "asset:missing.png", "asset:/etc/passwd", "gopher://{host}/hit",
    "jar:{canary}!/x", "\\\\{host}\\hit",
]  # fmt: skip


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that anybody may read, with a word that must never come out."""
    place = tmp_path_factory.mktemp("secret") / "secret.txt"
    place.write_text("CANARY-7A91")
    place.chmod(0o644)
    return place


@pytest.mark.parametrize("target", TARGETS)
async def test_no_document_reaches_out(target: str, canary: Canary, secret: Path) -> None:
    parts = {"canary": canary.url, "rest": canary.url[4:], "host": canary.url[7:], "secret": str(secret)}
    address = target.format(**parts)
    evil = {
        "evil.svg": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}'/></svg>".encode(),
        "evil.css": f"p {{ background: url('{address}') }} @import '{address}';".encode(),
    }
    html = "".join(pattern.format(address) for pattern in REACHES.values()) + "<p>All quiet.</p>"
    made = await render_pdf(html, {**evil, "ok.png": a_png()}, meta=META)
    got = read(made)
    assert "All quiet." in words(made), "the rest of the document is made"
    assert canary.visits == [] and not got.attachments and not any(page.images for page in got.pages)
    objects = [pypdf.generic.IndirectObject(n, 0, got).get_object() for n in range(1, got.trailer["/Size"])]
    everything = b"".join(item.get_data() for item in objects if hasattr(item, "get_data"))
    assert b"CANARY-7A91" not in everything + made


UNJAILED = """
import sys
from app.core.ports import pdf_press as press
import weasyprint
html, guarded = "<img src='" + sys.argv[1] + "'>", sys.argv[2] == "guarded"
if guarded:
    print(press.make(press.Job(html, {}, "t", "a", "en", 5)).denied)
else:
    weasyprint.HTML(string=html).write_pdf()
"""


async def test_the_fetcher_denies_even_without_the_jail(canary: Canary) -> None:
    async def press(how: str) -> None:
        words = (sys.executable, "-c", UNJAILED, f"{canary.url}/{how}", how)
        done = await asyncio.create_subprocess_exec(*words, cwd=Path(__file__).parents[2], stderr=DEVNULL)
        assert await done.wait() == 0

    await press("guarded")
    assert canary.visits == []
    await press("open")
    assert canary.visits == ["/open"], "the library's own fetcher does go there"
    canary.visits.clear()


async def test_a_colour_profile_from_elsewhere_spoils_the_document_but_is_not_fetched(canary: Canary) -> None:
    html = f"<style>@color-profile --a {{ src: url('{canary.url}/hit') }}</style><p>x"
    with pytest.raises(PdfFailed):
        await render_pdf(html, {}, meta=META)
    assert canary.visits == []


async def test_an_own_file_cannot_be_attached_either() -> None:
    html = "<a rel=attachment href='asset:a.txt'>x</a><link rel=attachment href='asset:a.txt'><p>Hi"
    assert not read(await render_pdf(html, {"a.txt": b"text"}, meta=META)).attachments


async def test_links_lead_to_the_web_or_nowhere() -> None:
    addresses = [
        "https://example.com/a",
        "mailto:a@example.com",
        "javascript:x()",
        "file:///etc/passwd",
        " JAVASCRIPT:x",
    ]
    html = "".join(f"<p><a href='{address}'>link</a>" for address in addresses)
    page = read(await render_pdf(html, {}, meta=META)).pages[0]
    found = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    assert found == addresses[:2]


BOMBS = {
    "pages": "<style>p { break-after: page }</style>" + "<p>x</p>" * 250,
    "tall": "<p style='height: 99999999px'>x</p>",
    "columns": "<table><tr><td colspan=999999999>x</table><p>x</p>" * 40,
    "nested": "<div>" * 20_000,
    "table": ("<table><tr>" + "<td>x" * 400 + "</table>") * 600,
    "picture": "<img src='asset:huge.png' alt='' style='image-rendering: pixelated; opacity: 0.5'>",
    "content": "<style>p::before { content: '" + "x" * 5_000_000 + "' }</style><p>x",
}


@pytest.fixture
def short_press(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same press with less time, so that bombs go off sooner."""
    press = Jail(
        "app.core.ports.pdf_press:work",
        Limits(4, 20, 512, 60_000_000, 30_000_000),
        size=1,
        readable=pdf._READABLE,
    )
    monkeypatch.setattr(pdf, "_jail", press)
    yield
    press.close()


@pytest.mark.parametrize("name", BOMBS)
async def test_bombs_end_in_a_clean_error_or_in_a_document(name: str, short_press: None) -> None:
    out = io.BytesIO()
    Image.new("1", (25_000, 25_000)).save(out, "PNG")
    try:
        made = await render_pdf(BOMBS[name], {"huge.png": out.getvalue()}, meta=META)
    except PdfFailed as failed:
        assert "document" in str(failed)
    else:
        assert name not in ("pages", "table") and len(read(made).pages) <= pdf.MOST_PAGES
    assert "after" in words(await render_pdf("<p>after", {}, meta=META))


async def test_the_page_limit_is_said() -> None:
    with pytest.raises(PdfFailed, match="250 pages; 200 is the most"):
        await render_pdf(BOMBS["pages"], {}, meta=META)


async def test_too_large_to_begin_with() -> None:
    with pytest.raises(PdfFailed, match="too large"):
        await render_pdf("<p>x", {"a": b"x" * (pdf.MOST_ASSET_BYTES + 1)}, meta=META)


async def test_our_own_process_never_imports_the_press() -> None:
    await render_pdf("<p>x", {}, meta=META)
    assert "weasyprint" not in sys.modules


FONT = next(iter(Path("/usr/share/fonts").rglob("DejaVuSerif-Bold.ttf")), None)


@pytest.mark.skipif(FONT is None, reason="no font to try with: install fonts-dejavu-core")
@pytest.mark.parametrize("bubblewrap", [True, False])
async def test_fonts_of_a_brand_work_in_either_jail(bubblewrap: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    press = Jail(
        "app.core.ports.pdf_press:work",
        pdf._jail.limits,
        size=1,
        readable=pdf._READABLE,
        bubblewrap=bubblewrap,
    )
    monkeypatch.setattr(pdf, "_jail", press)
    style = "@font-face { font-family: Brand; src: url(asset:f.ttf) } p { font-family: Brand }"
    for _ in range(2):
        made = read(await render_pdf(f"<style>{style}</style><p>Hi", {"f.ttf": FONT.read_bytes()}, meta=META))
        fonts = made.pages[0]["/Resources"]["/Font"]
        assert any("Brand" in str(item.get_object()["/BaseFont"]) for item in fonts.values())
    press.close()


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Invoice", "1042", "Reyes"), "Invoice-1042-Reyes.pdf"),
        (("Factura", "7", "Núñez / Cía"), "Factura-7-Nunez-Cia.pdf"),
        (("../../etc", 'a"\r\nX: b'), "etc-a-X-b.pdf"),
        (("", "😀"), "Document.pdf"),
    ],
)
def test_file_names_are_readable_and_safe(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts) == name
