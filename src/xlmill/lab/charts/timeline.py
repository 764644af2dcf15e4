"""Who computed what, and when: a row a worker, a block a chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlmill.lab.charts.chart import Chart, Table
from xlmill.lab.charts.palette import css_class
from xlmill.lab.charts.scale import Scale, scale
from xlmill.lab.charts.svg import Drawing, text_width
from xlmill.lab.findings import Span
from xlmill.lab.quantities import axis_text, seconds_text

_ROW = 20.0
_HEADING = 26.0
_GAP = 8.0

# More workers than this are not drawn: a row each would be taller than a screen.
_MOST_WORKERS = 16


@dataclass(frozen=True, kw_only=True)
class Timeline(Chart):
    """Spans on one clock, by strategy and worker."""

    spans: Sequence[Span]

    def draw(self, width: float) -> Drawing:
        drawing = Drawing(width)
        left, right = 76.0, width - 62.0
        along = scale([0.0, *(span.end for span in self.spans)], left, right, is_logarithmic=False)
        groups = self._groups
        shown = sum(min(len(workers), _MOST_WORKERS) for workers in groups.values())
        bottom = shown * _ROW + len(groups) * (_HEADING + _GAP)
        for value in along.ticks(8 if width > 600 else 4):
            place = along.place(value)
            drawing.line(place, 4, place, bottom, "grid")
            drawing.text(place, bottom + 17, axis_text(value, "s"), "soft small", "middle")
        top = 0.0
        for strategy, workers in groups.items():
            with drawing.group(f"series {css_class(strategy)}"):
                # Paper behind the words: lines of the grid end where they begin.
                drawing.rectangle(0, top, width, _HEADING - 1, "paper")
                drawing.marker(8, top + 14, self.looks[strategy])
                drawing.text(22, top + 18.5, strategy, "name")
                drawing.text(30 + 1.1 * text_width(strategy), top + 18.5, self._label(workers), "soft small")
                drawing.text(width, top + 18.5, "busy", "soft small", "end")
                top += _HEADING
                last = max(span.end for spans in workers.values() for span in spans)
                for number, spans in enumerate(list(workers.values())[:_MOST_WORKERS], 1):
                    self._row(drawing, strategy, number, spans, along, top, last)
                    top += _ROW
            top += _GAP
        drawing.height = bottom + 24
        return drawing

    def table(self) -> Table:
        rows = []
        for strategy, workers in self._groups.items():
            last = max(span.end for spans in workers.values() for span in spans)
            for number, spans in enumerate(workers.values(), 1):
                chunks, count = sum(span.chunks for span in spans), sum(span.rows for span in spans)
                cells = [f"{chunks:,}", f"{count:,}", f"{_busy(spans, last):.0%}", seconds_text(spans[-1].end)]
                rows.append([f"{strategy}, worker {number}", *cells])
        return Table(["worker", "chunks", "rows", "busy", "done after"], rows)

    @property
    def _groups(self) -> Mapping[str, Mapping[int, Sequence[Span]]]:
        """Spans by strategy, in the order in which they come, and by worker; each worker's by time."""
        groups: dict[str, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
        for span in sorted(self.spans, key=lambda span: span.start):
            groups[span.strategy][span.worker].append(span)
        order = dict.fromkeys(span.strategy for span in self.spans)
        return {name: dict(sorted(groups[name].items())) for name in order}

    def _label(self, workers: Mapping[int, Sequence[Span]]) -> str:
        """How much was computed: what was too slow for all rows must not look as fast as the others."""
        rows = sum(span.rows for spans in workers.values() for span in spans)
        chunks = sum(span.chunks for spans in workers.values() for span in spans)
        text = f"{rows:,} rows in {chunks:,} chunk{'s' if chunks > 1 else ''}"
        return text if len(workers) <= _MOST_WORKERS else f"{text}; {_MOST_WORKERS} of {len(workers)} workers"

    def _row(
        self, drawing: Drawing, strategy: str, worker: int, spans: Sequence[Span], along: Scale, top: float, last: float
    ) -> None:
        drawing.text(along.start - 8, top + 14, f"worker {worker}", "soft small", "end")
        drawing.rectangle(along.start, top + 2, along.place(last) - along.start, _ROW - 4, "panel")
        for number, span in enumerate(spans):
            start, end = along.place(span.start), along.place(span.end)
            text = f"{span.rows:,}"
            several = f"{span.chunks:,} chunks, from " if span.chunks > 1 else ""
            chunk = f"{several}chunk {span.chunk + 1:,}"
            when = f"{seconds_text(span.start)} to {seconds_text(span.end)}: {seconds_text(span.end - span.start)}"
            with drawing.mark(f"{strategy}, worker {worker}\n{chunk}, {text} rows\n{when}"):
                # A hair less than its time, so that neighbours can be told apart.
                room = max(end - start - 0.7, 0.6)
                drawing.rectangle(start, top + 2, room, _ROW - 4, "f chunk-a" if number % 2 == 0 else "f chunk-b")
        drawing.text(drawing.width, top + 14, f"{_busy(spans, last):.0%}", "soft small", "end")


def _busy(spans: Sequence[Span], last: float) -> float:
    """The share of the seconds until `last` in which a worker computed."""
    return sum(span.end - span.start for span in spans) / last if last else 0.0
