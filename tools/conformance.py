"""Evaluate conformance cases and say how many give what the spreadsheet program that computed them gave.

    python tools/conformance.py DIR --json OUT [--failures FILE] [--only FUNCTION]

DIR holds *.jsonl files with one case a line: formula, where it stands, the cells and names that it reads, and the
expected value. OUT gets one line a case: {"id", "got"} in the cases' own typing, or {"id", "raised"}.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlmill.engine.cells import Cells
from xlmill.engine.chunk import evaluate_forest
from xlmill.engine.program import program
from xlmill.engine.run import Mode, Run
from xlmill.engine.table import Table
from xlmill.exceptions import XlmillError
from xlmill.syntax.parser import parse_text
from xlmill.syntax.reference import parse_reference
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import python_from_column
from xlmill.values.reference_value import Area

Case = dict[str, Any]

RELATIVE_TOLERANCE = 1e-9
# Iterative functions stop when they are near enough; Excel's own last digits are not the exact ones.
ITERATIVE_TOLERANCE = 1e-6
ITERATIVE = frozenset(
    """IRR XIRR MIRR RATE YIELD ODDFYIELD ODDLYIELD BESSELI BESSELJ BESSELK BESSELY BETA.INV BETAINV CHIINV
    CHISQ.INV CHISQ.INV.RT F.INV F.INV.RT FINV GAMMA.INV GAMMAINV NORM.INV NORM.S.INV NORMINV NORMSINV T.INV T.INV.2T
    TINV LOGNORM.INV LOGINV FORECAST.ETS FORECAST.ETS.CONFINT LINEST LOGEST""".split()
)
SEED = 1
NOW = 45_000.5


def cases(folder: Path) -> Iterator[tuple[str, Case]]:
    """Every case with the name of its file."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                yield file.stem, json.loads(line)


def evaluate_case(case: Case) -> Any:
    """The value that the case's formula has here, as Python values."""
    forest = parse_text(case["formula"], program().table)
    sheet = case["sheet"]
    run = Run(
        now=NOW,
        seed=SEED,
        date1904=case.get("date1904", False),
        mode=mode_of(case),
        formula_cell=area_of(case["cell"], sheet),
        cells=cells_of(case),
        names={name.upper(): text for name, text in case.get("names", {}).items()},
        tables={name.casefold(): table_of(name, facts) for name, facts in case.get("tables", {}).items()},
        spills={
            area_of(anchor, sheet): area_of(extent, sheet_of(anchor, sheet))
            for anchor, extent in case.get("spills", {}).items()
        },
    )
    return fitted(python_from_column(evaluate_forest(forest, run))[0], case)


def mode_of(case: Case) -> Mode:
    """How the program that computed the case treats arrays."""
    if not case.get("array"):
        return Mode.SCALAR
    return Mode.DYNAMIC if case.get("array_kind") == "dynamic" else Mode.ARRAY


def cells_of(case: Case) -> Cells:
    """The cells that the case's formula may read."""
    home = case["sheet"]

    def places(given: dict[str, Any]) -> dict[tuple[str, int, int], Any]:
        areas = {area_of(address, home): value for address, value in given.items()}
        return {(area.sheet, area.row1, area.column1): value for area, value in areas.items()}

    values = {place: from_json(value) for place, value in places(case["cells"]).items()}
    sheets = case.get("sheets") or [home]
    hidden = {sheet: frozenset(rows) for sheet, rows in case.get("hidden_rows", {}).items()}
    formulas = places(case.get("cell_formulas", {}))
    return Cells(values, sheets, formulas, hidden, filtered=case.get("filtered", ()), known_sheets="sheets" in case)


def area_of(address: str, home: str) -> Area:
    """The area of an address such as `A1` or `Other sheet!A1:B2` (the sheet's name stands unquoted)."""
    sheet, _, cell = address.rpartition("!")
    spelled = parse_reference(cell)
    if spelled is None:
        raise ValueError(f"no address: {address}")
    return Area(sheet or home, spelled.row1, spelled.column1, spelled.row2, spelled.column2)


def sheet_of(address: str, home: str) -> str:
    """The sheet of an address."""
    return address.rpartition("!")[0] or home


