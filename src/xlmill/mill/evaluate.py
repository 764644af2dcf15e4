"""One expression, evaluated now."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from xlmill.engine.cells import Cells
from xlmill.engine.chunk import evaluate_forest
from xlmill.engine.program import program
from xlmill.engine.run import Mode, Run
from xlmill.engine.table import Table
from xlmill.exceptions import InputError
from xlmill.functions.allowed_hosts import allowed_hosts
from xlmill.functions.outside import Outside
from xlmill.syntax.forest import Forest
from xlmill.syntax.parser import parse_text
from xlmill.syntax.reference import parse_reference, parse_sheet_prefix
from xlmill.values.python_value import python_from_column
from xlmill.values.reference_value import Area
from xlmill.values.serial_date import from_datetime

_SHEET = "Sheet1"


def evaluate(
    formula: str,
    *,
    cells: Mapping[str, Any] | None = None,
    names: Mapping[str, Any] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    at: str = "A1",
    date1904: bool = False,
    array: bool = False,
    implicit_intersection: bool = False,
    locale: str = "en-US",
    clock: datetime.datetime | None = None,
    seed: int = 0,
    allow_hosts: Iterable[str] = (),
) -> Any:
    """Evaluate one Excel formula and return its value as a Python value.

    `formula` is the text; the leading "=" is optional. `cells` gives cells by address ("A1", "Sheet2!B2"; an area
    such as "A1:B2" takes a nested list), `names` gives defined names: values, or formulas as text beginning with
    "=". `tables` gives tables by name: {"ref": "A1:C9", "columns": ["id", "qty", "price"]}, where "ref" takes in the
    header row and may name a sheet, and "header": 0 or "totals": 1 say how many such rows there are. `at` is where
    the formula stands. `array=True` evaluates as a legacy array formula (Ctrl+Shift+Enter);
    `implicit_intersection=True` as Excel evaluated ordinary formulas before dynamic arrays. `clock` is what NOW and
    TODAY read (default: the computer's clock), `seed` what the RAND family starts from. `allow_hosts` names the hosts
    that WEBSERVICE may ask: "api.example.com", "10.0.0.5:8080"; none if not given.

    Returns float, str, bool, None, an `ExcelError`, or nested lists for an array. An error value is a value,
    not an exception. Raises FormulaSyntaxError for text that is no formula, InputError for an address or
    locale that cannot be used.

    >>> evaluate("=SUM(1,2,3)*ROUND(2.345,2)")
    14.100000000000001
    >>> evaluate("=A1*rate", cells={"A1": 3}, names={"rate": 0.2})
    0.6000000000000001
    """
    if locale != "en-US":
        raise InputError(f'locale {locale!r} is not supported: formulas are read in their stored form, "en-US"')
    forest, run = prepared(
        formula,
        cells=cells,
        names=names,
        tables=tables,
        at=at,
        date1904=date1904,
        mode=Mode.ARRAY if array else Mode.SCALAR if implicit_intersection else Mode.DYNAMIC,
        clock=clock,
        seed=seed,
        allow_hosts=allow_hosts,
    )
    return python_from_column(evaluate_forest(forest, run))[0]


def prepared(
    formula: str,
    *,
    cells: Mapping[str, Any] | None = None,
    names: Mapping[str, Any] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    at: str = "A1",
    date1904: bool = False,
    mode: Mode = Mode.DYNAMIC,
    clock: datetime.datetime | None = None,
    seed: int = 0,
    allow_hosts: Iterable[str] = (),
) -> tuple[Forest, Run]:
    """A formula parsed, and the run that its evaluation is; the arguments are those of `evaluate`."""
    run = Run(
        now=serial_now(clock, date1904),
        seed=seed,
        date1904=date1904,
        mode=mode,
        formula_cell=_area(at, "at"),
        cells=_cells(cells or {}),
        names={name.upper(): value for name, value in (names or {}).items()},
        tables={name.casefold(): _table(name, facts) for name, facts in (tables or {}).items()},
        outside=Outside(allowed_hosts(allow_hosts), seed),
    )
    return parse_text(formula, program().table), run


def serial_now(clock: datetime.datetime | None, date1904: bool) -> float:
    """The serial date that NOW gives during a run."""
    return from_datetime(clock if clock is not None else datetime.datetime.now(), date1904)


def _cells(given: Mapping[str, Any]) -> Cells:
    values: dict[tuple[str, int, int], Any] = {}
    for address, value in given.items():
        area = _area(address, "cells")
        if area.is_cell:
            values[area.sheet, area.row1, area.column1] = value
            continue
        table = np.asarray(value, dtype=object)
        if table.shape != (area.rows, area.columns):
            raise InputError(f"cells: {address} has {area.rows} rows of {area.columns}, the value given for it has not")
        for (row, column), one in np.ndenumerate(table):
            values[area.sheet, area.row1 + row, area.column1 + column] = one
    return Cells(values, sheets=[_SHEET])


def _table(name: str, facts: Mapping[str, Any]) -> Table:
    unknown = facts.keys() - {"ref", "columns", "header", "totals"}
    if unknown or "ref" not in facts or "columns" not in facts:
        raise InputError(f'tables: {name} needs "ref" and "columns", and may have "header" and "totals"')
    area, columns = _area(facts["ref"], "tables"), tuple(facts["columns"])
    if len(columns) != area.columns:
        raise InputError(f"tables: {name} has {len(columns)} names for the {area.columns} columns of {facts['ref']}")
    return Table(name, area, columns, facts.get("header", 1), facts.get("totals", 0))


def _area(address: str, parameter: str) -> Area:
    """The area that an address such as "A1" or "Sheet2!B2:C3" spells."""
    spelled = parse_reference(address)
    if spelled is None:
        raise InputError(f'{parameter}: "{address}" is no address; write it like "A1" or "Sheet2!B2:C3"')
    sheet = parse_sheet_prefix(spelled.sheet)[1] if spelled.sheet else _SHEET
    return Area(sheet, spelled.row1, spelled.column1, spelled.row2, spelled.column2)
