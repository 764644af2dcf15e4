"""`xlmill explain`: how an expression comes to its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlmill.cli.evaluate import array_option, at_option, expression_argument, set_option

if TYPE_CHECKING:
    import rich.tree
    from rich.text import Text

    from xlmill.engine.explain import Explanation
    from xlmill.syntax.tree import Tree

_LONGEST_VALUE = 60


@click.command("explain")
@expression_argument
@set_option
@at_option
@array_option
def explain_command(expression: str, assignments: tuple[str, ...], at: str, array: bool) -> None:
    """How EXPR comes to its value: its tree, its template, its batches, and what each gave.

    Where EXPR is the path of a file of expressions, the functions in it, slowest first, and why they are slow.
    """
    if _is_file(expression):
        from xlmill.cli.explain_workload import show_profile
        from xlmill.mill.explain import explain as explain_workload

        show_profile(expression, explain_workload(expression))
        return
    from rich.console import Console
    from rich.text import Text

    from xlmill.cli.assignment import given
    from xlmill.engine.explain import explain
    from xlmill.engine.run import Mode
    from xlmill.mill.evaluate import prepared

    seen = given(assignments)
    mode = Mode.ARRAY if array else Mode.DYNAMIC
    told = explain(*prepared(expression, cells=seen.cells, names=seen.names, at=at, mode=mode))
    console = Console(highlight=False)
    console.print(Text.assemble(("formula   ", "bold"), told.formula), soft_wrap=True)
    console.print(Text.assemble(("template  ", "bold"), told.template), soft_wrap=True)
    console.print(Text.assemble(("value     ", "bold"), shown(told.value)), soft_wrap=True)
    console.print()
    console.print(_drawn(told.tree, told))
    console.print()
    console.print(_steps(told))
    if told.loops:
        console.print()
    for function, lines in told.loops.items():
        console.print(f"{function} loops over rows: about {lines:,.0f} lines of Python for each")


def _is_file(text: str) -> bool:
    """Whether a text is the path of a file with a suffix that is there."""
    from pathlib import Path

    try:
        return bool(Path(text).suffix) and Path(text).is_file()
    except OSError:  # a long formula is no name of a file
        return False


def shown(value: Any) -> str:
    """A value as a formula would spell it, cut where it is long."""
    from xlmill.cli.value_text import value_text

    if isinstance(value, str):
        text = '"' + value.replace('"', '""') + '"'
    elif isinstance(value, list):
        text = "{" + ";".join(",".join(shown(cell) for cell in row) for row in value) + "}"
    else:
        text = value_text(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _drawn(tree: Tree, told: Explanation) -> rich.tree.Tree:
    import rich.tree

    root = rich.tree.Tree(_line(tree, told))
    pending = [(root, child) for child in tree.children]
    while pending:
        above, node = pending.pop(0)
        branch = above.add(_line(node, told))
        pending.extend((branch, child) for child in node.children)
    return root


def _line(tree: Tree, told: Explanation) -> Text:
    from rich.text import Text

    has_children = bool(tree.children)
    line = Text(_title(tree) if has_children else tree.text, style="bold" if has_children else "")
    found = told.given.get(tree.node)
    if found is None:
        return line.append("  not evaluated here", style="dim")
    if found.value is None and found.kind != "cell":
        return line.append("" if found.kind == "empty" else f"  {found.kind}", style="dim")
    if has_children or shown(found.value) != tree.text:
        line.append("  → ", style="dim").append(shown(found.value), style="cyan")
    return line.append(f"  {found.kind}", style="dim")


def _title(tree: Tree) -> str:
    """What a node does: a function's name, or an operator's sign."""
    from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode

    is_operator = Opcode.RANGE <= int(tree.forest.op[tree.node]) < FIRST_FUNCTION
    return tree.token.strip() or tree.label if is_operator else tree.label


def _steps(told: Explanation) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("height", justify="right")
    table.add_column("batch")
    table.add_column("nodes", justify="right")
    table.add_column("takes")
    table.add_column("gives", overflow="fold")
    for step in told.steps:
        kinds = [", ".join(_kind(child, told) for child in node.children) for node in step.nodes]
        gives = [_gives(node, told) for node in step.nodes]
        if step.height == 0:
            gives = [f"{node.text} = {value}" for node, value in zip(step.nodes, gives, strict=True)]
        table.add_row(
            str(step.height),
            Text(_title(step.nodes[0]) if step.height else step.nodes[0].label.partition(" ")[0]),
            str(len(step.nodes)),
            Text(" | ".join(dict.fromkeys(kinds))),
            Text(" | ".join(dict.fromkeys(gives) if step.height == 0 else gives)),
        )
    return table


def _gives(tree: Tree, told: Explanation) -> str:
    found = told.given.get(tree.node)
    return "not needed" if found is None else found.kind if found.kind == "lambda" else shown(found.value)


def _kind(tree: Tree, told: Explanation) -> str:
    return told.given[tree.node].kind if tree.node in told.given else "–"
