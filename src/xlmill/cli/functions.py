"""`xlmill functions`: the catalogue."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xlmill.functions.registry import Function


@click.command("functions")
@click.argument("pattern", metavar="[PATTERN]", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def functions_command(pattern: str, as_json: bool) -> None:
    """The functions there are, with signatures and status; for a function's whole name, its documentation.

    PATTERN is a part of a name or a category, or has * and ?. The status is "exact"; "opt-in" for what reaches the
    outside and gives an error unless the run allows it; or "offline" for what needs a server or a host application
    and gives the error that Excel gives offline.
    """
    from xlmill.exceptions import InputError

    found = matching(pattern)
    if not found:
        raise InputError(f"no function matches {pattern!r}; `xlmill functions` lists all")
    is_whole_name = len(found) == 1 and found[0].name == pattern.upper()
    if as_json:
        print(json.dumps([_plain(entry, is_whole_name) for entry in found], ensure_ascii=False))
    elif is_whole_name:
        print(f"{found[0].documentation}\n\nCategory: {found[0].category}. Status: {found[0].status.value}.")
    else:
        _show(found)


def matching(pattern: str) -> list[Function]:
    """The functions that a pattern means, by name; the one of exactly that name alone."""
    import fnmatch

    from xlmill.functions.registry import functions

    named = {name: entry for name, entry in functions().items() if name[0].isalpha()}  # operators have signs
    wanted = pattern.upper()
    if wanted in named:
        return [named[wanted]]
    glob = wanted if any(sign in wanted for sign in "*?") else f"*{wanted}*"
    return [
        entry
        for name, entry in sorted(named.items())
        if fnmatch.fnmatchcase(name, glob) or fnmatch.fnmatchcase(entry.category.upper(), glob)
    ]


def _plain(entry: Function, with_documentation: bool) -> dict[str, str]:
    facts = {
        "name": entry.name,
        "category": entry.category,
        "signature": entry.signature,
        "status": entry.status.value,
        "summary": summary_of(entry),
    }
    return {**facts, "documentation": entry.documentation} if with_documentation else facts


def summary_of(entry: Function) -> str:
    """The first line of the documentation, without the signature that it begins with."""
    line = entry.documentation.partition("\n")[0]
    return line.partition("): ")[2] or line


def _show(found: list[Function]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # In a pipe every function is one line, however long.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 1_000)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("function", "category", "status", "does"):
        table.add_column(title, overflow="fold")
    for entry in found:
        table.add_row(Text(entry.signature), entry.category, entry.status.value, Text(summary_of(entry)))
    console.print(table)
    if sys.stdout.isatty():
        console.print(f"{len(found):,} functions", style="dim")
