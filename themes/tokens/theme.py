"""From a brand to two sets of colours that keep every promise of contrast, and what had to be mended for
that.

Hue is kept, chroma capped, lightness searched; dark is computed anew, not inverted. Everything is checked
on the hex
that is painted. Promises: text 4.5:1, edges, signs and focus 3:1, on every ground where they may stand.
"""

from functools import lru_cache
from typing import Literal

import msgspec

from themes.catalogue import say
from themes.colour import Oklch, contrast, hue_distance, of_hex, to_hex
from themes.tokens.brand import Brand
from themes.tokens.grounds import DARK, LIGHT, Mode, grounds
from themes.tokens.words import name_of
from themes.view import current

TEXT = 4.5
EDGE = 3.0
MAX_CHROMA = 0.21
NEAR = 28.0  # degrees; closer to our red than this, a filled red button would look like the brand's own
Colours = dict[str, str]
STATUS = ("success", "warning", "error", "info")


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """`light` and `dark` map a token to `#rrggbb`; `mended` are sentences for the person who chose the
    colours.
    """

    light: Colours
    dark: Colours
    destructive: Literal["filled", "outline"]
    mended: tuple[str, ...] = ()


def compute_theme(brand: Brand) -> Theme:
    """The theme of a brand's one or two colours; what was mended is said in the reader's language."""
    return _computed(brand, current().language)


@lru_cache(maxsize=512)
def _computed(brand: Brand, language: str) -> Theme:
    mended: list[str] = []
    destructive = _destructive(brand)
    light = _mode(brand, LIGHT, destructive, mended)
    dark = _mode(brand, DARK, destructive, [])
    if destructive == "outline":
        mended.append(
            say(
                "Your %(colour)s is close to the red of warnings; buttons that delete get an outline and a sign.",
                colour=say(name_of(of_hex(brand.colour))),
            )
        )
    if note := _lifted(brand, light, dark):
        mended.append(note)
    return Theme(light=light, dark=dark, destructive=destructive, mended=tuple(mended))


def _destructive(brand: Brand) -> Literal["filled", "outline"]:
    first = of_hex(brand.colour)
    near = first.c > 0.06 and hue_distance(first.h, LIGHT.status["error"].h) < NEAR
    return "outline" if near else "filled"


def _mode(brand: Brand, mode: Mode, destructive: str, mended: list[str]) -> Colours:
    first = _capped(of_hex(brand.colour))
    second = _capped(of_hex(brand.accent)) if brand.accent else None
    colours = grounds(first, mode)
    under = [colours[name] for name in ("base-100", "base-200", "raised", "field", "hover", "pressed", "chip", "tint")]
    colours["base-content"] = _reach(
        Oklch(mode.ink, min(first.c, 0.012), first.h), [*under, colours["base-300"]], 7.0, mode
    )
    colours["muted"] = _reach(Oklch(mode.quiet, min(first.c, 0.014), first.h), under, TEXT, mode)
    colours["edge"] = _reach(Oklch(mode.edge, min(first.c, 0.012), first.h), under[:4], EDGE, mode)
    colours["edge-hover"] = _reach(Oklch(mode.edge, min(first.c, 0.012), first.h), under[:4], TEXT, mode)
    colours["link"] = _reach(first, under, TEXT, mode)
    colours["focus"] = _reach(first, [*under, colours["base-300"]], EDGE, mode)
    colours |= _fill("primary", first, mode, under[:4], mended)
    colours |= _fill("secondary", second or first.at(chroma=first.c * 0.35), mode, under[:4], mended if second else [])
    colours |= _fill("accent", second or first, mode, under[:4], [])
    colours |= {
        "neutral": to_hex(Oklch(mode.neutral, min(first.c, 0.015), first.h)),
        "neutral-content": to_hex(Oklch(0.975, 0.0, 0.0)),
    }
    colours |= _status(mode, colours)
    colours |= _danger(colours, mode, destructive)
    colours |= {f"heat-{step}": _reach(heat, under, EDGE, mode) for step, heat in enumerate(mode.heat, 1)}
    return colours | _series(first, mode, under)


def _capped(colour: Oklch) -> Oklch:
    return colour.at(chroma=min(colour.c, MAX_CHROMA))


def _reach(colour: Oklch, others: list[str], ratio: float, mode: Mode) -> str:
    """The nearest lightness, away from the grounds, at which the colour has `ratio` on all of them."""
    lightness = colour.l
    while True:
        found = to_hex(colour.at(lightness))
        if all(contrast(found, other) >= ratio for other in others):
            return found
        if not 0 <= lightness <= 1:
            return "#ffffff" if mode.dark else "#000000"
        lightness += 0.008 if mode.dark else -0.008


