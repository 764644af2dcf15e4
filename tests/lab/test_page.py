from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_records import record, way

from xlmill.exceptions import InputError
from xlmill.lab.bars import picture
from xlmill.lab.comparison import Comparison, replay
from xlmill.lab.figures import figures

STEADY = [1.0, 1.01, 1.0, 1.02, 0.99]


@pytest.fixture
def comparison() -> Comparison:
    slow = way("mp-process", [20.0] * 5, rows=100, pilot=(50, 15.0))
    return Comparison(record(way("serial", STEADY), way("threads", [each / 2 for each in STEADY]), slow))


class References(HTMLParser):
    """Whatever a page would load or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "xlink:href", "data", "action")]
        self.found += [tag] if tag in ("script", "link", "iframe", "object", "img", "base") else []


def test_what_is_replayed_gives_the_same_page(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "samples.json")
    comparison.save(tmp_path / "first.html")

    again = replay(tmp_path / "samples.json")
    again.save(tmp_path / "second.html")

    assert again == comparison
    assert (tmp_path / "second.html").read_bytes() == (tmp_path / "first.html").read_bytes()


def test_a_page_refers_to_nothing_outside(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    references = References()
    references.feed(page)

    assert references.found == []
    assert not re.search(r"https?:|//\w|@import|url\(", page)


def test_the_answer_comes_before_all_else(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    body = page[page.index("<body>") :]
    assert comparison.recommendation.sentence in body
    assert body.index(comparison.recommendation.sentence) < body.index("<svg") < body.index("<table")
    assert all(f"<td>{row['strategy']}</td>" in page for row in comparison.table)


def test_a_notebook_gets_the_answer_and_the_table(comparison: Comparison) -> None:
    shown = comparison._repr_html_()

    assert comparison.recommendation.sentence in shown
    assert "<html" not in shown


def test_names_are_shown_and_not_run(tmp_path: Path) -> None:
    comparison = Comparison(record(way("serial", STEADY), workload="<script>alert(1)</script>"))

    comparison.save(tmp_path / "report.html")

    assert "<script" not in (tmp_path / "report.html").read_text("utf-8")


@given(st.lists(st.lists(st.floats(1e-5, 1e4), min_size=1, max_size=4), min_size=1, max_size=5))
def test_all_of_a_picture_is_within_it(seconds: list[list[float]]) -> None:
    names = ["serial", "threads", "pool", "process", "mp-pool"]
    rows = figures(record(*(way(name, each) for name, each in zip(names, seconds, strict=False))))

    drawn = picture(rows, "serial")

    places = [place for bar in drawn.bars for place in (bar.least, bar.low, bar.middle, bar.high, bar.most)]
    assert all(-1e-6 <= place <= 100 for place in places + [tick.place for tick in drawn.ticks])
    assert all(bar.least <= bar.middle + 1e-9 and bar.middle <= bar.most + 1e-9 for bar in drawn.bars)
    assert 2 <= len(drawn.ticks) <= 12
    assert drawn.bars[0].label == "serial"


def test_a_file_of_another_kind_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.html or \.json"):
        comparison.save(tmp_path / "report.pdf")
    with pytest.raises(InputError, match="No such file"):
        comparison.save(tmp_path / "nowhere" / "report.html")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "xlmill comparison", "version": 99}', "\x00"])
def test_what_is_no_record_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "samples.json").write_text(content)

    with pytest.raises(InputError, match=r"samples\.json"):
        replay(tmp_path / "samples.json")


def test_a_damaged_record_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "samples.json")
    text = (tmp_path / "samples.json").read_text().replace('"rounds"', '"squares"')
    (tmp_path / "samples.json").write_text(text)

    with pytest.raises(InputError, match="damaged"):
        replay(tmp_path / "samples.json")
