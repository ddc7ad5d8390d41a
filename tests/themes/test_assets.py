"""What the front-end build wrote is served by hashed name, compressed, for ever, and nothing else is."""

import gzip
import re
from pathlib import Path

import pytest

from themes import assets
from themes.fonts import fonts
from themes.icons import icon

ROOT = Path(__file__).parents[2]
NAMED = r"""(?:\bicon(?:\(|=)|NavItem\((?:\s*"[^"]*",){3})\s*["']([a-z0-9-]+)["']"""
LIMIT_STAFF, LIMIT_FONT = 60_000, 50_000  # bytes of brotli; a page's own markup comes on top

pytestmark = pytest.mark.skipif(not assets.manifest().files, reason="the front end is not built: make setup")


@pytest.fixture
def files() -> dict[str, str]:
    return assets.manifest().files


def test_each_name_carries_its_content(files: dict[str, str]) -> None:
    assert {"app.css", "app.js", "icons.svg"} <= set(files)
    for plain, hashed in files.items():
        assert re.fullmatch(re.escape(plain).replace("\\.", r"-[0-9a-f]{10}\.", 1).replace("\\-", "-"), hashed)
        found = assets.static_file(hashed)
        assert found is not None and found[0]
        assert assets.static_file(plain) is None


@pytest.mark.parametrize(
    "name", ["../assets.py", "manifest.json", "/etc/passwd", "app.css", "..%2fassets.py", "fonts/", ""]
)
def test_nothing_else_is_served(name: str) -> None:
    assert assets.static_file(name) is None
    assert assets.encoded_file(name, "br") is None


def test_text_travels_compressed_and_whole(files: dict[str, str]) -> None:
    plain = assets.encoded_file(files["app.css"], "")
    zipped = assets.encoded_file(files["app.css"], "gzip, deflate")
    smallest = assets.encoded_file(files["app.css"], "gzip, deflate, br, zstd")
    assert plain and zipped and smallest
    assert gzip.decompress(zipped.body) == plain.body
    assert (smallest.encoding, zipped.encoding, plain.encoding) == ("br", "gzip", "")
    assert len(smallest.body) < len(zipped.body) < len(plain.body)
    assert len({plain.etag, zipped.etag, smallest.etag}) == 3
    assert ("cache-control", "public, max-age=31536000, immutable") in plain.headers


def test_fonts_are_not_compressed_twice(files: dict[str, str]) -> None:
    found = assets.encoded_file(files["fonts/inter-latin.woff2"], "br, gzip")
    assert found and found.encoding == "" and found.content_type == "font/woff2"
    assert len(found.body) < LIMIT_FONT


def test_every_font_of_the_list_was_built(files: dict[str, str]) -> None:
    css = (assets.DIST / files["app.css"]).read_text()
    for key, font in fonts().items():
        assert f"fonts/{key}-latin.woff2" in files
        assert f'"{font.name} Variable"' in css and f'"{font.name} Fallback"' in css


def test_a_first_view_is_light(files: dict[str, str]) -> None:
    sizes = {name: len(assets.encoded_file(files[name], "br").body) for name in ("app.css", "app.js", "icons.svg")}  # type: ignore[union-attr]
    assert sum(sizes.values()) < LIMIT_STAFF, sizes


def test_the_build_asks_nobody_outside_and_evaluates_nothing(files: dict[str, str]) -> None:
    css = (assets.DIST / files["app.css"]).read_text()
    addresses = set(re.findall(r"url\(([^)]*)\)", css))
    assert {
        address for address in addresses if not address.startswith(("fonts/", "data:", '"data:', "'data:"))
    } == set()
    assert "@import" not in css


@pytest.mark.parametrize("source", ["templates", "app"])
def test_every_icon_that_is_named_is_in_the_sprite(source: str) -> None:
    known = assets.manifest().icons
    named: dict[str, str] = {}
    for path in (ROOT / source).rglob("*.html" if source == "templates" else "*.py"):
        for name in re.findall(NAMED, path.read_text()):
            named.setdefault(name, str(path.relative_to(ROOT)))
    assert named
    assert {name: place for name, place in named.items() if name not in known} == {}


def test_an_icon_is_decoration_unless_it_has_a_word() -> None:
    assert 'aria-hidden="true"' in icon("phone")
    assert 'aria-label="Call &lt;now&gt;"' in icon("phone", label="Call <now>")
    with pytest.raises(ValueError, match="17"):
        icon("phone", 17)


def test_every_class_that_a_template_names_is_in_the_style_sheet(files: dict[str, str]) -> None:
    css = (assets.DIST / files["app.css"]).read_text()
    known = {name.replace("\\", "") for name in re.findall(r"\.((?:[\w-]|\\.)+)", css)}
    unknown: dict[str, str] = {}
    pages = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name not in ("email", "pdf")]
    for path in pages:
        for value in re.findall(r'class="([^"]*)"', path.read_text()):
            written = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value).split()
            unknown |= {name: str(path.relative_to(ROOT)) for name in written if name not in known and name[-1] != "-"}
    assert unknown == {}
