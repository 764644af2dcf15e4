"""Workers killed, stopped and starved at random for a long time, while every row must come back exactly once.

`python -m tools.soak --seconds 1200 --seed 7`. Each round maps a task over rows, a few of which are hostile by
themselves, while a saboteur sends signals to workers that hold rows of others. At its end the digest of all results, in
order, must be that of an undisturbed run, and each hostile row must be blamed for its own cause. A round that fails is
run again with --seed and the number of the round that it tells: --first N --rounds 1.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psutil

from xlmill.execution import Cause, Fault, Items, Outcome, Settings, create, cut
from xlmill.execution.each_item import EachItem
from xlmill.execution.process_pool import ProcessPool

# Rows take a thousandth of it, for on a busy machine they may take much longer.
LIMIT_SECONDS = 1.5
LIMIT_BYTES = 200_000_000
ITEM_SECONDS = 0.001


def stay() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        pass


def hoard() -> None:
    held = []
    while True:
        held.append(bytearray(20_000_000))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(7)


def fail() -> None:
    raise ValueError("this row raises")


DEEDS: dict[Callable[[], None], Cause] = {
    stay: Cause.TIMEOUT,
    spin: Cause.TIMEOUT,
    hoard: Cause.MEMORY,
    die: Cause.KILLED,
    leave: Cause.EXIT,
    fail: Cause.EXCEPTION,
}


@dataclass(frozen=True)
class Task:
    """Squares numbers in a little time each; some numbers are hostile."""

    hostile: dict[int, Callable[[], None]]

    def __call__(self, number: int) -> int:
        time.sleep(ITEM_SECONDS)
        if number in self.hostile:
            self.hostile[number]()
        return number * number

    def of_chunk(self, chunk: Items[int]) -> list[int]:
        """The same over a chunk, where nobody says which row it is on."""
        return [self(number) for number in chunk.items]


@dataclass
class Saboteur:
    """Sends signals to workers of a pool until told to stop; counts what it sent."""

    pool: ProcessPool
    chance: random.Random
    sent: Counter[str] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Strike at random moments."""
        while not self.is_over.wait(self.chance.uniform(0.05, 0.6)):
            crew = self.pool._crew
            workers = [] if crew is None else [worker for worker in list(crew.workers) if worker.is_ready]
            if workers:
                number = self.chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
                try:
                    pid = self.chance.choice(workers).process.pid
                    if pid is not None:
                        os.kill(pid, number)
                        self.sent[number.name] += 1
                except (ProcessLookupError, ValueError):
                    continue  # it is gone already


def soak_once(chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """One round; the signals that were sent, and the causes of all faults."""
    count = chance.randint(200, 6000)
    hostile = {chance.randrange(count): chance.choice(list(DEEDS)) for _ in range(chance.randint(0, 4))}
    task = Task(hostile)
    goes_by_item = chance.random() < 0.5
    function: Callable[[Items[int]], Any] = EachItem(task, travels=True) if goes_by_item else task.of_chunk
    settings = Settings(
        workers=chance.randint(1, 4), task_timeout=LIMIT_SECONDS, memory_limit=LIMIT_BYTES, quarantine_limit=10_000
    )
    pool = create("pool", settings)
    assert isinstance(pool, ProcessPool)
    with pool:
        saboteur = Saboteur(pool, chance)
        thread = threading.Thread(target=saboteur.run)
        thread.start()
        try:
            outcomes = list(pool.map(function, cut(range(count), chance.randint(1, 150))))
        finally:
            saboteur.is_over.set()
            thread.join()
    return saboteur.sent, check(outcomes, count, hostile)


def check(outcomes: Iterable[Outcome[Items[int], Any]], count: int, hostile: dict[int, Any]) -> Counter[str]:
    """Raise AssertionError unless every row came exactly once, right or rightly blamed; the causes of the faults."""
    found, expected = hashlib.sha256(), hashlib.sha256()
    causes: Counter[str] = Counter()
    place = 0
    for outcome in outcomes:
        results = [outcome.fault] * len(outcome.chunk) if outcome.fault else outcome.value
        for number, result in zip(outcome.chunk.items, results, strict=True):
            wanted: object = number * number
            if isinstance(result, Fault):
                causes[result.cause] += 1
                # Whoever was struck twice by the saboteur is blamed like a row that kills; anything else is wrong.
                is_unlucky = result.cause is Cause.KILLED and result.attempts == 2
                if number in hostile and result.cause is DEEDS[hostile[number]]:
                    wanted = result.cause
                elif is_unlucky:
                    wanted = result.cause
                    causes["of them struck twice by chance"] += number not in hostile
                result = result.cause
            elif number in hostile:
                wanted = "a fault"
            found.update(f"{number} {result}\n".encode())
            expected.update(f"{place} {wanted}\n".encode())
            place += 1
    assert place == count, f"{place} rows of {count}"
    assert found.digest() == expected.digest(), "the digest differs from that of an undisturbed run"
    return causes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=1200)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--rounds", type=int)
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    began, number = time.monotonic(), given.first
    signals, causes = Counter[str](), Counter[str]()
    while time.monotonic() - began < given.seconds and number - given.first != given.rounds:
        try:
            sent, found = soak_once(random.Random(f"{given.seed} {number}"))
        except BaseException:
            print(f"round {number} of seed {given.seed} failed", flush=True)
            raise
        signals.update(sent)
        causes.update(found)
        number += 1
    left = [child for child in psutil.Process().children(recursive=True) if "forkserver" not in str(child.cmdline())]
    left = [child for child in left if "resource_tracker" not in str(child.cmdline())]
    assert not left, f"processes are left: {left}"
    print(f"{number - given.first} rounds in {time.monotonic() - began:.0f} s: no row lost, none twice, none wrong")
    print(f"signals sent: {dict(signals)}; rows blamed: {dict(causes)}")


if __name__ == "__main__":
    main()
