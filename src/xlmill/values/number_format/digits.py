"""Numbers written into the placeholders 0 # ? of a section, plainly or with an exponent.

Source: Microsoft Support, "Number format codes"; ECMA-376 part 1, 18.8.31.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.values.fifteen_digits import digits_and_exponent
from xlmill.values.number_format.digits_pass import HASH, QUESTION, ZERO, Int64, Pattern
from xlmill.values.number_format.layout import Float64, Layout, Mask
from xlmill.values.number_format.section import FormatCodeError, Kind, Section, Token
from xlmill.values.text_column import Texts, concatenate

_FILL = {"0": "0", "?": " ", "#": ""}


class DigitsLayout(Layout):
    """A section with placeholders: literals may stand anywhere among the digits."""

    def __init__(self, section: Section) -> None:
        whole, decimals, exponent = _split(section.tokens)
        self._exponent_sign = exponent[0].text if exponent else ""
        self._exponent = exponent[1:]
        self.shift = 2 * sum(token.kind is Kind.PERCENT for token in section.tokens)
        self._has_point = bool(decimals)
        self._whole, self.grouped, whole_scale = _without_commas(whole)
        self._decimals, _, decimal_scale = _without_commas(decimals)
        self.shift -= 3 * (whole_scale + decimal_scale)
        self._whole_places = sum(token.kind is Kind.DIGIT for token in self._whole)
        self.places = sum(token.kind is Kind.DIGIT for token in self._decimals)
        self.pattern = Pattern(
            *(_codes(self._whole), _codes(self._decimals), _codes(self._exponent)),
            exponent_sign=1 + self._exponent_sign.endswith("+") if exponent else 0,
            whole_places=self._whole_places,
            places=self.places,
            shift=self.shift,
            grouped=self.grouped,
        )

    def column(self, numbers: Float64, minus: bool, date1904: bool) -> tuple[Texts, Mask | None]:
        """See Layout."""
        if not self.pattern.pays(len(numbers)):
            return Texts.from_strings(self.texts(numbers.tolist(), minus)), None
        written, left_out = self.pattern.written(numbers, minus)
        rows = np.flatnonzero(left_out)
        if not len(rows):
            return written, None
        place = np.arange(len(numbers))
        place[rows] = len(numbers) + np.arange(len(rows))
        rest = Texts.from_strings(self.texts(numbers[rows].tolist(), minus))
        return concatenate([written, rest]).take(place), None

    def texts(self, numbers: Sequence[float], minus: bool) -> list[str]:
        """The texts of any numbers, one by one: few of them, or those that the compiled pass leaves out."""
        write = self._scientific if self._exponent_sign else self._plain
        texts: list[str] = []
        for number in numbers:
            digits, exponent = digits_and_exponent(abs(number)) if number else (0, 0)
            body, is_zero = write(digits, exponent - 14 + self.shift)
            texts.append("-" + body if number < 0 and minus and not is_zero else body)
        return texts

    def _plain(self, digits: int, power: int) -> tuple[str, bool]:
        rounded = _scaled(digits, power + self.places)
        shown = str(rounded).rjust(self.places + 1, "0")
        whole, decimals = shown[: len(shown) - self.places], shown[len(shown) - self.places :]
        return self._mantissa(whole, decimals), rounded == 0

    def _mantissa(self, whole: str, decimals: str) -> str:
        return fill_whole(self._whole, whole.lstrip("0"), self.grouped, self._has_point) + fill_decimals(
            self._decimals, decimals
        )

    def _scientific(self, digits: int, power: int) -> tuple[str, bool]:
        # With several places before the point the exponent goes in steps of so many: ##0.0E+0 in threes.
        step = max(self._whole_places, 1)
        lead = power + 14 + (0 if self._whole_places else 1)
        exponent = lead // step * step if digits else 0
        rounded = _scaled(digits, power - exponent + self.places)
        if rounded >= 10 ** (self._whole_places + self.places) and digits:
            exponent = (lead + 1) // step * step
            rounded = _scaled(digits, power - exponent + self.places)
        shown = str(rounded).rjust(self.places + 1, "0")
        whole, decimals = shown[: len(shown) - self.places], shown[len(shown) - self.places :]
        sign = "-" if exponent < 0 else "+" if self._exponent_sign.endswith("+") else ""
        tail = fill_whole(self._exponent, str(abs(exponent)).lstrip("0"), False, True)
        return f"{self._mantissa(whole, decimals)}E{sign}{tail}", rounded == 0


def fill_whole(tokens: Sequence[Token], digits: str, grouped: bool, keep: bool) -> str:
    """Write a whole number into placeholders from the right; the leftmost takes all that is left.

    Where there are none, the digits come last if they must be kept.
    """
    places = [i for i, token in enumerate(tokens) if token.kind is Kind.DIGIT]
    if not places:
        return "".join(token.text for token in tokens) + (digits if keep else "")
    written: list[str] = []
    count = 0
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind is not Kind.DIGIT:
            written.append(token.text)
            continue
        while True:
            shown = digits[-1:] or _FILL[token.text]
            if shown:
                if grouped and count and count % 3 == 0:
                    written.append("," if shown != " " else " ")
                written.append(shown)
                count += 1
            digits = digits[:-1]
            if i != places[0] or not digits:
                break
    return "".join(reversed(written))


def fill_decimals(tokens: Sequence[Token], digits: str) -> str:
    """Write decimals into placeholders from the left; zeros at the end only where a 0 asks for them."""
    needed = len(digits.rstrip("0"))
    written: list[str] = []
    count = 0
    for token in tokens:
        if token.kind is not Kind.DIGIT:
            written.append(token.text)
            continue
        written.append(digits[count] if count < needed else _FILL[token.text])
        count += 1
    return "".join(written)


def _scaled(digits: int, power: int) -> int:
    """`digits` times a power of ten, rounded half away from zero to a whole number."""
    unit: int = 10 ** abs(power)
    return digits * unit if power >= 0 else (digits + unit // 2) // unit


def _split(tokens: Sequence[Token]) -> tuple[list[Token], list[Token], list[Token]]:
    """The tokens before the first point, those from it on, and those from the exponent on."""
    parts: tuple[list[Token], list[Token], list[Token]] = ([], [], [])
    part = 0
    for token in tokens:
        if token.kind is Kind.EXPONENT:
            if part == 2:
                raise FormatCodeError("two exponents")
            part = 2
        elif token.kind is Kind.POINT and part == 0:
            part = 1
        elif token.kind is Kind.COMMA and part == 2:
            token = Token(Kind.LITERAL, ",")
        parts[part].append(token)
    return parts


def _without_commas(tokens: Sequence[Token]) -> tuple[list[Token], bool, int]:
    """Tokens without the commas that are instructions, whether digits are grouped, and thousands to cut.

    A comma after a digit groups if another digit follows, and else divides by a thousand; elsewhere it is
    a comma.
    """
    last_digit = max((i for i, token in enumerate(tokens) if token.kind is Kind.DIGIT), default=-1)
    kept: list[Token] = []
    grouped, thousands, after_digit = False, 0, False
    for i, token in enumerate(tokens):
        if token.kind is Kind.COMMA and after_digit:
            if i < last_digit:
                grouped = True
            else:
                thousands += 1
            continue
        after_digit = token.kind is Kind.DIGIT
        kept.append(token)
    return kept, grouped, thousands


def _codes(tokens: Sequence[Token]) -> Int64:
    """Tokens as a pattern has them: placeholders by their codes, literal text byte by byte."""
    codes: list[int] = []
    for token in tokens:
        is_place = token.kind is Kind.DIGIT
        codes.extend([_PLACES[token.text]] if is_place else token.text.encode("utf-8", "surrogatepass"))
    return np.array(codes, np.int64)


_PLACES = {"0": ZERO, "#": HASH, "?": QUESTION}
