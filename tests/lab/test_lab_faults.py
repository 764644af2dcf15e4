"""Workers killed on purpose: what every strategy does then, as the lab tells it."""

from __future__ import annotations

import pytest

from xlmill.lab.faults import ALWAYS, GUILTY, ONCE, ROWS, fault_rows
from xlmill.lab.way import ways


@pytest.mark.drill
def test_ours_lose_no_row_and_blame_the_guilty_one_where_the_program_itself_would_be_gone() -> None:
    assert 0 < GUILTY < ROWS

    found = {(row.strategy, row.fault): row for row in fault_rows(ways(["pool", "mp-process"], 2))}

    for row in (found["pool", ONCE], found["pool", ALWAYS]):
        assert not row.hung
    assert found["pool", ONCE].returned == ROWS
    assert (found["pool", ALWAYS].returned, found["pool", ALWAYS].blamed) == (ROWS - 1, True)
    assert (found["mp-process", ALWAYS].returned, found["mp-process", ALWAYS].blamed) == (ROWS - 1, True)
    assert (found["serial", ONCE].returned, found["serial", ONCE].hung) == (0, False)
