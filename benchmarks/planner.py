"""The planner judged on its grid: python -m benchmarks.planner [--repeats N] [--sample N] [--most SECONDS]."""

from __future__ import annotations

import argparse
import random

from xlmill.lab.planner_grid import grid
from xlmill.lab.planner_regret import Judged, judge


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--sample", type=int, help="so many cells, chosen by chance, instead of all")
    options.add_argument("--most", type=float, default=1.0, help="seconds that the best strategy of a cell may take")
    given = options.parse_args()
    cells = grid(given.most)
    if given.sample:
        cells = random.Random(given.sample).sample(cells, min(given.sample, len(cells)))
    found = judge(cells, given.repeats, progress=show)
    print(f"{len(cells)} cells: regret median {found.median:.2f}, 95th percentile {found.percentile_95:.2f}, worst:")
    for each in found.judged[:10]:
        show(each)


def show(each: Judged) -> None:
    times = ", ".join(f"{name} {1000 * each.seconds[name]:.1f}" for name in sorted(each.seconds))
    print(f"{each.regret:6.2f}  {each.cell}: chose {each.chosen}, best {each.best}; ms: {times}", flush=True)


if __name__ == "__main__":
    main()
