"""What every picture is: a title, what it shows, a drawing for any width, and its figures as a table."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from markupsafe import Markup

from xlmill.exceptions import InputError, MissingExtraError
from xlmill.lab.charts.palette import Look, colour_rules, with_light_inks
from xlmill.lab.charts.svg import FONT_SIZE, Drawing, text_width

# Pixels: a column of text on a desk, and a phone.
WIDE = 960.0
NARROW = 350.0

_MARGIN = 20.0
_LINE = 19.0


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a picture as text: a row a list, its first cell a heading."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """A picture. `name` is good as a file's name; `found` says what these figures show, `teaches` what such a picture
    teaches at all, `note` how to read it, `looks` how strategies look, `source` on what
    machine it was measured."""

    name: str
    title: str
    found: str = ""
    teaches: str = ""
    note: str = ""
    looks: Mapping[str, Look] = field(default_factory=dict)
    source: str = ""

    @abstractmethod
    def draw(self, width: float) -> Drawing:
        """The picture without its words, so many pixels wide."""

    @abstractmethod
    def table(self) -> Table:
        """All its figures."""

    def inline(self, width: float, kind: str) -> Markup:
        """The picture as an element of class `kind` of a page, whose style sheet colours it."""
        drawing = self.draw(width)
        return Markup(
            f'<svg class="{kind}" viewBox="0 0 {width:g} {drawing.height:g}" role="img" tabindex="0" '
            f'aria-label="{escape(self.title)}: the figures are in the table below">\n{drawing.body}\n</svg>'
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """The picture by itself, with its title, in the light colours."""
        drawing = self.draw(WIDE)
        words = [(self.title, "title"), *((line, "") for line in _lines(self.found or self.teaches, WIDE))]
        words += [(line, "soft") for line in _lines(self.note, WIDE)]
        top = _MARGIN + _LINE * len(words) + 12
        width, height = WIDE + 2 * _MARGIN, top + drawing.height + _MARGIN + _LINE
        texts = "\n".join(
            f'<text class="{kind}" x="{_MARGIN:g}" y="{_MARGIN + _LINE * (number + 0.7):g}">{escape(text)}</text>'
            for number, (text, kind) in enumerate(words)
        )
        texts += f'\n<text class="soft small" x="{_MARGIN:g}" y="{height - 14:g}">{escape(self.source)}</text>'
        rules = "\n".join(
            [with_light_inks(STYLE), colour_rules(self.looks, is_standalone=True), f"text {{ font: {_FONT}; }}"]
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}">\n<title>{escape(self.title)}</title>\n<style>\n{rules}\n</style>\n'
            f'<rect class="paper" width="100%" height="100%"/>\n{texts}\n'
            f'<g transform="translate({_MARGIN:g} {top:g})">\n{drawing.body}\n</g>\n</svg>\n'
        )

    def png(self) -> bytes:
        """The same as pixels, two for each of the SVG's. Raises MissingExtraError without the extra `plots`."""
        try:
            import resvg_py
        except ImportError as error:
            raise MissingExtraError("a picture in pixels", "plots") from error
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(), zoom=2, font_family="DejaVu Sans"))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to `path`, as lines (.svg) or pixels (.png).

        Raises InputError for another suffix, and where `path` cannot be written; MissingExtraError where .png needs
        the extra `plots`.
        """
        suffix = Path(path).suffix.lower()
        if suffix not in (".svg", ".png"):
            raise InputError(f"{path}: give it a name that ends in .svg or .png")
        data = self.png() if suffix == ".png" else self.svg().encode()
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error


def _lines(text: str, width: float) -> list[str]:
    """`text` broken into lines of about `width` pixels."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


_FONT = f"{FONT_SIZE:g}px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

# Elements of pictures, in pages and alone; the colours of strategies come beside it.
STYLE = """\
text { fill: var(--ink); }
.title { font-weight: 700; }
.name { font-weight: 600; }
.soft { fill: var(--soft); }
.small { font-size: 12px; }
.paper { fill: var(--paper); }
.panel { fill: var(--panel); }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.reference { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 2 4; fill: none; }
.curve { stroke-width: 2.25; fill: none; stroke-linejoin: round; }
.dashed { stroke-dasharray: 7 4; }
.dotted { stroke-dasharray: 1.5 4; stroke-linecap: round; }
.band { fill-opacity: 0.16; }
.interval { fill-opacity: 0.28; }
.whisker { stroke-width: 1.5; }
.middle { stroke-width: 3; }
.thick { stroke-width: 2.5; }
.hollow { fill: var(--paper); stroke-width: 2; }
.point { fill-opacity: 0.75; }
.chunk-a { fill-opacity: 0.95; }
.chunk-b { fill-opacity: 0.6; }
.leader { stroke: var(--line); stroke-width: 1; fill: none; }"""
