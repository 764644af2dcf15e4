"""Run the benchmarks: python -m benchmarks [PART]... writes RESULTS.md and results.json beside this file.

A part is a workload (w1 to w4, and those that guard against special-casing), main, guards, mixes, memory, starts,
pool, compiler, or all.
With fewer parts than all, the page goes to the folder of --work only.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import machine, memory, mixes, pool, report, starting
from benchmarks.throughput import Round, measure
from benchmarks.workloads import GUARDS, MAIN

HERE = Path(__file__).parent
ALL = (*MAIN, *GUARDS, "mixes", "memory", "starts", "pool", "compiler")
_GROUPS = {"all": ALL, "main": MAIN, "guards": GUARDS}
# Guards are many; that each is fast matters more than how fast to the second digit. LibreOffice starts slowly.
GUARD_ENGINES = ("xlmill", "formualizer", "ironcalc")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parts", nargs="*", default=["all"], metavar="PART")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--work", type=Path, default=HERE.parent / "out" / "bench", help="for inputs and answers")
    given = options.parse_args()
    parts = [one for part in given.parts for one in _GROUPS.get(part, (part,))]
    unknown = [part for part in parts if part not in ALL]
    if unknown:
        options.error(f"unknown: {', '.join(unknown)}; the parts are {', '.join((*_GROUPS, *ALL))}")
    work = given.work.resolve()
    began, before = time.monotonic(), machine.load()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr)

    rounds: list[Round] = []
    more: dict[str, Any] = {}
    for part in parts:
        if part == "starts":
            say("starts")
            more[part] = starting.starts(2 * given.repeats + 1)
        elif part == "mixes":
            more[part] = mixes.kept(work, 2 * given.repeats + 1, say)
        elif part == "pool":
            more[part] = pool.measure(given.repeats, say)
        elif part == "memory":
            more[part] = memory.growth(work, say)
        elif part == "compiler":
            more[part] = starting.compiler(work, say)
        elif part in MAIN:
            rounds.append(measure(part, work, given.repeats, say))
        else:
            rounds.append(measure(part, work, given.repeats, say, GUARD_ENGINES))
    told = (rounds, more, machine.facts(), (before, machine.load()))
    folder = HERE if set(parts) == set(ALL) else work
    folder.mkdir(parents=True, exist_ok=True)
    page = report.page(*told)
    (folder / "RESULTS.md").write_text(page, encoding="utf-8")
    (folder / "results.json").write_text(report.data(*told), encoding="utf-8")
    print(page)
    wrong = [one.workload for one in rounds if not one.checked.holds]
    if wrong:
        print(f"answers not confirmed: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
