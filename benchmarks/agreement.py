"""The lab beside pyperf: the same work measured by both, and how far they are apart. python -m benchmarks.agreement

`function` is a plain Python function over its tasks, `expressions` the serial evaluation of a file, which lies in
memory already. pyperf starts fresh processes of its own and knows nothing of the lab. Both take turns.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import xlmill as xl
from benchmarks import machine

TASKS = range(1, 20_001)
EXPRESSIONS = 200_000
WORKS = ("function", "expressions")
# Medians that are farther apart do not agree.
MOST = 0.05
_TURNS, _VALUES = 3, 5


def collatz_steps(number: int) -> int:
    steps = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


def expressions_file() -> Path:
    """A file of expressions, made where it is missing."""
    file = Path(tempfile.gettempdir()) / f"xlmill-agreement-{EXPRESSIONS}.txt"
    if not file.exists():
        made = file.with_suffix(".new.txt")
        subprocess.run([sys.executable, "-m", "xlmill", "generate", str(EXPRESSIONS), "-o", made], check=True)
        made.rename(file)
    return file


def seconds_by_lab(work: str) -> list[float]:
    """The makespans of the baseline."""
    workload = (collatz_steps, TASKS) if work == "function" else expressions_file()
    [serial] = xl.compare(workload, [], repeat=_VALUES, budget=60.0).record.ways
    return [sample.timing.seconds for sample in serial.samples]


def seconds_by_pyperf(work: str) -> list[float]:
    """The values of a process or several, each after a warm-up."""
    import pyperf

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", "benchmarks.work_by_pyperf", "--work", work, "-o", str(file), "--quiet"]
        counts = ["--processes", "2", "--values", str(_VALUES), "--warmups", "1", "--loops", "1"]
        subprocess.run([*command, *counts], check=True, stdout=subprocess.DEVNULL)
        return list(pyperf.Benchmark.load(str(file)).get_values())


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.parse_args()
    print(f"{machine.facts()}\nload {machine.load()}\n")
    print("| work | lab, median | least | pyperf, median | least | lab over pyperf |\n|---|---|---|---|---|---|")
    apart = 0.0
    for work in WORKS:
        lab: list[float] = []
        other: list[float] = []
        for _ in range(_TURNS):
            lab += seconds_by_lab(work)
            other += seconds_by_pyperf(work)
        ratio = median(lab) / median(other)
        apart = max(apart, abs(ratio - 1))
        times = " | ".join(f"{1000 * seconds:.2f} ms" for seconds in (median(lab), min(lab), median(other), min(other)))
        print(f"| {work} | {times} | {ratio:.3f} |")
    print(f"\n{'agreed' if apart <= MOST else 'not agreed'}: {apart:.1%} apart at most, {MOST:.0%} allowed")
    return int(apart > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
