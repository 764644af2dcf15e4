"""Texts in machine code: nodes that join, cut, search and compare plain values, evaluated one by one.

A text is a slice of the heap (engine.store), which holds the expressions themselves and what is made of them. What is
cut out of a text is a slice of the same bytes; what is joined is written behind all others, and left to the batches
where the heap has no room. Where letters beyond ASCII would count, the batches count them.
"""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.engine.forms import UNSETTLED, Cut, Form, Letters
from xlmill.values.column import BOOLEAN, ERROR, NUMBER, TEXT
from xlmill.values.error_value import ExcelError
from xlmill.values.general_format import LONGEST_GENERAL, write_number
from xlmill.values.text_column import LONGEST_TEXT
from xlmill.values.text_functions import (
    are_same,
    characters_in,
    copied_to,
    is_ascii,
    lower_letter,
    order_of,
    place_in,
    trimmed_to,
    upper_letter,
)
from xlmill.values.two_speed import two_speed

_JOIN: Final = int(Form.JOIN)
_CUT: Final = int(Form.CUT)
_LEN: Final = int(Form.LEN)
_FIND: Final = int(Form.FIND)
_EXACT: Final = int(Form.EXACT)
_REPT: Final = int(Form.REPT)
_LETTERS: Final = int(Form.LETTERS)
_TRIM: Final = int(Form.TRIM)
_CODE: Final = int(Form.CODE)
_LEFT: Final = int(Cut.LEFT)
_RIGHT: Final = int(Cut.RIGHT)
_UPPER: Final = int(Letters.UPPER)

_TRUE: Final = b"TRUE"
_FALSE: Final = b"FALSE"
_VALUE: Final = float(ExcelError.VALUE.code)
# The first byte of half a character: two halves that come together become one character.
_HALF: Final = 0xED


@two_speed
def text_value(  # type: ignore[no-untyped-def]
    node, form, function, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used
):
    """A node's number and kind; a kind above ERROR where the batches must evaluate it. Of a TEXT sets the slice."""
    number, kind = _first_error(form, count, at, args, aliases, kinds, numbers)
    if kind != NUMBER:
        return number, kind
    if form == _JOIN:
        return _joined(node, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used)
    child = child_of(args[at], aliases)
    start, stop = _text(child, powers, kinds, numbers, starts, stops, heap, used)
    if start < 0:
        return 0.0, UNSETTLED
    if form == _LEN:
        return float(characters_in(heap, start, stop - start)), NUMBER
    if form == _CODE:
        if stop == start:
            return _VALUE, ERROR
        return float(heap[start]), (NUMBER if heap[start] < 128 else UNSETTLED)
    if form == _CUT:
        return _cut(node, function, start, stop, count, at, args, aliases, kinds, numbers, starts, stops, heap)
    if form == _FIND or form == _EXACT:
        other, other_stop = _text(child_of(args[at + 1], aliases), powers, kinds, numbers, starts, stops, heap, used)
        if other < 0:
            return 0.0, UNSETTLED
        if form == _EXACT:
            return float(are_same(heap, start, stop - start, heap, other, other_stop - other)), BOOLEAN
        return _found(start, stop, other, other_stop, count, at, args, aliases, kinds, numbers, heap)
    if form == _REPT:
        return _repeated(node, start, stop, child_of(args[at + 1], aliases), kinds, numbers, starts, stops, heap, used)
    if form == _LETTERS:
        return _in_case(node, function == _UPPER, start, stop, starts, stops, heap, used)
    if form == _TRIM:
        if used[0] + stop - start > len(heap):
            return 0.0, UNSETTLED
        end = trimmed_to(heap, start, stop - start, heap, used[0])
        return _written(node, end, starts, stops, used)
    return _substituted(node, start, stop, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used)


@two_speed
def order_of_texts(left, right, starts, stops, heap):  # type: ignore[no-untyped-def]
    """Which of two nodes' texts comes first: see text_functions.order_of."""
    length = stops[left] - starts[left]
    return order_of(heap, starts[left], length, heap, starts[right], stops[right] - starts[right])


