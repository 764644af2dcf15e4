"""Its being here lets every test import the helpers beside it, such as `formulas`."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import drills

# How many examples a property gets: for each change; on further Pythons, where only what differs between Pythons is
# news; and in `make test-all`. `--hypothesis-profile` picks one, `make test EXAMPLES=few` too.
EXAMPLES = {"usual": 100, "few": 25, "thorough": 500}

# No test asserts on wall-clock time: machines are shared, and the first call compiles. In CI the examples are the
# same in every run, so that a red run is the change's own; at a desk they are new each time.
for _name, _examples in EXAMPLES.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize="CI" in os.environ,
    )
settings.load_profile("usual")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--drill-table", metavar="FILE", help="show the figures of drills, and write them as a page")


@pytest.fixture
def drill() -> drills.Drill:
    """Where a test of an injected fault says what it measured."""
    drills.current = drills.Drill()
    return drills.current


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Have the report of a drill tell its number and its figures."""
    numbers = tuple(sorted({number for mark in item.iter_markers("drill") for number in mark.args}))
    if numbers and call.when == "call":
        measures = "drill" in getattr(item, "fixturenames", ())
        item.user_properties += drills.properties(numbers, drills.current if measures else None)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    page = config.getoption("--drill-table")
    if page is None:
        return
    done = [
        each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ()) if each.when == "call"
    ]
    table = drills.lines(done)
    terminalreporter.write_line("")
    terminalreporter.write_line(drills.as_text(table))
    machine = (
        f"{os.cpu_count()} cores, {platform.system()}, {platform.python_implementation()} {platform.python_version()}"
    )
    Path(page).write_text(drills.as_markdown(table, f"Last: {machine}."), encoding="utf-8")
