"""Functions of the user's own, written in Python, that formulas may call."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from xlmill.exceptions import InputError
from xlmill.functions.own_calls import call_each, run_to_end
from xlmill.functions.parameter import Optional, Parameter, To
from xlmill.functions.registry import Function, functions, numbered, register_own
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


def function(name: str, *, io: bool = False, columnar: bool = False) -> Callable[[F], F]:
    """Make a Python function known to formulas as `name`; it stays what it is, and can be called as before.

    Annotations say what arguments are coerced to, by Excel's rules: float, int (cut toward zero), bool, str; `list`
    is an array or area as nested lists; `object`, or none, any value, an array as nested lists and an empty cell as
    None. Where one value is wanted and an array is given, the function runs for each element. A row with an
    error value among its arguments has that error, without a call. Parameters with defaults may be left out of a
    formula, and *args repeat.

    It returns what `evaluate` returns: a number, text, bool, None, `ExcelError`, a date, nested lists. What it
    raises becomes #VALUE!; the traceback goes to the log `xlmill.functions.user_function` at level DEBUG.

    `io`: it waits for something, so that many rows wait at the same time, in threads. An async function is awaited
    for many rows at the same time. `columnar`: it takes whole columns, NumPy arrays (of objects for text), and
    returns an array or a list of one value a row; a row's value must not depend on the other rows.

    It should depend on nothing but its arguments: how often it is called, and in which process, is left open.
    """
    known = name.upper()
    if _NAME.fullmatch(known) is None:
        raise InputError(f"{name!r} is no name for a function: use letters, digits, _ and ., a letter first")
    given = functions().get(known)
    if known in ("LET", "LAMBDA", "TRUE", "FALSE") or (given is not None and given.category != CATEGORY):
        raise InputError(f"{known} is a function of Excel's; give yours another name")

    def register(body: F) -> F:
        register_own(_entry(known, body, io, columnar))
        return body

    return register


def own_functions() -> list[tuple[int, Function]]:
    """The user's own functions, with their numbers in this process."""
    return [(number, entry) for number, entry in numbered() if entry.category == CATEGORY]


def _entry(name: str, body: Callable[..., Any], io: bool, columnar: bool) -> Function:
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
    kernel = OwnKernel(body, tuple(wanted), tuple(defaults), repeated, io, columnar)
    has_required = any(parameter.default is None for parameter in parameters)
    return Function(
        name,
        kernel,
        CATEGORY,
        tuple(parameters),
        (_TO[repeated],) if repeated else (),
        repeated_name,
        # Otherwise the number of rows could not be told where no argument is given.
        takes_surroundings=not has_required,
        omitted_is_default=True,
        # Not in rows that do not need it: it may take long, or not come back.
        is_deferred=io or not columnar,
    )


class OwnKernel:
    """A Python function as a kernel: columns to Python values, a call for each row, and the results as a column."""

    def __init__(
        self,
        body: Callable[..., Any],
        wanted: tuple[Any, ...],
        defaults: tuple[Any, ...],
        repeated: Any,
        io: bool,
        columnar: bool,
    ) -> None:
        """`wanted` are the parameters' annotations, `defaults` what they are when left out, `repeated` is of *args."""
        self.__doc__ = body.__doc__
        self.__wrapped__ = body
        self._wanted = wanted
        self._defaults = defaults
        self._repeated = repeated
        self._io = io
        self._columnar = columnar

    def __call__(self, *arguments: Any, surroundings: Surroundings | None = None) -> Column:
        kinds = [*self._wanted, *[self._repeated] * (len(arguments) - len(self._wanted))]
        given = next((argument for argument in arguments if argument is not None), None)
        count = len(given) if given is not None else 1 if surroundings is None else len(surroundings.rows)
        prepare = _whole if self._columnar else _each
        columns = [
            prepare(argument, kind) if argument is not None else [self._defaults[place]] * count
            for place, (argument, kind) in enumerate(zip(arguments, kinds, strict=True))
        ]
        if self._columnar:
            return self._by_columns(columns, count)
        rows = list(zip(*columns, strict=True)) if columns else [()] * count
        return _column(call_each(self.__wrapped__, rows, self._io))

    def _by_columns(self, columns: Sequence[Any], count: int) -> Column:
        """The function of whole columns; where it fails, of halves, so that a row fails for its own sake alone."""
        try:
            result = run_to_end(self.__wrapped__, *columns)
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
    values = _each(argument, kind)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


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
