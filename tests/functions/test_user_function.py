from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions import registry
from xlmill.functions.user_function import own_functions

NA, VALUE, DIV0 = xl.ExcelError("#N/A"), xl.ExcelError("#VALUE!"), xl.ExcelError("#DIV/0!")


@pytest.fixture(autouse=True)
def functions_end_with_their_test() -> Iterator[None]:
    yield
    for _, entry in own_functions():
        del registry._functions[entry.name]
    registry._own_registrations += 1


@given(st.floats(-1e6, 1e6), st.integers(-1000, 1000))
def test_a_scalar_function_is_called_with_the_formula_s_values(price: float, quantity: int) -> None:
    @xl.function("TEST.TOTAL")
    def total(price: float, quantity: int) -> float:
        assert isinstance(quantity, int)
        return price * quantity

    assert xl.evaluate(f"=TEST.TOTAL({price!r},{quantity})") == pytest.approx(total(price, quantity))


@pytest.mark.parametrize(
    ("annotation", "argument", "seen"),
    [
        (float, '"2.5"', 2.5),
        (float, "TRUE", 1.0),
        (int, "-2.9", -2),
        (int, "A9", 0),
        (str, "1/4", "0.25"),
        (str, "A9", ""),
        (bool, "3", True),
        (bool, '"false"', False),
        (object, "1", 1.0),
        (object, '"x"', "x"),
        (object, "A9", None),
        (object, "A1:B1", [[1.0, "b"]]),
        (list, "A1:B1", [[1.0, "b"]]),
        (list, "5", [[5.0]]),
        (list, "{1;2}", [[1.0], [2.0]]),
    ],
)
def test_arguments_come_as_they_are_annotated(annotation: type, argument: str, seen: object) -> None:
    found: list[object] = []

    def look(value: object) -> str:
        found.append(value)
        return "looked"

    look.__annotations__["value"] = annotation
    xl.function("LOOK")(look)

    assert xl.evaluate(f"=LOOK({argument})", cells={"A1": 1, "B1": "b"}) == "looked"
    assert found == [seen] and type(found[0]) is type(seen)


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (3, 3.0),
        ("x", "x"),
        (True, True),
        (NA, NA),
        (datetime.date(2026, 1, 31), 46053.0),
        ([[1, "a"], [2, NA]], [[1.0, "a"], [2.0, NA]]),
        (np.float64(2.5), 2.5),
        (float("nan"), xl.ExcelError("#NUM!")),
        ({"no": "cell"}, VALUE),
        ([], VALUE),
    ],
)
def test_results_are_what_a_cell_can_hold(result: object, value: object) -> None:
    @xl.function("GIVES")
    def gives(x: float) -> object:
        return result

    assert xl.evaluate("=GIVES(1)") == value


def test_what_raises_is_value_error_in_its_row_alone() -> None:
    @xl.function("INVERSE")
    def inverse(x: float) -> float:
        return 1 / x

    assert xl.evaluate_many([f"=INVERSE({x})" for x in (1, 0, 4)]).to_list() == [1.0, VALUE, 0.25]


def test_an_error_among_the_arguments_is_the_result_without_a_call() -> None:
    @xl.function("COUNTED")
    def counted(x: object) -> object:
        raise AssertionError("called")

    assert xl.evaluate("=COUNTED(1/0)") is DIV0


def test_an_array_makes_a_scalar_function_run_for_each_element() -> None:
    @xl.function("TWICE")
    def twice(x: float) -> float:
        return 2 * x

    assert xl.evaluate("=SUM(TWICE({1,2;3,4}))") == 20.0


def test_defaults_and_repeated_parameters_work_as_in_python() -> None:
    @xl.function("JOINED")
    def joined(first: str, separator: str = "-", *more: str) -> str:
        return separator.join([first, *more])

    formulas = ["=JOINED(1)", '=JOINED(1,"+",2,3)', "=JOINED(1,,2)", "=JOINED()"]
    results = xl.evaluate_many(formulas).to_list()

    assert results[:3] == ["1", "1+2+3", "1-2"]
    assert "JOINED" in str(results[3])


def test_a_function_without_parameters_is_called_for_every_row() -> None:
    @xl.function("ANSWER")
    def answer() -> int:
        return 42

    assert xl.evaluate_many(["=ANSWER()+0", "=ANSWER()+1"]).to_list() == [42.0, 43.0]
    assert xl.with_columns(pa.table({"a": [1, 2]}), b="=ANSWER()+a").column("b").to_pylist() == [43.0, 44.0]


def test_a_branch_not_taken_makes_no_call() -> None:
    calls = []

    @xl.function("NOTED")
    def noted(x: float) -> float:
        calls.append(x)
        return x

    assert xl.evaluate_many(["=IF(TRUE,1,NOTED(1))", "=IF(FALSE,1,NOTED(2))"]).to_list() == [1.0, 2.0]
    assert calls == [2.0]


def test_a_function_can_be_defined_again() -> None:
    xl.function("AGAIN")(lambda x: 1)
    before = xl.evaluate("=AGAIN(0)")
    xl.function("again")(lambda x, y: 2)

    assert (before, xl.evaluate("=AGAIN(0,0)")) == (1.0, 2.0)


@pytest.mark.parametrize("name", ["SUM", "sum", "LET", "TRUE", "1ST", "WITH SPACE", "", "SCHÖN", "_X"])
def test_names_that_formulas_cannot_call_or_excel_has_are_refused(name: str) -> None:
    with pytest.raises(xl.InputError):
        xl.function(name)