def table_of(name: str, facts: dict[str, Any]) -> Table:
    """A table as the engine knows it."""
    return Table(name, area_of(facts["ref"], facts["sheet"]), tuple(facts["columns"]), facts["header"], facts["totals"])


def from_json(value: Any) -> Any:
    """A value of the cases' typing as a Python value."""
    return ExcelError(value["error"]) if isinstance(value, dict) else value


def to_json(value: Any) -> Any:
    """A Python value in the cases' typing."""
    if isinstance(value, ExcelError):
        return {"error": str(value)}
    if isinstance(value, list):
        return [to_json(one) for one in value]
    return value


def fitted(value: Any, case: Case) -> Any:
    """An array formula's value cut or padded to the area that it was entered in."""
    if mode_of(case) is not Mode.ARRAY or "array_ref" not in case:
        return value
    area = area_of(case["array_ref"], case["sheet"])
    rows = value if isinstance(value, list) else [[value] * area.columns] * area.rows
    if isinstance(value, list) and len(value) == 1:
        rows = value * area.rows
    if isinstance(value, list) and all(len(row) == 1 for row in rows):
        rows = [row * area.columns for row in rows]
    shown = [
        [rows[r][c] if r < len(rows) and c < len(rows[r]) else ExcelError.NA for c in range(area.columns)]
        for r in range(area.rows)
    ]
    shown = [[0.0 if cell is None else cell for cell in row] for row in shown]
    return shown[0][0] if area.is_cell else shown


def agree(got: Any, expected: Any, tolerance: float) -> bool:
    """Whether two values of the cases' typing are the same."""
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return False
        return all(
            len(a) == len(b) and all(agree(x, y, tolerance) for x, y in zip(a, b, strict=True))
            for a, b in zip(got, expected, strict=True)
        )
    if expected is None:
        return got is None or got == 0 or got == ""
    if isinstance(expected, bool) or isinstance(got, bool):
        return got is expected
    if isinstance(expected, int | float):
        if not isinstance(got, int | float):
            return False
        return math.isclose(got, expected, rel_tol=tolerance, abs_tol=1e-12 if tolerance < 1e-8 else 1e-9)
    return bool(got == expected)


def main() -> int:
    """Evaluate all cases and print the shares that agree."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", type=Path, help="one line a case")
    options.add_argument("--failures", type=Path, help="the cases that disagree, with what was got")
    options.add_argument("--only", help="cases that use this function")
    given = options.parse_args()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    answers = given.json.open("w", encoding="utf-8") if given.json else None
    failures = given.failures.open("w", encoding="utf-8") if given.failures else None
    implemented = set(program().names.values()) | {"LET", "LAMBDA"}
    for source, case in cases(given.folder):
        if given.only and given.only.upper() not in case["functions"]:
            continue
        answer: Case = {"id": case["id"]}
        try:
            answer["got"] = to_json(evaluate_case(case))
        except XlmillError as error:
            answer["raised"] = f"{type(error).__name__}: {error}"
        except Exception as error:  # a defect, which must not hide the other cases
            answer["raised"] = f"{type(error).__name__}: {error}"
            print(f"{case['id']}: {case['formula'][:100]}: {answer['raised']}", file=sys.stderr)
        tolerance = ITERATIVE_TOLERANCE if ITERATIVE.intersection(case["functions"]) else RELATIVE_TOLERANCE
        good = "got" in answer and agree(answer["got"], case["expected"], tolerance)
        known = implemented.issuperset(case["functions"])
        groups = [f"by {case['computed_by']}", f"source {source}", *(f"function {name}" for name in case["functions"])]
        if known:
            groups.append(f"by {case['computed_by']}, functions that are here")
        total.update(groups)
        if good:
            right.update(groups)
        elif failures:
            failures.write(json.dumps({**case, **answer, "known": known}) + "\n")
        if answers:
            answers.write(json.dumps(answer) + "\n")
    for stream in (answers, failures):
        if stream:
            stream.close()
    for group in sorted(total):
        print(f"{group:58} {right[group]:6} of {total[group]:6}  {right[group] / total[group]:7.2%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
