from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Arguments


@pytest.fixture(scope="module")
def expressions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compare") / "work.txt"
    path.write_text("".join(f"=SUM({row},{row})\n" for row in range(40)))
    return path


def test_a_comparison_is_shown_saved_and_shown_again(xlmill_here: Arguments, expressions: Path, tmp_path: Path) -> None:
    samples, first, second = (tmp_path / name for name in ("samples", "first.html", "second.html"))

    measured = xlmill_here(
        "compare", expressions, "--strategies", "threads", "--workers", 2, "--repeat", 2, "--budget", "20s",
        "--json", samples, "-o", first,
    )  # fmt: skip
    shown = xlmill_here("compare", "replay", samples, "-o", second)

    assert (measured.status, shown.status) == (0, 0)
    assert measured.err == ""
    assert measured.out.startswith("For this work on this machine use ")
    assert shown.out == measured.out
    assert second.read_bytes() == first.read_bytes()
    assert json.loads(samples.read_text())["rows"] == 40


def test_in_a_pipe_each_strategy_is_one_plain_line(xlmill_here: Arguments, expressions: Path) -> None:
    ended = xlmill_here("compare", expressions, "--strategies", "serial", "--repeat", 1)

    lines = ended.out.splitlines()
    assert "\x1b" not in ended.out
    assert [line for line in lines if line.startswith("serial ")]
    assert any(line.startswith("strategy") and "first result" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nothing.txt",), "nothing.txt: no such file"),
        (("nothing.txt", "--strategies", "magic"), "magic"),
        (("nothing.txt", "--budget", "soon"), "--budget soon: write it like 90s or 5m"),
        (("nothing.txt", "--budget", "0s"), "--budget 0s"),
        (("nothing.txt", "-o", "report.pdf"), "end its name in .html"),
        (("one.txt", "two.txt"), "only one INPUT"),
        (("replay", "nothing.json"), "nothing.json: No such file"),
    ],
)
def test_wrong_use_is_told_in_one_line(xlmill_here: Arguments, arguments: tuple[str, ...], problem: str) -> None:
    ended = xlmill_here("compare", *arguments)

    assert ended.status == 2
    assert problem in ended.err
    assert ended.err.count("\n") == 1


def test_unequal_results_are_told_and_no_time_is_shown(xlmill_here: Arguments, tmp_path: Path) -> None:
    (tmp_path / "random.txt").write_text("=1\n=RAND()\n")

    ended = xlmill_here("compare", tmp_path / "random.txt", "--strategies", "mp-pool", "--repeat", 1)

    assert ended.status == 2
    assert ended.out == ""
    assert "mp-pool differs from serial in row 2" in ended.err
