"""Excel's formula grammar: from bytes to trees, in one pass."""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.syntax.array_constant import parse_array, scan_error_value
from xlmill.syntax.characters import (
    APOSTROPHE,
    AT,
    BANG,
    CLASS,
    CLOSE,
    CLOSE_BRACKET,
    COLON,
    COMMA,
    DIGIT,
    DOLLAR,
    END,
    EQUALS,
    GREATER_SIGN,
    HASH,
    MINUS_SIGN,
    OPEN,
    OPEN_BRACE,
    OPEN_BRACKET,
    PLUS_SIGN,
    POINT,
    QUOTE,
    SPACE,
    STARTS_WORD,
    UNDERSCORE,
)
from xlmill.syntax.forest import (
    REF_FLAGS,
    REF_SHEET_START,
    REF_SHEET_STOP,
    Bytes,
    Float64,
    Int16,
    Int32,
    Int64,
    RefFlag,
)
from xlmill.syntax.function_table import (
    ENTRY_FORM,
    ENTRY_LEAST,
    ENTRY_MOST,
    ENTRY_OPCODE,
    FORM_FALSE,
    FORM_LAMBDA,
    FORM_LET,
    FORM_SINGLE,
    FORM_SPILL,
    FORM_TRUE,
    UNLIMITED,
    find_entry,
)
from xlmill.syntax.lexer import (
    hash_bytes,
    scan_brackets,
    scan_number,
    scan_quoted_sheet,
    scan_text,
    scan_word,
    skip_spaces,
)
from xlmill.syntax.name_table import add_name, find_name, hash_name
from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode
from xlmill.syntax.precedence import PRECEDENCES
from xlmill.syntax.problem import DEEPEST_NESTING, MOST_ARGUMENTS, Problem
from xlmill.syntax.reference_lexer import read_reference
from xlmill.syntax.row_start import begin_row
from xlmill.syntax.stored_prefix import FUNCTION_PREFIX, FUNCTION_VALUE_PREFIX, NO_PREFIX, OPTIONAL_PREFIX, strip_prefix
from xlmill.values.error_value import ExcelError
from xlmill.values.two_speed import two_speed

_NUMBER: Final = int(Opcode.NUMBER)
_TEXT: Final = int(Opcode.TEXT)
_BOOLEAN: Final = int(Opcode.BOOLEAN)
_ERROR: Final = int(Opcode.ERROR)
_OMITTED: Final = int(Opcode.OMITTED)
_REFERENCE: Final = int(Opcode.REFERENCE)
_STRUCTURED: Final = int(Opcode.STRUCTURED)
_NAME: Final = int(Opcode.NAME)
_LOCAL: Final = int(Opcode.LOCAL)
_DECLARED: Final = int(Opcode.DECLARED)
_PARAMETER: Final = int(Opcode.PARAMETER)
_OPTIONAL_PARAMETER: Final = int(Opcode.OPTIONAL_PARAMETER)
_ARRAY: Final = int(Opcode.ARRAY)
_LET: Final = int(Opcode.LET)
_LAMBDA: Final = int(Opcode.LAMBDA)
_CALL: Final = int(Opcode.CALL)
_RANGE: Final = int(Opcode.RANGE)
_INTERSECTION: Final = int(Opcode.INTERSECTION)
_UNION: Final = int(Opcode.UNION)
_SPILL: Final = int(Opcode.SPILL)
_SINGLE: Final = int(Opcode.SINGLE)
_NEGATE: Final = int(Opcode.NEGATE)
_PLUS: Final = int(Opcode.PLUS)
_PERCENT: Final = int(Opcode.PERCENT)
_LESS: Final = int(Opcode.LESS)
_LESS_EQUAL: Final = int(Opcode.LESS_EQUAL)
_NOT_EQUAL: Final = int(Opcode.NOT_EQUAL)
_GREATER: Final = int(Opcode.GREATER)
_GREATER_EQUAL: Final = int(Opcode.GREATER_EQUAL)

# What stands on the stack beside operators and functions. These never become opcodes.
_BOTTOM: Final = 48
_PARENTHESIS: Final = 49
_SINGLE_CALL: Final = 50  # SINGLE(...), as @ is stored
_SPILL_CALL: Final = 51  # ANCHORARRAY(...), as # is stored

