"""Numbers written as fractions: # ?/? and its like.

Excel takes the last convergent of the number's continued fraction whose denominator has room, which is not
always the nearest fraction: 0.456789 is 1/2 in one digit, though 4/9 lies nearer.

Source: Microsoft Support, "Display numbers as fractions"; numbers formatted by Excel that the SheetJS project
recorded for its number formatter.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from xlmill.values.fifteen_digits import fifteen_digits
from xlmill.values.number_format.digits import fill_whole
from xlmill.values.number_format.layout import Float64, Layout, Mask
from xlmill.values.number_format.section import Kind, Section, Token
from xlmill.values.text_column import Texts


class FractionLayout(Layout):
    """A section with a slash between placeholders, or between a placeholder and a number."""

    def __init__(self, section: Section, slash: int) -> None:
        tokens = section.tokens
        first = slash
        while first > 0 and tokens[first - 1].kind is Kind.DIGIT:
            first -= 1
        last = slash + 1
        self._denominator = 0
        if tokens[last].kind is Kind.NUMERAL:
            while last < len(tokens) and tokens[last].text.isdigit() and len(tokens[last].text) == 1:
                self._denominator = self._denominator * 10 + int(tokens[last].text)
                last += 1
        else:
            while last < len(tokens) and tokens[last].kind is Kind.DIGIT:
                last += 1
        self._whole = tokens[:first]
        self._is_mixed = any(token.kind is Kind.DIGIT for token in self._whole)
        self._above = tokens[first:slash]
        self._below = tokens[slash + 1 : last]
        self._after = "".join(token.text for token in tokens[last:])

    def column(self, numbers: Float64, minus: bool, date1904: bool) -> tuple[Texts, Mask | None]:
        """See Layout. Continued fractions of fifteen digits leave 64 bits: they are followed number by number."""
        texts: list[str] = []
        for number in numbers.tolist():
            body, is_zero = self._text(Fraction(fifteen_digits(abs(number))))
            texts.append("-" + body if number < 0 and minus and not is_zero else body)
        return Texts.from_strings(texts), None

    def _text(self, value: Fraction) -> tuple[str, bool]:
        above, below = self._nearest(value)
        is_zero = above == 0
        if not self._is_mixed:
            before = "".join(token.text for token in self._whole)
            return before + self._fraction(above, below) + self._after, is_zero
        whole, above = divmod(above, below)
        shown = str(whole) if whole or above == 0 else ""
        # A fraction of nothing leaves its room empty.
        fraction = self._fraction(above, below) if above else " " * (len(self._above) + 1 + len(self._below))
        return fill_whole(self._whole, shown, False, False) + fraction + self._after, is_zero

    def _fraction(self, above: int, below: int) -> str:
        upper = fill_whole(self._above, str(above), False, True)
        if self._denominator:
            return f"{upper}/{below}"
        codes = "".join(token.text for token in self._below)
        lower = str(below).rjust(codes.count("0"), "0")
        return f"{upper}/{lower}{' ' * (codes.count('?') - len(lower) + codes.count('0'))}"

    def _nearest(self, value: Fraction) -> tuple[int, int]:
        if self._denominator:
            return int(value * self._denominator + Fraction(1, 2)), self._denominator
        largest = 10 ** len(self._below) - 1
        above, below, next_above, next_below = 0, 1, 1, 0
        rest = value
        while True:
            step = int(rest)
            above, below, next_above, next_below = (
                next_above,
                next_below,
                step * next_above + above,
                step * next_below + below,
            )
            if next_below > largest:
                return above, below
            if rest == step:
                return next_above, next_below
            rest = 1 / (rest - step)


def slash_of_fraction(tokens: Sequence[Token]) -> int | None:
    """Where the slash of a fraction stands, or None where the section is no fraction."""
    below = (Kind.DIGIT, Kind.NUMERAL)
    for i in range(1, len(tokens) - 1):
        around = (tokens[i - 1].kind, tokens[i + 1].kind)
        if tokens[i].kind is Kind.SLASH and around[0] is Kind.DIGIT and around[1] in below:
            return i
    return None
