"""xlmill beside other engines, on thousands of expressions of every kind."""

from __future__ import annotations

import pytest
from benchmarks.engines import ENGINES
from benchmarks.workloads import WORKLOADS, Workload
from tools.oracles import ORACLES, compare

ROWS = 3_000
EXPRESSIONS = [workload for workload in WORKLOADS.values() if workload.expressions]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ORACLES)
@pytest.mark.parametrize("workload", EXPRESSIONS, ids=lambda workload: workload.name)
def test_every_answer_is_the_same_or_differs_for_a_reviewed_reason(workload: Workload, engine: str) -> None:
    if ENGINES[engine].version() is None:
        pytest.skip(f"{engine} is not installed: pip install --group oracle")

    (outcome,) = compare(workload, ROWS, (engine,))

    assert outcome.holds, outcome.by_cause()