_NONE: Final = int(Problem.NONE)
_ENDS_EARLY: Final = int(Problem.ENDS_EARLY)
_OPERAND_EXPECTED: Final = int(Problem.OPERAND_EXPECTED)
_OPERATOR_EXPECTED: Final = int(Problem.OPERATOR_EXPECTED)
_REFERENCE_EXPECTED: Final = int(Problem.REFERENCE_EXPECTED)
_COMMA_OUTSIDE_CALL: Final = int(Problem.COMMA_OUTSIDE_CALL)
_UNMATCHED_CLOSE: Final = int(Problem.UNMATCHED_CLOSE)
_UNCLOSED_PARENTHESIS: Final = int(Problem.UNCLOSED_PARENTHESIS)
_UNCLOSED_TEXT: Final = int(Problem.UNCLOSED_TEXT)
_UNCLOSED_SHEET_NAME: Final = int(Problem.UNCLOSED_SHEET_NAME)
_UNCLOSED_BRACKET: Final = int(Problem.UNCLOSED_BRACKET)
_SHEET_WITHOUT_REFERENCE: Final = int(Problem.SHEET_WITHOUT_REFERENCE)
_UNKNOWN_ERROR_VALUE: Final = int(Problem.UNKNOWN_ERROR_VALUE)
_WRONG_ARGUMENT_COUNT: Final = int(Problem.WRONG_ARGUMENT_COUNT)
_TOO_MANY_ARGUMENTS: Final = int(Problem.TOO_MANY_ARGUMENTS)
_NESTED_TOO_DEEP: Final = int(Problem.NESTED_TOO_DEEP)
_LET_NAME_EXPECTED: Final = int(Problem.LET_NAME_EXPECTED)
_LET_INCOMPLETE: Final = int(Problem.LET_INCOMPLETE)
_PARAMETER_EXPECTED: Final = int(Problem.PARAMETER_EXPECTED)
_LAMBDA_WITHOUT_BODY: Final = int(Problem.LAMBDA_WITHOUT_BODY)
_NAME_TWICE: Final = int(Problem.NAME_TWICE)

_REF_ERROR: Final = ExcelError.REF.code
_SHEET_FLAG: Final = int(RefFlag.SHEET)
_DELETED_FLAG: Final = int(RefFlag.DELETED)
REF_WIDTH: Final = 7

# What `parse_rows` counts.
COUNT_NODES, COUNT_ARGS, COUNT_REFS, COUNT_NAMES, COUNT_INEXACT, COUNT_STRUCTURED = range(6)
COUNT_WIDTH: Final = 6

# What has begun to be written when a formula turns out to be none.
SPARE_NODES: Final = 2

# Beside the precedences of operators: frames yield to nothing, and what ends one yields to every operator.
_FRAME_PRECEDENCE: Final = -1
_CLOSING: Final = 0
_UNION_PRECEDENCE: Final = PRECEDENCES[Opcode.UNION]
_INTERSECTION_PRECEDENCE: Final = PRECEDENCES[Opcode.INTERSECTION]
_CALL_PRECEDENCE: Final = PRECEDENCES[Opcode.CALL]
_COMPLETE: Final = 100  # of a postfix operator or a closed call: it has its operands, and awaits nothing
_PRECEDENCE: Final = bytes({int(code): tight for code, tight in PRECEDENCES.items()}.get(i, 0) for i in range(64))

# By byte: the operator between two operands, or the postfix operator, that begins with it; 0 for none.
_OPERATORS: Final = {
    "=": Opcode.EQUAL,
    "<": Opcode.LESS,
    ">": Opcode.GREATER,
    "&": Opcode.CONCATENATE,
    "+": Opcode.ADD,
    "-": Opcode.SUBTRACT,
    "*": Opcode.MULTIPLY,
    "/": Opcode.DIVIDE,
    "^": Opcode.POWER,
    "%": Opcode.PERCENT,
    ":": Opcode.RANGE,
    "#": Opcode.SPILL,
}
_OPERATOR: Final = bytes(_OPERATORS.get(chr(byte), 0) for byte in range(257))


@two_speed
def _is_reference(code: int) -> bool:
    """Whether an operand of this opcode can be a reference."""
    return (
        code == _REFERENCE
        or code >= FIRST_FUNCTION
        or (code >= _RANGE and code <= _SINGLE)
        or code == _NAME
        or code == _LOCAL
        or code == _STRUCTURED
        or code == _CALL
        or code == _LET
        or code == _ERROR
    )


