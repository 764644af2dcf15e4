"""The rules that turn figures into verdicts, on figures made up: every rule gives more than one verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.lab.claims import (
    algorithm_first,
    data_size,
    first_result,
    killed_worker,
    many_small_tasks,
    order_of_tasks,
    parent_memory,
    process_memory,
    threads_and_gil,
    waiting_tasks,
    ways_offered,
)
from xlmill.lab.faults import ALWAYS, ONCE, ROWS, Ended, judge
from xlmill.lab.findings import ArticleExperiment, ArticleTime, FaultRow
from xlmill.lab.own_process import BenchError, EndedError, LateError
from xlmill.lab.sampling import Samples
from xlmill.lab.start_method import interpreters_own_method
from xlmill.lab.suites.article import INQUIRIES

OWN = interpreters_own_method()


def around(middle: float) -> list[float]:
    return [middle * factor for factor in (0.99, 1.0, 1.01, 1.0, 0.995)]


def samples(values: Mapping[str, Mapping[float, float]]) -> Samples:
    return {name: {x: around(value) for x, value in found.items()} for name, found in values.items()}


def dial(python: float, released: float, waiting: float) -> Samples:
    """Speedups of threads for pure Python, for what releases the GIL, and for what waits."""
    found: dict[str, dict[float, float]] = {}
    for kind, end in ((threads_and_gil.RELEASES, released), (threads_and_gil.WAITS, waiting)):
        found[f"serial, {kind}"] = dict.fromkeys(threads_and_gil.SHARES, 1.0)
        found[f"pool, {kind}"] = dict.fromkeys(threads_and_gil.SHARES, 0.5)
        found[f"threads, {kind}"] = dict.fromkeys(threads_and_gil.SHARES, 1 / python) | {1.0: 1 / end}
    return samples(found)


@pytest.mark.parametrize(
    ("python", "released", "waiting", "verdict"),
    [
        (0.95, 1.8, 8.0, "holds under conditions"),
        (1.0, 1.0, 8.0, "holds under conditions"),
        (0.95, 0.97, 1.0, "holds"),
        (1.9, 1.9, 8.0, "does not hold"),
    ],
)
def test_threads_are_useless_if_nothing_is_faster_by_them(
    python: float, released: float, waiting: float, verdict: str
) -> None:
    assert threads_and_gil.rule(dial(python, released, waiting)).verdict == verdict


def test_two_classes_are_all_there_is_where_nothing_else_runs() -> None:
    two = samples({ways_offered.POOL: {0: 0.01}, ways_offered.PROCESS: {0: 0.01}})

    assert ways_offered.rule(two).verdict == "holds"
    assert ways_offered.rule({**two, **samples({"asyncio": {0: 0.01}})}).verdict == "does not hold"


@pytest.mark.parametrize(
    ("ordered", "chunked", "verdict"),
    [(0.99, 0.38, "holds under conditions"), (0.99, 0.2, "holds"), (0.5, 0.38, "does not hold")],
)
def test_a_pool_goes_by_order_of_what_it_hands_out(ordered: float, chunked: float, verdict: str) -> None:
    done = dict.fromkeys(order_of_tasks.CHUNKS, chunked) | {1: 0.19}
    made = samples({order_of_tasks.DONE: done, order_of_tasks.IN_ORDER: dict.fromkeys(order_of_tasks.CHUNKS, ordered)})

    assert order_of_tasks.rule(made).verdict == verdict


def waits(pool_of_two: float, pool: float, processes: float, threads: float) -> Samples:
    """Seconds for all waits, as many as there are at once; and by a Pool of two."""
    found: dict[str, dict[float, float]] = {}
    for name, value in (
        (waiting_tasks.POOL, pool),
        (waiting_tasks.PROCESSES, processes),
        (waiting_tasks.THREADS, threads),
    ):
        found[name] = dict.fromkeys(waiting_tasks.WORKERS, value)
        found[f"{name}, few tasks"] = {waiting_tasks.FEW: value}
    found[waiting_tasks.POOL][2] = pool_of_two
    found[waiting_tasks.LOOP] = {waiting_tasks.TASKS: waiting_tasks.WAIT}
    return samples(found)


LONG = waiting_tasks.TASKS / 2 * waiting_tasks.WAIT
SHORT = 1.5 * waiting_tasks.WAIT


@pytest.mark.parametrize(("two", "verdict"), [(LONG, "holds"), (LONG / 4, "does not hold")])
def test_a_wait_blocks_its_worker_if_two_workers_wait_one_after_another(two: float, verdict: str) -> None:
    assert waiting_tasks.blocks(waits(two, SHORT, SHORT, SHORT)).verdict == verdict


@pytest.mark.parametrize(
    ("two", "pool", "processes", "verdict"),
    [
        (LONG, SHORT, SHORT, "misleading"),
        (LONG, SHORT, SHORT * 1.4, "misleading"),
        (LONG, LONG, SHORT, "holds"),
        (SHORT, SHORT, SHORT, "does not hold"),
    ],
)
def test_process_suits_io_if_it_beats_a_pool_as_large(two: float, pool: float, processes: float, verdict: str) -> None:
    assert waiting_tasks.suits_io(waits(two, pool, processes, SHORT)).verdict == verdict


@pytest.mark.parametrize(
    ("two", "pool", "threads", "verdict"),
    [
        (LONG, SHORT, SHORT, "holds under conditions"),
        (LONG, LONG, LONG, "holds"),
        (LONG, LONG, SHORT, "holds under conditions"),
        (SHORT, SHORT, SHORT, "does not hold"),
    ],
)
def test_process_wins_few_waits_over_what_has_fewer_workers(
    two: float, pool: float, threads: float, verdict: str
) -> None:
    assert waiting_tasks.few_tasks(waits(two, pool, SHORT, threads)).verdict == verdict


def processes(each: float, unstarted: float, allowed: float = 32_768, memory: float = 25e9) -> Samples:
    """Bytes of a started and of an unstarted process, and what the machine allows."""
    found = {OWN: {number: each * number for number in process_memory.ALIVE[OWN]}}
    number = min(found[OWN])
    made = samples(
        {
            **found,
            f"{OWN}, {process_memory.LIBRARIES}": {number: each * number},
            process_memory.UNSTARTED: {20_000: unstarted},
            f"{process_memory.SECONDS}, {OWN}": {max(found[OWN]): 0.1},
        }
    )
    made[process_memory.PROCESSES_ALLOWED] = {0: [allowed]}
    made[process_memory.MACHINE_MEMORY] = {0: [memory]}
    return made


@pytest.mark.parametrize(
    ("each", "unstarted", "verdict"),
    [(2e6, 800, "holds under conditions"), (2e6, 1e6, "holds"), (5e4, 800, "does not hold")],
)
def test_tasks_are_in_memory_as_what_they_take(each: float, unstarted: float, verdict: str) -> None:
    assert process_memory.all_in_memory(processes(each, unstarted)).verdict == verdict


@pytest.mark.parametrize(
    ("each", "unstarted", "allowed", "verdict"),
    [
        (2e6, 800, float("inf"), "holds under conditions"),
        (1e4, 800, 32_768, "holds under conditions"),
        (2e6, 1e5, 32_768, "holds"),
        (1e4, 800, 4e6, "does not hold"),
    ],
)
def test_a_million_processes_disturb_what_cannot_hold_them(
    each: float, unstarted: float, allowed: float, verdict: str
) -> None:
    found = process_memory.million(processes(each, unstarted, allowed))

    assert found.verdict == verdict
    assert "xtrapolated" in found.text


def test_a_sweep_tells_in_sentences_from_where_on_a_pool_pays_and_what_is_fastest_where() -> None:
    made = small_tasks()
    for count, serial in zip(many_small_tasks.COUNTS, (0.001, 0.008, 0.4, 0.5), strict=True):
        made[f"{many_small_tasks.BY_COUNT}, serial"][count] = around(serial)

    assert many_small_tasks.by_count(made).teaches == (
        "The Pool clearly beats serial from 64 tasks of 1 ms on. "
        f"With processes started by {OWN}, serial is fastest for 1 and 8 tasks of 1 ms and mp-pool for 64 and 256 "
        "tasks of 1 ms."
    )
    assert many_small_tasks.by_cost(small_tasks(pool=0.3)).teaches == (
        "The Pool nowhere clearly beats serial. "
        f"With processes started by {OWN}, serial is fastest for 64 tasks of 10 µs, 1 ms and 5 ms."
    )


@pytest.mark.parametrize(
    ("by_map", "by_imap", "verdict"),
    [(76.0, 1.0, "misleading"), (0.5, 0.5, "holds"), (76.0, 60.0, "does not hold")],
)
def test_waiting_tasks_are_in_memory_where_the_parent_grows_with_them(
    by_map: float, by_imap: float, verdict: str
) -> None:
    each = {parent_memory.MAP: by_map, parent_memory.IMAP: by_imap, parent_memory.OURS: 0.5}
    made = samples({name: {n: n * each[name] for n in counts} for name, counts in parent_memory.COUNTS.items()})

    assert parent_memory.rule(made).verdict == verdict


def small_tasks(
    pool: float = 0.2, process: float = 0.5, chunked: float = 1e-6, big: float = 0.2, spawn: float = 0.085
) -> Samples:
    """Seconds for the most tasks by a Pool; for the most processes; for a no-op in chunks; for big tasks."""
    found: dict[str, dict[float, float]] = {}
    for name, value in (("serial", 0.25), ("threads", 0.25), ("mp-pool", pool)):
        found[f"{many_small_tasks.BY_COUNT}, {name}"] = dict.fromkeys(many_small_tasks.COUNTS, value)
        found[f"{many_small_tasks.BY_COST}, {name}"] = dict.fromkeys(many_small_tasks.COSTS, value)
    found[f"{many_small_tasks.BY_COUNT}, serial"][1] = 0.001
    counts = [count for count in many_small_tasks.COUNTS if count <= many_small_tasks.MOST_PROCESSES]
    found[f"{many_small_tasks.BY_COUNT}, mp-process"] = dict.fromkeys(counts, process)
    found[f"{many_small_tasks.BY_COST}, mp-process"] = dict.fromkeys(many_small_tasks.COSTS, process)
    costs = {many_small_tasks.SERIAL: 5e-8, many_small_tasks.POOL: chunked, many_small_tasks.POOL_ONE: 2e-5}
    for name, count in many_small_tasks.NOTHINGS.items():
        found[f"{many_small_tasks.NOTHING}, {name}"] = {count: costs.get(name, 0.002)}
    for name, value in (("mp-pool", 0.2), ("mp-process", big)):
        found[f"{many_small_tasks.BIG}, {name}"] = {many_small_tasks.BIG_TASKS: value}
        found[f"{many_small_tasks.START}, {name}"] = {0: 0.008, 1: 0.045, 2: spawn}
    return samples(found)


def test_a_pool_wins_small_tasks_under_conditions_where_others_are_better_off_without() -> None:
    assert many_small_tasks.many_small(small_tasks()).verdict == "holds under conditions"
    assert many_small_tasks.many_small(small_tasks(process=0.01)).verdict == "does not hold"
    without = small_tasks(chunked=1e-8)
    without[f"{many_small_tasks.NOTHING}, {many_small_tasks.POOL_ONE}"] = {
        many_small_tasks.NOTHINGS[many_small_tasks.POOL_ONE]: around(2e-8)
    }
    assert many_small_tasks.many_small(without).verdict == "holds"


def test_creating_a_pool_costs_by_the_start_method() -> None:
    found = many_small_tasks.few_tasks(small_tasks())
    assert (found.verdict, found.conditions) == (
        "holds under conditions",
        "start method forkserver or spawn; with the others it is small",
    )

    alike = small_tasks()
    alike[f"{many_small_tasks.START}, mp-pool"] = {2: around(0.085)}
    assert many_small_tasks.few_tasks(alike).verdict == "holds"

    alike[f"{many_small_tasks.START}, mp-pool"] = {0: around(0.0005)}
    assert many_small_tasks.few_tasks(alike).verdict == "does not hold"


def test_pool_and_process_are_equal_for_big_tasks_within_what_chance_does() -> None:
    assert many_small_tasks.equal_for_big(small_tasks(big=0.22)).verdict == "holds under conditions"
    assert many_small_tasks.equal_for_big(small_tasks(big=0.4)).verdict == "does not hold"
    assert many_small_tasks.equal_for_big(small_tasks(big=0.22, chunked=0.001)).verdict == "holds"


def test_what_is_extrapolated_is_marked_in_the_sweep() -> None:
    drawn = many_small_tasks.by_count(small_tasks()).series[-1]

    assert drawn.strategy == "mp-process"
    assert [point.extrapolated for point in drawn.points] == [
        count > many_small_tasks.MOST_PROCESSES for count in many_small_tasks.COUNTS
    ]


@pytest.mark.parametrize(
    ("by_map", "by_imap", "verdict"),
    [(0.12, 0.02, "holds under conditions"), (0.12, 0.12, "holds"), (0.02, 0.02, "does not hold")],
)
def test_a_list_comes_after_all_where_nothing_comes_before(by_map: float, by_imap: float, verdict: str) -> None:
    made = samples(
        {
            first_result.MAP: {0: by_map},
            first_result.ASYNC: {0: by_map},
            first_result.IMAP: {0: by_imap},
            first_result.UNORDERED: {0: by_imap},
            first_result.ALL: {0: 0.12},
        }
    )

    assert first_result.rule(made).verdict == verdict


@pytest.mark.parametrize(
    ("large", "verdict"), [(0.3, "holds"), (0.08, "holds under conditions"), (0.055, "does not hold")]
)
def test_pickling_decides_where_large_tasks_take_longer_for_it(large: float, verdict: str) -> None:
    made = samples(
        {
            name: dict.fromkeys(data_size.SIZES, 0.05)
            for name in (data_size.SERIAL, data_size.THREADS, data_size.MP_POOL, data_size.OURS)
        }
    )
    made[data_size.MP_POOL][data_size.SIZES[-1]] = around(large)

    assert data_size.rule(made).verdict == verdict


def killed(pool: Ended | None, process: Ended | None) -> list[FaultRow]:
    ours = Ended(ROWS, (), 0.3)
    return [
        judge("mp-pool", ALWAYS, pool, LateError("late") if pool is None else None, 6.0),
        judge("mp-process", ALWAYS, process, None, 0.2),
        judge("pool", ONCE, ours, None, 0.3),
    ]


def test_what_is_said_of_killed_workers_needs_a_hanging_pool_and_an_isolating_process() -> None:
    alone, lost = Ended(ROWS - 1, (25,), 0.2), Ended(10, (25, 26), 0.2)

    assert killed_worker.rule(killed(None, alone)).verdict == "holds"
    assert killed_worker.rule(killed(None, lost)).verdict == "holds under conditions"
    assert killed_worker.rule(killed(alone, alone)).verdict == "holds under conditions"
    assert killed_worker.rule(killed(alone, lost)).verdict == "does not hold"


def test_a_fault_row_says_what_came_back_and_who_was_blamed() -> None:
    hung = judge("mp-pool", ALWAYS, None, LateError("late"), 6.0)
    gone = judge("serial", ONCE, None, EndedError("killed"), 0.2)
    gave_up = judge("other", ONCE, None, BenchError("no more workers"), 0.2)
    whole = judge("pool", ONCE, Ended(ROWS, (), 0.3), None, 0.3)
    wrong = judge("other", ALWAYS, Ended(ROWS - 1, (24,), 0.3), None, 0.3)

    assert (hung.hung, hung.returned, hung.blamed) == (True, 0, False)
    assert (gone.hung, gone.returned, gone.blamed) == (False, 0, None)
    assert (whole.returned, whole.seconds, whole.blamed) == (ROWS, 0.3, None)
    assert wrong.blamed is False
    assert gave_up.text == "it gave up, and everything was lost: no more workers"


@pytest.mark.parametrize(
    ("pool", "verdict"), [(100.0, "holds"), (1.0, "holds under conditions"), (0.1, "does not hold")]
)
def test_the_algorithm_comes_first_where_one_process_beats_a_pool(pool: float, verdict: str) -> None:
    times = [
        ArticleTime("serial", "xlmill", None, 1.0, 0.9, 1.1, 100, False),
        ArticleTime("mp-pool", "newcomer", "6 s", pool, pool, pool, 10, True),
    ]
    experiment = ArticleExperiment("A hundred", 100, "2", times, "")

    assert algorithm_first.rule(experiment).verdict == verdict


@given(st.floats(0.9, 1.1))
def test_no_verdict_hangs_on_a_tenth(noise: float) -> None:
    """Where figures are as they usually are, a machine that is a little busier changes nothing."""

    def shaken(made: Samples) -> Samples:
        return {
            name: {x: [each * noise if "pool" in name.lower() else each for each in found[x]] for x in found}
            for name, found in made.items()
        }

    usual = {
        threads_and_gil.rule: dial(0.95, 1.8, 8.0),
        waiting_tasks.blocks: waits(LONG * 1.1, SHORT, SHORT, SHORT),
        waiting_tasks.suits_io: waits(LONG, SHORT, SHORT, SHORT),
        waiting_tasks.few_tasks: waits(LONG, SHORT, SHORT, SHORT),
        many_small_tasks.many_small: small_tasks(),
        many_small_tasks.few_tasks: small_tasks(),
        many_small_tasks.equal_for_big: small_tasks(),
    }
    for rule, made in usual.items():
        assert rule(shaken(made)).verdict == rule(made).verdict


def test_every_claim_is_judged_once() -> None:
    numbers = [number for inquiry in INQUIRIES for number in _numbers(inquiry.rules)]

    assert sorted([*numbers, 14, 16]) == list(range(1, 17))


def _numbers(rules: Sequence[object]) -> list[int]:
    """Which claims rules judge, by what they say of figures made up."""
    made = {
        threads_and_gil.rule: dial(0.95, 1.8, 8.0),
        ways_offered.rule: samples({ways_offered.POOL: {0: 0.01}}),
        order_of_tasks.rule: samples(
            {name: dict.fromkeys(order_of_tasks.CHUNKS, 0.9) for name in (order_of_tasks.DONE, order_of_tasks.IN_ORDER)}
        ),
        parent_memory.rule: samples(
            {name: {n: float(n) for n in counts} for name, counts in parent_memory.COUNTS.items()}
        ),
        first_result.rule: samples(
            {name: {0: 0.1} for name in (*"map map_async imap imap_unordered".split(), first_result.ALL)}
        ),
        data_size.rule: samples(
            {
                name: dict.fromkeys(data_size.SIZES, 0.05)
                for name in (data_size.SERIAL, data_size.THREADS, data_size.MP_POOL, data_size.OURS)
            }
        ),
        **dict.fromkeys(
            (waiting_tasks.blocks, waiting_tasks.suits_io, waiting_tasks.few_tasks), waits(LONG, SHORT, SHORT, SHORT)
        ),
        **dict.fromkeys((process_memory.all_in_memory, process_memory.million), processes(2e6, 800)),
        **dict.fromkeys(
            (many_small_tasks.many_small, many_small_tasks.few_tasks, many_small_tasks.equal_for_big), small_tasks()
        ),
    }
    return [rule(made[rule]).number for rule in rules]  # type: ignore[operator, index]
