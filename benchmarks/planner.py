"""The planner judged on its grid, and the page that tells of it.

    python -m benchmarks.planner [--sample N] [--minutes M] [--repeats N] [-o FILE]

Every strategy that could be the best, and `auto`, do each workload of the grid; the figures are the shortest of the
repeats. How long it will take is shown while it goes.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import facts, load
from xlmill.lab.planner_grid import Cell, GridCell, grid
from xlmill.lab.planner_regret import MOST_REPEATS, Judged, Verdict, judge, verdict
from xlmill.lab.quantities import seconds_text

PAGE = Path(__file__).with_name("PLANNER.md")
# Of the regrets wanted: median, 95th percentile, worst.
WANTED = (1.03, 1.25, 2.0)
# Smaller ones are not listed one by one.
NOTABLE = 1.1

INTRODUCTION = """\
# The planner, judged

Regret: the time of `strategy="auto"`, its probe included, over that of the best strategy asked for by name, each the
shortest of its repeats; differences under 2 ms count as none. Wanted: a median of at most 1.03, a 95th percentile of at
most 1.25, never over 2.

Written by `python -m benchmarks.planner`. The workloads: 10 to 1,000,000 tasks of 1 µs to 1 s, none, half or all of it
waiting, computing in pure Python or without the GIL, tasks of 8 bytes or 100 kB, and expressions of three mixes; those
that the best strategy could do in {most:g} s."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=5, help="of each workload, at most; 2 at least")
    options.add_argument("--minutes", type=float, default=20.0, help="in all, about: long workloads get fewer repeats")
    options.add_argument("--sample", type=int, help="so many workloads, drawn evenly from all kinds, instead of all")
    options.add_argument(
        "--most", type=float, default=1.0, help="seconds that the best strategy of a workload may take"
    )
    options.add_argument("--seed", type=int, default=0, help="of the sample, and of the order of strategies")
    options.add_argument(
        "-o", "--output", type=Path, help="the page; by default that beside this script, for all workloads"
    )
    given = options.parse_args()
    every = grid(given.most)
    cells = every if given.sample is None else sample(every, given.sample, given.seed)
    loads, screen = [load()], Screen(len(cells))
    enough = 60 * given.minutes / len(cells)
    found = judge(cells, given.repeats, given.seed, screen.show, enough)
    loads.append(load())
    told = page(found, len(every), given.most, given.repeats, screen.seconds, loads)
    print(told)
    target = given.output or (PAGE if given.sample is None else None)
    if target is not None:
        target.write_text(told, encoding="utf-8")


def kind(cell: GridCell) -> str:
    """What workloads have in common whose regret has the same causes."""
    if not isinstance(cell, Cell):
        return "expressions"
    if cell.waiting == 1:
        return "tasks that wait"
    if cell.payload > 1000:
        return "computing in Python, 100 kB a task"
    computing = "without the GIL" if cell.gil_free else "in Python"
    return f"half waiting, half computing {computing}" if cell.waiting else f"computing {computing}"


def by_kind(cells: Sequence[GridCell]) -> dict[str, list[GridCell]]:
    """The workloads of each kind."""
    kinds: dict[str, list[GridCell]] = {}
    for cell in cells:
        kinds.setdefault(kind(cell), []).append(cell)
    return kinds


def sample(cells: Sequence[GridCell], count: int, seed: int) -> list[GridCell]:
    """So many workloads, drawn by chance, from each kind as many as it has a share of all, and at least one."""
    chance = random.Random(seed)
    taken = []
    for group in by_kind(cells).values():
        share = max(1, round(count * len(group) / len(cells)))
        taken += chance.sample(group, min(share, len(group)))
    return taken


@dataclass
class Screen:
    """What is shown while it goes."""

    count: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def show(self, each: Judged) -> None:
        """One line for a workload that was judged."""
        self.done += 1
        minutes = self.seconds / 60
        left = minutes / self.done * (self.count - self.done)
        at = f"{self.done:3} of {self.count}, {minutes:.1f} min, about {left:.0f} left, load {load():.1f}"
        what = f"regret {each.regret:.2f}, {each.cell}: {each.chosen}, best {each.best}"
        print(f"{at}: {what} ({times(each)})", flush=True)


def times(each: Judged) -> str:
    """What each strategy took."""
    return ", ".join(f"{name} {seconds_text(seconds)}" for name, seconds in sorted(each.seconds.items()))


def page(found: Verdict, in_all: int, most: float, repeats: int, seconds: float, loads: Sequence[float]) -> str:
    """The page that tells of it."""
    return "\n".join([*_lines(found, in_all, most, repeats, seconds, loads), ""])


def _lines(
    found: Verdict, in_all: int, most: float, repeats: int, seconds: float, loads: Sequence[float]
) -> Iterator[str]:
    judged = found.judged
    yield INTRODUCTION.format(most=most)
    which = f"All {in_all}" if len(judged) == in_all else f"{len(judged)} of {in_all}, drawn evenly from all kinds"
    often = f"2 to {repeats} repeats of what is long, up to {MOST_REPEATS} of what is short"
    yield f"{which}; {often}; {seconds / 60:.0f} minutes.\n"
    yield f"Load {loads[0]:.1f} before and {loads[-1]:.1f} after (the strategies themselves bring it to about 1).\n"
    yield "; ".join(f"{name}: {value}" for name, value in facts().items()) + ".\n"
    yield "| kind | workloads | median | 95th percentile | worst | over 1.25 |\n|---|--:|--:|--:|--:|--:|"
    for name, cells in by_kind([each.cell for each in judged]).items():
        yield _row(name, [each for each in judged if each.cell in cells])
    yield _row("**all**", judged)
    yield _row("*wanted*", None)
    notable = [each for each in judged if each.regret > NOTABLE]
    yield f"\n{len(notable)} have a regret over {NOTABLE:g}:\n" if notable else f"\nNone has a regret over {NOTABLE:g}."
    if notable:
        yield "| workload | chosen | best | regret | what each took |\n|---|---|---|--:|---|"
    for each in notable:
        yield f"| {each.cell} | {each.chosen} | {each.best} | {each.regret:.2f} | {times(each)} |"


def _row(name: str, judged: Sequence[Judged] | None) -> str:
    if judged is None:
        return f"| {name} | | {WANTED[0]:.2f} | {WANTED[1]:.2f} | {WANTED[2]:.2f} | |"
    found = verdict([*judged, *judged] if len(judged) == 1 else judged)
    over = sum(each.regret > WANTED[1] for each in judged)
    figures = f"{found.median:.2f} | {found.percentile_95:.2f} | {found.worst.regret:.2f} | {over}"
    return f"| {name} | {len(judged)} | {figures} |"


if __name__ == "__main__":
    main()