@two_speed
def _begins_reference(buffer: Bytes, i: int, stop: int) -> bool:
    """Whether a reference can begin at `i`, so that the space before it is the intersection operator."""
    c = buffer[i]
    if CLASS[c] & STARTS_WORD or c == DOLLAR or c == APOSTROPHE or c == OPEN_BRACKET or c == OPEN or c == AT:
        return True
    if c == HASH:
        return i + 1 < stop and (CLASS[buffer[i + 1]] & STARTS_WORD) != 0
    while i < stop and CLASS[buffer[i]] & DIGIT:
        i += 1
    return i < stop and buffer[i] == COLON and CLASS[c] & DIGIT != 0


@two_speed
def _scan_sheets(buffer: Bytes, i: int, stop: int) -> int:
    """The position of the exclamation mark that ends the sheet names whose first ends at `i`, or -1."""
    if i < stop and buffer[i] == COLON:
        if i + 1 >= stop or not CLASS[buffer[i + 1]] & STARTS_WORD:
            return -1
        i, _ = scan_word(buffer, i + 1, stop)
    if i < stop and buffer[i] == BANG:
        return i
    return -1


@two_speed
def _highest_outside(op: Int16, extra: Int32, height: Int32, first_node: int, nodes: int) -> int:
    """The height of the highest node that LOCAL nodes from `first_node` on stand for and that is before; or -1."""
    highest = -1
    for node in range(first_node, nodes):
        if op[node] == _LOCAL and extra[node] < first_node and height[node] > highest:
            highest = height[node]
    return highest


@two_speed
def _awaits_name(top: int, frame: int, held: int, stack_code: Int16, stack_base: Int32) -> bool:
    """Whether an argument begins here that can be a parameter of LAMBDA, or a name of LET."""
    code = stack_code[top]
    return top == frame and (code == _LAMBDA or (code == _LET and (held - stack_base[top]) % 2 == 0))


