"""Strips: every measurement a dot, one strip a strategy, with the median and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlmill.lab.charts.chart import Chart, Table
from xlmill.lab.charts.palette import Look, css_class
from xlmill.lab.charts.scale import Scale, scale
from xlmill.lab.charts.svg import Drawing, text_width

_RADIUS = 3.4
_STRIP = 30.0  # the room for dots above each other
_WIDE = 600.0  # from here on, names stand beside the strips and not above


@dataclass(frozen=True, slots=True)
class Strip:
    """A strategy's measurements: `label` names it, `figure` sums it up; `low` and `high` bound the median.

    `samples` have a tip each, in words.
    """

    strategy: str
    label: str
    figure: str
    samples: Sequence[float]
    tips: Sequence[str]
    median: float
    low: float
    high: float
    is_extrapolated: bool
    cells: list[str]


@dataclass(frozen=True, kw_only=True)
class Strips(Chart):
    """Strips on one axis. `reference` is where a line goes through all of them, under its name."""

    strips: Sequence[Strip]
    head: list[str]
    tick: Callable[[float], str]
    reference: tuple[float, str] | None = None
    axis: Callable[[float, float], Scale] | None = None

    def draw(self, width: float) -> Drawing:
        drawing = Drawing(width)
        is_wide = width >= _WIDE
        left = max(text_width(strip.label) for strip in self.strips) + 44 if is_wide else 8.0
        right = width - (max(text_width(strip.figure) for strip in self.strips) + 16 if is_wide else 14)
        top = 22.0 if self.reference else 6.0
        height = _STRIP + (10 if is_wide else 26)
        along = self._scale(left, right)
        bottom = top + height * len(self.strips)
        self._axis(drawing, along, top, bottom, most=6 if is_wide else 4)
        for number, strip in enumerate(self.strips):
            above = top + height * number
            middle = above + height - _STRIP / 2 - 4
            with drawing.group(f"series {css_class(strip.strategy)}"):
                baseline = middle + 4.5 if is_wide else above + 17
                drawing.marker(8, baseline - 4.5, self.looks[strip.strategy])
                room = width - 30 - text_width(strip.figure)
                fits = is_wide or 1.1 * text_width(strip.label) < room  # names are bold
                drawing.text(22, baseline, strip.label if fits else strip.strategy, "name")
                drawing.text(width - 2, baseline, strip.figure, "soft", "end")
                self._strip(drawing, strip, along, middle, self.looks[strip.strategy])
        drawing.height = bottom + 24
        return drawing

    def table(self) -> Table:
        return Table(self.head, [strip.cells for strip in self.strips])

    def _scale(self, left: float, right: float) -> Scale:
        if self.axis is not None:
            return self.axis(left, right)
        return scale((sample for strip in self.strips for sample in strip.samples), left, right)

    def _axis(self, drawing: Drawing, along: Scale, top: float, bottom: float, most: int) -> None:
        for value in along.ticks(most):
            place = along.place(value)
            drawing.line(place, top, place, bottom, "grid")
            text = self.tick(value)
            half = text_width(text) / 2
            drawing.text(min(max(place, half), drawing.width - half), bottom + 17, text, "soft small", "middle")
        if self.reference is not None:
            place = along.place(self.reference[0])
            drawing.line(place, top - 4, place, bottom, "reference")
            text = self.reference[1]
            half = text_width(text, 12) / 2
            drawing.text(min(max(place, half), drawing.width - half), top - 9, text, "soft small", "middle")

    def _strip(self, drawing: Drawing, strip: Strip, along: Scale, middle: float, look: Look) -> None:
        low, high = along.place(strip.low), along.place(strip.high)
        drawing.line(along.place(min(strip.samples)), middle, along.place(max(strip.samples)), middle, "st whisker")
        drawing.rectangle(low - 1, middle - 11, high - low + 2, 22, "f interval", 3)
        places = sorted(zip((along.place(sample) for sample in strip.samples), strip.tips, strict=True))
        for (x, tip), lift in zip(places, _lifts([x for x, _ in places]), strict=True):
            with drawing.mark(tip):
                hollow = strip.is_extrapolated or look.is_hollow
                drawing.circle(x, middle + lift, _RADIUS, "st hollow" if hollow else "f point")
        median = along.place(strip.median)
        drawing.line(median, middle - 14, median, middle + 14, "st middle")


def _lifts(places: Sequence[float]) -> list[float]:
    """How far above or below the middle each dot goes, so that those at nearly the same place are all seen."""
    put: list[tuple[float, float]] = []
    steps = [0.0] + [sign * _RADIUS * 1.9 * number for number in (1, 2) for sign in (-1, 1)]
    for place in places:
        near = {lift for other, lift in put if place - other < 2 * _RADIUS}
        put.append((place, next((lift for lift in steps if lift not in near), 0.0)))
    return [lift for _, lift in put]
