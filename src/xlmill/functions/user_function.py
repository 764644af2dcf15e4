"""Functions of the user's own, written in Python, that formulas may call."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from xlmill.exceptions import InputError
from xlmill.functions.outside import Patience, Row, Source
from xlmill.functions.parameter import Optional, Parameter, To
from xlmill.functions.registry import Function, functions, numbered, register_own, registrations
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Arrays, Column, arrays_column, booleans_column, error_where, errors_column, stack
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python, python_from_column
from xlmill.values.text_column import Texts

F = TypeVar("F", bound=Callable[..., Any])

CATEGORY = "user"

_NAME = re.compile(r"[A-Z][A-Z0-9_.]*")
_TO = {float: To.NUMBER, int: To.NUMBER, bool: To.LOGICAL, str: To.TEXT, list: To.RANGE, object: To.RANGE}
_log = logging.getLogger(__name__)


def function(
    name: str,
    *,
    io: bool = False,
    columnar: bool = False,
    concurrency: int | None = None,
    retries: int | None = None,
    timeout: float | None = None,
) -> Callable[[F], F]:
    """Make a Python function known to formulas as `name`; it stays what it is, and can be called as before.

    Annotations say what arguments are coerced to, by Excel's rules: float, int (cut toward zero), bool, str; `list`
    is an array or area as nested lists; `object`, or none, any value, an array as nested lists and an empty cell as
    None. Where one value is wanted and an array is given, the function runs for each element. A row with an
    error value among its arguments has that error, without a call. Parameters with defaults may be left out of a
    formula, and *args repeat.

    It returns what `evaluate` returns: a number, text, bool, None, `ExcelError`, a date, nested lists. What it
    raises becomes #VALUE!; the traceback goes to the log `xlmill.functions.user_function` at level DEBUG.

    `columnar`: it takes whole columns, NumPy arrays (of objects for text), and returns an array or a list of one
    value a row; a row's value must not depend on the other rows.

    `io`: it waits for something, such as a service. Many rows wait at the same time, in threads or, if it is async,
    on an event loop; equal arguments are asked for once in a run; the branch of an IF that is not taken asks nothing.
    `concurrency` calls (64 if not given) are under way at once; each may take `timeout` seconds (30); one that raises
    or is over its time is made again after a pause, up to `retries` times (2), and then is #CONNECT! if its cause is
    an OSError, such as ConnectionError or TimeoutError, else #VALUE!. `Results.failures` and the summary of a run
    tell how many values failed and why. An async function waits, and so needs no `io=True`.

    It should depend on nothing but its arguments: how often it is called, and in which process, is left open.
    """
    patience = _patience(name, concurrency, retries, timeout)
    known = name.upper()
    if _NAME.fullmatch(known) is None:
        raise InputError(f"{name!r} is no name for a function: use letters, digits, _ and ., a letter first")
    given = functions().get(known)
    if known in ("LET", "LAMBDA", "TRUE", "FALSE") or (given is not None and given.category != CATEGORY):
        raise InputError(f"{known} is a function of Excel's; give yours another name")

    def register(body: F) -> F:
        waits = io or inspect.iscoroutinefunction(body)
        if patience != Patience() and not waits:
            raise InputError(f"{known}: concurrency, retries and timeout are for functions that wait; add io=True")
        register_own(_entry(known, body, patience if waits else None, columnar))
        return body

    return register


def own_functions() -> list[tuple[int, Function]]:
    """The user's own functions, with their numbers in this process."""
    if not registrations():  # nor need all of Excel's be imported to see that
        return []
    return [(number, entry) for number, entry in numbered() if entry.category == CATEGORY]


def _patience(name: str, concurrency: int | None, retries: int | None, timeout: float | None) -> Patience:
    usual = Patience()
    patience = Patience(
        usual.concurrency if concurrency is None else concurrency,
        usual.retries if retries is None else retries,
        usual.timeout if timeout is None else timeout,
    )
    if patience.concurrency < 1 or patience.retries < 0 or not patience.timeout > 0:
        raise InputError(f"{name}: concurrency is 1 or more, retries 0 or more, and timeout above 0 seconds")
    return patience


def _entry(name: str, body: Callable[..., Any], patience: Patience | None, columnar: bool) -> Function:
    parameters: list[Parameter] = []
    wanted: list[Any] = []
    defaults: list[Any] = []
    repeated: Any = None
    repeated_name = ""
    for parameter in inspect.signature(body, eval_str=True).parameters.values():
        annotation = object if parameter.annotation in (parameter.empty, Any) else parameter.annotation
        if annotation not in _TO:
            raise InputError(f"{name}: {parameter.name} is annotated {annotation!r}; use float, int, bool, str or list")
        if parameter.kind is parameter.VAR_POSITIONAL:
            repeated, repeated_name = annotation, parameter.name
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            default = None if parameter.default is parameter.empty else Optional(None)
            parameters.append(Parameter(parameter.name, _TO[annotation], default))
            wanted.append(annotation)
            defaults.append(parameter.default)
        elif parameter.default is parameter.empty:
            raise InputError(f"{name}: formulas have no keywords, so {parameter.name} needs a default")
    kernel = OwnKernel(name, body, tuple(wanted), tuple(defaults), repeated, patience, columnar)
    has_required = any(parameter.default is None for parameter in parameters)
    return Function(
        name,
        kernel,
        CATEGORY,
        tuple(parameters),
        (_TO[repeated],) if repeated else (),
        repeated_name,
        # Otherwise the number of rows could not be told where no argument is given.
        takes_surroundings=patience is not None or not has_required,
        omitted_is_default=True,
        # Not in rows that do not need it: it may take long, or not come back.
        is_deferred=patience is not None or not columnar,
        waits=patience is not None,
    )


