"""A brand is parsed strictly and written anew: nothing that was typed reaches a style sheet (T30)."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themes.fonts import fonts
from themes.tokens import Brand, BrandInvalid, brand_css, brand_of, parse_brand, sheet_of
from themes.tokens.__main__ import DEFAULT, default_css

FULL = {
    "product_name": "Harbor Debt Relief",
    "colour": "#0F5F8C",
    "accent": "#fa3",
    "font": "figtree",
    "corners": "round",
    "logo": "logo-0a1b2c.png",
    "sender_name": "Harbor",
    "sender_address": "Hello@Example.com",
    "support_phone": "+1 727 555 0100",
    "support_url": "https://example.com/help",
    "links": [{"label": "Privacy", "url": "https://example.com/privacy"}],
    "postal_address": "12 Pier Road\nTampa, FL 33602",
}
ATTACKS = [
    "red;}body{background:url(//evil.example)}",
    "#fff}*{x:y",
    "url(x)",
    "expression(alert(1))",
    "\\75rl(x)",
    "@import 'x'",
    "#fff/**/",
    "</style><script>",
    "oklch(0.5 0.1 30)}a{}",
    "var(--x)",
    "\u0000#fff",
    "#ｆｆｆ",
    'inter";}x{y:"',
]
SHAPE = re.compile(
    r':root\{--brand-font:"[\w ]+ Variable", "[\w ]+ Fallback", [\w, -]+(?:;--[\w-]+:\w+)+\}'
    r':root,\[data-theme="light"\]\{color-scheme:light(?:;--[\w-]+:#[0-9a-f]{6})+\}'
    r'\[data-theme="dark"\]\{color-scheme:dark(?:;--[\w-]+:#[0-9a-f]{6})+\}'
    r"@media \(prefers-color-scheme:dark\)\{"
    r'\[data-theme="system"\]\{color-scheme:dark(?:;--[\w-]+:#[0-9a-f]{6})+\}\}'
)


def test_a_full_brand_is_read_and_normalised() -> None:
    brand = parse_brand(FULL)
    assert (brand.colour, brand.accent, brand.sender_address, brand.support_phone) == (
        "#0f5f8c",
        "#ffaa33",
        "hello@example.com",
        "+17275550100",
    )
    assert brand.links[0].label == "Privacy"


@pytest.mark.parametrize(
    "field", ["colour", "accent", "font", "corners", "logo", "favicon", "sender_address", "support_url"]
)
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_hostile_is_taken(field: str, attack: str) -> None:
    with pytest.raises(BrandInvalid) as refused:
        parse_brand({field: attack})
    assert refused.value.faults[0].field == field


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://example.com",
        "//example.com",
        "data:text/html,x",
        'https://example.com/"><script>',
    ],
)
def test_links_are_https_and_nothing_else(url: str) -> None:
    with pytest.raises(BrandInvalid):
        parse_brand({"links": [{"label": "Help", "url": url}]})
    assert parse_brand({"links": [{"label": "Help", "url": "https://example.com/a?b=c"}]}).links


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BrandInvalid) as refused:
        parse_brand({"colour": "blue", "font": "comic", "css": "x", "product_name": "x" * 61})
    assert [fault.field for fault in refused.value.faults] == ["colour", "font", "css", "product_name"]


def test_a_stored_brand_that_no_longer_fits_still_shows_the_rest() -> None:
    brand = brand_of({"product_name": "Harbor", "font": "gone", "colour": "#0f5f8c"})
    assert (brand.product_name, brand.font, brand.colour) == ("Harbor", "inter", "#0f5f8c")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}"),
    st.sampled_from(sorted(fonts())),
    st.sampled_from(["sharp", "soft", "round"]),
    st.text(max_size=60),
)
def test_the_sheet_holds_custom_properties_alone(colour: str, font: str, corners: str, name: str) -> None:
    css = brand_css(brand_of({"colour": colour, "font": font, "corners": corners, "product_name": name}))
    assert SHAPE.fullmatch(css)


def test_the_sheet_is_named_by_its_content() -> None:
    first, again, other = sheet_of(FULL), sheet_of(dict(FULL)), sheet_of({**FULL, "colour": "#0f5f8d"})
    assert first == again
    assert first.name != other.name and re.fullmatch(r"brand-[0-9a-f]{12}\.css", first.name)
    assert sheet_of({**FULL, "footer": "Another foot"}).name == first.name


def test_the_unbranded_sheet_is_current() -> None:
    assert DEFAULT.read_text() == default_css(), "run: python -m themes.tokens"


def test_no_part_of_the_front_end_names_the_platform() -> None:
    root = Path(__file__).parents[2]
    sources = [
        *root.glob("themes/css/*.css"),
        *root.glob("themes/js/**/*.js"),
        *root.glob("templates/**/*.html"),
    ]
    assert len(sources) > 40
    named = [str(path.relative_to(root)) for path in sources if "marquee" in path.read_text().lower()]
    assert named == []


def test_brands_may_be_kept_in_sets() -> None:
    assert len({Brand(), Brand(), Brand(colour="#000000")}) == 2