def test_a_name_that_looks_like_a_cell_can_be_called() -> None:
    xl.function("TAX1")(lambda x: 7)

    assert xl.evaluate("=TAX1(5)") == 7.0


def test_what_formulas_cannot_give_is_refused() -> None:
    def wants_a_dict(x: dict) -> None: ...  # type: ignore[type-arg]
    def wants_a_keyword(*, x: float) -> None: ...

    for function in (wants_a_dict, wants_a_keyword):
        with pytest.raises(xl.InputError):
            xl.function("ODD")(function)


# Waiting


def test_an_async_function_waits_for_all_rows_at_once() -> None:
    everyone = 20

    async def main() -> list[object]:
        return xl.evaluate_many([f"=MEET({row})" for row in range(everyone)]).to_list()

    arrived: list[float] = []

    @xl.function("MEET", io=True)
    async def meet(row: float) -> float:
        arrived.append(row)
        while len(arrived) % everyone:
            await asyncio.sleep(0.001)
        return row

    assert xl.evaluate_many([f"=MEET({row})" for row in range(everyone)]).to_list() == list(map(float, range(everyone)))
    # Also where a loop is running already.
    assert asyncio.run(main()) == list(map(float, range(everyone)))


def test_a_waiting_function_waits_for_all_rows_at_once() -> None:
    barrier = threading.Barrier(20, timeout=10)

    @xl.function("MEET", io=True)
    def meet(row: float) -> float:
        barrier.wait()
        return row

    assert xl.evaluate_many([f"=MEET({row})" for row in range(20)]).to_list() == list(map(float, range(20)))


def test_an_async_function_that_raises_is_value_error_in_its_row_alone() -> None:
    @xl.function("INVERSE")
    async def inverse(x: float) -> float:
        return 1 / x

    assert xl.evaluate_many([f"=INVERSE({x})" for x in (1, 0, 4)]).to_list() == [1.0, VALUE, 0.25]


# Columns


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_a_columnar_function_gets_whole_columns(numbers: list[float]) -> None:
    @xl.function("HALF", columnar=True)
    def half(x: float) -> object:
        assert isinstance(x, np.ndarray) and x.dtype == np.float64
        return x / 2

    frame = pa.table({"x": numbers})

    assert xl.with_columns(frame, y="=HALF(x)").column("y").to_pylist() == [x / 2 for x in numbers]


@pytest.mark.parametrize(
    ("result", "values"),
    [
        (np.array([1.5, np.inf]), [1.5, xl.ExcelError("#NUM!")]),
        (np.array([1, 2]), [1.0, 2.0]),
        (np.array([True, False]), [True, False]),
        (np.array(["a", "b"]), ["a", "b"]),
        ([NA, None], [NA, 0.0]),
        (np.array([1.0, 2.0, 3.0]), [VALUE, VALUE]),
        (5.0, [VALUE, VALUE]),
    ],
)
def test_columns_of_results_are_one_value_a_row(result: object, values: list[object]) -> None:
    @xl.function("GIVES", columnar=True)
    def gives(x: int) -> object:
        with pytest.raises(ValueError):
            x[0] = 5  # type: ignore[index]
        return result

    table = xl.with_columns(pa.table({"x": [1, 2]}), y="=GIVES(x)", z="=ISTEXT(y)")
    results = xl.evaluate_many(["=GIVES(1)", "=GIVES(2)"]).to_list()

    assert results == values
    assert table.column("z").to_pylist() == [isinstance(value, str) for value in values]


def test_a_columnar_function_of_text_gets_an_array_of_text() -> None:
    @xl.function("SHOUT", columnar=True)
    def shout(text: str) -> object:
        return [each.upper() + "!" for each in text]

    assert xl.evaluate_many(['=SHOUT("a")', '=SHOUT("b")']).to_list() == ["A!", "B!"]


def test_a_columnar_function_that_fails_does_so_in_the_rows_to_blame() -> None:
    @xl.function("PICKY", columnar=True)
    def picky(x: float) -> object:
        if (np.asarray(x) == 3).any():
            raise ValueError("a three")
        return np.asarray(x) * 10

    assert xl.evaluate_many([f"=PICKY({x})" for x in range(6)]).to_list() == [0.0, 10.0, 20.0, VALUE, 40.0, 50.0]


# Other processes


@pytest.mark.parametrize("strategy", ["serial", "threads", "pool", "process"])
def test_worker_processes_know_the_functions(strategy: str) -> None:
    surcharge = 0.5

    xl.function("OTHER")(lambda x: -1)

    @xl.function("CHARGED")
    def charged(x: float) -> float:
        return x + surcharge

    texts = [f"=CHARGED({row})" for row in range(40)]
    frame = pa.table({"x": [float(row) for row in range(40)]})
    expected = [row + 0.5 for row in range(40)]

    many = xl.evaluate_many(texts, strategy=strategy, workers=2, chunk_size=10)
    over = xl.compile("=CHARGED(x)").over(frame, strategy=strategy, workers=2, chunk_size=10)

    assert many.to_list() == expected
    assert over.to_pylist() == expected


def test_a_function_that_cannot_travel_is_named() -> None:
    lock = threading.Lock()

    @xl.function("LOCKED")
    def locked(x: float) -> float:
        with lock:
            return x

    with pytest.raises(xl.InputError, match=r"locked cannot be sent to worker processes"):
        xl.evaluate_many(["=LOCKED(1)"], strategy="pool")
    assert xl.evaluate_many([f"=LOCKED({row})" for row in range(40_000)]).plan.strategy in ("serial", "threads")
