"""The examples in the docstrings of Excel's functions, evaluated one at a time and all at once."""

from __future__ import annotations

import re

import pytest

import xlmill as xl
from xlmill.functions.registry import functions
from xlmill.values.error_value import ExcelError

_EXAMPLE = re.compile(r"^\s*(=.*?)\s+->\s+(.*?)\s*$", re.MULTILINE)


def examples() -> list[tuple[str, str, str]]:
    return [
        (name, formula, expected)
        for name, entry in functions().items()
        for formula, expected in _EXAMPLE.findall(entry.documentation)
    ]


@pytest.mark.parametrize(("name", "formula", "expected"), examples(), ids=lambda value: str(value))
def test_the_example_gives_what_the_documentation_says(name: str, formula: str, expected: str) -> None:
    got = xl.evaluate(formula)
    wanted = xl.evaluate("=" + expected)

    assert_same(got, wanted)


def assert_same(got: object, wanted: object) -> None:
    if isinstance(wanted, list):
        assert isinstance(got, list)
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted, strict=True):
            assert_same(one, other)
    elif isinstance(wanted, float) and not isinstance(got, bool | ExcelError):
        assert got == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    else:
        assert got == wanted
        assert type(got) is type(wanted)


@pytest.mark.parametrize("name", sorted(functions()))
def test_every_function_documents_itself(name: str) -> None:
    documentation = functions()[name].documentation

    assert documentation
    if name[0].isalpha():
        assert "Source:" in documentation
        assert _EXAMPLE.search(documentation) or "Example:" in documentation
