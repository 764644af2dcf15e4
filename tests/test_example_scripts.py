"""The scripts and notebooks in examples/ run as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "examples"
SHOWN = {
    "arrow_and_duckdb": ["1000", "'payment': "],
    "expressions": ["bulk", "#DIV/0!", "27.74", "errors in rows [2, 4]"],
    "pandas_frame": ["0.08", "55.20", "V168.78", "order"],
    "polars_frame": ["0.04", "500.0", "3000.0"],
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_an_example_runs_and_shows_its_values(name: str) -> None:
    ended = subprocess.run([sys.executable, FOLDER / f"{name}.py"], capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    assert all(text in ended.stdout for text in SHOWN[name]), ended.stdout


def test_the_notebook_shows_the_answer_the_table_and_the_charts_below_its_cell() -> None:
    notebook = nbformat.read(FOLDER / "pool_or_process.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)

    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    [shown] = [cell.outputs[-1].data for cell in notebook.cells if cell.source.endswith("\ncomparison")]
    html = shown["text/html"]
    assert "For this work on this machine use" in html
    for strategy in ("serial", "threads", "pool", "mp-pool"):
        assert f">{strategy}</th>" in html
    for picture in (
        "Time by strategy",
        "Crossover by number of tasks",
        "Speedup by workers",
        "Who computed what, when",
    ):
        assert picture in html
    assert html.count("<svg") > 10


def test_every_example_is_run_and_listed() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py")}
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert scripts == set(SHOWN)
    assert all(f"[{path.name}]({path.name})" in listed for path in [*FOLDER.glob("*.py"), *FOLDER.glob("*.ipynb")])
