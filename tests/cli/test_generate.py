from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from xlmill.mill.generate import MIXES

from .conftest import Arguments


@pytest.mark.parametrize("mix", MIXES)
def test_generate_writes_as_many_expressions_as_asked_for(mix: str, tmp_path: Path, xlmill_here: Arguments) -> None:
    done = xlmill_here("generate", 50, "-o", tmp_path / "w.txt", "--mix", mix)

    lines = (tmp_path / "w.txt").read_text().splitlines()
    assert done.status == 0
    assert len(set(lines)) == 50 and all(line.startswith("=") for line in lines)


def test_the_suffix_says_the_format(tmp_path: Path, xlmill_here: Arguments) -> None:
    xlmill_here("generate", 10, "-o", tmp_path / "w.txt", "--seed", 7)
    xlmill_here("generate", 10, "-o", tmp_path / "w.parquet", "--seed", 7)

    table = pq.read_table(tmp_path / "w.parquet")
    assert table.column("expression").to_pylist() == (tmp_path / "w.txt").read_text().splitlines()


def test_dash_is_standard_output(xlmill_here: Arguments) -> None:
    done = xlmill_here("generate", 3, "-o", "-")

    assert done.out.count("\n") == 3


@pytest.mark.parametrize("wrong", [["10", "--mix", "none"], ["--", "-5"]])
def test_what_cannot_be_generated_is_status_2(wrong: list[str], tmp_path: Path, xlmill_here: Arguments) -> None:
    done = xlmill_here("generate", "-o", tmp_path / "w.txt", *wrong)

    assert done.status == 2
    assert done.err.startswith("xlmill: ")
    assert not (tmp_path / "w.txt").exists()
