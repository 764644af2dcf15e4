"""NAME=VALUE and NAME=EXPR as they stand on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from xlmill.exceptions import InputError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def split_assignment(text: str, option: str) -> tuple[str, str]:
    """The name and what stands behind the first equals sign; `option` is named in the error."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(f"{option} {text}: write it like NAME=VALUE")
    return name.strip(), value


def value_of(text: str) -> Any:
    """A value as a person writes it: a number, TRUE or FALSE, an error such as #N/A, else text; nothing is empty.

    In double quotes it is text whatever it looks like.
    """
    if text == "":
        return None
    if _NUMBER.fullmatch(text.strip()):
        return float(text)
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return text[1:-1].replace('""', '"')
    if text.startswith("#"):
        from xlmill.values.error_value import ExcelError

        return next((error for error in ExcelError if str(error) == text.upper()), text)
    return text


def formulas_of(assignments: Iterable[str]) -> dict[str, str]:
    """The formulas of `--formula NAME=EXPR`, by the names of their columns."""
    found: dict[str, str] = {}
    for assignment in assignments:
        name, formula = split_assignment(assignment, "--formula")
        if name in found:
            raise InputError(f"--formula {name} is given twice")
        found[name] = formula
    return found


@dataclass(slots=True)
class Given:
    """What `--set` gives an expression to see: names, and cells by address."""

    names: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Any] = field(default_factory=dict)


def given(assignments: Iterable[str]) -> Given:
    """The names and cells of `--set NAME=VALUE`.

    The value of a cell may be a formula too, which sees what stands before it on the command line.
    """
    from xlmill.mill.evaluate import evaluate
    from xlmill.syntax.reference import parse_reference

    found = Given()
    for assignment in assignments:
        name, text = split_assignment(assignment, "--set")
        if parse_reference(name) is None:
            found.names[name] = text if text.startswith("=") else value_of(text)
        elif text.startswith("="):
            found.cells[name] = evaluate(text, cells=found.cells, names=found.names, at=name)
        else:
            found.cells[name] = value_of(text)
    return found
