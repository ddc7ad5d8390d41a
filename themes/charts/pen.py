"""The pen that charts are drawn with: shapes whose place along the width is a share of one."""

from math import ceil, log10
from typing import Any

import msgspec
from markupsafe import escape

SOLID = 3  # series from the fourth on are told apart by a pattern too
_WEAVES = {
    4: "M0 6L6 0", 5: "M0 0L6 6", 6: "M0 3H6", 7: "M3 0V6", 8: "M0 6L6 0M0 0L6 6",
}  # fmt: skip


class Hit(msgspec.Struct, frozen=True):
    """A part of the picture that tells its figure and leads to the rows behind it."""

    shape: str
    tip: str
    url: str

    def drawn(self, stop: bool) -> str:
        if not self.url:
            return self.shape.replace("/>", f' data-tip="{escape(self.tip)}"/>')
        tab = "" if stop else ' tabindex="-1"'
        return f'<a href="{escape(self.url)}" aria-label="{escape(self.tip)}" data-tip="{escape(self.tip)}"{tab}>{self.shape}</a>'


class Pen:
    """Collects a picture, the patterns it needs and its hits. Without a width every place is per cent."""

    def __init__(self, id: str, width: float | None = None) -> None:
        self.id, self.width = id, width
        self.hits: list[Hit] = []
        self._marks: list[str] = []
        self._woven: set[int] = set()

    @property
    def picture(self) -> str:
        return "".join(self._marks)

    @property
    def patterns(self) -> str:
        return "".join(self._pattern(n) for n in sorted(self._woven))

    def along(self, share: float) -> str:
        return f"{share * 100:.2f}%" if self.width is None else f"{share * self.width:.1f}"

    def rect(self, x: float, y: float, width: float, height: float, css: str, **more: Any) -> None:
        self._marks.append(self._box(x, y, width, height, css, **more))

    def fill(self, x: float, y: float, width: float, height: float, series: int) -> None:
        """A bar in the colour of its series (from 1), woven from the fourth on."""
        n = (series - 1) % 8 + 1
        if n <= SOLID:
            self.rect(x, y, width, height, f"fill-{n}")
        else:
            self._woven.add(n)
            self.rect(x, y, width, height, "", fill=f"url(#{self.id}-{n})")

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        a, b = self.along(x1), self.along(x2)
        self._marks.append(f'<line class="{css}" x1="{a}" y1="{y1:.1f}" x2="{b}" y2="{y2:.1f}"/>')

    def text(self, x: float, y: float, words: str, css: str = "chart-tick", anchor: str = "start") -> None:
        at = f'x="{self.along(x)}" y="{y:.1f}"'
        self._marks.append(f'<text class="{css}" {at} text-anchor="{anchor}">{escape(words)}</text>')

    def dot(self, x: float, y: float, css: str) -> None:
        self._marks.append(f'<circle class="{css}" cx="{self.along(x)}" cy="{y:.1f}" r="3.5"/>')

    def curves(self, height: float, paths: list[tuple[str, list[list[tuple[float, float]]], float | None]]) -> None:
        """Curves (css, runs of points, where the area under it ends) on a plane that stretches with the width."""
        wide = self.width or 1000
        inner = "".join(self._curve(wide, css, run, floor) for css, runs, floor in paths for run in runs)
        box = f'width="{self.along(1)}" height="{height:g}" viewBox="0 0 {wide:g} {height:g}"'
        self._marks.append(f'<svg {box} preserveAspectRatio="none" overflow="visible">{inner}</svg>')

    def hit(self, x: float, y: float, width: float, height: float, tip: str, url: str) -> None:
        self.hits.append(Hit(self._box(x, y, width, height, "chart-hit"), tip, url))

    def _curve(self, wide: float, css: str, run: list[tuple[float, float]], floor: float | None) -> str:
        points = "L".join(f"{x * wide:.1f},{y:.1f}" for x, y in run)
        area = ""
        if floor is not None:
            foot = f"L{run[-1][0] * wide:.1f},{floor:.1f}L{run[0][0] * wide:.1f},{floor:.1f}Z"
            area = f'<path class="chart-area {css.replace("line-", "fill-")}" d="M{points}{foot}"/>'
        return f'{area}<path class="{css}" vector-effect="non-scaling-stroke" d="M{points}"/>'

    def _box(self, x: float, y: float, width: float, height: float, css: str, **more: Any) -> str:
        at = f'x="{self.along(x)}" y="{y:.1f}" width="{self.along(width)}" height="{max(height, 0):.1f}"'
        named = f' class="{css}"' if css else ""
        rest = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in more.items())
        return f"<rect{named} {at}{rest}/>"

    def _pattern(self, n: int) -> str:
        size = 'width="6" height="6"'
        weave = f'<rect class="fill-{n}" {size}/><path class="chart-weave" d="{_WEAVES[n]}"/>'
        return f'<pattern id="{self.id}-{n}" {size} patternUnits="userSpaceOnUse">{weave}</pattern>'


class Scale(msgspec.Struct, frozen=True):
    """From zero to a round figure at or over the greatest, between two heights of the picture."""

    top: float
    step: float
    high: float
    floor: float

    def y(self, value: float) -> float:
        return self.floor - value / self.top * (self.floor - self.high)

    @property
    def ticks(self) -> list[float]:
        return [self.step * place for place in range(1, round(self.top / self.step) + 1)]


def scale(most: float, high: float, floor: float, *, whole: bool = False) -> Scale:
    """A scale with two to four round steps; counts have whole ones."""
    rough = max(most, 1e-9) / 3
    power = 10 ** (ceil(log10(rough)) - 1)
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    if whole:
        step = max(1.0, float(ceil(step)))
    return Scale(step * max(1, ceil(most / step - 1e-9)), step, high, floor)