@two_speed
def parse_rows(
    buffer: Bytes,
    row_start: Int64,
    row_stop: Int64,
    r1c1: bool,
    seed: int,
    slots: Int32,
    entries: Int32,
    letters: Bytes,
    root: Int32,
    problem: Int16,
    problem_at: Int64,
    problem_detail: Int32,
    op: Int16,
    argc: Int32,
    first: Int32,
    args: Int32,
    height: Int32,
    depth: Int16,
    row: Int32,
    number: Float64,
    start: Int64,
    stop: Int64,
    extra: Int32,
    refs: Int64,
    name_slots: Int32,
    name_start: Int64,
    name_stop: Int64,
    in_force: Int32,
    operands: Int32,
    stack_code: Int16,
    stack_precedence: Int16,
    stack_start: Int64,
    stack_stop: Int64,
    stack_base: Int32,
    stack_frame: Int32,
    stack_entry: Int32,
    stack_scopes: Int32,
    stack_nodes: Int32,
    scope_name: Int32,
    scope_hides: Int32,
    scope_node: Int32,
    counts: Int64,
    first_row: int,
) -> int:
    """Parse rows from `first_row` on: their trees, or what is wrong with them; the row that had no room, or the end.

    `counts` says how many there are of each thing, and goes on from there. A row of n bytes has room where n more
    nodes have, and SPARE_NODES.

    Operands wait in `operands` as nodes. In the stack wait operators for their right operand, and frames, which
    are open parentheses and calls, for their end: an operator becomes a node when one that binds no tighter, or
    the end of its frame, stands behind its right operand. A frame knows how many operands, names in scope and
    nodes there were when it was opened, its function's entry, and the frame around it. A name in scope is its
    number, what it hides, and the node that it stands for; `in_force` leads to it by its number (plus one).
    """
    nodes = counts[COUNT_NODES]
    arguments = counts[COUNT_ARGS]
    references = counts[COUNT_REFS]
    names = counts[COUNT_NAMES]
    inexact = counts[COUNT_INEXACT]
    structured = counts[COUNT_STRUCTURED]
    reached = len(row_start)

    for r in range(first_row, len(row_start)):
        end = row_stop[r]
        i, wrong, at = begin_row(buffer, row_start[r], end)
        if wrong == _NONE and end - i + SPARE_NODES > len(op) - nodes:
            reached = r
            break
        first_node = nodes
        first_argument = arguments
        first_reference = references
        inexact_before = inexact
        structured_before = structured
        top = 0
        frame = 0
        stack_code[0] = _BOTTOM
        stack_precedence[0] = _FRAME_PRECEDENCE
        held = 0  # operands
        level = 0  # calls inside each other
        lambdas = 0
        in_scope = 0
        awaits_operand = True
        done = False

        while wrong == _NONE and not done:
            before = i
            while i < end and CLASS[buffer[i]] & SPACE:
                i += 1
            c = buffer[i] if i < end else END

            if awaits_operand:
                leaf = -1
                leaf_start = i
                leaf_stop = i
                leaf_number = 0.0
                leaf_extra = 0
                leaf_height = 0
                sheet_stop = -1
                begin = i

                if CLASS[c] & DIGIT or c == POINT:
                    i, leaf_number, exact = scan_number(buffer, begin, end)
                    if i == begin:
                        wrong = _OPERAND_EXPECTED
                        at = begin
                        break
                    leaf = _NUMBER
                    if i < end and (buffer[i] == COLON or CLASS[buffer[i]] & SPACE):
                        # Rows, as 1:3.
                        ends = read_reference(buffer, begin, end, r1c1, refs, references * REF_WIDTH)
                        if ends >= 0:
                            leaf = _REFERENCE
                            i = ends
                            exact = True
                    if not exact:
                        leaf_extra = 1
                        inexact += 1
                    elif leaf == _NUMBER and top == frame and stack_code[top] >= FIRST_FUNCTION:
                        # Further numbers in a list of arguments, as in SUM(1,2,3), need no look at anything else.
                        last = stack_base[top] + MOST_ARGUMENTS - 1
                        while held < last and i < end and buffer[i] == COMMA:
                            following = i + 1
                            after, next_number, exact = scan_number(buffer, following, end)
                            if after == following or not exact or after >= end:
                                break
                            if buffer[after] != COMMA and buffer[after] != CLOSE:
                                break
                            op[nodes] = _NUMBER
                            argc[nodes] = 0
                            first[nodes] = arguments
                            height[nodes] = 0
                            depth[nodes] = lambdas
                            row[nodes] = r
                            number[nodes] = leaf_number
                            start[nodes] = leaf_start
                            stop[nodes] = i
                            extra[nodes] = 0
                            operands[held] = nodes
                            held += 1
                            nodes += 1
                            leaf_number = next_number
                            leaf_start = following
                            i = after
                    leaf_stop = i

                elif CLASS[c] & STARTS_WORD:
                    word_stop, hashed = scan_word(buffer, i, end)
                    prefix = NO_PREFIX
                    if c == UNDERSCORE:
                        begin, prefix = strip_prefix(buffer, i, word_stop)
                        if begin > i:
                            hashed = hash_bytes(buffer, begin, word_stop)
                    leaf_start = begin
                    next_at = word_stop
                    while next_at < end and CLASS[buffer[next_at]] & SPACE:
                        next_at += 1
                    next_c = buffer[next_at] if next_at < end else END
                    local = 0
                    if in_scope > 0:
                        hashed_name = hash_name(buffer, begin, word_stop, seed)
                        _, name = find_name(buffer, begin, word_stop, hashed_name, name_slots, name_start, name_stop)
                        if name >= 0:
                            local = in_force[name]

                    entry = -1
                    if local == 0:
                        entry = find_entry(buffer, begin, word_stop, hashed, slots, entries, letters)
                    if next_c == OPEN and entry >= 0:
                        code = entries[entry + ENTRY_OPCODE]
                        form = entries[entry + ENTRY_FORM]
                        if form == FORM_LET:
                            code = _LET
                        elif form == FORM_LAMBDA:
                            code = _LAMBDA
                            lambdas += 1
                        elif form == FORM_SINGLE and prefix == FUNCTION_PREFIX:
                            code = _SINGLE_CALL
                        elif form == FORM_SPILL and prefix == FUNCTION_PREFIX:
                            code = _SPILL_CALL
                        if code:
                            level += 1
                            if level > DEEPEST_NESTING:
                                wrong = _NESTED_TOO_DEEP
                                at = begin
                                break
                            top += 1
                            stack_code[top] = code
                            stack_precedence[top] = _FRAME_PRECEDENCE
                            stack_start[top] = begin
                            stack_stop[top] = word_stop
                            stack_base[top] = held
                            stack_frame[top] = frame
                            stack_entry[top] = entry
                            stack_scopes[top] = in_scope
                            stack_nodes[top] = nodes
                            frame = top
                            i = next_at + 1
                            continue

                    i = word_stop
                    ends = -1
                    if prefix != FUNCTION_VALUE_PREFIX:
                        ends = read_reference(buffer, begin, end, r1c1, refs, references * REF_WIDTH)
                    if ends >= 0:
                        leaf = _REFERENCE
                        i = ends
                    elif i < end and (buffer[i] == BANG or buffer[i] == COLON):
                        sheet_stop = _scan_sheets(buffer, i, end)
                        if sheet_stop >= 0:
                            i = sheet_stop + 1
                    elif i < end and buffer[i] == OPEN_BRACKET:
                        i = scan_brackets(buffer, word_stop, end)
                        if i < 0:
                            wrong = _UNCLOSED_BRACKET
                            at = word_stop
                            break
                        leaf = _STRUCTURED
                    if leaf < 0 and sheet_stop < 0:
                        form = 0
                        if entry >= 0:
                            form = entries[entry + ENTRY_FORM]
                        if form == FORM_TRUE or form == FORM_FALSE:
                            leaf = _BOOLEAN
                            leaf_number = 1.0 if form == FORM_TRUE else 0.0
                        elif next_c == COMMA and _awaits_name(top, frame, held, stack_code, stack_base):
                            leaf = _DECLARED
                            if stack_code[top] == _LAMBDA:
                                leaf = _OPTIONAL_PARAMETER if prefix == OPTIONAL_PREFIX else _PARAMETER
                        elif local > 0:
                            leaf = _LOCAL
                            leaf_extra = scope_node[local - 1]
                            leaf_height = height[leaf_extra]
                        else:
                            leaf = _NAME
                        if next_c == OPEN and leaf != _BOOLEAN:
                            # The call follows at once, whatever spaces stand between.
                            i = next_at
                    leaf_stop = word_stop if leaf != _REFERENCE and leaf != _STRUCTURED else i

                elif c == QUOTE:
                    ends, doubled = scan_text(buffer, i + 1, end)
                    if ends < 0:
                        wrong = _UNCLOSED_TEXT
                        at = i
                        break
                    leaf = _TEXT
                    leaf_start = i + 1
                    leaf_stop = ends
                    if doubled:
                        leaf_extra = 1
                    i = ends + 1

                elif c == OPEN:
                    top += 1
                    stack_code[top] = _PARENTHESIS
                    stack_precedence[top] = _FRAME_PRECEDENCE
                    stack_start[top] = i
                    stack_base[top] = held
                    stack_frame[top] = frame
                    frame = top
                    i += 1
                    continue

                elif c == MINUS_SIGN or c == PLUS_SIGN or c == AT:
                    code = _NEGATE
                    if c == PLUS_SIGN:
                        code = _PLUS
                    elif c == AT:
                        code = _SINGLE
                    top += 1
                    stack_code[top] = code
                    stack_precedence[top] = _PRECEDENCE[code]
                    stack_start[top] = i
                    stack_stop[top] = i + 1
                    stack_base[top] = held
                    i += 1
                    continue

                elif c == COMMA or c == CLOSE:
                    code = stack_code[top]
                    if top != frame or code == _BOTTOM or code == _PARENTHESIS:
                        wrong = _OPERAND_EXPECTED
                        at = i
                        break
                    if c == CLOSE and held - stack_base[top] == (1 if code == _CALL else 0):
                        # F() has no arguments, F(,) has two.
                        awaits_operand = False
                        continue
                    leaf = _OMITTED

                elif c == DOLLAR:
                    i = read_reference(buffer, begin, end, r1c1, refs, references * REF_WIDTH)
                    if i < 0:
                        wrong = _OPERAND_EXPECTED
                        at = begin
                        break
                    leaf = _REFERENCE
                    leaf_stop = i

                elif c == APOSTROPHE:
                    i = scan_quoted_sheet(buffer, begin, end)
                    if i < 0 or i >= end or buffer[i] != BANG:
                        wrong = _UNCLOSED_SHEET_NAME
                        at = begin
                        break
                    sheet_stop = i
                    i += 1

                elif c == OPEN_BRACKET:
                    i = scan_brackets(buffer, begin, end)
                    if i < 0:
                        wrong = _UNCLOSED_BRACKET
                        at = begin
                        break
                    if i < end and buffer[i] == BANG:
                        sheet_stop = i
                    elif i < end and CLASS[buffer[i]] & (STARTS_WORD | DIGIT):
                        word_stop, hashed = scan_word(buffer, i, end)
                        sheet_stop = _scan_sheets(buffer, word_stop, end)
                    if sheet_stop >= 0:
                        i = sheet_stop + 1
                    else:
                        leaf = _STRUCTURED
                        leaf_stop = i
                        next_at = skip_spaces(buffer, i, end)
                        word_stop, hashed = scan_word(buffer, begin + 1, end)
                        if (
                            top == frame
                            and stack_code[top] == _LAMBDA
                            and next_at < end
                            and buffer[next_at] == COMMA
                            and word_stop == i - 1
                            and buffer[word_stop] == CLOSE_BRACKET
                            and CLASS[buffer[begin + 1]] & STARTS_WORD
                        ):
                            leaf = _OPTIONAL_PARAMETER
                            leaf_start = begin + 1
                            leaf_stop = word_stop

                elif c == OPEN_BRACE:
                    top += 1
                    stack_code[top] = _ARRAY
                    stack_precedence[top] = _COMPLETE
                    stack_start[top] = i
                    stack_base[top] = held
                    leaf_extra = nodes
                    i, nodes, columns, marked, wrong = parse_array(
                        buffer, i, end, slots, entries, letters, op, number, start, stop, extra, nodes
                    )
                    if wrong != _NONE:
                        at = i
                        break
                    stack_stop[top] = i
                    stack_entry[top] = columns
                    inexact += marked
                    for node in range(leaf_extra, nodes):
                        argc[node] = 0
                        first[node] = arguments
                        height[node] = 0
                        depth[node] = lambdas
                        row[node] = r
                        operands[held] = node
                        held += 1
                    awaits_operand = False
                    continue

                elif c == HASH:
                    i, code = scan_error_value(buffer, begin, end, slots, entries, letters)
                    if code == 0:
                        wrong = _UNKNOWN_ERROR_VALUE
                        at = begin
                        break
                    if code == _REF_ERROR and i < end and (CLASS[buffer[i]] & STARTS_WORD or buffer[i] == DOLLAR):
                        # #REF!A1: the sheet was deleted.
                        sheet_stop = i - 1
                    else:
                        leaf = _ERROR
                        leaf_number = float(code)
                        leaf_stop = i

                else:
                    wrong = _ENDS_EARLY if c == END else _OPERAND_EXPECTED
                    at = i
                    break

                if sheet_stop >= 0:
                    # What stands behind a sheet's name: a reference, #REF!, or a name.
                    reference = references * REF_WIDTH
                    ends = -1
                    if i < end and buffer[i] == HASH:
                        ends, code = scan_error_value(buffer, i, end, slots, entries, letters)
                        if code != _REF_ERROR:
                            wrong = _SHEET_WITHOUT_REFERENCE
                            at = i
                            break
                        for k in range(REF_WIDTH):
                            refs[reference + k] = 0
                        refs[reference + REF_FLAGS] = _DELETED_FLAG
                    else:
                        ends = read_reference(buffer, i, end, r1c1, refs, reference)
                    leaf_start = begin
                    if ends >= 0:
                        i = ends
                        leaf = _REFERENCE
                    else:
                        if i >= end or not CLASS[buffer[i]] & STARTS_WORD:
                            wrong = _SHEET_WITHOUT_REFERENCE
                            at = i
                            break
                        i, hashed = scan_word(buffer, i, end)
                        leaf = _NAME
                        if i < end and buffer[i] == OPEN_BRACKET:
                            word_stop = i
                            i = scan_brackets(buffer, i, end)
                            if i < 0:
                                wrong = _UNCLOSED_BRACKET
                                at = word_stop
                                break
                            leaf = _STRUCTURED
                    leaf_stop = i

                if leaf == _REFERENCE:
                    reference = references * REF_WIDTH
                    refs[reference + REF_SHEET_START] = 0
                    refs[reference + REF_SHEET_STOP] = 0
                    if sheet_stop >= 0:
                        refs[reference + REF_SHEET_START] = begin
                        refs[reference + REF_SHEET_STOP] = sheet_stop
                        flags = refs[reference + REF_FLAGS] | _SHEET_FLAG
                        if buffer[begin] == HASH:
                            flags |= _DELETED_FLAG
                        refs[reference + REF_FLAGS] = flags
                    leaf_extra = references
                    references += 1
                elif leaf >= _STRUCTURED and leaf != _LOCAL:
                    hashed = hash_name(buffer, leaf_start, leaf_stop, seed)
                    leaf_extra, names = add_name(
                        buffer, leaf_start, leaf_stop, hashed, name_slots, name_start, name_stop, names
                    )
                    if leaf == _STRUCTURED:
                        structured += 1
                    elif leaf == _PARAMETER or leaf == _OPTIONAL_PARAMETER:
                        # In force from here on.
                        hidden = in_force[leaf_extra]
                        if hidden > stack_scopes[top]:
                            wrong = _NAME_TWICE
                            at = leaf_start
                            break
                        scope_name[in_scope] = leaf_extra
                        scope_hides[in_scope] = hidden
                        scope_node[in_scope] = nodes
                        in_scope += 1
                        in_force[leaf_extra] = in_scope

                op[nodes] = leaf
                argc[nodes] = 0
                first[nodes] = arguments
                height[nodes] = leaf_height
                depth[nodes] = lambdas
                row[nodes] = r
                number[nodes] = leaf_number
                start[nodes] = leaf_start
                stop[nodes] = leaf_stop
                extra[nodes] = leaf_extra
                operands[held] = nodes
                held += 1
                nodes += 1
                awaits_operand = False
                continue

            # An operator, or the end of an argument, a frame or the formula.
            code = _OPERATOR[c]
            width = 1
            if code:
                if code == _LESS and i + 1 < end:
                    if buffer[i + 1] == EQUALS:
                        code = _LESS_EQUAL
                        width = 2
                    elif buffer[i + 1] == GREATER_SIGN:
                        code = _NOT_EQUAL
                        width = 2
                elif code == _GREATER and i + 1 < end and buffer[i + 1] == EQUALS:
                    code = _GREATER_EQUAL
                    width = 2
                elif code == _SPILL and i > before and _begins_reference(buffer, i, end):
                    code = _INTERSECTION
                    width = 0
                precedence = _PRECEDENCE[code]
            elif c == COMMA and stack_code[frame] == _PARENTHESIS:
                code = _UNION
                precedence = _UNION_PRECEDENCE
            elif c == COMMA or c == CLOSE or c == END:
                precedence = _CLOSING
            elif c == OPEN and (i == before or (stack_code[top] == _LAMBDA and stack_precedence[top] == _COMPLETE)):
                code = _CALL
                precedence = _CALL_PRECEDENCE
            elif i > before and _begins_reference(buffer, i, end):
                code = _INTERSECTION
                width = 0
                precedence = _INTERSECTION_PRECEDENCE
            else:
                wrong = _OPERATOR_EXPECTED
                at = i
                break

            # What stands before and binds no looser has all its operands.
            while stack_precedence[top] >= precedence:
                code_before = stack_code[top]
                base = stack_base[top]
                if code_before >= _RANGE and code_before <= _UNION and not _is_reference(op[operands[held - 1]]):
                    wrong = _REFERENCE_EXPECTED
                    at = stack_stop[top]
                    break
                first[nodes] = arguments
                highest = -1
                for k in range(base, held):
                    node = operands[k]
                    args[arguments] = node
                    arguments += 1
                    if height[node] > highest:
                        highest = height[node]
                if code_before == _LAMBDA:
                    highest = _highest_outside(op, extra, height, stack_nodes[top], nodes)
                op[nodes] = code_before
                argc[nodes] = held - base
                height[nodes] = highest + 1
                depth[nodes] = lambdas
                row[nodes] = r
                number[nodes] = 0.0
                start[nodes] = stack_start[top]
                stop[nodes] = stack_stop[top]
                extra[nodes] = stack_entry[top] if code_before == _ARRAY else 0
                operands[base] = nodes
                held = base + 1
                nodes += 1
                top -= 1
            if wrong != _NONE:
                break

            if precedence > _CLOSING:
                if (code >= _RANGE and code <= _SPILL) and not _is_reference(op[operands[held - 1]]):
                    wrong = _OPERATOR_EXPECTED if width == 0 else _REFERENCE_EXPECTED
                    at = i
                    break
                if code == _CALL:
                    called = op[operands[held - 1]]
                    if not (called == _NAME or called == _LOCAL or called == _REFERENCE or buffer[before - 1] == CLOSE):
                        wrong = _OPERATOR_EXPECTED
                        at = i
                        break
                top += 1
                stack_code[top] = code
                stack_precedence[top] = precedence
                stack_start[top] = i
                stack_stop[top] = i + width
                stack_base[top] = held - 1
                i += width
                awaits_operand = True
                if code == _PERCENT or code == _SPILL:
                    stack_precedence[top] = _COMPLETE
                    awaits_operand = False
                elif code == _CALL:
                    level += 1
                    if level > DEEPEST_NESTING:
                        wrong = _NESTED_TOO_DEEP
                        at = i - 1
                        break
                    stack_precedence[top] = _FRAME_PRECEDENCE
                    stack_frame[top] = frame
                    frame = top
                continue

            # A frame goes on or ends.
            code = stack_code[top]
            if c == END:
                if code != _BOTTOM:
                    wrong = _UNCLOSED_PARENTHESIS
                    at = stack_start[top]
                    break
                done = True
                continue
            if code == _BOTTOM:
                wrong = _UNMATCHED_CLOSE if c == CLOSE else _COMMA_OUTSIDE_CALL
                at = i
                break
            if code == _PARENTHESIS:
                frame = stack_frame[top]
                top -= 1
                i += 1
                continue

            given = held - stack_base[top]
            if code == _CALL:
                if given > MOST_ARGUMENTS + (1 if c == CLOSE else 0):
                    wrong = _TOO_MANY_ARGUMENTS
                    at = i
                    break
            elif given > MOST_ARGUMENTS - (0 if c == CLOSE else 1):
                wrong = _TOO_MANY_ARGUMENTS
                at = i
                break

            if c == COMMA:
                last = operands[held - 1]
                if code == _LAMBDA:
                    if op[last] != _PARAMETER and op[last] != _OPTIONAL_PARAMETER:
                        wrong = _PARAMETER_EXPECTED
                        at = start[last]
                        break
                elif code == _LET:
                    if given % 2 == 1:
                        if op[last] != _DECLARED:
                            wrong = _LET_NAME_EXPECTED
                            at = start[last]
                            break
                    else:
                        # The name just given a value is in force from here on.
                        declared = operands[held - 2]
                        name = extra[declared]
                        hidden = in_force[name]
                        if hidden > stack_scopes[top]:
                            wrong = _NAME_TWICE
                            at = start[declared]
                            break
                        scope_name[in_scope] = name
                        scope_hides[in_scope] = hidden
                        scope_node[in_scope] = last
                        in_scope += 1
                        in_force[name] = in_scope
                i += 1
                awaits_operand = True
                continue

            if code >= FIRST_FUNCTION:
                entry = stack_entry[top]
                least = entries[entry + ENTRY_LEAST]
                most = entries[entry + ENTRY_MOST]
                if given < least or (given > most and most != UNLIMITED):
                    wrong = _WRONG_ARGUMENT_COUNT
                    at = stack_start[top]
                    problem_detail[r] = least * 256 + most
                    break
            elif code == _SINGLE_CALL or code == _SPILL_CALL:
                if given != 1:
                    wrong = _WRONG_ARGUMENT_COUNT
                    at = stack_start[top]
                    problem_detail[r] = 257
                    break
                stack_code[top] = _SINGLE if code == _SINGLE_CALL else _SPILL
            elif code == _LET and (given < 3 or given % 2 == 0):
                wrong = _LET_INCOMPLETE
                at = stack_start[top]
                break
            elif code == _LAMBDA:
                if given == 0 or op[operands[held - 1]] == _OMITTED:
                    wrong = _LAMBDA_WITHOUT_BODY
                    at = stack_start[top]
                    break
                lambdas -= 1
            if code == _LET or code == _LAMBDA:
                while in_scope > stack_scopes[top]:
                    in_scope -= 1
                    in_force[scope_name[in_scope]] = scope_hides[in_scope]
            level -= 1
            stack_precedence[top] = _COMPLETE
            frame = stack_frame[top]
            i += 1

        problem[r] = wrong
        if wrong == _NONE:
            root[r] = nodes - 1
            problem_at[r] = row_start[r]
        else:
            root[r] = -1
            problem_at[r] = at
            nodes = first_node
            arguments = first_argument
            references = first_reference
            inexact = inexact_before
            structured = structured_before
            while in_scope > 0:
                in_scope -= 1
                in_force[scope_name[in_scope]] = 0

    counts[COUNT_NODES] = nodes
    counts[COUNT_ARGS] = arguments
    counts[COUNT_REFS] = references
    counts[COUNT_NAMES] = names
    counts[COUNT_INEXACT] = inexact
    counts[COUNT_STRUCTURED] = structured
    return reached
