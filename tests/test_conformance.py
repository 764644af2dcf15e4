"""Cases of our own writing, whose values are Excel's documented ones; and those that Excel computed, where they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("conformance", ROOT / "tools" / "conformance.py")
assert _spec is not None
assert _spec.loader is not None
conformance = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(conformance)

WRITTEN_HERE = list(conformance.cases(ROOT / "tests" / "conformance"))
SHARED = ROOT.parent / "shared" / "conformance"

# What must hold of the cases that Excel itself computed, so that a change that breaks them does not land.
LEAST_SHARE = 0.98


@pytest.mark.parametrize("case", [case for _, case in WRITTEN_HERE], ids=lambda case: case["formula"])
def test_a_documented_value_is_ours_too(case: dict[str, object]) -> None:
    got = conformance.to_json(conformance.evaluate_case(case))

    assert conformance.agree(got, case["expected"], conformance.RELATIVE_TOLERANCE), got


@pytest.mark.skipif(not SHARED.is_dir(), reason="the cases that Excel computed have other licences: not kept here")
def test_nearly_all_values_that_excel_computed_are_ours_too() -> None:
    sample = [case for _, case in conformance.cases(SHARED) if case["computed_by"] == "excel"][::8]

    right = 0
    for case in sample:
        tolerance = (
            conformance.ITERATIVE_TOLERANCE
            if conformance.ITERATIVE.intersection(case["functions"])
            else conformance.RELATIVE_TOLERANCE
        )
        try:
            got = conformance.to_json(conformance.evaluate_case(case))
        except conformance.XlmillError:
            continue
        right += conformance.agree(got, case["expected"], tolerance)

    assert right / len(sample) >= LEAST_SHARE
