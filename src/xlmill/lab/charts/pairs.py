"""Pairs: two figures of one thing on one line, such as predicted and measured, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlmill.lab.charts.chart import Chart, Table
from xlmill.lab.charts.palette import css_class
from xlmill.lab.charts.scale import scale
from xlmill.lab.charts.svg import Drawing, text_width
from xlmill.lab.quantities import axis_text, seconds_text

_WIDE = 600.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of a strategy, as `one` way and as the `other` has them; `figure` sums both up.

    `said` is the first in words, where it is none or was given so; `group` is what pairs stand together under.
    """

    strategy: str
    one: float | None
    other: float
    figure: str
    said: str | None = None
    group: str = ""
    is_extrapolated: bool = False


@dataclass(frozen=True, kw_only=True)
class Pairs(Chart):
    """A line a pair, from a bar (the `one`) to a marker (the `other`); `names` are what they are called."""

    pairs: Sequence[Pair]
    names: tuple[str, str]

    def draw(self, width: float) -> Drawing:
        drawing = Drawing(width)
        is_wide = width >= _WIDE
        left = max(text_width(pair.strategy) for pair in self.pairs) + 44 if is_wide else 8.0
        right = width - (max(text_width(pair.figure) for pair in self.pairs) + 16 if is_wide else 14)
        along = scale((value for pair in self.pairs for value in (pair.one, pair.other) if value), left, right)
        rows, bottom = self._rows(is_wide)
        for value in along.ticks(6 if is_wide else 4):
            place = along.place(value)
            drawing.line(place, 4, place, bottom, "grid")
            text = axis_text(value, "s")
            half = text_width(text, 12) / 2
            drawing.text(min(max(place, half), width - half), bottom + 17, text, "soft small", "middle")
        for pair, heading, top in rows:
            if heading:
                drawing.rectangle(0, top, width, 20, "paper")
                drawing.text(0, top + 15, heading, "name")
                top += 24
            middle = top + (13 if is_wide else 30)
            baseline = middle + 4.5 if is_wide else top + 16
            look = self.looks[pair.strategy]
            with drawing.group(f"series {css_class(pair.strategy)}"):
                drawing.marker(8, baseline - 4.5, look)
                drawing.text(22, baseline, pair.strategy, "name")
                drawing.text(width - 2, baseline, pair.figure, "soft", "end")
                x = along.place(pair.other)
                with drawing.mark(f"{pair.strategy}\n{self._words(pair)}"):
                    if pair.one is not None:
                        from_ = along.place(pair.one)
                        drawing.line(from_, middle, x, middle, "st whisker dashed")
                        drawing.line(from_, middle - 9, from_, middle + 9, "axis thick")
                    drawing.marker(x, middle, look, 5.5, is_hollow=pair.is_extrapolated)
        drawing.height = bottom + 24
        return drawing

    def table(self) -> Table:
        rows = []
        for pair in self.pairs:
            name = f"{pair.group}: {pair.strategy}" if pair.group else pair.strategy
            one = self._first(pair) or "–"
            other = f"{'≈ ' if pair.is_extrapolated else ''}{seconds_text(pair.other)}"
            rows.append([name, one, other, "–" if pair.one is None else f"{pair.other / pair.one:.2f}"])
        return Table(["strategy", *self.names, f"{self.names[1]} over {self.names[0]}"], rows)

    def _rows(self, is_wide: bool) -> tuple[list[tuple[Pair, str, float]], float]:
        """Each pair with the heading above it, if one starts there, and its top; then the bottom of all."""
        rows: list[tuple[Pair, str, float]] = []
        top, group = 6.0, ""
        for pair in self.pairs:
            heading = pair.group if pair.group != group else ""
            group = pair.group
            top += 10 if heading and rows else 0
            rows.append((pair, heading, top))
            top += (26 if is_wide else 46) + (24 if heading else 0)
        return rows, top + 2

    def _words(self, pair: Pair) -> str:
        first = self._first(pair)
        one = f"{self.names[0]}: {first}\n" if first else ""
        about = "≈ " if pair.is_extrapolated else ""
        return f"{one}{self.names[1]}: {about}{seconds_text(pair.other)}"

    def _first(self, pair: Pair) -> str | None:
        if pair.said is not None or pair.one is None:
            return pair.said
        return seconds_text(pair.one)
