from __future__ import annotations

import subprocess
import sys

import pytest

from xlmill.exceptions import InputError
from xlmill.io import format_for, formats


def test_a_suffix_or_a_name_gives_the_format() -> None:
    for name, format_class in formats().items():
        assert type(format_for(name)) is format_class
        for suffix in format_class.suffixes:
            assert type(format_for(f"some.folder/A file{suffix.upper()}")) is format_class


def test_standard_input_is_lines_of_text() -> None:
    assert format_for("-").name == "txt"


@pytest.mark.parametrize("path", ["rows.dbf", "rows", ".csv.gz"])
def test_an_unknown_suffix_is_answered_with_the_known_ones(path: str) -> None:
    with pytest.raises(InputError, match=r"\.csv.*\.jsonl.*\.parquet"):
        format_for(path)


def test_no_two_formats_share_a_suffix() -> None:
    suffixes = [suffix for format_class in formats().values() for suffix in format_class.suffixes]

    assert len(suffixes) == len(set(suffixes))


def test_importing_io_loads_no_heavy_library() -> None:
    code = "import sys, xlmill.io; print([m for m in ('pyarrow', 'pandas', 'polars', 'llvmlite') if m in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert found.strip() == "[]"
