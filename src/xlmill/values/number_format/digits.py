"""Numbers written into the placeholders 0 # ? of a section, plainly or with an exponent.

Source: Microsoft Support, "Number format codes"; ECMA-376 part 1, 18.8.31.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlmill.values.fifteen_digits import digits_and_exponent
from xlmill.values.number_format.layout import Layout
from xlmill.values.number_format.section import FormatCodeError, Kind, Section, Token

_FILL = {"0": "0", "?": " ", "#": ""}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A section of the plain kind, such as $#,##0.00 or 0.0%: what a compiled pass can write."""

    prefix: str
    suffix: str
    whole_digits: int  # at least so many are written
    decimals: int
    grouped: bool
    shift: int  # powers of ten that the number is multiplied by


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

    def texts(self, numbers: Sequence[float], minus: bool, date1904: bool) -> list[str | None]:
        """See Layout."""
        write = self._scientific if self._exponent_sign else self._plain
        texts: list[str | None] = []
        for number in numbers:
            digits, exponent = digits_and_exponent(abs(number)) if number else (0, 0)
            body, is_zero = write(digits, exponent - 14 + self.shift)
            texts.append("-" + body if number < 0 and minus and not is_zero else body)
        return texts

    @property
    def fixed(self) -> Fixed | None:
        """This section as one of the plain kind, or None."""
        if self._exponent_sign:
            return None
        prefix, whole_codes, after_whole = _around_digits(self._whole)
        _, decimal_codes, suffix = _around_digits(self._decimals[1:])
        whole_digits = len(whole_codes.lstrip("#"))
        if not whole_digits or set(whole_codes.lstrip("#")) != {"0"} or set(decimal_codes) - {"0"}:
            return None
        if self._has_point and (after_whole or not decimal_codes):
            return None
        return Fixed(prefix, after_whole + suffix, whole_digits, self.places, self.grouped, self.shift)

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


def _around_digits(tokens: Sequence[Token]) -> tuple[str, str, str]:
    """Literal text before the placeholders, the placeholders, and literal text after them.

    Literal text among the placeholders counts as a placeholder "-", which none is.
    """
    places = [i for i, token in enumerate(tokens) if token.kind is Kind.DIGIT]
    first, last = (places[0], places[-1]) if places else (len(tokens), len(tokens))
    before = "".join(token.text for token in tokens[:first])
    among = "".join(token.text if token.kind is Kind.DIGIT else "-" for token in tokens[first : last + 1])
    return before, among, "".join(token.text for token in tokens[last + 1 :])
