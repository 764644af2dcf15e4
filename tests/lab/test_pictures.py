from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_records import STEADY, article_record, planner_record, point, record, way

from xlmill.exceptions import InputError, MissingExtraError
from xlmill.lab.charts.chart import NARROW, WIDE
from xlmill.lab.comparison import Comparison
from xlmill.lab.findings import Axis, Predicted, Series, Span, Sweep
from xlmill.lab.record import Record

NAMES = list(Comparison(article_record()).pictures)


def every_record() -> list[Record]:
    return [article_record(), planner_record(), record(way("serial", STEADY))]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_stands_alone(name: str) -> None:
    drawn = Comparison(article_record()).pictures[name].svg()

    root = ElementTree.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not any(word in drawn for word in ("var(--", "light-dark(", "href", "url("))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) > 3


@pytest.mark.parametrize("name", NAMES)
def test_what_a_picture_shows_is_in_its_table(name: str) -> None:
    picture = Comparison(article_record()).pictures[name]

    table = picture.table()

    assert table.rows
    assert all(len(row) == len(table.head) for row in table.rows)
    told = " ".join([*table.head, *(row[0] for row in table.rows)])
    assert all(strategy in told for strategy in picture.looks)


@pytest.mark.parametrize("made", every_record())
def test_every_picture_fits_a_desk_and_a_phone(made: Record) -> None:
    for picture in Comparison(made).pictures.values():
        within(picture.inline(WIDE, "wide"))
        within(picture.inline(NARROW, "narrow"))


def test_every_workload_of_the_planner_is_a_dot() -> None:
    picture = Comparison(planner_record()).pictures["regret"]

    assert picture.svg().count('<g class="mark">') == 3
    assert picture.table().rows == [["serial", "3", "1.01", "1.10"]]


def test_what_was_not_measured_is_not_drawn() -> None:
    assert list(Comparison(record(way("serial", STEADY))).pictures) == ["time", "steadiness"]
    assert list(Comparison(record(way("serial", [1.0]))).pictures) == ["time"]


def test_pictures_of_one_quantity_have_names_of_their_own() -> None:
    made = article_record()
    made.sweeps = [made.sweeps[0], made.sweeps[0], made.sweeps[0]]

    assert [name for name in Comparison(made).pictures if "count" in name] == ["count", "count-2", "count-3"]


def test_a_picture_that_is_passed_on_says_where_its_figures_are_from() -> None:
    drawn = Comparison(article_record()).pictures["count"].svg()

    assert "xlmill 0.1.0 · suite article · 2 cores of a processor · CPython 3.11.7 · 2026-11-22" in drawn


def test_a_look_is_the_same_in_every_picture() -> None:
    pictures = Comparison(article_record()).pictures.values()

    for name in ("serial", "mp-pool"):
        assert len({picture.looks[name] for picture in pictures if name in picture.looks}) == 1


def test_every_run_is_a_dot() -> None:
    picture = Comparison(article_record()).pictures["time"]

    assert picture.svg().count('<g class="mark">') == 6 * 5


@given(st.lists(st.lists(st.floats(1e-5, 1e4), min_size=1, max_size=4), min_size=1, max_size=5), st.booleans())
def test_all_of_a_picture_is_within_it(seconds: list[list[float]], is_wide: bool) -> None:
    names = ["serial", "threads", "pool", "process", "mp-pool"]
    made = record(*(way(name, each) for name, each in zip(names, seconds, strict=False)))

    for picture in Comparison(made).pictures.values():
        within(picture.inline(WIDE if is_wide else NARROW, "wide"))


durations = st.floats(1e-7, 1e5)


@given(
    st.lists(st.lists(durations, min_size=1, max_size=7), min_size=1, max_size=7), st.sampled_from(["log", "linear"])
)
def test_all_curves_are_within_their_picture(medians: list[list[float]], kind: str) -> None:
    made = record(way("serial", STEADY))
    series = [
        Series(f"strategy {number}", [point(4.0**place, each) for place, each in enumerate(found)])
        for number, found in enumerate(medians)
    ]
    made.sweeps = [Sweep("count", "Tasks", Axis("tasks", "", "log"), Axis("time", "s", kind), series, "More.")]  # type: ignore[arg-type]

    for width in (NARROW, WIDE):
        within(Comparison(made).pictures["count"].inline(width, "wide"))


def test_what_is_nothing_can_be_drawn_too() -> None:
    made = record(way("serial", STEADY))
    nothing = [Series("serial", [point(0.0, 0.0), point(1.0, 0.0)])]
    made.sweeps = [Sweep("waiting", "Waiting", Axis("share"), Axis("time", "s", "log"), nothing, "Nothing.")]
    made.timeline = [Span("serial", 0, 0.0, 0.0, 0, 1)]
    made.predicted = [Predicted("serial", 1e-9, 1.0)]

    for picture in Comparison(made).pictures.values():
        within(picture.inline(WIDE, "wide"))
        picture.table()


def test_many_workers_and_chunks_stay_a_picture_that_fits_a_screen() -> None:
    made = record(way("serial", STEADY))
    made.timeline = [
        Span("process", number % 64, number * 0.01, number * 0.01 + 0.3, number, 1) for number in range(500)
    ]

    picture = Comparison(made).pictures["timeline"]

    assert picture.draw(WIDE).height < 500
    assert "; 16 of 64 workers" in picture.svg()
    assert len(picture.table().rows) == 64


@pytest.mark.parametrize("name", ["time", "count", "timeline"])
def test_a_picture_is_saved_as_lines_or_pixels(name: str, tmp_path: Path) -> None:
    picture = Comparison(article_record()).pictures[name]

    picture.save(tmp_path / "picture.svg")
    picture.save(tmp_path / "picture.png")

    assert (tmp_path / "picture.svg").read_text("utf-8") == picture.svg()
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_pixels_need_an_extra_and_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)

    with pytest.raises(MissingExtraError, match=r"xlmill\[plots\]"):
        Comparison(article_record()).pictures["time"].save(tmp_path / "time.png")


def test_a_picture_of_another_kind_is_refused(tmp_path: Path) -> None:
    picture = Comparison(article_record()).pictures["time"]

    with pytest.raises(InputError, match=r"\.svg or \.png"):
        picture.save(tmp_path / "time.pdf")
    with pytest.raises(InputError, match="No such file"):
        picture.save(tmp_path / "nowhere" / "time.svg")


def test_words_of_a_workload_do_not_become_elements() -> None:
    made: Record = article_record()
    made.sweeps[0].series[0] = Series("<b>bold</b>", made.sweeps[0].series[0].points)

    drawn = Comparison(made).pictures["count"].svg()

    assert "<b>" not in drawn
    ElementTree.fromstring(drawn)


def within(drawn: str) -> None:
    """Fails where a coordinate is no number, or stands out of the frame by more than a marker."""
    root = ElementTree.fromstring(drawn)
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -20 <= float(element.attrib.get(name, 0)) <= width + 20, ElementTree.tostring(element)
        for name in ("y", "y1", "y2", "cy"):
            assert -20 <= float(element.attrib.get(name, 0)) <= height + 20, ElementTree.tostring(element)
