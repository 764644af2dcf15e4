"""Small two-speed functions, each for a part of the compiled subset; `wrong` are outside of it."""

# ruff: noqa: RET504, RUF021 (plain code is the point here)

from __future__ import annotations

from typing import Final

from xlmill.values.two_speed import two_speed

TABLE: Final = bytes(255 - byte for byte in range(256))
LIMIT: Final = 3


@two_speed
def quotients(a, b):
    return a // b, a % b, a // 7, a % 7, a // -7, a % -7


@two_speed
def shifted(a):
    return a >> 3, (a & 0xFF) << 20, a | 1, a ^ 0x5A5A, ~a, -a, a * 3 - 1


@two_speed
def int_comparisons(a, b, c):
    return a < b, a <= b, a > b, a >= b, a == b, a != b, a < b < c, a <= b == c


@two_speed
def float_comparisons(a, b):
    return a < b, a <= b, a > b, a >= b, a == b, a != b, a < 1, not a


@two_speed
def float_sums(a, b, c):
    return a + b * c


@two_speed
def divide(a, b):
    return a / b


@two_speed
def extremes(a, b):
    return min(a, b), max(a, b), -a


@two_speed
def to_whole(number):
    return int(number), float(int(number)), int(number) + 1, float(2)


@two_speed
def absolute(a, b):
    return abs(a), abs(b)


@two_speed
def truth_values(a, b, c):
    result = 0
    if a and not (b > LIMIT or c):
        result = 1
    elif a > b and b > -a or c:
        result = 2
    both = a > 0 and b > 0
    either = c or a == b
    neither = not (both or either)
    return result, both, either, neither, 5 if both else -5, c == both, (c + a) * 2


@two_speed
def swapped(a, b):
    c = a + 1
    d = b
    a, c = c, a
    return a, c, d


@two_speed
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@two_speed
def last_counted(start, stop):
    i = 99
    runs = 0
    for i in range(start, stop, 3):
        runs += 1
        i += 10
    return i, runs


@two_speed
def count_down(start, stop):
    total = 0
    for i in range(start, stop, -2):
        total = (total * 3 + i) % 1_000_003
    for i in range(start):
        total += i
    return total


@two_speed
def first_negative(numbers):
    found = -1
    for i in range(len(numbers)):
        if numbers[i] < 0:
            found = i
            break
    while True:
        found += 1
        if found < 5:
            continue
        return found


@two_speed
def square_sums(numbers):
    total = 0
    for i in range(len(numbers)):
        if numbers[i] % 2 == 0:
            continue
        for k in range(numbers[i]):
            if k > 5:
                break
            total += k
        total += 1
    return total


@two_speed
def above_before(source, target):
    for i in range(len(source)):
        before = source[max(i - 1, 0)]
        target[i] = source[i] if source[i] > before else before


@two_speed
def histogram(text, counts):
    for i in range(len(text)):
        counts[text[i] & 3] += 1
        counts[0] -= 1


@two_speed
def table_entry(byte):
    return TABLE[byte]


@two_speed
def _ordered(a, b):
    if a < b:
        return a, b, False
    return b, a, True


@two_speed
def combine(a, b):
    low, high, was_swapped = _ordered(a, b)
    return high - low, was_swapped


@two_speed
def keyword(a, b, c):
    return min(a, key=b)


@two_speed
def unknown_name(a, b, c):
    return a + nothing_of_this_name  # noqa: F821


@two_speed
def list_of_numbers(a, b, c):
    return [a, b]


@two_speed
def two_kinds(a, b, c):
    x = 1
    x = 2.5
    return x


@two_speed
def one_of_two_kinds(a, b, c):
    return a if a > 0 else b


@two_speed
def shift_by_variable(a, b, c):
    return a << a


@two_speed
def power(a, b, c):
    return a**2


@two_speed
def floor_of_floats(a, b, c):
    return b // 2.0


@two_speed
def number_from_or(a, b, c):
    x = a or 5
    return x


@two_speed
def membership(a, b, c):
    return a in c


@two_speed
def slice_of_array(a, b, c):
    return c[1:2]


@two_speed
def step_of_range(a, b, c):
    for i in range(0, 10, a):
        a += i
    return a


@two_speed
def while_with_else(a, b, c):
    while a < 3:
        a += 1
    else:
        a = 0
    return a


@two_speed
def float_as_element(a, b, c):
    c[b] = 1.0


@two_speed
def another_count_of_results(a, b, c):
    if a > 0:
        return a, b
    return a


@two_speed
def array_as_result(a, b, c):
    return c


@two_speed
def too_large(a, b, c):
    return a + 18446744073709551616


wrong = [
    keyword,
    unknown_name,
    list_of_numbers,
    two_kinds,
    one_of_two_kinds,
    shift_by_variable,
    power,
    floor_of_floats,
    number_from_or,
    membership,
    slice_of_array,
    step_of_range,
    while_with_else,
    float_as_element,
    another_count_of_results,
    array_as_result,
    too_large,
]
