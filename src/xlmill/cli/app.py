"""The commands, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from xlmill.cli import evaluate, generate, run
from xlmill.cli.ending import ends_as_said
from xlmill.version import __version__

app = typer.Typer(
    help="Excel expressions by the million. `xlmill COMMAND --help` tells about a command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., None]] = {
    "eval": evaluate.command,
    "run": run.command,
    "generate": generate.command,
}

for name, command in COMMANDS.items():
    # Each by itself: Ctrl-C and broken pipes that escape a command get other endings from the library.
    app.command(name)(ends_as_said()(command))


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"xlmill {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass
