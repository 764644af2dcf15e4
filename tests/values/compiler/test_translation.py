"""Compiled functions do what Python does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from subset import (
    above_before,
    absolute,
    collatz,
    combine,
    count_down,
    divide,
    extremes,
    first_negative,
    float_comparisons,
    float_sums,
    histogram,
    int_comparisons,
    last_counted,
    quotients,
    shifted,
    square_sums,
    swapped,
    table_entry,
    to_whole,
    truth_values,
    wrong,
)

from xlmill.values.compiler.emitter import SubsetError
from xlmill.values.two_speed import TwoSpeed

ints = st.integers(-(2**40), 2**40)
small = st.integers(-50, 50)
floats = st.floats(allow_nan=True, allow_infinity=True, width=64)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return isinstance(other, tuple) and all(map(same, one, other)) and len(one) == len(other)
    return type(one) is type(other) and (one == other or (one != one and other != other))


def both(function: TwoSpeed[..., Any], *arguments: Any) -> Any:
    """What the function gives, the same at both speeds."""
    interpreted = function.interpreted(*arguments)
    assert same(function.compiled(*arguments), interpreted)
    return interpreted


@given(a=ints, b=ints.filter(bool))
@example(a=-7, b=2)
@example(a=7, b=-2)
@example(a=-6, b=-2)
def test_whole_numbers_divide_down_and_the_rest_has_the_divisors_sign(a: int, b: int) -> None:
    both(quotients, a, b)


@given(a=ints)
def test_shifts_and_bits_are_pythons(a: int) -> None:
    both(shifted, a)


@given(a=ints, b=ints, c=ints)
@example(a=1, b=1, c=1)
@example(a=1, b=1, c=2)
def test_whole_numbers_compare_as_in_python(a: int, b: int, c: int) -> None:
    both(int_comparisons, a, b, c)


@given(a=floats, b=floats)
@example(a=math.nan, b=1.0)
@example(a=0.0, b=-0.0)
def test_floats_compare_as_in_python(a: float, b: float) -> None:
    both(float_comparisons, a, b)


@given(a=floats, b=floats)
def test_floats_add_and_multiply_to_the_last_bit(a: float, b: float) -> None:
    both(float_sums, a, b, 3)


@given(a=floats, b=floats.filter(bool))
def test_floats_divide_to_the_last_bit(a: float, b: float) -> None:
    both(divide, a, b)


@given(a=floats, b=floats)
@example(a=math.nan, b=1.0)
@example(a=1.0, b=math.nan)
@example(a=0.0, b=-0.0)
def test_the_smaller_and_the_greater_are_pythons(a: float, b: float) -> None:
    interpreted, compiled = extremes.interpreted(a, b), extremes.compiled(a, b)

    assert [math.copysign(1, x) for x in interpreted] == [math.copysign(1, x) for x in compiled]
    assert same(interpreted, compiled)


@given(number=st.floats(-1e18, 1e18))
def test_floats_are_cut_to_whole_numbers(number: float) -> None:
    both(to_whole, number)


@given(a=ints, b=floats)
def test_absolute_values(a: int, b: float) -> None:
    both(absolute, a, b)


@given(a=small, b=small, c=st.booleans())
def test_conditions_and_truth_values(a: int, b: int, c: bool) -> None:
    both(truth_values, a, b, c)


@given(a=ints, b=floats)
def test_a_tuple_is_read_before_any_name_is_assigned(a: int, b: float) -> None:
    assert both(swapped, a, b)[0] == a + 1


@given(start=st.integers(1, 10_000))
def test_loops_run_until_their_condition_fails(start: int) -> None:
    both(collatz, start)


@given(start=small, stop=small)
def test_a_loop_counts_by_itself_whatever_is_done_to_its_variable(start: int, stop: int) -> None:
    both(last_counted, start, stop)
    both(count_down, start, stop)


@given(numbers=st.lists(small, max_size=20))
def test_break_and_continue_leave_and_go_on_with_the_inner_loop(numbers: list[int]) -> None:
    array = np.array(numbers, np.int64)

    both(first_negative, array)
    both(square_sums, array)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i1", "i2", "i4", "i8", "f8"])
@given(data=st.data())
def test_elements_of_every_type_are_read_and_written(dtype: str, data: st.DataObject) -> None:
    info = None if dtype == "f8" else np.iinfo(dtype)
    element = floats if info is None else st.integers(int(info.min), int(info.max))
    source = np.array(data.draw(st.lists(element, max_size=20)), dtype)
    target, other = np.zeros(len(source), dtype), np.zeros(len(source), dtype)

    above_before.interpreted(source, target)
    above_before.compiled(source, other)

    assert target.tobytes() == other.tobytes()


@given(numbers=st.lists(small, max_size=20))
def test_arrays_with_steps_between_their_elements_are_read_and_written(numbers: list[int]) -> None:
    source, target = np.zeros((len(numbers), 3), np.int32), np.zeros((len(numbers), 2), np.int32)
    source[:, 1] = numbers

    above_before.compiled(source[:, 1], target[:, 1])

    assert target[:, 1].tolist() == [a if a > b else b for a, b in zip(numbers, numbers[:1] + numbers, strict=False)]
    assert not target[:, 0].any()


def test_arrays_may_begin_at_any_byte() -> None:
    numbers = np.frombuffer(b"\0" + np.arange(5, dtype=np.int64).tobytes(), np.int64, offset=1)
    target = np.zeros(5, np.int64)

    above_before.compiled(numbers, target)

    assert target.tolist() == [0, 1, 2, 3, 4]


@given(text=st.binary(max_size=40))
def test_elements_are_changed_in_place(text: bytes) -> None:
    array = np.frombuffer(text, np.uint8)
    counts, other = np.zeros(4, np.int32), np.zeros(4, np.int32)

    histogram.interpreted(array, counts)
    histogram.compiled(array, other)

    assert counts.tolist() == other.tolist()


@given(byte=st.integers(0, 255))
def test_constant_bytes_are_a_table(byte: int) -> None:
    assert both(table_entry, byte) == 255 - byte


@given(a=small, b=small)
def test_functions_call_functions_that_give_several_numbers(a: int, b: int) -> None:
    both(combine, a, b)


def test_one_function_is_compiled_for_each_kind_of_argument() -> None:
    assert both(float_sums, 1, 2.0, 3) == 1 + 2.0 * 3
    assert both(float_sums, True, 2.0, 3) == 1 + 2.0 * 3


@pytest.mark.parametrize("function", wrong)
def test_what_is_not_in_the_subset_is_told_with_its_line(function: TwoSpeed[..., Any]) -> None:
    with pytest.raises(SubsetError, match=r"subset\.py:\d+: not in the compiled subset: .+"):
        function.compiled(1, 2.0, np.zeros(3))


@pytest.mark.parametrize(
    "argument", [np.zeros((2, 2)), np.zeros(2, np.uint64), np.zeros(2, np.float32), "text", None, [1]]
)
def test_other_arguments_are_refused(argument: object) -> None:
    function: Callable[..., object] = above_before.compiled

    with pytest.raises(TypeError):
        function(argument, np.zeros(2))