@two_speed
def child_of(node, aliases):  # type: ignore[no-untyped-def]
    """The node whose value an argument is: see store.stands_for."""
    return node if len(aliases) == 0 else aliases[node]


@two_speed
def _first_error(form, count, at, args, aliases, kinds, numbers):  # type: ignore[no-untyped-def]
    """The first error among the arguments; NUMBER where there is none, UNSETTLED where one is for the batches."""
    code = 0.0
    may_be_number = False  # whether a text stands before it where a number may be wanted
    for k in range(count):
        child = child_of(args[at + k], aliases)
        kind = kinds[child]
        if kind == ERROR:
            if code == 0.0:
                code = numbers[child]
                if may_be_number:
                    return 0.0, UNSETTLED
        elif kind == TEXT:
            may_be_number = may_be_number or (form != _JOIN and k > 0)
        elif kind != NUMBER and kind != BOOLEAN:
            return 0.0, UNSETTLED
    return code, (NUMBER if code == 0.0 else ERROR)


@two_speed
def _text(child, powers, kinds, numbers, starts, stops, heap, used):  # type: ignore[no-untyped-def]
    """A node's value as a slice of the heap, where numbers are written first; -1 where it cannot be had."""
    if kinds[child] == TEXT:
        return starts[child], stops[child]
    begin = used[0]
    end = _number_to(child, powers, kinds, numbers, heap, begin)
    if end >= 0:
        used[0] = end
    else:
        begin = -1
    return begin, end


@two_speed
def _number_to(child, powers, kinds, numbers, heap, to):  # type: ignore[no-untyped-def]
    """Write a number or truth value as text; gives where it ends, or -1."""
    if to + LONGEST_GENERAL > len(heap):
        return -1
    if kinds[child] == NUMBER:
        return write_number(numbers[child], powers, heap, to)
    if numbers[child] != 0.0:
        for k in range(4):
            heap[to + k] = _TRUE[k]
        return to + 4
    for k in range(5):
        heap[to + k] = _FALSE[k]
    return to + 5


@two_speed
def _written(node, end, starts, stops, used):  # type: ignore[no-untyped-def]
    """Make what was written at the end of the heap a node's text."""
    starts[node] = used[0]
    stops[node] = end
    used[0] = end
    return 0.0, TEXT


@two_speed
def _joined(  # type: ignore[no-untyped-def]
    node, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used
):
    """& and CONCATENATE"""
    begin = used[0]
    to = begin
    for k in range(count):
        child = child_of(args[at + k], aliases)
        if kinds[child] != TEXT:
            to = _number_to(child, powers, kinds, numbers, heap, to)
            if to < 0:
                return 0.0, UNSETTLED
            continue
        start = starts[child]
        length = stops[child] - start
        if length > 0 and heap[start] == _HALF:
            return 0.0, UNSETTLED
        if k == 0 and stops[child] == begin:
            begin = start  # it stands last in the heap, and is joined to where it stands
            continue
        if to - begin + length > LONGEST_TEXT or to + length > len(heap):
            return 0.0, UNSETTLED
        to = copied_to(heap, start, length, heap, to)
    if to - begin > LONGEST_TEXT:
        return 0.0, UNSETTLED
    starts[node] = begin
    stops[node] = to
    used[0] = to
    return 0.0, TEXT


