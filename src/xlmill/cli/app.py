"""The commands, put together."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from xlmill.cli.compare import compare_command
from xlmill.cli.doctor import doctor_command
from xlmill.cli.evaluate import evaluate_command
from xlmill.cli.explain import explain_command
from xlmill.cli.functions import functions_command
from xlmill.cli.generate import generate_command
from xlmill.cli.plan import plan_command
from xlmill.cli.run import run_command
from xlmill.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="xlmill %(version)s")
def app() -> None:
    """Excel expressions by the million. `xlmill COMMAND --help` tells about a command."""


for command in (
    evaluate_command,
    run_command,
    compare_command,
    plan_command,
    explain_command,
    functions_command,
    generate_command,
    doctor_command,
):
    app.add_command(command)


def invoke(arguments: Sequence[str]) -> None:
    """Run a command. Its failures pass through; what is wrong with the arguments is told, and ends by SystemExit.

    (The library's own way to do this has endings of its own for Ctrl-C and broken pipes.)
    """
    try:
        with app.make_context("xlmill", list(arguments)) as context:
            app.invoke(context)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
