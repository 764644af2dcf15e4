"""Arrow arrays laid on buffers hold what was laid there."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.io.arrow_buffers import (
    booleans_to_arrow,
    missing_in,
    numbers_from_arrow,
    numbers_to_arrow,
    strings_to_arrow,
)


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_strings_are_laid_out_as_arrow_would(strings: list[str]) -> None:
    assert strings_to_arrow(strings).to_pylist() == strings


@given(st.lists(st.tuples(st.floats(allow_nan=False), st.booleans())), st.integers(0, 9))
def test_numbers_and_what_is_missing_come_back(rows: list[tuple[float, bool]], begin: int) -> None:
    numbers = np.array([number for number, _ in rows], np.float64)
    missing = np.array([is_missing for _, is_missing in rows], np.bool_)

    array = numbers_to_arrow(numbers, missing).slice(min(begin, len(rows)))

    assert array.to_pylist() == [None if gone else number for number, gone in rows[begin:]]
    assert missing_in(array).tolist() == missing[begin:].tolist()
    assert numbers_from_arrow(array).tolist() == [0.0 if gone else number for number, gone in rows[begin:]]


def test_truth_values_are_bits() -> None:
    values = np.arange(20) % 3 == 0

    assert booleans_to_arrow(values, values & (np.arange(20) > 9)).to_pylist() == [
        None if value and row > 9 else bool(value) for row, value in enumerate(values)
    ]


@pytest.mark.parametrize(("strings", "error"), [(["a", None], TypeError), (["\ud800"], UnicodeEncodeError)])
def test_what_is_no_text_is_refused(strings: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        strings_to_arrow(strings)


def test_expressions_and_rows_are_evaluated_without_pandas() -> None:
    code = """if True:
        import sys
        import numpy as np, pyarrow as pa, xlmill as xl
        xl.evaluate_many(["=1+2", '="a"&1', "=1/0", "=1="], strategy="threads").to_arrow()
        column = pa.Array.from_buffers(pa.float64(), 9, [None, pa.py_buffer(np.ones(9))])
        rows = pa.RecordBatch.from_arrays([column], ["a"])
        xl.compile("=a*2").over(rows)
        print("pandas" in sys.modules)
    """

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
