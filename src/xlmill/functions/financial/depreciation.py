"""Depreciation of assets over the periods of their life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.parameter import Logical, Number, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, Numbers, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import round_half_away


@function("SLN")
def sln(cost: Number, salvage: Number, life: Number) -> Column:
    """SLN(cost, salvage, life): straight-line depreciation for one period.

    Arrays: elementwise.
    Units: cost and salvage in one currency; life in periods; result per period.
    Errors: #DIV/0! where life is 0.
    Source: Microsoft Support, "SLN function".

    =SLN(30000,7500,10)  -> 2250
    =SLN(30000,7500,0)  -> #DIV/0!
    """
    no_life = life == 0
    per_period = (cost - salvage) / np.where(no_life, 1.0, life)
    column = error_where(~np.isfinite(per_period), ExcelError.NUM, per_period)
    return error_where(np.broadcast_to(no_life, per_period.shape), ExcelError.DIV0, column)


@function("SYD")
def syd(cost: Number, salvage: Number, life: Number, per: Number) -> Number:
    """SYD(cost, salvage, life, per): depreciation by the sum of the years' digits.

    Arrays: elementwise.
    Units: cost and salvage in one currency; life and per in the same periods; result for that period.
    Errors: #NUM! for a period outside 1 to life, or a negative salvage.
    Source: Microsoft Support, "SYD function".

    =ROUND(SYD(30000,7500,10,1),2)  -> 4090.91
    =ROUND(SYD(30000,7500,10,10),2)  -> 409.09
    =SYD(30000,7500,10,11)  -> #NUM!
    """
    wrong = (per < 1) | (per > life) | (salvage < 0)
    return np.where(wrong, np.nan, (cost - salvage) * (life - per + 1) * 2 / (life * (life + 1)))


@function("DB")
def db(cost: Number, salvage: Number, life: Number, period: Number, month: Number = optional(12.0)) -> Number:
    """DB(cost, salvage, life, period, [month]): depreciation by a fixed share of the declining balance.

    The share is rounded to three decimals. month is how many months the first year has; if not 12, a last
    year, number life + 1, has the others.

    Arrays: elementwise.
    Units: cost and salvage in one currency; life and period in years; result for that year.
    Errors: #NUM! for a negative cost or salvage, a period outside the life, or a month outside 1 to 12.
    Source: Microsoft Support, "DB function".

    =ROUND(DB(1000000,100000,6,1,7),2)  -> 186083.33
    =ROUND(DB(1000000,100000,6,7,7),2)  -> 15845.1
    =DB(1000000,100000,6,8,7)  -> #NUM!
    """
    years, year, months = life, np.trunc(period), np.trunc(month)
    wrong = (cost < 0) | (salvage < 0) | (years <= 0) | (year < 1) | (months < 1) | (months > 12)
    wrong = wrong | (year > np.trunc(years) + (months < 12))
    ratio = np.where(cost == 0, 0.0, salvage / np.where(cost == 0, 1.0, cost))
    share = round_half_away(1 - np.power(ratio, 1 / np.where(wrong, 1.0, years)), 3)
    in_first = cost * share * months / 12
    at_begin = (cost - in_first) * np.power(1 - share, year - 2)
    later = at_begin * share * np.where(year > np.trunc(years), (12 - months) / 12, 1.0)
    return np.where(wrong, np.nan, np.where(year == 1, in_first, later))


@function("DDB")
def ddb(cost: Number, salvage: Number, life: Number, period: Number, factor: Number = optional(2.0)) -> Number:
    """DDB(cost, salvage, life, period, [factor]): depreciation by a multiple of the straight-line share.

    Arrays: elementwise.
    Units: cost and salvage in one currency; life and period in the same periods; result for that period.
    Errors: #NUM! for a negative cost or salvage, a period outside 1 to life, or a factor that is not positive.
    Source: Microsoft Support, "DDB function".

    =ROUND(DDB(2400,300,10*365,1),2)  -> 1.32
    =DDB(2400,300,10,1,2)  -> 480
    =ROUND(DDB(2400,300,10,10),2)  -> 22.12
    =DDB(2400,300,10,11)  -> #NUM!
    """
    wrong = (cost < 0) | (salvage < 0) | (life <= 0) | (period <= 0) | (period > life) | (factor <= 0)
    share = factor / np.where(wrong, 1.0, life)
    before = _declined(cost, share, np.maximum(period - 1, 0.0))
    after = np.maximum(_declined(cost, share, period), np.minimum(salvage, before))
    return np.where(wrong, np.nan, np.maximum(before - after, 0.0))


@function("VDB")
def vdb(
    cost: Number,
    salvage: Number,
    life: Number,
    start_period: Number,
    end_period: Number,
    factor: Number = optional(2.0),
    no_switch: Logical = optional(False),
) -> Number:
    """VDB(cost, salvage, life, start_period, end_period, [factor], [no_switch]): depreciation over a stretch of time.

    The balance declines by a multiple of the straight-line share; from the period in which writing off the
    rest evenly gives more, it is written off evenly, unless no_switch is TRUE. Parts of a period count in
    proportion.

    Arrays: elementwise.
    Units: cost and salvage in one currency; life, start and end in the same periods.
    Errors: #NUM! for a negative cost or salvage, periods out of order or beyond the life, or a negative factor.
    Source: Microsoft Support, "VDB function".

    =ROUND(VDB(2400,300,10*365,0,1),2)  -> 1.32
    =ROUND(VDB(2400,300,10,0,0.875,1.5),2)  -> 315
    =ROUND(VDB(2400,300,120,6,18,1.5),2)  -> 311.81
    =VDB(2400,300,10,5,11)  -> #NUM!
    """
    wrong = (cost < 0) | (salvage < 0) | (life <= 0) | (factor < 0)
    wrong = wrong | (start_period < 0) | (end_period < start_period) | (end_period > life)
    columns = np.broadcast_arrays(cost, salvage, np.where(life <= 0, 1.0, life), factor, start_period, end_period)
    cost, salvage, life, factor, start, end = columns
    share = factor / life
    # Excel goes by whole periods from a start within a period too: what comes before them is one part of one.
    part = start - np.floor(start)
    evenly = np.where(no_switch, 0.0, (cost - salvage) / life)
    first_part = np.minimum(part * np.maximum(cost * share, evenly), np.maximum(cost - salvage, 0.0))
    asset = _Asset(cost - first_part, salvage, life - part, share)
    switch = np.where(no_switch, np.inf, asset.switch_period())
    written_off = asset.written_off(end - part, switch) - asset.written_off(np.floor(start), switch)
    return np.where(wrong, np.nan, written_off)


def _declined(cost: Numbers, share: Numbers, periods: Numbers) -> Numbers:
    """What is left of the cost after some periods in which the balance lost this share, at most all of it."""
    return cost * np.power(np.maximum(1 - share, 0.0), periods)


@dataclass(frozen=True, slots=True)
class _Asset:
    """Assets that lose a share of their value each period."""

    cost: Numbers
    salvage: Numbers
    life: Numbers
    share: Numbers

    def switch_period(self) -> Numbers:
        """After how many whole periods straight-line depreciation gives more; inf for never.

        With k periods gone and a share s, the balance C q^k loses C q^k s; what is left, written off evenly,
        gives (C q^k - S) / (life - k). The second is larger where gain(k) = C q^k (1 - s (life - k)) - S is
        positive. That rises up to a peak, so the first such k is found by halving the interval before it.
        """
        rest = np.maximum(1 - self.share, 0.0)
        divisor = np.where(self.share > 0, self.share, 1.0)
        peak = np.where(rest > 0, self.life - 1 / divisor - 1 / np.log(rest), 0.0)
        top = np.clip(np.where(np.isfinite(peak), np.floor(peak), self.life), 0.0, np.ceil(self.life))
        low, high = np.full(len(top), -1.0), top
        for _ in range(int(np.ceil(np.log2(top.max() + 2)))):
            middle = np.floor((low + high) / 2)
            open_ = high - low > 1
            gains = open_ & (self._gain(middle) > 0)
            low, high = np.where(open_ & ~gains, middle, low), np.where(gains, middle, high)
        # The peak lies between two whole numbers: the one after it may be the first to gain.
        first = np.where(self._gain(high) > 0, high, np.where(self._gain(top + 1) > 0, top + 1, np.inf))
        return np.where(first >= self.life, np.inf, first)

    def _gain(self, periods: Numbers) -> Numbers:
        left = _declined(self.cost, self.share, periods)
        return left * (1 - self.share * (self.life - periods)) - self.salvage

    def written_off(self, periods: Numbers, switch: Numbers) -> Numbers:
        """What is written off after some periods, parts of a period in proportion."""
        whole = np.floor(periods)
        part = periods - whole
        before = self._written_off_whole(whole, switch)
        if not part.any():
            return before
        return before + part * (self._written_off_whole(whole + 1, switch) - before)

    def _written_off_whole(self, periods: Numbers, switch: Numbers) -> Numbers:
        declined = _declined(self.cost, self.share, np.minimum(periods, switch))
        left = np.maximum(declined, np.minimum(self.salvage, self.cost))
        evenly = periods > switch
        if evenly.any():
            gone = np.where(evenly, switch, 0.0)
            left = left - np.where(evenly, (periods - gone) * (left - self.salvage) / (self.life - gone), 0.0)
        return self.cost - left
