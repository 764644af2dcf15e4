from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .conftest import Arguments


@pytest.fixture(autouse=True)
def a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_facts_hold_together(xlmill_here: Arguments) -> None:
    facts = json.loads(xlmill_here("doctor", "--json").out)

    assert 1 <= facts["cores"]["usable"] <= os.cpu_count()
    assert 0 < facts["memory"]["available"] <= facts["memory"]["total"]
    assert facts["start_methods"]["default"] in facts["start_methods"]["known"]
    assert {"serial", "threads", "pool", "process"} <= facts["costs"].keys()
    assert all(seconds >= 0 for cost in facts["costs"].values() for seconds in cost.values())
    assert {"xlmill", "python", "numpy", "llvmlite", "pyarrow"} <= facts["versions"].keys()
    assert Path(facts["compiled_code"]["folder"]).is_absolute()


def test_what_was_measured_is_kept(xlmill_here: Arguments) -> None:
    facts = json.loads(xlmill_here("doctor", "--json").out)

    kept = json.loads(Path(facts["costs_file"]).read_text())
    told = {name: cost["start"] for name, cost in facts["costs"].items()}
    assert {name: kept[name]["start"] for name in told} == told


def test_workers_that_import_xlmill_have_costs_of_their_own(xlmill_here: Arguments) -> None:
    facts = json.loads(xlmill_here("doctor", "--json").out)

    assert facts["costs"].keys() == facts["costs_of_functions"].keys()
    assert facts["costs"]["pool"] != facts["costs_of_functions"]["pool"]


def test_people_get_a_table(xlmill_here: Arguments) -> None:
    done = xlmill_here("doctor")

    for shown in ("usable cores", "memory", "start methods", "compiled code", "serial", "pool", " ms"):
        assert shown in done.out
