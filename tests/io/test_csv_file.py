from __future__ import annotations

import datetime
import math
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.io import FormatSettings, csv_file, format_for, value_column
from xlmill.io.column_kind import ColumnKind, kind_of

CSV = format_for("csv")

text = st.text(st.characters(codec="utf-8"), max_size=8)


def table_of(data: bytes, folder: Path, name: str = "in.csv") -> pa.Table:
    path = folder / name
    path.write_bytes(data)
    return pa.Table.from_batches(format_for(path).read(path, 100))


def round_trip(batch: pa.RecordBatch, folder: Path, name: str = "trip.csv") -> pa.Table:
    path = folder / name
    format_for(path).write([batch], path)
    return pa.Table.from_batches(format_for(path).read(path, 1000))


@pytest.mark.parametrize("name", ["trip.csv", "trip.tsv"])
@given(rows=st.lists(st.tuples(text | st.none(), text | st.none()), min_size=1))
def test_text_comes_back_as_it_was(
    name: str, rows: list[tuple[str | None, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(2)]
    assume(all(kind_of(column) in (ColumnKind.TEXT, ColumnKind.NOTHING) for column in columns))
    batch = pa.record_batch(columns, names=["a", "b, c"])

    table = round_trip(batch, tmp_path_factory.mktemp("csv"), name)

    assert table.to_pydict() == batch.to_pydict()


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
def test_numbers_come_back_as_the_same_floats(
    numbers: list[float | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    batch = pa.record_batch({"n": pa.array(numbers, pa.float64()), "other": ["x"] * len(numbers)})

    table = round_trip(batch, tmp_path_factory.mktemp("csv"))

    assert table.column("n").to_pylist() == numbers


@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.booleans(),
            st.dates(min_value=datetime.date(1000, 1, 1)),
            st.datetimes(min_value=datetime.datetime(1000, 1, 1)),
        ),
        min_size=1,
    )
)
def test_integers_booleans_dates_and_times_come_back(
    rows: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    types = [pa.int64(), pa.bool_(), pa.date32(), pa.timestamp("us")]
    arrays = [pa.array([row[i] for row in rows], types[i]) for i in range(4)]
    batch = pa.record_batch(arrays, names=["i", "b", "d", "t"])

    table = round_trip(batch, tmp_path_factory.mktemp("csv"))

    assert table.to_pydict() == batch.to_pydict()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", None, "007"], ColumnKind.INTEGER),
        (["1", "2.5", "1e5", " 3 "], ColumnKind.NUMBER),
        (["TRUE", "false"], ColumnKind.BOOLEAN),
        (["2024-02-29", None], ColumnKind.DATE),
        (["2024-02-29", "2024-02-29 10:30:00"], ColumnKind.TIME),
        ([None, None], ColumnKind.NOTHING),
        (["1", "n/a"], ColumnKind.TEXT),
        (["1", "TRUE"], ColumnKind.TEXT),
        (["nan"], ColumnKind.TEXT),
        (["1e999"], ColumnKind.TEXT),
        (["0x10"], ColumnKind.TEXT),
        (["1,000"], ColumnKind.TEXT),
        (["=A1"], ColumnKind.TEXT),
        (["12345678901234567890"], ColumnKind.NUMBER),
    ],
)
def test_a_column_is_what_all_its_cells_are(cells: list[str | None], kind: ColumnKind) -> None:
    assert kind_of(pa.array(cells, pa.string())) is kind


def test_one_cell_far_down_makes_its_column_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1000)
    data = b"a,b\n" + b"1,2\n" * 1000 + b"1.5,x\n"

    table = table_of(data, tmp_path)

    assert table.schema.types == [pa.float64(), pa.string()]
    assert table.num_rows == 1001


def test_expression_columns_stay_text_whatever_they_look_like(tmp_path: Path) -> None:
    table = table_of(b"expression,rate\n1,0.5\n\xff2,1\n", tmp_path)

    assert table.column("expression").to_pylist() == [b"1", b"\xff2"]
    assert table.schema.field("rate").type == pa.float64()

    named = format_for("csv", FormatSettings(expression_columns=("expression", "rate")))
    (batch,) = named.read(tmp_path / "in.csv", 10)

    assert batch.column("rate").to_pylist() == [b"0.5", b"1"]


def test_quotes_line_breaks_and_empty_cells_are_read(tmp_path: Path) -> None:
    table = table_of(b'\xef\xbb\xbfa,b\r\n"x\r\ny","say ""hi"""\r\n,""\r\n', tmp_path)

    assert table.to_pydict() == {"a": ["x\r\ny", None], "b": ['say "hi"', ""]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,a\n1,2\n", "'a' is there twice"),
        (b"a,b\n1,2,3\n", "Expected 2 columns, got 3"),
        (b"", "is empty"),
        (b"\n\n", "no whole row"),
        (b"a,b\nx,\xff\n", "column 'b' is not UTF-8"),
        (b"\xff\xfea\x00", "UTF-16"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        table_of(data, tmp_path)

    assert "\n" not in str(caught.value)
    assert "in.csv" in str(caught.value)


def test_output_is_as_a_person_would_write_it(tmp_path: Path) -> None:
    batch = pa.record_batch(
        {
            "n": [1.0, 0.1, 123456789012.5, 1e15, 5e-324, None, math.nan, -0.0],
            "b": [True, False, None, True, True, True, True, True],
            "t": ["a", "", None, 'q"', "c,d", "e\nf", " g ", "h"],
        }
    )

    CSV.write([batch], tmp_path / "out.csv")

    assert (tmp_path / "out.csv").read_text() == (
        'n,b,t\n1,TRUE,a\n0.1,FALSE,""\n123456789012.5,,\n1000000000000000,TRUE,"q"""\n5e-324,TRUE,"c,d"\n'
        ',TRUE,"e\nf"\n,TRUE, g \n0,TRUE,h\n'
    )


INJECTIONS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|" /C calc"!A0', "'=1", "''+x", "=HYPERLINK(1)"]


@pytest.mark.drill
def test_text_that_a_spreadsheet_would_run_is_escaped_and_comes_back(tmp_path: Path) -> None:
    batch = pa.record_batch({"note": [*INJECTIONS, "harmless", "'quoted'", "a=b"]})

    table = round_trip(batch, tmp_path)
    cells = (tmp_path / "trip.csv").read_text().splitlines()

    assert table.to_pydict() == batch.to_pydict()
    assert cells[1] == "'=1+1"
    assert cells[-3:] == ["harmless", "'quoted'", "a=b"]


def test_expressions_and_numbers_are_written_as_they_are(tmp_path: Path) -> None:
    types, numbers = pa.array(["number", "text"]), pa.array([-5.0, None])
    values = value_column(types, numbers, pa.array([None, "-5"]))
    batch = pa.record_batch({"expression": ["=-5", "=1"], "value": values})

    CSV.write([batch], tmp_path / "out.csv")

    assert (tmp_path / "out.csv").read_text() == "expression,value\n=-5,-5\n=1,'-5\n"


def test_escaping_can_be_left_off(tmp_path: Path) -> None:
    plain = format_for("csv", FormatSettings(escape_formulas=False))
    plain.write([pa.record_batch({"note": INJECTIONS})], tmp_path / "out.csv")

    (batch,) = plain.read(tmp_path / "out.csv", 100)

    assert batch.column("note").to_pylist() == INJECTIONS
