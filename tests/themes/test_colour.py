"""Colour arithmetic against known values and for every colour there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themes.colour import Oklch, contrast, hue_distance, of_hex, parse, to_hex

hexes = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(hexes)
def test_hex_comes_back_from_oklch(value: str) -> None:
    assert to_hex(of_hex(value)) == value


def test_known_colours_have_their_published_coordinates() -> None:
    red = of_hex("#ff0000")
    assert (round(red.l, 3), round(red.c, 3), round(red.h, 1)) == (0.628, 0.258, 29.2)
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@given(st.floats(0.15, 1), st.floats(0, 0.5), st.floats(0, 360))  # nearer to black, eight bits are too coarse
def test_what_a_screen_cannot_show_keeps_its_lightness(lightness: float, chroma: float, hue: float) -> None:
    assert of_hex(to_hex(Oklch(lightness, chroma, hue))).l == pytest.approx(lightness, abs=0.02)


@given(hexes)
def test_every_spelling_of_a_colour_is_read(value: str) -> None:
    exact = of_hex(value)
    assert to_hex(parse(value.upper()) or exact.at(0)) == value
    spelled = parse(f"oklch({exact.l:.6f} {exact.c:.6f} {exact.h:.4f})")
    assert (
        spelled is not None
        and hue_distance(spelled.h, exact.h) < 0.01
        and spelled.l == pytest.approx(exact.l, abs=1e-5)
    )


@pytest.mark.parametrize(
    "text",
    ["", "#12", "#12345g", "red", "rgb(1,2,3)", "oklch(2 0.1 30)", "#fff;}", "oklch(0.5 0.1 400)", "url(x)"],
)
def test_anything_else_is_no_colour(text: str) -> None:
    assert parse(text) is None