class OwnKernel:
    """A Python function as a kernel: columns to Python values, a call for each row, and the results as a column."""

    def __init__(
        self,
        name: str,
        body: Callable[..., Any],
        wanted: tuple[Any, ...],
        defaults: tuple[Any, ...],
        repeated: Any,
        patience: Patience | None,
        columnar: bool,
    ) -> None:
        """`wanted` are the parameters' annotations, `defaults` what they are when left out, `repeated` is of *args.

        `patience` is that of a function that waits.
        """
        self.__doc__ = body.__doc__
        self.__wrapped__ = body
        self._wanted = wanted
        self._defaults = defaults
        self._repeated = repeated
        self._columnar = columnar
        self._source = None if patience is None else Source(name, self._asked(), patience, columnar)

    def __call__(self, *arguments: Any, surroundings: Surroundings | None = None) -> Column:
        kinds = self._kinds(len(arguments))
        given = next((argument for argument in arguments if argument is not None), None)
        count = len(given) if given is not None else 1 if surroundings is None else len(surroundings.rows)
        prepare = _whole if self._columnar and self._source is None else _each
        columns = [
            prepare(argument, kind) if argument is not None else [self._defaults[place]] * count
            for place, (argument, kind) in enumerate(zip(arguments, kinds, strict=True))
        ]
        if self._columnar and self._source is None:
            return self._by_columns(columns, count)
        rows = list(zip(*columns, strict=True)) if columns else [()] * count
        if self._source is None:
            return _column([_call(self.__wrapped__, row) for row in rows])
        assert surroundings is not None
        return _column(surroundings.outside.ask(self._source, rows))

    def _kinds(self, count: int) -> list[Any]:
        return [*self._wanted, *[self._repeated] * (count - len(self._wanted))]

    def _asked(self) -> Callable[..., Any]:
        """The function as it is asked: of a row's values, or of rows, where it takes columns."""
        body = self.__wrapped__
        if not self._columnar:
            return body
        if inspect.iscoroutinefunction(body):

            async def awaited(rows: Sequence[Row]) -> list[Any]:
                return _values(await body(*self._columns(rows)), len(rows))

            return awaited
        return lambda rows: _values(body(*self._columns(rows)), len(rows))

    def _columns(self, rows: Sequence[Row]) -> list[np.ndarray[Any, Any]]:
        """Rows as the columns that a columnar function takes."""
        columns = list(zip(*rows, strict=True))
        return [_array(column, kind) for column, kind in zip(columns, self._kinds(len(columns)), strict=True)]

    def _by_columns(self, columns: Sequence[Any], count: int) -> Column:
        """The function of whole columns; where it fails, of halves, so that a row fails for its own sake alone."""
        try:
            result = self.__wrapped__(*columns)
            if len(result) != count:
                raise ValueError(f"{len(result)} results for {count} rows")
            return _column_of_array(result) if isinstance(result, np.ndarray) else column_from_python(list(result))
        except Exception:
            if count == 1:
                _log.debug("a function failed", exc_info=True)
                return errors_column(np.array([ExcelError.VALUE.code]))
        half = count // 2
        parts = [[column[:half] for column in columns], [column[half:] for column in columns]]
        return stack([self._by_columns(parts[0], half), self._by_columns(parts[1], count - half)]).settled()


def _each(argument: Any, kind: Any) -> list[Any]:
    """An argument as the engine prepared it, as one Python value a row."""
    if isinstance(argument, Arrays):
        values = python_from_column(arrays_column(argument))
        return values if kind is list else [_single(value) for value in values]
    if isinstance(argument, Texts):
        return argument.to_strings()
    return [int(value) for value in argument.tolist()] if kind is int else argument.tolist()


def _single(value: list[list[Any]]) -> Any:
    return value[0][0] if len(value) == len(value[0]) == 1 else value


def _whole(argument: Any, kind: Any) -> np.ndarray[Any, Any]:
    """An argument as the engine prepared it, as an array of one value a row."""
    if isinstance(argument, np.ndarray):
        array = argument.astype(np.int64) if kind is int else argument.view()
        array.flags.writeable = False  # it may be the engine's own
        return array
    return _array(_each(argument, kind), object)


def _array(values: Sequence[Any], kind: Any) -> np.ndarray[Any, Any]:
    """An array of Python values; of numbers and truth values by their own type."""
    if kind in (float, int, bool):
        return np.array(values, dtype=np.int64 if kind is int else kind)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _values(result: Any, count: int) -> list[Any]:
    """What a columnar function returned, as one Python value a row."""
    if len(result) != count:
        raise ValueError(f"{len(result)} results for {count} rows")
    return result.tolist() if isinstance(result, np.ndarray) else list(result)


def _call(function: Callable[..., Any], row: Row) -> Any:
    try:
        return function(*row)
    except Exception:
        _log.debug("a function failed with %r", row, exc_info=True)
        return ExcelError.VALUE


def _column_of_array(array: np.ndarray[Any, Any]) -> Column:
    if array.dtype == np.bool_:
        return booleans_column(array)
    if array.dtype.kind not in "fiu":
        return column_from_python(array.tolist())
    numbers = array.astype(np.float64)
    return error_where(~np.isfinite(numbers), ExcelError.NUM, numbers)


def _column(results: list[Any]) -> Column:
    try:
        return column_from_python(results)
    except TypeError:  # some result is nothing that a cell can hold
        return column_from_python([_holdable(result) for result in results])


def _holdable(result: Any) -> Any:
    try:
        column_from_python([result])
    except TypeError:
        _log.debug("a function returned what no cell can hold: %r", result)
        return ExcelError.VALUE
    return result
