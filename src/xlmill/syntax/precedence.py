"""How tightly Excel's operators bind."""

from __future__ import annotations

from typing import Final

from xlmill.syntax.opcode import Opcode

# From the loosest; operators of one precedence group to the left.
PRECEDENCES: Final = {
    Opcode.EQUAL: 1,
    Opcode.NOT_EQUAL: 1,
    Opcode.LESS: 1,
    Opcode.LESS_EQUAL: 1,
    Opcode.GREATER: 1,
    Opcode.GREATER_EQUAL: 1,
    Opcode.CONCATENATE: 2,
    Opcode.ADD: 3,
    Opcode.SUBTRACT: 3,
    Opcode.MULTIPLY: 4,
    Opcode.DIVIDE: 4,
    Opcode.POWER: 5,
    Opcode.PERCENT: 6,
    Opcode.NEGATE: 7,
    Opcode.PLUS: 7,
    Opcode.UNION: 8,
    Opcode.SINGLE: 9,
    Opcode.INTERSECTION: 10,
    Opcode.RANGE: 11,
    Opcode.SPILL: 12,
    Opcode.CALL: 13,
}
