from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from xlmill.exceptions import InputError
from xlmill.io import batches_of, column_of, is_frame, like, table_of

DATA = {"qty": [1, 2, 3], "name": ["a", None, "c"]}


class OnlyAnArray:
    """Something that speaks Arrow's array protocol and no other."""

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return pa.record_batch(DATA).__arrow_c_array__(requested_schema)


FRAMES = {
    "pandas": lambda: pd.DataFrame(DATA),
    "polars": lambda: pl.DataFrame(DATA),
    "pyarrow table": lambda: pa.table(DATA),
    "pyarrow batch": lambda: pa.record_batch(DATA),
    "pyarrow reader": lambda: pa.table(DATA).to_reader(),
    "duckdb": lambda: duckdb.sql("select * from (values (1, 'a'), (2, null), (3, 'c')) t(qty, name)"),
    "array protocol": OnlyAnArray,
}


@pytest.fixture(params=sorted(FRAMES))
def frame(request: pytest.FixtureRequest) -> object:
    return FRAMES[request.param]()


def test_every_frame_gives_the_same_table(frame: object) -> None:
    assert is_frame(frame)

    table = table_of(frame)

    assert table.to_pydict() == DATA
    assert table.schema.field("name").type == pa.string()


def test_every_frame_comes_in_batches(frame: object) -> None:
    assert [batch.num_rows for batch in batches_of(frame, 2)] == [2, 1]


def test_results_come_back_in_the_type_of_the_caller() -> None:
    result = pa.table({"total": [1.5, 2.5, 3.5]})

    assert isinstance(like(pd.DataFrame(DATA), result), pd.DataFrame)
    assert isinstance(like(pl.DataFrame(DATA), result), pl.DataFrame)
    assert like(pa.table(DATA), result) is result
    assert like(FRAMES["duckdb"](), result) is result


def test_a_pandas_frame_keeps_its_index_and_its_column_types() -> None:
    index = pd.Index([7, 9], name="key")
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "t": ["a", "b"]}, index=index)

    table = table_of(frame)
    result = like(frame, table.append_column("twice", pa.array([2.0, None])))

    assert table.schema.names == ["n", "t"]
    assert result.index.equals(index)
    assert str(result.dtypes["n"]) == "Int64"


def test_a_frame_without_rows_keeps_its_columns() -> None:
    assert table_of(pd.DataFrame({"a": []})).schema.names == ["a"]
    assert table_of(pl.DataFrame({"a": []}, schema={"a": pl.Float64})).schema.names == ["a"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["=1", "=2"]),
        pl.Series(["=1", "=2"]),
        pa.array(["=1", "=2"]),
        pa.chunked_array([["=1"], ["=2"]]),
        pa.array(["=1", "=2"]).dictionary_encode(),
        pl.DataFrame({"expression": ["=1", "=2"]}),
    ],
)
def test_a_column_comes_from_a_series_an_array_or_a_frame_of_one(values: object) -> None:
    column = column_of(values)

    assert column.to_pylist() == ["=1", "=2"]
    assert column.type == pa.string()


def test_what_gives_no_arrow_data_is_refused_by_its_type() -> None:
    with pytest.raises(InputError, match="list gives no Arrow data"):
        table_of([1, 2])
    with pytest.raises(InputError, match=r"collect\(\)"):
        table_of(pl.LazyFrame(DATA))
    with pytest.raises(InputError, match="there are 2: qty, name"):
        column_of(pl.DataFrame(DATA))
