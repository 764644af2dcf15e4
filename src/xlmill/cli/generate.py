"""`xlmill generate`: a workload to try things on."""

from __future__ import annotations

from typing import Annotated

import typer

Count = Annotated[int, typer.Argument(metavar="N", help="How many expressions.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to: a file, or - for lines.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed gives other expressions.")]
Mix = Annotated[
    str, typer.Option("--mix", metavar="NAME", help="everyday, numbers, text, dates, long (250 arguments) or diverse.")
]


def command(count: Count, output: Output, seed: Seed = 1, mix: Mix = "everyday") -> None:
    """Write N expressions, no two alike, the same for the same seed."""
    from xlmill.io import format_for
    from xlmill.mill.generate import generate

    format_for(output).write(generate(count, seed, mix), output)
