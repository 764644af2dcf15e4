"""What a run has to do with the world outside: whom it may ask, what it was answered, and which calls failed."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from xlmill.values.error_value import ExcelError

if TYPE_CHECKING:
    import asyncio

Row: TypeAlias = tuple[Any, ...]
Key: TypeAlias = Hashable

# Answers of one function that are kept: memory must not grow with the input.
MOST_KEPT = 100_000
# Messages name what was asked for, so that all of them could be different.
MOST_REASONS = 50
LONGEST_REASON = 200
OTHER_REASONS = "other reasons"


class Answer(NamedTuple):
    """What a call gave; `failure` is why it gave nothing, and `value` then an error value."""

    value: Any
    failure: str | None = None


class Failure(NamedTuple):
    """Why calls of a function gave no answer, and how many values are missing for it."""

    function: str
    reason: str
    values: int

    def __str__(self) -> str:
        return f"{self.values:,} of {self.function}: {self.reason}"


def failures_in(counts: Counter[tuple[str, str]]) -> list[Failure]:
    """Failures from counts by function and reason, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Failure(name, reason, values) for (name, reason), values in ranked]


class NoAnswerError(Exception):
    """There is no answer: the error value to show, and whether asking again could help."""

    def __init__(self, value: ExcelError, reason: str, *, is_final: bool) -> None:
        self.value = value
        self.is_final = is_final
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Patience:
    """How calls of a function wait: how many at once, how often again after a failure, seconds for each attempt."""

    concurrency: int = 64
    retries: int = 2
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Source:
    """A function that waits: called with the values of a row, or, if it `takes_rows`, with a list of such rows.

    Whatever it raises is a failure.
    """

    name: str
    function: Callable[..., Any]
    patience: Patience
    takes_rows: bool = False


class Desk:
    """What a run asks of one source: `answers` by what was asked, and what is being waited for."""

    def __init__(self, source: Source, seed: int) -> None:
        import asyncio

        self.source = source
        self.seed = seed
        self.answers: dict[Key, Answer] = {}
        self.pending: dict[Key, asyncio.Future[Answer]] = {}
        self.room = asyncio.Semaphore(source.patience.concurrency)
        self.stuck = 0

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer, in the place of the oldest where there are many."""
        if len(self.answers) >= MOST_KEPT:
            self.answers.pop(next(iter(self.answers)), None)
        self.answers[key] = answer


@dataclass(eq=False)
class _Shared:
    """What all chunks of a run in this process have in common."""

    key: str
    hosts: frozenset[str]
    seed: int
    desks: dict[str, Desk] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def desk(self, source: Source) -> Desk:
        with self.lock:
            if source.name not in self.desks:
                self.desks[source.name] = Desk(source, self.seed)
            return self.desks[source.name]


class Outside:
    """The outside as one run sees it: the `hosts` it may ask, answers asked for once, and `failures` by cause.

    Answers are kept as long as the run lasts, for each process apart. `failures` counts values that calls failed to
    give, by the function's name and the reason. `waited` is how many seconds were waited for answers.
    """

    def __init__(self, hosts: Iterable[str] = (), seed: int = 0) -> None:
        self._shared = _Shared(os.urandom(8).hex(), frozenset(hosts), seed)
        self.failures: Counter[tuple[str, str]] = Counter()
        self.waited = 0.0

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be asked, as the caller named them."""
        return self._shared.hosts

    def for_chunk(self) -> Outside:
        """The same outside, with counts of its own."""
        return _view(self._shared)

    def anew(self) -> Outside:
        """The outside of another run like this one, which has asked nothing yet."""
        return Outside(self._shared.hosts, self._shared.seed)

    def ask(self, source: Source, rows: Sequence[Row]) -> list[Any]:
        """The source's answer for each row, equal rows asked for once; waits until all are there."""
        desk = self._shared.desk(source)
        keys = [_key(row) for row in rows]
        found: dict[Key, Answer] = {}
        wanted: dict[Key, Row] = {}
        for key, row in zip(keys, rows, strict=True):
            if key in found or key in wanted:
                continue
            answer = desk.answers.get(key)
            if answer is None:
                wanted[key] = row
            else:
                found[key] = answer
        if wanted:
            from xlmill.functions.waiting import answers_to  # an event loop takes 30 ms to import

            began = time.perf_counter()
            found.update(answers_to(desk, wanted))
            self.waited += time.perf_counter() - began
        answers = [found[key] for key in keys]
        for answer in answers:
            if answer.failure is not None:
                self.note(source.name, answer.failure, 1)
        return [answer.value for answer in answers]

    def note(self, name: str, reason: str, count: int) -> None:
        """Count values that calls of a function failed to give."""
        cause = name, reason
        if cause not in self.failures and len(self.failures) >= MOST_REASONS:
            cause = name, OTHER_REASONS
        self.failures[cause] += count

    def __reduce__(self) -> tuple[Callable[..., Outside], tuple[str, frozenset[str], int]]:
        return _arrived, (self._shared.key, self._shared.hosts, self._shared.seed)


_here: weakref.WeakValueDictionary[str, _Shared] = weakref.WeakValueDictionary()


def _arrived(key: str, hosts: frozenset[str], seed: int) -> Outside:
    """The outside of a run that came from another process: the same for all that it sends here."""
    return _view(_here.setdefault(key, _Shared(key, hosts, seed)))


def _view(shared: _Shared) -> Outside:
    outside = Outside.__new__(Outside)
    outside._shared = shared
    outside.failures = Counter()
    outside.waited = 0.0
    return outside


def _key(row: Row) -> Key:
    """A row as what it can be found by. 1, 1.0 and TRUE are equal in Python, and not the same here."""
    return tuple([value if type(value) in _PLAIN else _hashable(value) for value in row])


_PLAIN = (float, str)


def _hashable(value: Any) -> Key:
    if isinstance(value, list):
        return tuple([_hashable(one) for one in value])
    return type(value), value
