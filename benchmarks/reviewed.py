"""The causes for which xlmill and another engine give different answers, each looked into: who is right, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.causes import Case

# From here on Excel refuses an angle.
_LARGEST_ANGLE = 2**27
# From this multiple of the divisor on MOD gives up.
_MOST_QUOTIENT = 1_125_900_000_000
# Excel's serial 60 is 29 February 1900, a day that never was; it counts the days before it one lower than others do.
_FIRST_OF_MARCH_1900 = 61


@dataclass(frozen=True, slots=True)
class Difference:
    """A cause of disagreement on which xlmill gives what Excel gives.

    `engines` differ from Excel; `core`, a regular expression, is matched against the whole of `Case.core`, and
    `holds` is given the match and both answers. `name` is a heading in docs/differences.md.
    """

    name: str
    engines: tuple[str, ...]
    core: str
    holds: Callable[[re.Match[str], str, str], bool]
    reason: str

    def covers(self, case: Case) -> bool:
        """Whether a case is one of this difference."""
        found = re.fullmatch(self.core, case.core, re.DOTALL)
        return case.engine in self.engines and found is not None and self.holds(found, case.ours, case.theirs)


def _is_zero_to_zero(core: re.Match[str], ours: str, theirs: str) -> bool:
    return ours == "#NUM!" and theirs == "1.0"


def _is_wide_angle(core: re.Match[str], ours: str, theirs: str) -> bool:
    return ours == "#NUM!" and abs(float(core[1])) >= _LARGEST_ANGLE


def _is_negative_zero(core: re.Match[str], ours: str, theirs: str) -> bool:
    return ours != theirs and re.sub(r"-(?=0(?![.\d]))", "", theirs) == ours


def _is_whole_to_fifteen_digits(core: re.Match[str], ours: str, theirs: str) -> bool:
    return float(f"{float(core[1]):.15g}") == float(ours) == float(theirs) + 1


def _is_unraised_letter(core: re.Match[str], ours: str, theirs: str) -> bool:
    return theirs.upper() == ours and not theirs.isascii()


def _is_number_in_array(core: re.Match[str], ours: str, theirs: str) -> bool:
    return float(ours) > 0 and theirs == "0.0"


def _is_backwards(core: re.Match[str], ours: str, theirs: str) -> bool:
    return float(core[1]) > float(core[2]) and theirs == "#NUM!"


def _has_empty_joined(core: re.Match[str], ours: str, theirs: str) -> bool:
    delimiter = core[1]
    return theirs.replace(delimiter + delimiter, delimiter) == ours


def _is_before_march_1900(core: re.Match[str], ours: str, theirs: str) -> bool:
    return float(core[1]) < _FIRST_OF_MARCH_1900


def _is_mistold(core: re.Match[str], ours: str, theirs: str) -> bool:
    decimals = len(core[2].partition(".")[2])
    right = Decimal(core[1]).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return ours == (f'"{right:,}"' if "," in core[2] else f'"{right}"')


def _is_beyond_mod(core: re.Match[str], ours: str, theirs: str) -> bool:
    return ours == "#NUM!" and abs(float(core[1])) >= _MOST_QUOTIENT * abs(float(core[2]))


def _is_error_unseen(core: re.Match[str], ours: str, theirs: str) -> bool:
    return ours.startswith("#") and theirs in ("TRUE", "FALSE")


_NUMBER = r"(-?[\d.]+(?:E[+-]?\d+)?)"

DIFFERENCES = (
    Difference(
        "POWER(0,0) is #NUM!",
        ("formualizer",),
        r"=POWER\(-?0,-?0\)|=-?0\^-?0",
        _is_zero_to_zero,
        "Excel gives #NUM! for 0^0; the other engine gives 1, as programming languages do.",
    ),
    Difference(
        "Angles end at 2^27",
        ("formualizer", "ironcalc"),
        rf"=(?:SIN|COS|TAN)\({_NUMBER}\)",
        _is_wide_angle,
        "Excel gives #NUM! for SIN, COS and TAN of 134,217,728 and more, where it no longer reduces the angle.",
    ),
    Difference(
        "No negative zero becomes text",
        ("formualizer", "ironcalc"),
        r"=.*",
        _is_negative_zero,
        'INT(-0)&"" is "0": Excel has no negative zero that shows.',
    ),
    Difference(
        "INT sees 15 digits",
        ("formualizer", "ironcalc"),
        rf"=INT\({_NUMBER}\)",
        _is_whole_to_fifteen_digits,
        "A number that is whole to 15 significant digits is whole to INT.",
    ),
    Difference(
        "UPPER raises every letter",
        ("formualizer",),
        r"=UPPER\(.*\)",
        _is_unraised_letter,
        "The other engine raises a to z only; Excel raises ü as well.",
    ),
    Difference(
        "COUNT counts numbers in array constants",
        ("ironcalc",),
        r"=COUNT\(\{.*\}\)",
        _is_number_in_array,
        "Numbers in an array count; the other engine counts nothing in an array constant that also holds text.",
    ),
    Difference(
        "YEARFRAC takes dates in either order",
        ("ironcalc",),
        rf"=YEARFRAC\({_NUMBER},{_NUMBER},1\)",
        _is_backwards,
        "Excel puts the dates in order first; the other engine refuses a start after the end in basis 1.",
    ),
    Difference(
        "TEXTJOIN leaves out empty texts",
        ("ironcalc",),
        r'=TEXTJOIN\("([^"]*)",TRUE,.*\)',
        _has_empty_joined,
        'With TRUE, empty texts are ignored; the other engine ignores empty cells only, and joins "".',
    ),
    Difference(
        "Days before 1 March 1900",
        ("ironcalc",),
        rf"=(?:DAY|MONTH|YEAR)\({_NUMBER}\)",
        _is_before_march_1900,
        "Serial 1 is 1 January 1900 in Excel, which counts 29 February 1900; the other engine counts from 1899-12-30.",
    ),
    Difference(
        "TEXT keeps the sign and rounds decimal halves up",
        ("ironcalc",),
        rf'=TEXT\({_NUMBER},"((?:#,##)?0\.0+)"\)',
        _is_mistold,
        "0.69314718 is 0.6931, 14.465 is 14.47 and -0.0097 is -0.01; the other engine shows 0.6932, 14.46 and 0.01.",
    ),
    Difference(
        "MOD ends where the quotient is too large",
        ("formualizer", "ironcalc"),
        rf"=MOD\({_NUMBER},{_NUMBER}\)",
        _is_beyond_mod,
        "Excel gives #NUM! from 1,125,900,000,000 times the divisor on; the others return digits that are noise.",
    ),
    Difference(
        "AND and OR see every error",
        ("ironcalc",),
        r"=(?:AND|OR)\(.*#.*\)",
        _is_error_unseen,
        "An error in any argument is the result; the other engine stops at the first argument that decides.",
    ),
)


def difference_of(case: Case) -> Difference | None:
    """The reviewed difference that a case is one of; None where nobody has looked into it yet."""
    return next((difference for difference in DIFFERENCES if difference.covers(case)), None)
