from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lab_records import article_record, planner_record, record, way
from markupsafe import escape

from xlmill.exceptions import InputError
from xlmill.lab.comparison import Comparison, replay
from xlmill.lab.record import Record
from xlmill.lab.trace import trace

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
        places = ("src", "href", "xlink:href", "data", "action", "srcset", "poster")
        self.found += [
            f"{tag} {name}" for name, value in attrs if name in places and not (value or "").startswith(("data:", "#"))
        ]
        self.found += [tag] if tag in ("link", "iframe", "object", "img", "base") else []


def test_what_is_replayed_gives_the_same_page(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "samples.json")
    comparison.save(tmp_path / "first.html")

    again = replay(tmp_path / "samples.json")
    again.save(tmp_path / "second.html")

    assert again == comparison
    assert (tmp_path / "second.html").read_bytes() == (tmp_path / "first.html").read_bytes()


@pytest.mark.parametrize("made", [article_record(), planner_record(), record(way("serial", STEADY))])
def test_a_page_refers_to_nothing_outside(made: Record, tmp_path: Path) -> None:
    Comparison(made).save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    references = References()
    references.feed(page)

    assert references.found == []
    assert not re.search(r"https?:|[\"']//\w|@import|url\(|fetch\(|XMLHttpRequest", page)
    assert "default-src 'none'" in page


def test_the_answer_comes_before_all_else(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    body = page[page.index("<body") :]
    assert comparison.recommendation.sentence in body
    assert body.index(comparison.recommendation.sentence) < body.index("<table") < body.index("<figure")
    assert all(f'<th scope="row">{row["strategy"]}</th>' in page for row in comparison.table)


def test_a_notebook_gets_the_answer_the_table_and_the_pictures(comparison: Comparison) -> None:
    shown = comparison._repr_html_()

    assert comparison.recommendation.sentence in shown
    assert shown.index("<table") < shown.index("<figure")
    assert shown.count("<figure") == len(comparison.pictures)
    assert "<html" not in shown
    assert "data:image" not in shown


def test_every_verdict_stands_beside_its_claim_and_figures(tmp_path: Path) -> None:
    made = article_record()

    Comparison(made).save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    for claim, card in zip(made.claims, page.split('<li class="claim">')[1:], strict=True):
        assert f"{claim.number}. {claim.claim}" in card
        assert claim.verdict in card
        assert claim.text in card
        assert all(figure.label in card for figure in claim.figures)


def test_the_answer_comes_with_its_conditions_and_its_code(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    answer = page[page.index('<section class="answer">') :].split("</section>")[0]
    assert all(escape(condition) in answer for condition in comparison.recommendation.conditions)
    assert escape(comparison.recommendation.code) in answer


def test_the_timeline_is_there_as_a_trace(tmp_path: Path) -> None:
    made = article_record()

    Comparison(made).save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    link = re.search(r'download="timeline.trace.json" href="data:application/json;base64,([^"]*)"', page)
    assert link is not None
    assert base64.b64decode(link[1]).decode() == trace(made)


def test_what_became_of_killed_workers_is_told(tmp_path: Path) -> None:
    made = article_record()

    Comparison(made).save(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    section = page[page.index("<h2>When a worker is killed") :].split("</section>")[0]
    assert section.index("A worker is killed once") < section.index("A row kills every worker")
    assert all(row.text in section for row in made.faults)
    assert "ended at 5 s" in section


def test_names_are_shown_and_not_run(tmp_path: Path) -> None:
    comparison = Comparison(record(way("serial", STEADY), workload="<script>alert(1)</script>"))

    comparison.save(tmp_path / "report.html")

    assert "<script>alert" not in (tmp_path / "report.html").read_text("utf-8")


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
