"""What xlmill raises.

XlmillError
├── FormulaSyntaxError      text that is no formula, with position and caret
├── InputError              a file, column or option that cannot be used
├── MissingExtraError       an optional library that is not installed
├── UnknownStrategyError    a strategy that does not exist
├── WorkersFailedError      workers that could not be started or kept alive
├── TaskFailedError         a task that took its worker down, or was over a limit
└── UnequalResultsError     strategies that gave different results, so that their times say nothing
"""

from __future__ import annotations


class XlmillError(Exception):
    """The base of everything that xlmill raises; its message says what to do next."""


class FormulaSyntaxError(XlmillError):
    """Text that is no formula.

    `formula` is the text, `position` counts characters from 0, `problem` says what is wrong there and what
    was expected. `str()` shows all three, with a caret under the position.
    """

    def __init__(self, formula: str, position: int, problem: str) -> None:
        self.formula = formula
        self.position = position
        self.problem = problem
        super().__init__(f"{problem}\n{caret_under(formula, position)}")

    def __reduce__(self) -> tuple[type[FormulaSyntaxError], tuple[str, int, str]]:
        return FormulaSyntaxError, (self.formula, self.position, self.problem)


class InputError(XlmillError):
    """A file, a column or an option that cannot be used."""


class MissingExtraError(XlmillError):
    """An optional library that is needed here and not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        self.purpose = purpose
        self.extra = extra
        super().__init__(f'{purpose} needs an extra: pip install "xlmill[{extra}]"')

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return MissingExtraError, (self.purpose, self.extra)


class UnknownStrategyError(XlmillError):
    """A strategy that does not exist."""


class WorkersFailedError(XlmillError):
    """Workers that could not be started or kept alive."""


class TaskFailedError(XlmillError):
    """A task that took its worker down, was over a limit, or could not travel to a worker.

    `task` is its place among the tasks, counted from 0; `cause` is a word, such as "killed" or "timeout".
    """

    def __init__(self, task: int, cause: str, message: str) -> None:
        self.task = task
        self.cause = cause
        self.message = message
        super().__init__(f"task {task} failed ({cause}): {message}")

    def __reduce__(self) -> tuple[type[TaskFailedError], tuple[int, str, str]]:
        return TaskFailedError, (self.task, self.cause, self.message)


class UnequalResultsError(XlmillError):
    """Strategies that gave different results, so that their times say nothing.

    `strategy` gave `found` at `row` (from 0) where `baseline` gave `expected`; `row` is None where that came and went.
    A strategy that differs from itself gives other results each time.
    """

    def __init__(
        self, strategy: str, baseline: str, row: int | None = None, expected: str = "", found: str = ""
    ) -> None:
        self.strategy = strategy
        self.baseline = baseline
        self.row = row
        self.expected = expected
        self.found = found
        if row is None:
            problem = f"{strategy} does not give the same results each time"
        else:
            problem = f"{strategy} differs from {baseline} in row {row + 1:,}: {found}, not {expected}"
        super().__init__(f"{problem}. Times of different results say nothing, so none are shown; leave {strategy} out")

    def __reduce__(self) -> tuple[type[UnequalResultsError], tuple[str, str, int | None, str, str]]:
        return UnequalResultsError, (self.strategy, self.baseline, self.row, self.expected, self.found)


def caret_under(formula: str, position: int, width: int = 72) -> str:
    """The part of `formula` round `position` (characters from 0) on one line, and a caret under it."""
    begin = max(0, position - width // 2)
    end = min(len(formula), begin + width)
    head = "…" if begin else ""
    tail = "…" if end < len(formula) else ""
    line = "".join(c if c.isprintable() else " " for c in formula[begin:end])
    return f"  {head}{line}{tail}\n  {' ' * (len(head) + position - begin)}^"
