"""The two modes: where grounds, inks and status colours stand before a brand touches them."""

import msgspec

from themes.colour import Oklch, to_hex

GROUND_CHROMA = 0.015


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """Lightness of each place, and the status colours, which no brand changes."""

    dark: bool
    grounds: dict[str, tuple[float, float]]  # lightness, share of the ground's chroma
    tint: tuple[float, float]  # lightness, most chroma
    ink: float
    quiet: float
    edge: float
    neutral: float
    fill: tuple[float, float]  # darkest and lightest that a filled button may be
    series: float
    status: dict[str, Oklch]
    soft_at: tuple[float, float]
    heat: tuple[Oklch, Oklch, Oklch]

    def soft(self, colour: Oklch) -> Oklch:
        """A ground in a status colour."""
        return Oklch(self.soft_at[0], self.soft_at[1], colour.h)


LIGHT = Mode(
    dark=False,
    grounds={
        "base-100": (1.0, 0.0), "base-200": (0.979, 0.3), "base-300": (0.917, 0.5), "raised": (1.0, 0.0),
        "field": (1.0, 0.0),
        "hover": (0.969, 0.35), "pressed": (0.947, 0.45), "chip": (0.947, 0.5), "track": (0.93, 0.5),
        "button-edge": (0.865, 0.6), "layer-edge": (0.885, 0.5),
    },
    tint=(0.957, 0.026),
    ink=0.235, quiet=0.55, edge=0.68, neutral=0.27, fill=(0.30, 0.90), series=0.6,
    status={
        "success": Oklch(0.52, 0.13, 152), "warning": Oklch(0.54, 0.12, 66),
        "error": Oklch(0.54, 0.19, 26), "info": Oklch(0.53, 0.12, 245),
    },
    soft_at=(0.961, 0.024),
    heat=(Oklch(0.66, 0.06, 245), Oklch(0.72, 0.15, 68), Oklch(0.60, 0.21, 29)),
)  # fmt: skip

DARK = Mode(
    dark=True,
    grounds={
        "base-100": (0.208, 0.8), "base-200": (0.178, 0.8), "base-300": (0.305, 0.9), "raised": (0.248, 0.9),
        "field": (0.19, 0.8),
        "hover": (0.24, 0.9), "pressed": (0.272, 0.9), "chip": (0.285, 0.9), "track": (0.305, 0.9),
        "button-edge": (0.36, 0.9), "layer-edge": (0.335, 0.9),
    },
    tint=(0.278, 0.034),
    ink=0.94, quiet=0.68, edge=0.5, neutral=0.36, fill=(0.52, 0.88), series=0.72,
    status={
        "success": Oklch(0.77, 0.14, 154), "warning": Oklch(0.81, 0.13, 78),
        "error": Oklch(0.74, 0.145, 24), "info": Oklch(0.77, 0.10, 240),
    },
    soft_at=(0.283, 0.034),
    heat=(Oklch(0.62, 0.06, 245), Oklch(0.78, 0.14, 72), Oklch(0.68, 0.19, 29)),
)  # fmt: skip


def grounds(brand: Oklch, mode: Mode) -> dict[str, str]:
    """Every ground with its touch of the brand's hue; a grey brand gives grey grounds."""
    touch = min(brand.c * 0.12, GROUND_CHROMA)
    found = {name: to_hex(Oklch(light, touch * share, brand.h)) for name, (light, share) in mode.grounds.items()}
    lightness, most = mode.tint
    return {**found, "tint": to_hex(Oklch(lightness, min(brand.c * 0.3, most), brand.h))}
