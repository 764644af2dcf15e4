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


class InOrder(click.Group):
    """Commands in the order in which they were added, the most used first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="xlmill %(version)s")
def app() -> None:
    """Excel expressions by the million. `xlmill COMMAND --help` tells about a command."""


for command, summary in (
    (evaluate_command, "the value of one expression"),
    (run_command, "every expression of a file, or formulas over its rows"),
    (compare_command, "the strategies, measured on a workload"),
    (plan_command, "what run would choose, and why"),
    (explain_command, "how an expression comes to its value"),
    (functions_command, "the catalogue"),
    (generate_command, "a workload to try things on"),
    (doctor_command, "what this machine gives"),
):
    command.short_help = summary
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