@two_speed
def _cut(  # type: ignore[no-untyped-def]
    node, function, start, stop, count, at, args, aliases, kinds, numbers, starts, stops, heap
):
    """LEFT, RIGHT and MID"""
    begin = 1.0
    wanted = 1.0
    if count > 1:
        child = child_of(args[at + 1], aliases)
        if kinds[child] == TEXT:
            return 0.0, UNSETTLED
        wanted = numbers[child]
    if count > 2:
        child = child_of(args[at + 2], aliases)
        if kinds[child] == TEXT:
            return 0.0, UNSETTLED
        begin = wanted
        wanted = numbers[child]
    if begin < 1.0 or wanted < 0.0:
        return _VALUE, ERROR
    length = stop - start
    if not is_ascii(heap, start, length):
        return 0.0, UNSETTLED
    before = int(min(begin, length + 1.0)) - 1
    kept = min(int(min(wanted, float(length))), length - before)
    if function == _RIGHT:
        before = length - kept
    starts[node] = start + before
    stops[node] = start + before + kept
    return 0.0, TEXT


@two_speed
def _found(start, stop, within, end, count, at, args, aliases, kinds, numbers, heap):  # type: ignore[no-untyped-def]
    """FIND: where the text from `start` to `stop` first stands in that from `within` to `end`."""
    begin = 1.0
    if count > 2:
        child = child_of(args[at + 2], aliases)
        if kinds[child] == TEXT:
            return 0.0, UNSETTLED
        begin = numbers[child]
    length = end - within
    if not is_ascii(heap, within, length):
        return 0.0, UNSETTLED
    if begin < 1.0 or begin >= length + 2.0:
        return _VALUE, ERROR
    before = int(begin) - 1
    if stop == start:
        return before + 1.0, NUMBER
    place = place_in(heap, within + before, length - before, heap, start, stop - start)
    if place < 0:
        return _VALUE, ERROR
    return place - within + 1.0, NUMBER


@two_speed
def _repeated(node, start, stop, times, kinds, numbers, starts, stops, heap, used):  # type: ignore[no-untyped-def]
    """REPT"""
    wanted = numbers[times]
    length = stop - start
    if kinds[times] == TEXT or not is_ascii(heap, start, length):
        return 0.0, UNSETTLED
    if wanted < 0.0 or float(int(min(wanted, LONGEST_TEXT + 1.0))) * length > LONGEST_TEXT:
        return _VALUE, ERROR
    to = used[0]
    if length > 0:
        repeats = int(wanted)
        if to + repeats * length > len(heap):
            return 0.0, UNSETTLED
        for _ in range(repeats):
            to = copied_to(heap, start, length, heap, to)
    return _written(node, to, starts, stops, used)


@two_speed
def _in_case(node, is_upper, start, stop, starts, stops, heap, used):  # type: ignore[no-untyped-def]
    """UPPER and LOWER"""
    to = used[0]
    if to + stop - start > len(heap) or not is_ascii(heap, start, stop - start):
        return 0.0, UNSETTLED
    for k in range(start, stop):
        heap[to] = upper_letter(heap[k]) if is_upper else lower_letter(heap[k])
        to += 1
    return _written(node, to, starts, stops, used)


@two_speed
def _substituted(  # type: ignore[no-untyped-def]
    node, start, stop, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used
):
    """SUBSTITUTE of all occurrences"""
    if count > 3 or not is_ascii(heap, start, stop - start):
        return 0.0, UNSETTLED
    old, old_stop = _text(child_of(args[at + 1], aliases), powers, kinds, numbers, starts, stops, heap, used)
    new, new_stop = _text(child_of(args[at + 2], aliases), powers, kinds, numbers, starts, stops, heap, used)
    if old < 0 or new < 0 or not is_ascii(heap, new, new_stop - new):
        return 0.0, UNSETTLED
    size = old_stop - old
    added = new_stop - new
    most = stop - start if size == 0 else ((stop - start) // size + 1) * added + stop - start
    if most > LONGEST_TEXT or used[0] + most > len(heap):
        return 0.0, UNSETTLED
    to = used[0]
    place = place_in(heap, start, stop - start, heap, old, size)
    while place >= 0:
        to = copied_to(heap, start, place - start, heap, to)
        to = copied_to(heap, new, added, heap, to)
        start = place + size
        place = place_in(heap, start, stop - start, heap, old, size)
    to = copied_to(heap, start, stop - start, heap, to)
    return _written(node, to, starts, stops, used)