def _fill(name: str, colour: Oklch, mode: Mode, under: list[str], mended: list[str]) -> Colours:
    """A filled surface in the brand's colour, what is written on it, its edge, and how it looks under the
    pointer.
    """
    low, high = mode.fill
    turned = mode.dark and colour.c < 0.03 and colour.l < 0.4  # black cannot stand out on dark ground: it becomes white
    kept = colour.at(0.93 if turned else min(max(colour.l, low), high))
    white, black = "#ffffff", to_hex(Oklch(0.17, min(colour.c, 0.02), colour.h))
    fill, ink = _white_on(kept, white), white
    if fill is None:
        fill, ink = _dark_on(kept, black), black
    if not mode.dark:
        _tell(colour, fill, ink == white, mended)
    over = to_hex(of_hex(fill).at(of_hex(fill).l + (-0.045 if ink == white else 0.035)))
    if contrast(over, ink) < TEXT:
        over = fill
    edge = fill if all(contrast(fill, other) >= EDGE for other in under) else _reach(of_hex(fill), under, EDGE, mode)
    return {name: fill, f"{name}-content": ink, f"{name}-hover": over, f"{name}-edge": edge}


def _white_on(colour: Oklch, white: str, most: float = 0.09) -> str | None:
    """The colour, a little darker if need be, so that white can be read on it; None when it would no longer
    be itself.
    """
    for step in range(int(most / 0.005) + 1):
        found = to_hex(colour.at(colour.l - step * 0.005))
        if contrast(found, white) >= TEXT:
            return found
    return None


def _dark_on(colour: Oklch, black: str) -> str:
    lightness = colour.l
    while contrast(to_hex(colour.at(lightness)), black) < TEXT:
        lightness += 0.005
    return to_hex(colour.at(lightness))


def _tell(colour: Oklch, fill: str, white: bool, mended: list[str]) -> None:
    """Say what was done to a colour that somebody chose, if anything."""
    name, moved = say(name_of(colour)), of_hex(fill).l - colour.l
    ratio = contrast(fill, "#ffffff") if white else contrast(fill, to_hex(Oklch(0.17, min(colour.c, 0.02), colour.h)))
    if white and moved < -0.01:
        mended.append(
            say(
                "Your %(colour)s is a little too light for white text; we made it slightly darker (%(ratio)s:1).",
                colour=name,
                ratio=f"{ratio:.1f}",
            )
        )
    elif not white:
        mended.append(
            say(
                "Your %(colour)s is too light for white text; we use dark text on it (%(ratio)s:1).",
                colour=name,
                ratio=f"{ratio:.1f}",
            )
        )
    elif moved > 0.01:
        mended.append(
            say("Your colour is nearly black; we made it slightly lighter so that buttons stand out from text.")
        )


def _lifted(brand: Brand, light: Colours, dark: Colours) -> str:
    before, after = of_hex(light["primary"]).l, of_hex(dark["primary"]).l
    if after - before > 0.06:
        return say(
            "On dark ground your %(colour)s is shown lighter, so that it stands out.",
            colour=say(name_of(of_hex(brand.colour))),
        )
    return ""


def _status(mode: Mode, colours: Colours) -> Colours:
    found: Colours = {}
    for name in STATUS:
        colour, soft = mode.status[name], to_hex(mode.soft(mode.status[name]))
        under = [colours[ground] for ground in ("base-100", "base-200", "raised", "hover", "pressed", "tint")]
        value = _reach(colour, [soft, *under], TEXT, mode)
        found[name], found[f"{name}-soft"] = value, soft
        found[f"{name}-content"] = max(
            ("#ffffff", to_hex(Oklch(0.17, 0.02, colour.h))), key=lambda ink: contrast(ink, value)
        )
    return found


def _danger(colours: Colours, mode: Mode, destructive: str) -> Colours:
    error, soft, ink = colours["error"], colours["error-soft"], colours["error-content"]
    if destructive == "outline":
        return {
            "danger": colours["raised"],
            "danger-content": error,
            "danger-edge": error,
            "danger-hover": soft,
            "danger-hover-content": error,
        }
    over = to_hex(of_hex(error).at(of_hex(error).l + (0.035 if mode.dark else -0.045)))
    return {
        "danger": error,
        "danger-content": ink,
        "danger-edge": error,
        "danger-hover": over,
        "danger-hover-content": ink,
    }


def _series(first: Oklch, mode: Mode, under: list[str]) -> Colours:
    """Eight hues of one lightness around the brand's; neighbours in the list lie far apart on the circle."""
    hue = first.h if first.c > 0.03 else 255.0
    turns = (0, 180, 90, 270, 45, 225, 135, 315)
    lightness = mode.series
    wheel = [Oklch(lightness, 0.125, (hue + turn) % 360) for turn in turns]
    while any(contrast(to_hex(colour), other) < EDGE for colour in wheel for other in under[:4]):
        lightness += 0.008 if mode.dark else -0.008
        wheel = [colour.at(lightness) for colour in wheel]
    return {f"series-{place}": to_hex(colour) for place, colour in enumerate(wheel, 1)}
