"""The report of a comparison: one HTML page that needs no network, and its heart for notebooks."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from xlmill.lab.bars import picture
from xlmill.lab.figures import Figures
from xlmill.lab.headings import headings, part_headings
from xlmill.lab.quantities import bytes_text, seconds_text
from xlmill.lab.recommendation import Recommendation
from xlmill.lab.record import Record

if TYPE_CHECKING:
    from jinja2 import Environment


def page(record: Record, rows: Sequence[Figures], advice: Recommendation, warnings: Sequence[str]) -> str:
    """The whole report."""
    return _render("page.html.jinja", record, rows, advice, warnings)


def fragment(record: Record, rows: Sequence[Figures], advice: Recommendation, warnings: Sequence[str]) -> str:
    """The answer, the picture and the table, to stand in a page of another."""
    return _render("comparison.html.jinja", record, rows, advice, warnings)


def _render(
    template: str, record: Record, rows: Sequence[Figures], advice: Recommendation, warnings: Sequence[str]
) -> str:
    return (
        _templates()
        .get_template(template)
        .render(
            record=record,
            rows=rows,
            advice=advice,
            warnings=warnings,
            tables=[("Figures", headings(record.memory_measure)), ("Where the time goes", part_headings())],
            picture=picture(rows, advice.strategy),
            made=datetime.fromisoformat(record.made),
        )
    )


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
    templates.filters.update(seconds=seconds_text, bytes=bytes_text)
    return templates
