"""`xlmill eval`: one expression."""

from __future__ import annotations

import click

# What `eval` and `explain` alike are given.
expression_argument = click.argument("expression", metavar="EXPR")
set_option = click.option(
    "--set",
    "assignments",
    metavar="NAME=VALUE",
    multiple=True,
    help="A name or a cell (A1, Sheet2!B2) and its value: a number, TRUE, text, or =formula. Repeatable.",
)
at_option = click.option("--at", metavar="CELL", default="A1", help="Where the formula stands.  [default: A1]")
array_option = click.option("--array", is_flag=True, help="Evaluate as an array formula (Ctrl+Shift+Enter).")
allow_host_option = click.option(
    "--allow-host",
    "hosts",
    metavar="HOST",
    multiple=True,
    help="A host that WEBSERVICE may ask, such as api.example.com or 10.0.0.5:8080. Repeatable.  [default: none]",
)


@click.command("eval")
@expression_argument
@set_option
@at_option
@array_option
@allow_host_option
def evaluate_command(
    expression: str, assignments: tuple[str, ...], at: str, array: bool, hosts: tuple[str, ...]
) -> None:
    """Print the value of EXPR, an Excel formula; the leading = is optional."""
    from xlmill.cli.assignment import given
    from xlmill.cli.value_text import value_text
    from xlmill.mill.evaluate import evaluate

    seen = given(assignments)
    value = evaluate(expression, cells=seen.cells, names=seen.names, at=at, array=array, allow_hosts=hosts)
    print(value_text(value))
