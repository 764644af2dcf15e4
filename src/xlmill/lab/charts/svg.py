"""A drawing: SVG elements in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape

from xlmill.lab.charts.palette import Look

# The usual width of a character in the fonts that pages are read in, in parts of the font's size.
_CHARACTER_WIDTH = 0.56

FONT_SIZE = 13.0


class Drawing:
    """A drawing of `width` pixels, as high as is settled while drawing."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.height = 0.0
        self._parts: list[str] = []

    @property
    def body(self) -> str:
        """The elements, without the `svg` around them."""
        return "\n".join(self._parts)

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """Elements that share a class."""
        self._parts.append(f'<g class="{kind}">')
        yield
        self._parts.append("</g>")

    @contextmanager
    def mark(self, tip: str) -> Iterator[None]:
        """Elements that tell figures when they are pointed at."""
        self._parts.append(f'<g class="mark"><title>{escape(tip)}</title>')
        yield
        self._parts.append("</g>")

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._parts.append(f'<line class="{kind}" x1="{_(x1)}" y1="{_(y1)}" x2="{_(x2)}" y2="{_(y2)}"/>')

    def rectangle(self, x: float, y: float, width: float, height: float, kind: str, corner: float = 0) -> None:
        """A rectangle, its corners rounded by `corner`."""
        rounding = f' rx="{_(corner)}"' if corner else ""
        self._parts.append(
            f'<rect class="{kind}" x="{_(x)}" y="{_(y)}" width="{_(max(width, 0))}" height="{_(height)}"{rounding}/>'
        )

    def circle(self, x: float, y: float, radius: float, kind: str) -> None:
        """A circle."""
        self._parts.append(f'<circle class="{kind}" cx="{_(x)}" cy="{_(y)}" r="{_(radius)}"/>')

    def path(self, points: Sequence[tuple[float, float]], kind: str, *, is_closed: bool = False) -> None:
        """Straight lines from point to point."""
        steps = "L".join(f"{_(x)} {_(y)}" for x, y in points)
        self._parts.append(f'<path class="{kind}" d="M{steps}{"Z" if is_closed else ""}"/>')

    def text(self, x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> None:
        """One line of text, its baseline at `y`."""
        where = f' text-anchor="{anchor}"' if anchor != "start" else ""
        named = f' class="{kind}"' if kind else ""
        self._parts.append(f'<text{named} x="{_(x)}" y="{_(y)}"{where}>{escape(text)}</text>')

    def marker(self, x: float, y: float, look: Look, size: float = 4.5, *, is_hollow: bool = False) -> None:
        """The marker of a strategy; hollow ones show paper inside."""
        kind = "st hollow" if look.is_hollow or is_hollow else "f st"
        if look.marker == "circle":
            self.circle(x, y, size, kind)
        elif look.marker in _OUTLINES:
            outline = _OUTLINES[look.marker]
            self.path([(x + size * dx, y + size * dy) for dx, dy in outline], kind, is_closed=True)
        else:
            for dx, dy in _STROKES[look.marker]:
                self.line(x - size * dx, y - size * dy, x + size * dx, y + size * dy, "st thick")


# Corners around the middle, in parts of the size.
_OUTLINES = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle": ((0, -1.2), (1.2, 0.9), (-1.2, 0.9)),
    "down": ((0, 1.2), (1.2, -0.9), (-1.2, -0.9)),
}

# Ends of strokes through the middle.
_STROKES = {
    "plus": ((1.2, 0), (0, 1.2)),
    "cross": ((1, 1), (1, -1)),
    "star": ((1.2, 0), (0.6, 1.04), (0.6, -1.04)),
}


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """About how many pixels wide `text` is."""
    return _CHARACTER_WIDTH * size * len(text)


def _(number: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
