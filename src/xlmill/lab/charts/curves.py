"""Curves: a figure of each strategy along something that is varied, and where the best one changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from xlmill.lab.charts.chart import Chart, Table
from xlmill.lab.charts.palette import css_class
from xlmill.lab.charts.scale import Scale, apart, scale
from xlmill.lab.charts.svg import Drawing, text_width
from xlmill.lab.charts.winners import Stretch, stretches
from xlmill.lab.findings import Point, Series, Sweep
from xlmill.lab.quantities import axis_text, quantity_text

_LABEL = 16.0  # from one name at the end of a curve to the next
_RIBBON = 20.0

# Part of the width that names beside the lines may take.
_MOST_FOR_NAMES = 0.3


@dataclass(frozen=True, kw_only=True)
class Curves(Chart):
    """A sweep as curves. `best` says what a strategy is that leads, such as "fastest"; None for no ribbon of those.

    `is_ideal` draws the line on which y equals x.
    """

    sweep: Sweep
    best: str | None = None
    least_is_best: bool = True
    is_ideal: bool = False

    def draw(self, width: float) -> Drawing:
        drawing = Drawing(width)
        longest = max(text_width(series.strategy, 12) for series in self.sweep.series) + 20
        # Names stand at the ends of their lines, but for long ones, which would leave the lines no room.
        has_key = longest > _MOST_FOR_NAMES * width
        right = width - (62 if has_key else longest)
        top = 26.0 + (self._key(drawing) if has_key else 0.0)
        bottom = top + min(340.0, 150 + width * 0.26)
        values = [value for curve in self.sweep.series for point in curve.points for value in (point.low, point.high)]
        if self.is_ideal:
            values += [self._xs[0], self._xs[-1]]
        # Beside an ideal line, which is straight only where both axes are of one kind.
        y_scale = self.sweep.x.scale if self.is_ideal else self.sweep.y.scale
        up = scale(values, bottom, top, y_scale == "log")
        ticks = [(up.place(value), axis_text(value, self.sweep.y.unit)) for value in up.ticks(6)]
        left = max(text_width(text, 12) for _, text in ticks) + 10
        along = scale(self._xs, left + 8, right, self.sweep.x.scale == "log", is_tight=True)
        drawing.text(0, top - 14, self.sweep.y.label, "soft small")
        for place, text in ticks:
            drawing.line(left, place, right, place, "grid")
            drawing.text(left - 6, place + 4, text, "soft small", "end")
        self._foot(drawing, along, bottom, left, right)
        if self.is_ideal:
            self._ideal(drawing, along, up)
        for curve in self.sweep.series:
            with drawing.group(f"series {css_class(curve.strategy)}"):
                self._curve(drawing, curve, along, up)
        if not has_key:
            self._names(drawing, along, up, right)
        return drawing

    def table(self) -> Table:
        xs = self._xs
        found = {(curve.strategy, point.x): point for curve in self.sweep.series for point in curve.points}
        head = [self.sweep.x.label, *(curve.strategy for curve in self.sweep.series)]
        rows = []
        for x in xs:
            cells = [found.get((curve.strategy, x)) for curve in self.sweep.series]
            rows.append([quantity_text(x, self.sweep.x.unit), *(self._cell(point) for point in cells)])
        return Table(head, rows)

    @property
    def _xs(self) -> list[float]:
        return sorted({point.x for curve in self.sweep.series for point in curve.points})

    def _cell(self, point: Point | None) -> str:
        if point is None:
            return "–"
        about = "≈ " if point.extrapolated else ""
        low, middle, high = (quantity_text(each, self.sweep.y.unit) for each in (point.low, point.median, point.high))
        return f"{about}{middle}" if low == high else f"{about}{middle} ({low} to {high})"

    def _curve(self, drawing: Drawing, curve: Series, along: Scale, up: Scale) -> None:
        points, look = curve.points, self.looks[curve.strategy]
        upper = [(along.place(point.x), up.place(point.high)) for point in points]
        lower = [(along.place(point.x), up.place(point.low)) for point in reversed(points)]
        drawing.path(upper + lower, "f band", is_closed=True)
        for one, other in pairwise(points):
            kind = "dotted" if other.extrapolated else "dashed" if look.is_hollow else ""
            ends = [(along.place(point.x), up.place(point.median)) for point in (one, other)]
            drawing.path(ends, f"st curve {kind}".rstrip())
        for point in points:
            tip = f"{curve.strategy}\n{self.sweep.x.label}: {quantity_text(point.x, self.sweep.x.unit)}\n"
            tip += f"{self.sweep.y.label}: {self._cell(point)}"
            tip += "\nextrapolated from fewer" if point.extrapolated else ""
            tip += f"\n{len(point.samples)} runs" if len(point.samples) > 1 else ""
            with drawing.mark(tip):
                x, y = along.place(point.x), up.place(point.median)
                drawing.marker(x, y, look, is_hollow=point.extrapolated)

    def _foot(self, drawing: Drawing, along: Scale, bottom: float, left: float, right: float) -> None:
        """The ribbon of the leading strategies, the ticks of x and its name."""
        drawing.line(left, bottom, right, bottom, "axis")
        below = bottom
        if self.best is not None and len(self.sweep.series) > 1:
            below = bottom + 8 + _RIBBON
            drawing.text(right + 8, bottom + 8 + 14, self.best, "soft small")
            for stretch in self.stretches:
                self._stretch(drawing, stretch, along, bottom + 8)
        last = -math.inf
        for value in self._ticks(along, 8 if drawing.width > 600 else 5):
            text, place = axis_text(value, self.sweep.x.unit), along.place(value)
            drawing.line(place, bottom, place, bottom + 4, "axis")
            half = text_width(text, 12) / 2
            if place - half > last + 6:
                drawing.text(place, below + 17, text, "soft small", "middle")
                last = place + half
        drawing.text((left + right) / 2, below + 36, self.sweep.x.label, "soft small", "middle")
        drawing.height = below + 44

    def _ticks(self, along: Scale, most: int) -> list[float]:
        """What was measured, where that is little enough to be written down; else round values."""
        return self._xs if len(self._xs) <= most + 1 else along.ticks(most)

    @property
    def stretches(self) -> list[Stretch]:
        """Which strategy leads from where to where along x."""
        is_logarithmic = self.sweep.x.scale == "log"
        return stretches(self.sweep.series, is_logarithmic=is_logarithmic, least_is_best=self.least_is_best)

    def _stretch(self, drawing: Drawing, stretch: Stretch, along: Scale, top: float) -> None:
        low, high = along.place(stretch.low), along.place(stretch.high)
        with drawing.group(css_class(stretch.strategy)):
            drawing.rectangle(low, top, high - low - 1, _RIBBON, "f interval", 3)
            drawing.rectangle(low, top + _RIBBON - 3, high - low - 1, 3, "f")
        if text_width(stretch.strategy, 12) < high - low - 8:
            drawing.text((low + high) / 2, top + 13, stretch.strategy, "small", "middle")

    def _ideal(self, drawing: Drawing, along: Scale, up: Scale) -> None:
        xs = self._xs
        points = [(along.place(x), up.place(x)) for x in (xs[0] + (xs[-1] - xs[0]) * n / 24 for n in range(25))]
        drawing.path(points, "reference")
        x, y = points[len(points) * 3 // 4]
        drawing.text(x - 8, y - 6, "ideal", "soft small", "end")

    def _key(self, drawing: Drawing) -> float:
        """Marker and name of every strategy, in lines above the picture; how high they are."""
        x, y = 8.0, 8.0
        for series in self.sweep.series:
            room = text_width(series.strategy, 12) + 40
            if x > 8 and x + room > drawing.width:
                x, y = 8.0, y + _LABEL + 4
            with drawing.group(f"series {css_class(series.strategy)}"):
                drawing.marker(x, y, self.looks[series.strategy])
                drawing.text(x + 13, y + 4.5, series.strategy, "small")
            x += room
        return y + _LABEL + 6

    def _names(self, drawing: Drawing, along: Scale, up: Scale, right: float) -> None:
        ends = sorted(self._ends(along, up))
        places = apart([y for y, _, _ in ends], _LABEL, min(up.start, up.end), max(up.start, up.end))
        for (y, x, strategy), place in zip(ends, places, strict=True):
            with drawing.group(f"series {css_class(strategy)}"):
                if abs(place - y) > 3 or right - x > 12:
                    drawing.path([(x + 7, y), (right + 8, place)], "leader")
                drawing.text(right + 11, place + 4.5, strategy, "small")

    def _ends(self, along: Scale, up: Scale) -> Iterator[tuple[float, float, str]]:
        for curve in self.sweep.series:
            last = curve.points[-1]
            yield up.place(last.median), along.place(last.x), curve.strategy
