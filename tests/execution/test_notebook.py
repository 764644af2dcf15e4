"""Functions of a notebook, in a real kernel, sent to worker processes."""

from __future__ import annotations

import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.drill(14)

SETTING = """
import os
import threading
import xlmill as xl

offset = 5
class Point:
    def __init__(self, x):
        self.x = x
def shifted(number):
    if number == 3:
        os.abort()
    return Point(number + offset), os.getpid()
"""


def shown(*cells: str) -> str:
    """What the last of these cells prints, run one after another in a kernel of their own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return "".join(output.get("text", "") for output in notebook.cells[-1].outputs)


@pytest.mark.parametrize("strategy", ["pool", "process"])
def test_a_function_of_a_notebook_runs_in_workers_that_may_die(strategy: str) -> None:
    told = shown(
        SETTING,
        f"results = xl.map(shifted, range(6), strategy={strategy!r}, workers=2, errors='collect')",
        """
        print([each[0].x if isinstance(each, tuple) else str(each.cause) for each in results])
        print(os.getpid() not in {each[1] for each in results if isinstance(each, tuple)})
        print(all(type(each[0]) is Point for each in results if isinstance(each, tuple)))
        """,
    )

    assert told.splitlines() == ["[5, 6, 7, 'killed', 9, 10]", "True", "True"]


def test_a_function_that_was_defined_anew_is_the_one_that_runs() -> None:
    told = shown(
        "import xlmill as xl\nworkers = xl.Workers('pool', workers=2)\ndef shift(x): return x + 1",
        "before = workers.map(shift, range(3))\ndef shift(x): return x + 2",
        "with workers: print(before, workers.map(shift, range(3)))",
    )

    assert told == "[1, 2, 3] [2, 3, 4]\n"


def test_a_function_of_a_notebook_that_cannot_travel_is_refused_by_name() -> None:
    told = shown(
        SETTING,
        "lock = threading.Lock()\ndef held(x):\n    with lock:\n        return x",
        """
        try:
            xl.map(held, range(3), strategy="pool")
        except xl.InputError as error:
            print(error)
        """,
    )

    assert "held cannot be sent to worker processes: TypeError: cannot pickle '_thread.lock' object" in told
