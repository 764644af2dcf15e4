from __future__ import annotations

import pyarrow as pa
import pytest

from xlmill.exceptions import InputError
from xlmill.io import expression_column

number, text = pa.float64(), pa.string()


@pytest.mark.parametrize(
    ("columns", "wanted", "found"),
    [
        ({"a": text, "b": text}, "b", "b"),
        ({"formula": text, "expression": text}, None, "expression"),
        ({"a": text, "formula": text}, None, "formula"),
        ({"a": number, "rule": text}, None, "rule"),
        ({"rule": pa.binary()}, None, "rule"),
    ],
)
def test_the_column_is_the_one_named_or_the_obvious_one(
    columns: dict[str, pa.DataType], wanted: str | None, found: str
) -> None:
    assert expression_column(pa.schema(columns), "in.csv", wanted) == found


@pytest.mark.parametrize(
    ("columns", "wanted", "message"),
    [
        ({"a": text, "b": number}, "c", "in.csv has no column 'c'; its columns are a, b"),
        ({"a": text, "b": text}, None, "in.csv has 2 columns of text; say which holds the expressions: a, b"),
        ({"a": number}, None, "in.csv has no column of text; say which holds the expressions: a"),
    ],
)
def test_a_wrong_column_is_answered_with_the_columns(
    columns: dict[str, pa.DataType], wanted: str | None, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        expression_column(pa.schema(columns), "in.csv", wanted)

    assert str(caught.value) == message
