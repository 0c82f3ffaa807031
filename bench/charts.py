"""Bar charts as SVG text, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 800
_LABELS = 290
_VALUES = 100
_ROW = 26
_TOP = 40
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    .quiet { fill: #59636e; font-size: 11px; }
    .grid { stroke: #d1d9e0; }
    .bar { fill: #8c959f; }
    .own { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .quiet { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .bar { fill: #656c76; }
      .own { fill: #4493f8; }
    }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, what is written at its end, and whether it is Muster's."""

    label: str
    value: float
    text: str
    own: bool = False


def bar_chart(title: str, bars: Sequence[Bar], *, logarithmic: bool = False) -> str:
    """Return an SVG of horizontal bars, the first one at the top.

    Args:
        logarithmic: each tenfold is a step of the same length; the scale begins at the power of
            ten below the least value. Values must be positive then.
    """
    values = [bar.value for bar in bars]
    scale = _Scale(min(values), max(values), logarithmic)
    height = _TOP + _ROW * len(bars) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="0" y="16">{escape(title)}</text>',
    ]
    for tick in scale.ticks():
        x = scale.place(tick)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - 20}"/>'
            f'<text class="quiet" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{tick:g}</text>'
        )
    for number, bar in enumerate(bars):
        y = _TOP + number * _ROW
        kind = "own" if bar.own else "bar"
        end = scale.place(bar.value)
        parts.append(
            f'<text x="{_LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(bar.label)}</text>'
            f'<rect class="{kind}" x="{_LABELS}" y="{y + 2}" width="{max(end - _LABELS, 1):.1f}"'
            f' height="{_ROW - 9}" rx="2"/>'
            f'<text x="{end + 6:.1f}" y="{y + 14}">{escape(bar.text)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


class _Scale:
    """Where values are on the way from the labels to the right edge."""

    def __init__(self, least: float, most: float, logarithmic: bool) -> None:
        self._logarithmic = logarithmic
        self._start = math.floor(math.log10(least)) if logarithmic else 0.0
        self._end = math.log10(most) if logarithmic else most
        if self._end <= self._start:
            self._end = self._start + 1

    def place(self, value: float) -> float:
        """Return the x of a value."""
        length = math.log10(value) if self._logarithmic else value
        share = (length - self._start) / (self._end - self._start)
        return _LABELS + share * (_WIDTH - _LABELS - _VALUES)

    def ticks(self) -> list[float]:
        """Return round values within the scale."""
        if self._logarithmic:
            return [10.0**power for power in range(int(self._start), math.floor(self._end) + 1)]
        step = 10 ** math.floor(math.log10(self._end))
        step = step if self._end / step >= 3 else step / 2
        return [step * number for number in range(int(self._end / step) + 1)]
