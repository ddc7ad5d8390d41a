"""Whatever colours a tenant picks, every promise of contrast holds in both modes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from themes.colour import contrast, of_hex
from themes.packs import PACKS
from themes.tokens import Brand, compute_theme, parse_brand, print_palette
from themes.tokens.grounds import GROUND_CHROMA

hexes = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
GROUNDS = ("base-100", "base-200", "raised", "field", "hover", "pressed", "chip", "tint")
STATUS = ("success", "warning", "error", "info")
UGLY = [
    "#facc15",
    "#ff0000",
    "#00ff00",
    "#0000ff",
    "#ffff00",
    "#ffffff",
    "#000000",
    "#7f7f7f",
    "#39ff14",
    "#f5f5dc",
    "#ff00ff",
]


def promises(colours: dict[str, str]) -> list[tuple[str, str, float]]:
    """(what stands on it, what it stands on, least contrast) for one mode."""
    text = [(name, ground, 4.5) for name in ("base-content", "muted", "link") for ground in GROUNDS]
    fills = [(f"{name}-content", name, 4.5) for name in ("primary", "secondary", "accent", "neutral", *STATUS)]
    over = [(f"{name}-content", f"{name}-hover", 4.5) for name in ("primary", "secondary", "accent")]
    status = [
        (name, ground, 4.5)
        for name in STATUS
        for ground in ("base-100", "base-200", "raised", "hover", "pressed", f"{name}-soft")
    ]
    danger = [
        ("danger-content", "danger", 4.5),
        ("danger-hover-content", "danger-hover", 4.5),
        ("danger-edge", "raised", 3.0),
    ]
    edges = [
        (name, ground, 3.0)
        for name in ("edge", "primary-edge")
        for ground in ("base-100", "base-200", "raised", "field")
    ]
    focus = [("focus", ground, 3.0) for ground in (*GROUNDS, "base-300")]
    drawn = [(f"heat-{step}", ground, 3.0) for step in (1, 2, 3) for ground in ("base-100", "base-200")]
    series = [(f"series-{place}", ground, 3.0) for place in range(1, 9) for ground in ("base-100", "base-200")]
    return text + fills + over + status + danger + edges + focus + drawn + series


def broken(colours: dict[str, str]) -> list[str]:
    return [
        f"{one} {colours[one]} on {other} {colours[other]}: less than {least}"
        for one, other, least in promises(colours)
        if contrast(colours[one], colours[other]) < least
    ]


@settings(max_examples=250, deadline=None)
@given(hexes, st.none() | hexes)
@example("#facc15", None)
def test_every_colour_keeps_every_promise(colour: str, accent: str | None) -> None:
    theme = compute_theme(Brand(colour=colour, accent=accent))
    assert broken(theme.light) == []
    assert broken(theme.dark) == []


@pytest.mark.parametrize("colour", UGLY)
def test_the_ugliest_colours_too(colour: str) -> None:
    theme = compute_theme(Brand(colour=colour))
    assert broken(theme.light) + broken(theme.dark) == []


def test_the_check_itself_sees_a_broken_promise() -> None:
    theme = compute_theme(Brand())
    assert any("muted" in line for line in broken({**theme.light, "muted": "#aaaaaa"}))


@settings(max_examples=100, deadline=None)
@given(hexes)
def test_grounds_take_only_a_touch_of_the_brand(colour: str) -> None:
    theme = compute_theme(Brand(colour=colour))
    for mode in (theme.light, theme.dark):
        for name in ("base-100", "base-200", "base-300", "raised", "field"):
            # One step of an eight-bit channel is as much as 0.004 of chroma on dark ground.
            assert of_hex(mode[name]).c <= GROUND_CHROMA + 0.004


def test_a_fair_blue_is_left_alone() -> None:
    theme = compute_theme(Brand(colour="#1f5fae"))
    assert theme.light["primary"] == "#1f5fae"
    assert theme.light["primary-content"] == "#ffffff"
    assert theme.destructive == "filled"


def test_yellow_gets_dark_text_and_a_sentence_that_says_so() -> None:
    theme = compute_theme(Brand(colour="#facc15"))
    assert theme.light["primary"] == "#facc15"
    assert contrast(theme.light["primary-content"], "#facc15") > 7
    assert theme.mended[0].startswith("Your yellow is too light for white text; we use dark text on it (")


def test_near_red_destroys_in_outline() -> None:
    theme = compute_theme(Brand(colour="#d92d20"))
    assert theme.destructive == "outline"
    assert theme.light["danger"] == theme.light["raised"]
    assert any("close to the red" in sentence for sentence in theme.mended)
    assert compute_theme(Brand(colour="#0b7285")).destructive == "filled"


def test_status_colours_do_not_follow_the_brand() -> None:
    hues = {round(of_hex(compute_theme(Brand(colour=colour)).light["success"]).h) for colour in UGLY}
    assert max(hues) - min(hues) <= 4


def test_prints_are_light_and_plain() -> None:
    palette = print_palette(Brand(colour="#facc15"))
    assert all(len(value) == 7 and value.startswith("#") for value in palette.values())
    assert contrast(palette["text"], palette["paper"]) > 7


def test_the_gallery_holds_twelve_different_looks() -> None:
    brands = {parse_brand(pack.look) for pack in PACKS}
    assert len(brands) == len(PACKS) == 12
