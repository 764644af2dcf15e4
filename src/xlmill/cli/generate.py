"""`xlmill generate`: a workload to try things on."""

from __future__ import annotations

import click


@click.command("generate")
@click.argument("count", metavar="N", type=int)
@click.option("-o", "--output", metavar="FILE", required=True, help="Where to: a file, or - for lines.")
@click.option("--seed", metavar="S", default=1, show_default=True, help="Another seed gives other expressions.")
@click.option(
    "--mix",
    metavar="NAME",
    default="everyday",
    show_default=True,
    help="everyday, numbers, text, dates, long (250 arguments) or diverse.",
)
def generate_command(count: int, output: str, seed: int, mix: str) -> None:
    """Write N expressions, no two alike, the same for the same seed."""
    from xlmill.cli.lean_arrow import spare_pandas
    from xlmill.io import format_for
    from xlmill.mill.generate import generate

    spare_pandas()
    format_for(output).write(generate(count, seed, mix), output)
