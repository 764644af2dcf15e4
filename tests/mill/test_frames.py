"""Data frames of every library: in without copying numbers, out in the caller's own type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import xlmill as xl
import xlmill.pandas
import xlmill.polars
from xlmill.mill import formula as formula_module

ROWS = 100
QTY = np.arange(ROWS, dtype=np.float64)
TABLE = pa.table({"qty": QTY, "price": QTY / 4, "note": [f"n{i}" for i in range(ROWS)]})
FRAMES: dict[str, Callable[[], Any]] = {
    "pandas": TABLE.to_pandas,
    "polars": lambda: pl.from_arrow(TABLE),
    "pyarrow table": lambda: TABLE,
    "pyarrow batch": lambda: TABLE.to_batches()[0],
    "pyarrow reader": TABLE.to_reader,
    "duckdb": lambda: duckdb.from_arrow(TABLE),
}


@pytest.fixture(params=sorted(FRAMES))
def frame(request: pytest.FixtureRequest) -> Any:
    return FRAMES[request.param]()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Where the numbers stand that formulas are evaluated on, chunk by chunk."""
    addresses: list[int] = []
    original = formula_module.column_from_arrow

    def noting(array: pa.Array) -> Any:
        column = original(array)
        addresses.append(column.numbers.ctypes.data)
        return column

    monkeypatch.setattr(formula_module, "column_from_arrow", noting)
    yield addresses


def test_every_frame_gives_the_same_values(frame: Any) -> None:
    result = xl.compile("=qty*price+LEN(note)").over(frame, strategy="serial")

    expected = [q * q / 4 + len(f"n{int(q)}") for q in QTY.tolist()]
    assert list(result.to_pylist() if hasattr(result, "to_pylist") else result) == expected


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (pd.DataFrame({"qty": QTY, "note": "x"}), lambda frame: frame["qty"].to_numpy().ctypes.data),
        (pl.DataFrame({"qty": QTY, "note": "x"}), lambda frame: frame["qty"].to_numpy().ctypes.data),
        (TABLE, lambda frame: frame.column("qty").chunk(0).buffers()[1].address),
        (TABLE.to_batches()[0], lambda frame: frame.column("qty").buffers()[1].address),
    ],
    ids=["pandas", "polars", "pyarrow table", "pyarrow batch"],
)
def test_numbers_are_read_where_the_library_keeps_them(
    given: Any, address: Callable[[Any], int], seen: list[int]
) -> None:
    xl.compile("=qty*2").over(given, strategy="serial", chunk_size=30)

    assert seen == [address(given) + 8 * 30 * chunk for chunk in range(4)]


def test_what_duckdb_hands_over_is_not_copied_again(seen: list[int]) -> None:
    handed = duckdb.from_arrow(TABLE).to_arrow_table()

    class Handed:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return handed.__arrow_c_stream__(requested_schema)

    xl.compile("=qty*2").over(Handed(), strategy="serial")

    assert handed.column("qty").chunk(0).buffers()[1].address in seen


def test_pandas_comes_back_with_its_index_and_its_other_columns_untouched() -> None:
    index = pd.Index(["x", "y"], name="key")
    given = pd.DataFrame(
        {"qty": [1, 2], "kind": pd.Categorical(["a", "b"]), "mixed": [1, "one"], 5: [0.5, 1.5]}, index=index
    )

    result = xl.with_columns(given, total="=qty*10", kind="=qty>1")

    assert result.index.equals(index)
    assert result["total"].tolist() == [10.0, 20.0]
    assert result["kind"].tolist() == [False, True]
    assert result["mixed"] is not given["mixed"] and result["mixed"].tolist() == [1, "one"]
    assert list(result.columns) == ["qty", "kind", "mixed", 5, "total"]
    assert list(given.columns) == ["qty", "kind", "mixed", 5]


def test_a_series_of_pandas_has_the_index_of_its_frame() -> None:
    given = pd.DataFrame({"qty": [1.0, 0.0]}, index=pd.Index([7, 9]))

    result = xl.compile("=1/qty").over(given)

    assert result.index.tolist() == [7, 9]
    assert result.isna().tolist() == [False, True]


def test_polars_and_arrow_keep_the_types_of_other_columns() -> None:
    polars = pl.DataFrame({"qty": [1, 2], "kind": pl.Series(["a", "b"], dtype=pl.Categorical)})
    arrow = pa.table({"qty": [1, 2], "kind": pa.array(["a", "b"]).dictionary_encode()})

    assert xl.with_columns(polars, total="=qty*10").schema["kind"] == pl.Categorical
    assert xl.with_columns(arrow, total="=qty*10").schema.field("kind").type == arrow.schema.field("kind").type
    assert xl.with_columns(arrow.to_batches()[0], total="=[@qty]*10").column("total").to_pylist() == [10.0, 20.0]


def test_a_duckdb_relation_gives_a_table_that_duckdb_reads() -> None:
    result = xl.with_columns(duckdb.sql("select 3 as qty"), total="=qty*10")

    assert isinstance(result, pa.Table)
    assert duckdb.sql("select total from result").fetchall() == [(30.0,)]


def test_columns_that_no_formula_names_need_not_be_such_as_arrow_knows() -> None:
    given = pd.DataFrame({"qty": [1, 2], "things": [object(), object()]})

    assert xl.compile("=[@qty]*2").over(given).tolist() == [2.0, 4.0]
    assert xl.compile("=1+1").over(given).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    "expressions",
    [
        pd.Series(["=1+a", "=a*2", "=a&a"], index=[4, 5, 6]),
        pl.Series(["=1+a", "=a*2", "=a&a"]),
        pa.chunked_array([["=1+a"], [], ["=a*2", "=a&a"]]),
        pl.concat([pl.Series(["=1+a"]), pl.Series(["=a*2", "=a&a"])], rechunk=False),
        pd.Series(["=1+a", "=a*2", "=a&a"], dtype="category"),
    ],
    ids=["pandas", "polars", "chunked array", "chunked polars", "categories"],
)
def test_expressions_come_as_series_and_chunked_arrays(expressions: Any) -> None:
    results = xl.evaluate_many(expressions, columns=pd.DataFrame({"a": [1, 2, 3]}, index=[9, 8, 7]))

    assert results.to_list() == [2.0, 4.0, "33"]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_frame_has_formulas_as_methods(library: Any) -> None:
    given = library.DataFrame({"qty": [1, 2], "price": [10.0, 20.0]})

    assert given.xl.eval("=qty*price*rate", names={"rate": 2}).to_list() == [20.0, 80.0]
    assert given.xl.with_columns(tax="=total*0.2", total="=qty*price")["tax"].to_list() == [2.0, 8.0]
    assert type(given.xl.with_columns({"unit price": "=price/qty"})) is library.DataFrame
