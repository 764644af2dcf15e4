"""`xlmill eval`: one expression."""

from __future__ import annotations

from typing import Annotated

import typer

Expression = Annotated[str, typer.Argument(metavar="EXPR", help="An Excel formula; the leading = is optional.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A name or a cell (A1, Sheet2!B2) and its value: a number, TRUE, text, or =formula. Repeatable.",
    ),
]
At = Annotated[str, typer.Option("--at", metavar="CELL", help="Where the formula stands.")]
IsArray = Annotated[bool, typer.Option("--array", help="Evaluate as an array formula (Ctrl+Shift+Enter).")]


def command(expression: Expression, assignments: Assignments = None, at: At = "A1", array: IsArray = False) -> None:
    """Print the value of one expression."""
    from xlmill.cli.assignment import given
    from xlmill.cli.value_text import value_text
    from xlmill.mill.evaluate import evaluate

    seen = given(assignments or (), at)
    print(value_text(evaluate(expression, cells=seen.cells, names=seen.names, at=at, array=array)))
