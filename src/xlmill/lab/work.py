"""What is to be done, in a form that every strategy can be given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from xlmill.execution import Outcome, Settings
from xlmill.lab.digest import Digests
from xlmill.lab.way import Way


@dataclass(frozen=True, slots=True)
class Subject:
    """What the work is, for people: its name, how many rows it has, and what a row is called.

    `given` are the lines of Python that bring it about, where it lay in a file. `has_columns`: its expressions use
    names of columns beside them.
    """

    name: str
    rows: int
    unit: str
    given: str = ""
    has_columns: bool = False


class Work(ABC):
    """A workload as the process sees it that runs it by one way, again and again.

    It travels there by value; what is large stays in a file.
    """

    subject: Subject

    # Rows that make all be compiled that is compiled once for the machine; 0 where nothing is.
    rows_to_compile: int = 0

    @abstractmethod
    def prepare(self, way: Way) -> None:
        """Bring into memory what a caller would have there already. Nothing of it is timed."""

    @abstractmethod
    def settings(self, way: Way) -> Settings:
        """The settings of the strategy."""

    @abstractmethod
    def task(self, way: Way) -> Callable[[Any], Any]:
        """What a worker does with a chunk."""

    @abstractmethod
    def chunks(self, way: Way, rows: int) -> Iterable[Any]:
        """The first `rows` rows, cut as suits the strategy."""

    @abstractmethod
    def chunk_rows(self, way: Way, rows: int) -> int | None:
        """Rows of a chunk where there are `rows` in all; None where chunks find their size by themselves."""

    @abstractmethod
    def first_rows(self, way: Way) -> int:
        """How many rows show what the others may cost, without costing much themselves."""

    @abstractmethod
    def predictions(self, workers: int) -> dict[str, float]:
        """Seconds that the planner predicts for all rows, by strategy, once everything is loaded."""

    @abstractmethod
    def put_together(self, outcomes: list[Outcome[Any, Any]]) -> Any:
        """All results as a caller wants them. Raises TaskFaultError where a task of some has failed."""

    @abstractmethod
    def digests(self, results: Any) -> Digests:
        """The digests of what `put_together` gave."""

    @abstractmethod
    def shown(self, results: Any, first: int, last: int) -> list[str]:
        """Results from `first` to before `last`, for people to compare."""
