from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.cli.size import byte_count, size_text
from xlmill.exceptions import InputError


@given(st.integers(1, 10**6), st.sampled_from(["", "K", "M", "G", "T"]), st.sampled_from(["", "B", "iB", "b"]))
def test_units_are_powers_of_1024(number: int, unit: str, byte: str) -> None:
    assert byte_count(f"{number}{unit}{byte}", "--limit") == number * 1024 ** " KMGT".index(unit or " ")


@pytest.mark.parametrize("wrong", ["", "lots", "-1M", "1X", "0", "1.M", "M"])
def test_what_is_no_size_is_told(wrong: str) -> None:
    with pytest.raises(InputError, match=r"^--limit .*write it like 500M or 2G$"):
        byte_count(wrong, "--limit")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (1536, "1.5 KiB"), (250 << 20, "250 MiB"), (3 << 40, "3,072 GiB")],
)
def test_sizes_are_told_in_three_digits(count: int, text: str) -> None:
    assert size_text(count) == text
