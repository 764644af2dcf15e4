"""Where a value stands, and what is known of its surroundings: ISFORMULA, SHEET, SHEETS, CELL, INFO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlmill.functions.first_cell import first_cells_of_references
from xlmill.functions.parameter import Text, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import ERROR, REFERENCE, Column, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python, python_from_column
from xlmill.values.reference_value import Area, Reference


@function("ISFORMULA")
def isformula(reference: Whole, *, surroundings: Surroundings) -> Column:
    """ISFORMULA(reference): whether a cell holds a formula.

    Arrays: a range of several cells gives an array.
    Errors: #VALUE! for what is no reference.
    Source: Microsoft Support, "ISFORMULA function".

    =ISFORMULA(Z99)  -> FALSE
    =ISFORMULA(1)  -> #VALUE!
    """
    results: list[Any] = []
    for row in range(len(reference)):
        refers_to = _reference(reference, row)
        if refers_to is None:
            wrong = reference.kinds[row] == ERROR
            results.append(ExcelError.from_code(int(reference.numbers[row])) if wrong else ExcelError.VALUE)
            continue
        area = refers_to.areas[0]
        if area.is_cell:
            results.append(surroundings.formula_text(area) is not None)
        elif area.rows * area.columns > surroundings.most_cells:
            results.append(ExcelError.NUM)
        else:
            results.append([[surroundings.formula_text(cell) is not None for cell in line] for line in _lines(area)])
    return column_from_python(results)


@function("SHEET")
def sheet(value: Whole | None = optional(None), *, surroundings: Surroundings) -> Column:
    """SHEET([value]): the number of the sheet that a reference or a sheet's name means; else of the formula's own.

    Arrays: of a range, its first sheet.
    Errors: #N/A for a name that no sheet has.
    Source: Microsoft Support, "SHEET function".

    =SHEET()  -> 1
    =SHEET(A1:B2)  -> 1
    =SHEET("no such sheet")  -> #N/A
    """
    numbers = {name.casefold(): number for number, name in enumerate(surroundings.sheets, start=1)}
    if value is None:
        return numbers_column(np.full(1, float(numbers.get(surroundings.formula_cell.sheet.casefold(), 1))))
    results: list[Any] = []
    for row, given in enumerate(python_from_column(value)):
        refers_to = _reference(value, row)
        if refers_to is not None:
            results.append(numbers.get(refers_to.areas[0].sheet.casefold(), ExcelError.NA))
        elif isinstance(given, ExcelError):
            results.append(given)
        else:
            results.append(numbers.get(given.casefold(), ExcelError.NA) if isinstance(given, str) else ExcelError.NA)
    return column_from_python(results)


@function("SHEETS")
def sheets(reference: Whole | None = optional(None), *, surroundings: Surroundings) -> Column:
    """SHEETS([reference]): how many sheets a reference spans, or the workbook has.

    Arrays: taken as a whole.
    Errors: #N/A for what is no reference.
    Source: Microsoft Support, "SHEETS function".

    =SHEETS()  -> 1
    =SHEETS(A1:B2)  -> 1
    """
    if reference is None:
        return numbers_column(np.full(1, float(max(len(surroundings.sheets), 1))))
    results: list[Any] = []
    for row, given in enumerate(python_from_column(reference)):
        refers_to = _reference(reference, row)
        if refers_to is None:
            is_error = reference.kinds[row] == ERROR
            results.append(given if is_error else ExcelError.NA)
        else:
            results.append(len({area.sheet.casefold() for area in refers_to.areas}))
    return column_from_python(results)


@function("CELL", is_volatile=True)
def cell(info_type: Text, reference: Whole | None = optional(None), *, surroundings: Surroundings) -> Column:
    """CELL(info_type, [reference]): a fact about the first cell of a reference, or about the formula's own cell.

    There are "address", "col", "row", "contents" and "type" (b for an empty cell, l for text, v for other
    values). Cells here carry no formatting: "color" and "parentheses" are 0, "format" is G, "prefix" is ' for
    text, "protect" 1, "width" the standard width; "filename" is empty.

    Arrays: elementwise over info_type.
    Errors: #VALUE! for another info_type or what is no reference.
    Source: Microsoft Support, "CELL function".

    =CELL("address",C7)  -> "$C$7"
    =CELL("col",D1)  -> 4
    =CELL("type",Z99)  -> "b"
    =CELL("mood",A1)  -> #VALUE!
    """
    count = len(info_type)
    here = surroundings.formula_cell
    areas: list[Area | None] = [here] * count
    contents = [None] * count
    results: list[Any] = [ExcelError.VALUE] * count
    if reference is not None:
        references = [_reference(reference, row) for row in range(count)]
        areas = [None if one is None else one.areas[0] for one in references]
        contents = python_from_column(first_cells_of_references(reference, surroundings))
    for row, wanted in enumerate(info_type.to_strings()):
        area = areas[row]
        if area is not None:
            results[row] = _fact(wanted.lower(), area, here.sheet, contents[row])
        elif reference is not None and reference.kinds[row] == ERROR:
            results[row] = ExcelError.from_code(int(reference.numbers[row]))
    return column_from_python(results)


def _fact(wanted: str, area: Area, own_sheet: str, content: Any) -> Any:
    kind = "b" if content is None else "l" if isinstance(content, str) else "v"
    facts = {
        "address": _address(area, own_sheet),
        "col": area.column1,
        "row": area.row1,
        "contents": 0 if content is None else content,
        "type": kind,
        "color": 0,
        "parentheses": 0,
        "format": "G",
        "prefix": "'" if kind == "l" else "",
        "protect": 1,
        "width": [[8, True]],
        "filename": "",
    }
    return facts.get(wanted, ExcelError.VALUE)


def _address(area: Area, own_sheet: str) -> str:
    letters = ""
    column = area.column1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    prefix = "" if area.sheet.casefold() == own_sheet.casefold() else f"{_quoted(area.sheet)}!"
    return f"{prefix}${letters}${area.row1}"


def _quoted(sheet_name: str) -> str:
    if sheet_name.replace("_", "a").isalnum() and not sheet_name[0].isdigit():
        return sheet_name
    return "'" + sheet_name.replace("'", "''") + "'"


@function("INFO", is_volatile=True)
def info(type_text: Text) -> Column:
    """INFO(type_text): a fact about the surroundings of a calculation.

    There are "numfile" (1), "origin", "osversion", "recalc" (Automatic), "release" (16.0) and "system" (pcdos).

    Arrays: elementwise.
    Errors: #N/A for "memavail", "memused" and "totmem", which Excel no longer knows; #VALUE! for others.
    Differs: "directory" is #N/A: a formula learns nothing of the machine's files.
    Source: Microsoft Support, "INFO function".

    =INFO("recalc")  -> "Automatic"
    =INFO("system")  -> "pcdos"
    =INFO("memused")  -> #N/A
    """
    facts: dict[str, Any] = {
        "numfile": 1,
        "origin": "$A:$A$1",
        "osversion": "Windows (64-bit) NT 10.00",
        "recalc": "Automatic",
        "release": "16.0",
        "system": "pcdos",
        **dict.fromkeys(("directory", "memavail", "memused", "totmem"), ExcelError.NA),
    }
    return column_from_python([facts.get(wanted.lower(), ExcelError.VALUE) for wanted in type_text.to_strings()])


def _reference(column: Column, row: int) -> Reference | None:
    """The reference in a row, or None where it holds something else."""
    if column.kinds[row] != REFERENCE:
        return None
    assert column.objects is not None
    reference = column.objects[int(column.numbers[row])]
    assert isinstance(reference, Reference)
    return reference


def _lines(area: Area) -> Iterator[list[Area]]:
    for row in range(area.row1, area.row2 + 1):
        yield [Area(area.sheet, row, column, row, column) for column in range(area.column1, area.column2 + 1)]
