"""A run beside which the clock, the zone, the locale or the interpreter's settings are others."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlmill as xl
from xlmill.functions import registry
from xlmill.functions.user_function import own_functions
from xlmill.mill.generate import generate
from xlmill.mill.run import run

ROWS = 600

EXPRESSIONS = [
    '=UPPER("ärger")&LOWER("İI")&PROPER("éa o")',
    '=TEXT(1234.5,"#,##0.00")&TEXT(45000,"dddd mmmm")',
    '=VALUE("1,234.5")+DATEVALUE("2024-03-01")',
    "=RAND()+RANDBETWEEN(1,10)",
    '=SORT({"ä";"b";"A"})',
    "=1+",
]


@pytest.fixture
def zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()
    for _, entry in own_functions():
        del registry._functions[entry.name]
    registry._own_registrations += 1


@pytest.mark.drill(16)
@pytest.mark.usefixtures("zone")
@pytest.mark.skipif(sys.platform == "win32", reason="the zone is that of POSIX")
@pytest.mark.parametrize("strategy", ["serial", "threads"])
def test_now_reads_the_same_in_all_rows_though_the_zone_and_the_time_go_on(strategy: str) -> None:
    def change(value: float) -> float:
        os.environ["TZ"] = f"XXX{int(value) % 12}"
        time.tzset()
        time.sleep(0.001)
        return 0.0

    xl.function("TEST.CHANGE")(change)

    results = xl.evaluate_many(
        [f"=TEST.CHANGE({row})+NOW()" for row in range(60)], strategy=strategy, workers=2, chunk_size=5
    ).to_list()

    assert len(set(results)) == 1


@pytest.mark.drill(32)
@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ((), {"PYTHONHASHSEED": "1"}),
        ((), {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Pacific/Apia"}),
        (("-OO",), {"PYTHONHASHSEED": "3"}),
        (("-W", "error"), {"LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"}),
    ],
    ids=["hash", "locale", "optimised", "warnings"],
)
def test_the_bytes_of_a_run_do_not_depend_on_the_interpreters_settings(
    options: tuple[str, ...], settings: dict[str, str], tmp_path: Path
) -> None:
    source, expected, target = tmp_path / "in.txt", tmp_path / "expected.csv", tmp_path / "out.csv"
    lines = [str(text) for batch in generate(ROWS) for text in batch.column("expression").to_pylist()]
    source.write_text("\n".join([*lines, *EXPRESSIONS, ""]), encoding="utf-8")
    run(source, expected)

    done = subprocess.run(
        [sys.executable, *options, "-m", "xlmill", "run", str(source), "-o", str(target), "--strategy", "pool"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert target.read_bytes() == expected.read_bytes()
