"""The planner judged: the grid, and what regret means."""

from __future__ import annotations

import random

import pytest

from xlmill.lab.expression_grid import expression_grid
from xlmill.lab.planner_grid import COUNTS, Cell, Payloads, function_grid, task_of
from xlmill.lab.planner_regret import Judged, judge, judge_cell, verdict


def judged(auto: float, serial: float, threads: float) -> Judged:
    return Judged(Cell(10, 0.1), {"auto": auto, "serial": serial, "threads": threads}, "serial", "")


def test_regret_is_the_time_of_the_choice_over_that_of_the_best() -> None:
    assert judged(2.0, 3.0, 1.0).regret == 2.0
    assert judged(2.0, 3.0, 1.0).best == "threads"
    assert judged(1.0, 3.0, 1.25).regret == 1.0


def test_a_difference_that_nobody_sees_is_no_regret() -> None:
    assert judged(0.0015, 0.0001, 0.1).regret == 1.0


def test_a_verdict_ranks_the_worst_first() -> None:
    found = verdict([judged(1.0, 1.0, 2.0), judged(3.0, 1.0, 2.0), judged(1.2, 1.0, 2.0)])

    assert found.median == pytest.approx(1.2)
    assert found.worst.regret == 3.0
    assert 1.2 < found.percentile_95 <= 3.0


def test_the_grid_has_every_count_and_kind_within_its_limit() -> None:
    cells = function_grid(0.5)

    assert {cell.count for cell in cells} == set(COUNTS)
    assert {cell.waiting for cell in cells} == {0.0, 0.5, 1.0}
    assert {cell.gil_free for cell in cells} == {False, True}
    assert {cell.payload for cell in cells} == {8, 100_000}
    assert all(cell.work * (1 - cell.waiting) <= 1.0 for cell in cells)


def test_payloads_are_objects_of_their_own() -> None:
    first, second = Payloads(2, 1000)

    assert first == second == bytes(1000)
    assert first is not second


def test_a_cell_is_judged_by_what_could_be_best() -> None:
    found = judge([Cell(20, 1e-5), Cell(5, 1e-3, waiting=1.0)], repeats=1)

    assert all({"auto", "serial"} & set(each.seconds) for each in found.judged)
    assert {each.chosen for each in found.judged} <= {"serial", "threads"}


def test_expressions_are_judged_too() -> None:
    cells = expression_grid(0.1)

    found = judge_cell(cells[0], 1, random.Random(0))

    assert str(found.cell) == "10 expressions, everyday"
    assert set(found.seconds) == {"auto", "serial", "threads", "pool"}
    assert found.chosen == "serial"


def test_a_task_does_the_share_of_computing_and_waiting_of_its_cell() -> None:
    task = task_of(Cell(1, 0.01, waiting=0.5))

    assert task.waits == pytest.approx(0.005)
    assert task.loops > 0
    assert task.hashed == 0
    assert task(b"abc") == 3
