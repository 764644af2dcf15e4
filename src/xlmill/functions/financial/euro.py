"""EUROCONVERT: amounts in the currencies that the euro replaced."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number, Text, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import round_half_away

# Units for one euro, fixed for good by Council Regulations (EC) 2866/98, 1478/2000 and (EC) 1086/2006; and the
# decimals to which Excel rounds amounts.
_CURRENCIES = {
    "ATS": (13.7603, 2),
    "BEF": (40.3399, 0),
    "DEM": (1.95583, 2),
    "ESP": (166.386, 0),
    "EUR": (1.0, 2),
    "FIM": (5.94573, 2),
    "FRF": (6.55957, 2),
    "GRD": (340.75, 0),
    "IEP": (0.787564, 2),
    "ITL": (1936.27, 0),
    "LUF": (40.3399, 0),
    "NLG": (2.20371, 2),
    "PTE": (200.482, 0),
    "SIT": (239.64, 2),
}


@function("EUROCONVERT")
def euroconvert(
    number: Number,
    source: Text,
    target: Text,
    full_precision: Logical = optional(False),
    triangulation_precision: Number | None = optional(None),
) -> Column:
    """EUROCONVERT(number, source, target, [full_precision], [triangulation_precision]): an amount in another currency.

    Of the currencies that the euro replaced up to 2007, by their ISO codes, and EUR. The result is rounded as is the
    custom in its currency, unless full_precision; triangulation_precision, from 3, rounds the amount in euro to so many
    significant digits first.
    Arrays: elementwise.
    Errors: #VALUE! for another currency, and for a triangulation_precision below 3.
    Source: Microsoft Support, "EUROCONVERT function".

    =EUROCONVERT(1.2,"DEM","EUR")  -> 0.61
    =EUROCONVERT(1,"FRF","DEM",TRUE,3)  -> 0.29728616
    =EUROCONVERT(1,"FRF","EUR",TRUE,3)  -> 0.152
    =EUROCONVERT(1,"FRF","USD")  -> #VALUE!
    """
    given, wanted = (np.array([_NUMBERS.get(code, -1) for code in codes.to_strings()]) for codes in (source, target))
    wrong = (given < 0) | (wanted < 0)
    euros = number / _RATES[given]
    if triangulation_precision is not None:
        digits = np.trunc(triangulation_precision)
        wrong |= digits < _FEWEST_DIGITS
        whole_digits = np.floor(np.log10(np.where(euros == 0, 1, np.abs(euros)))) + 1
        euros = round_half_away(euros, digits - whole_digits)
    amount = euros * _RATES[wanted]
    result = np.where(full_precision, amount, round_half_away(amount, _DECIMALS[wanted]))
    return error_where(wrong, ExcelError.VALUE, np.where(given == wanted, number, result))


_FEWEST_DIGITS = 3
_NUMBERS = {code: number for number, code in enumerate(_CURRENCIES)}
_RATES = np.array([rate for rate, _ in _CURRENCIES.values()])
_DECIMALS = np.array([decimals for _, decimals in _CURRENCIES.values()])
