"""A recommendation as the lines of Python that apply it."""

from __future__ import annotations

from xlmill.lab.record import Record, WayRecord
from xlmill.lab.way import LOOP, NEWCOMERS


def code(record: Record, way: WayRecord) -> str:
    """Lines that compute `results` by one of the ways of a comparison.

    They bring the expressions about where those lay in a file. Otherwise `expressions` and, where there are any,
    `columns` are expected, or the function by its own name and `tasks`.
    """
    lines = ["import xlmill as xl", ""]
    if record.given:
        lines += [record.given, ""]
    how = f'strategy="{way.strategy}", workers={way.workers}' if way.workers > 1 else f'strategy="{way.strategy}"'
    if record.unit == "tasks":
        function = function_name(record.workload)
        if way.strategy == LOOP:
            lines.append(f"results = [{function}(task) for task in tasks]")
        else:
            lines.append(f"results = xl.map({function}, tasks, {how})")
    elif way.strategy in NEWCOMERS and not record.has_columns:
        one_by_one = "[xl.evaluate(expression) for expression in expressions]"
        lines.append(
            f"results = {one_by_one}" if way.strategy == LOOP else f"results = xl.map(xl.evaluate, expressions, {how})"
        )
    else:
        columns = ", columns=columns" if record.has_columns else ""
        known = "serial" if way.strategy == LOOP else way.strategy
        how = how.replace(f'"{way.strategy}"', f'"{known}"')
        lines.append(f"results = xl.evaluate_many(expressions{columns}, {how})")
    return "\n".join(lines) + "\n"


def function_name(qualified: str) -> str:
    """The last part of a qualified name; `function` where that is no name, as of a lambda."""
    last = qualified.rpartition(".")[2]
    return last if last.isidentifier() else "function"
