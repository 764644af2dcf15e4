"""LibreOffice Calc without a window, spoken to over a pipe; only where it is installed."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.answers import answers_of
from benchmarks.engines.engine import Engine
from benchmarks.workloads import Workload, read_expressions, read_rows
from xlmill.values.error_value import ExcelError

# Where distributions put the bindings for their own Python, which serve any of the same version.
_BINDINGS = "/usr/lib/python3/dist-packages"
_START_SECONDS = 60.0
_ERRORS = {str(error): error for error in ExcelError}


class LibreOffice(Engine):
    """A new document: formulas set and values read in bulk; a row formula is filled down."""

    name = "LibreOffice"
    tells_booleans = False

    def __init__(self) -> None:
        self._desktop: Any = None

    def version(self) -> str | None:
        program = shutil.which("soffice")
        if program is None or _bindings() is None:
            return None
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        return told.split()[1]

    def prepare(self, workload: Workload, path: Path) -> Any:
        desktop = self._started()
        hidden = _property("Hidden", True)
        document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, (hidden,))
        if workload.expressions:
            return document, (), tuple((_with_semicolons(text),) for text in read_expressions(path))
        table = read_rows(path)
        rows = tuple(zip(*(table.column(name).to_pylist() for name in "ABCD"), strict=True))
        return document, rows, _with_semicolons(workload.formula)

    def calculate(self, prepared: Any) -> Any:
        document, rows, formulas = prepared
        sheet = document.Sheets.getByIndex(0)
        if not rows:
            cells = sheet.getCellRangeByPosition(0, 0, 0, len(formulas) - 1)
            cells.setFormulaArray(formulas)
        else:
            from com.sun.star.sheet.FillDirection import TO_BOTTOM

            sheet.getCellRangeByPosition(0, 0, 3, len(rows) - 1).setDataArray(rows)
            sheet.getCellByPosition(4, 0).setFormula(formulas)
            cells = sheet.getCellRangeByPosition(4, 0, 4, len(rows) - 1)
            cells.fillAuto(TO_BOTTOM, 1)
            document.calculateAll()
        return cells, [row[0] for row in cells.getDataArray()]

    def answers(self, result: Any) -> pa.Table:
        cells, values = result
        # An error has no value; the text of its cell tells which.
        found = [
            _ERRORS.get(cells.getCellByPosition(0, i).getString(), "other error") if value is None else value
            for i, value in enumerate(values)
        ]
        return answers_of(found)

    def _started(self) -> Any:
        if self._desktop is not None:
            return self._desktop
        uno = _bindings()
        assert uno is not None
        profile = tempfile.mkdtemp()
        pipe = f"xlmill-benchmark-{os.getpid()}"
        address = f"pipe,name={pipe};urp;StarOffice.ComponentContext"
        options = ["--headless", "--norestore", "--nologo", f"--accept={address}"]
        office = subprocess.Popen(
            ["soffice", *options, f"-env:UserInstallation=file://{profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        last = time.monotonic() + _START_SECONDS
        while True:
            try:
                context = resolver.resolve(f"uno:{address}")
                break
            except uno.getClass("com.sun.star.connection.NoConnectException"):
                if time.monotonic() > last:
                    raise
                time.sleep(0.1)
        self._desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

        def stop() -> None:
            self._desktop.terminate()
            office.wait(20)
            shutil.rmtree(profile, ignore_errors=True)

        atexit.register(stop)
        return self._desktop


def _bindings() -> Any:
    if Path(_BINDINGS).exists() and _BINDINGS not in sys.path:
        sys.path.append(_BINDINGS)
    try:
        import uno
    except ImportError:
        return None
    return uno


def _property(name: str, value: object) -> Any:
    from com.sun.star.beans import PropertyValue

    return PropertyValue(name, 0, value, 0)


def _with_semicolons(formula: str) -> str:
    """Calc's own signs: semicolons between arguments and columns of an array constant, bars between its rows."""
    parts = formula.split('"')
    for i in range(0, len(parts), 2):
        parts[i] = parts[i].replace(";", "|").replace(",", ";")
    return '"'.join(parts)
