"""The Python examples of the documentation, run as they stand there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xlmill as xl
from xlmill.functions import registry
from xlmill.functions.user_function import own_functions

PAGES = ["execution.md", "io.md"]

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SAID = re.compile(r"^(?P<code>\S.*?)\s{2,}# (?P<value>.*)$")


@pytest.fixture(autouse=True)
def functions_end_with_their_test() -> Iterator[None]:
    yield
    for _, entry in own_functions():
        del registry._functions[entry.name]
    registry._own_registrations += 1


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_give_what_the_page_says(page: str) -> None:
    text = (Path(__file__).parent.parent / "docs" / page).read_text(encoding="utf-8")
    known: dict[str, Any] = {"ExcelError": xl.ExcelError, "url": "http://127.0.0.1:9/"}
    compared = 0
    for block in _BLOCK.findall(text):
        exec(compile(block, page, "exec"), known)
        for line in block.splitlines():
            said = _SAID.match(line)
            if said is None or not is_expression(said["code"]):
                continue
            value = eval(said["code"], known)
            if said["value"].startswith("#"):
                assert str(value) == said["value"]
            else:
                assert value == eval(said["value"], known), line
            compared += 1
    assert compared


def is_expression(code: str) -> bool:
    """Whether this is a whole expression, whose value the page tells."""
    try:
        ast.parse(code, mode="eval")
    except SyntaxError:
        return False
    return True
