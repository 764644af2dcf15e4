"""The report of a comparison: one HTML page that needs no network, and its heart for notebooks."""

from __future__ import annotations

import base64
import functools
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

from markupsafe import Markup

from xlmill.lab.charts.chart import NARROW, STYLE, WIDE, Chart
from xlmill.lab.charts.palette import Look, colour_rules, css_class, ink_rules, toggle_rules
from xlmill.lab.charts.svg import Drawing
from xlmill.lab.figures import Figures
from xlmill.lab.findings import Claim, FaultRow, Figure, Judgement
from xlmill.lab.headings import headings, part_headings
from xlmill.lab.quantities import bytes_text, factor_text, quantity_text, seconds_text
from xlmill.lab.reason import reason
from xlmill.lab.recommendation import Recommendation
from xlmill.lab.record import Record
from xlmill.lab.trace import trace

if TYPE_CHECKING:
    from jinja2 import Environment

# Beside their colours, so that nothing hangs on those alone.
_SYMBOLS = {"holds": "✓", "holds under conditions": "◐", "misleading": "≠", "does not hold": "✗"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the answer, and a remark on it."""

    name: str
    value: str
    remark: str


def page(
    record: Record, rows: Sequence[Figures], advice: Recommendation, warnings: Sequence[str], pictures: Sequence[Chart]
) -> str:
    """The whole report."""
    return _render("page.html.jinja", record, rows, advice, warnings, pictures)


def fragment(
    record: Record, rows: Sequence[Figures], advice: Recommendation, warnings: Sequence[str], pictures: Sequence[Chart]
) -> str:
    """The answer, the table and the pictures, to stand in a page of another."""
    return _render("fragment.html.jinja", record, rows, advice, warnings, pictures)


def _render(
    template: str,
    record: Record,
    rows: Sequence[Figures],
    advice: Recommendation,
    warnings: Sequence[str],
    pictures: Sequence[Chart],
) -> str:
    is_page = template == "page.html.jinja"
    shown = Counter(name for picture in pictures for name in picture.looks)
    looks = {name: look for picture in pictures for name, look in picture.looks.items()}
    # To hide what stands in one picture alone would leave that with less, and nothing else with more room.
    toggles = {name: look for name, look in looks.items() if shown[name] > 1 or len(pictures) == 1}
    verdicts = Counter(claim.verdict for claim in record.claims)
    return (
        _templates()
        .get_template(template)
        .render(
            record=record,
            rows=rows,
            advice=advice,
            warnings=warnings,
            headings=headings(record.memory_measure),
            part_headings=part_headings(),
            reason=reason(rows, advice.strategy),
            tiles=_tiles(record, rows, advice),
            tally=[(verdict, verdicts[verdict]) for verdict in get_args(Judgement) if verdicts[verdict]],
            symbols=_SYMBOLS,
            lengths=_lengths,
            pictures=pictures,
            toggles=toggles,
            marker=_marker,
            wide=WIDE,
            narrow=NARROW,
            faults=_by_fault(record),
            regret_rows=_regret_rows(record),
            is_page=is_page,
            trace=_link("application/json", trace(record)) if is_page and record.timeline else "",
            # Several comparisons may stand in one notebook, and names are to be found once in a page.
            prefix="" if is_page else f"xlmill-{zlib.crc32(record.to_json().encode()):x}-",
            style=Markup(_style(looks)),
            page_style=Markup(_asset("page.css")),
            script=Markup(_asset("comparison.js")),
            made=datetime.fromisoformat(record.made),
        )
    )


def _tiles(record: Record, rows: Sequence[Figures], advice: Recommendation) -> list[Tile]:
    """What speaks for the advised strategy, in figures."""
    row = next(row for row in rows if row.way.strategy == advice.strategy)
    baseline = rows[0]
    about = "≈ " if row.is_extrapolated else ""
    spread = f"{seconds_text(row.seconds.low)} to {seconds_text(row.seconds.high)}"
    tiles = [Tile("time", f"{about}{seconds_text(row.seconds.median)}", f"median; {spread}")]
    if row is not baseline:
        remark = f"{baseline.way.strategy} takes {seconds_text(baseline.seconds.median)}"
        tiles.append(Tile("against serial", f"{factor_text(row.speedup)} ×", remark))
        tiles.append(Tile("efficiency", f"{row.efficiency:.0%}", f"of {row.way.workers} workers"))
        share = row.start / row.seconds.median
        remark = f"{share:.0%} of its time" if share >= 0.005 else "of no weight"
        tiles.append(Tile("start", seconds_text(row.start), remark))
    others = [other for other in rows if other is not row]
    if others:
        following = min(others, key=lambda other: other.seconds.median)
        times = factor_text(following.seconds.median / row.seconds.median)
        remark = f"{seconds_text(following.seconds.median)}: {times} times as long"
        tiles.append(Tile("next best", following.way.strategy, remark))
    if row.way.peak_memory is not None:
        tiles.append(Tile("memory", bytes_text(row.way.peak_memory), f"peak {record.memory_measure} of all processes"))
    sure = "over 99%" if advice.confidence > 0.99 else f"{advice.confidence:.0%}"
    tiles.append(Tile("confidence", sure, "that it is the fastest again"))
    return tiles


def _lengths(claim: Claim) -> list[float | None]:
    """The length of a bar for each figure of a claim, in percent of the longest of its unit.

    None for a figure that no other is of the unit of; nothing at all where no two figures can be compared.
    """
    units = Counter(figure.unit for figure in claim.figures)
    most = {
        unit: max(figure.value for figure in claim.figures if figure.unit == unit)
        for unit, count in units.items()
        if count > 1
    }
    if not most:
        return []
    return [
        100 * figure.value / most[figure.unit] if most.get(figure.unit, 0) > 0 and figure.value >= 0 else None
        for figure in claim.figures
    ]


def _by_fault(record: Record) -> dict[str, list[FaultRow]]:
    """The rows of each fault, in the order in which they were injected."""
    found: dict[str, list[FaultRow]] = {}
    for row in record.faults:
        found.setdefault(row.fault, []).append(row)
    return found


def _bounds(figure: Figure) -> str:
    """What bounds a figure, where that can be told from it."""
    if figure.low is None or figure.high is None:
        return ""
    low, middle, high = (quantity_text(each, figure.unit) for each in (figure.low, figure.value, figure.high))
    return "" if low == middle == high else f"{low} to {high}"


def _regret_rows(record: Record) -> list[list[str]]:
    if record.regret is None:
        return []
    return [
        [
            cell.cell,
            f"{cell.regret:.2f}",
            cell.chosen,
            cell.best,
            ", ".join(f"{name} {seconds_text(seconds)}" for name, seconds in cell.seconds.items()),
        ]
        for cell in record.regret.cells
    ]


def _marker(look: Look) -> Markup:
    """The marker of a strategy, for the legend."""
    drawing = Drawing(16)
    drawing.marker(8, 8, look)
    return Markup(f'<svg viewBox="0 0 16 16" aria-hidden="true">{drawing.body}</svg>')


def _style(looks: dict[str, Look]) -> str:
    # The rules of pictures hold within a comparison only: a notebook has pictures of others too.
    picture_rules = "\n".join(f".xlmill {rule}" for rule in STYLE.splitlines())
    return "\n".join(
        [
            _asset("comparison.css").replace("INKS", ink_rules()),
            f"{picture_rules}",
            colour_rules(looks, is_standalone=False),
            toggle_rules(looks),
        ]
    )


def _link(kind: str, content: str) -> str:
    """A link that holds what it leads to."""
    return f"data:{kind};base64,{base64.b64encode(content.encode()).decode()}"


@functools.cache
def _asset(name: str) -> str:
    return (files("xlmill.lab") / "templates" / name).read_text("utf-8")


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("xlmill.lab"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        seconds=seconds_text,
        bytes=bytes_text,
        quantity=quantity_text,
        bounds=_bounds,
        css_class=css_class,
        slug=lambda text: text.replace(" ", "-"),
        data_link=lambda picture: _link("image/svg+xml", picture.svg()),
    )
    return templates
