from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.values.serial_date import from_datetime

dates = st.dates(min_value=datetime.date(1900, 3, 1), max_value=datetime.date(9999, 12, 1))
serials = st.integers(61, 70000)
bases = st.integers(0, 4)


def call(formula: str, **names: float | str) -> object:
    return xl.evaluate(formula, names=names)


@given(dates)
def test_date_of_the_parts_is_the_date(date: datetime.date) -> None:
    serial = from_datetime(date)

    assert call("=DATE(YEAR(d),MONTH(d),DAY(d))", d=serial) == serial
    assert call("=YEAR(d)", d=serial) == date.year


@given(dates)
def test_isoweeknum_is_the_calendars(date: datetime.date) -> None:
    serial = from_datetime(date)

    assert call("=ISOWEEKNUM(d)", d=serial) == date.isocalendar().week
    assert call("=WEEKNUM(d,21)", d=serial) == date.isocalendar().week


@given(serial=serials, return_type=st.sampled_from([1, 2, 11, 12, 13, 14, 15, 16, 17]))
def test_a_week_number_rises_on_the_day_on_which_weeks_begin(serial: int, return_type: int) -> None:
    rises = "=WEEKNUM(d,t)=IF(AND(MONTH(d)=1,DAY(d)=1),1,WEEKNUM(d-1,t)+(WEEKDAY(d,t)=1))"

    assert call(rises, d=serial, t=return_type) is True


@given(start=serials, length=st.integers(0, 400), week=st.integers(0, 126), data=st.data())
def test_networkdays_counts_the_days_that_are_neither_weekend_nor_holiday(
    start: int, length: int, week: int, data: st.DataObject
) -> None:
    holidays = data.draw(st.lists(st.integers(start - 20, start + length + 20), min_size=1, max_size=10))
    weekend = f"{week:07b}"

    def works(serial: int) -> bool:
        return weekend[(serial - 2) % 7] == "0" and serial not in holidays

    listed = "{" + ",".join(map(str, holidays)) + "}"
    counted = xl.evaluate(f'=NETWORKDAYS.INTL({start},{start + length},"{weekend}",{listed})')

    assert counted == sum(works(serial) for serial in range(start, start + length + 1))


@given(start=st.integers(5000, 60000), steps=st.integers(-200, 200), week=st.integers(0, 126), data=st.data())
def test_workday_walks_over_weekends_and_holidays(start: int, steps: int, week: int, data: st.DataObject) -> None:
    holidays = data.draw(st.lists(st.integers(start - 200, start + 200), min_size=1, max_size=20))
    weekend = f"{week:07b}"
    at, left = start, abs(steps)
    while left:
        at += 1 if steps > 0 else -1
        left -= weekend[(at - 2) % 7] == "0" and at not in holidays

    listed = "{" + ",".join(map(str, holidays)) + "}"

    assert xl.evaluate(f'=WORKDAY.INTL({start},{steps},"{weekend}",{listed})') == at


@given(start=serials, end=serials, basis=bases)
def test_yearfrac_does_not_mind_the_order(start: int, end: int, basis: int) -> None:
    forward = call("=YEARFRAC(a,b,c)", a=start, b=end, c=basis)

    assert call("=YEARFRAC(b,a,c)", a=start, b=end, c=basis) == forward
    assert forward == pytest.approx(abs(end - start) / 365.25, abs=0.016 * (1 + abs(end - start) / 365))


@given(start=serials, end=serials)
def test_the_units_of_datedif_fit_together(start: int, end: int) -> None:
    a, b = sorted((start, end))

    years, months, rest = (call("=DATEDIF(a,b,u)", a=a, b=b, u=unit) for unit in ("Y", "M", "YM"))

    assert isinstance(years, float)
    assert isinstance(rest, float)
    assert 12 * years + rest == months
    assert call('=EDATE(a,DATEDIF(a,b,"M"))<=b', a=a, b=b) is True


@given(hours=st.integers(0, 23), minutes=st.integers(0, 59), seconds=st.integers(0, 59))
def test_the_parts_of_a_time_make_it(hours: int, minutes: int, seconds: int) -> None:
    time = call("=TIME(h,m,s)", h=hours, m=minutes, s=seconds)

    assert isinstance(time, float)
    assert [call(f"={part}(t)", t=time) for part in ("HOUR", "MINUTE", "SECOND")] == [hours, minutes, seconds]


@given(dates)
def test_datevalue_reads_what_the_calendar_writes(date: datetime.date) -> None:
    assert call("=DATEVALUE(t)", t=date.isoformat()) == from_datetime(date)


def test_many_rows_give_what_each_gives_alone() -> None:
    generator = np.random.default_rng(3)
    formulas = [
        f"=NETWORKDAYS({a},{b},{{{c};{d}}})+YEARFRAC({a},{b},{e})"
        for a, b, c, d, e in zip(
            *(generator.integers(30000, 40000, 200).tolist() for _ in range(4)),
            generator.integers(0, 5, 200).tolist(),
            strict=True,
        )
    ]

    together = xl.evaluate_many(formulas).to_list()

    assert together == [xl.evaluate(formula) for formula in formulas]


def test_the_last_half_second_of_a_day_counts_as_the_next_in_days360_alone() -> None:
    cells = {"A1": 45992.000001, "B1": 46000.999999}

    assert xl.evaluate("=DAYS360(A1,B1)", cells=cells) == 9
    assert xl.evaluate("=DAYS(B1,A1)", cells=cells) == 8


def test_a_wrong_basis_comes_before_a_wrong_date() -> None:
    assert xl.evaluate("=YEARFRAC(1/0,2,9)") is xl.ExcelError.NUM
    assert xl.evaluate('=YEARFRAC(1/0,2,"x")') is xl.ExcelError.VALUE
    assert xl.evaluate("=YEARFRAC(1/0,2,1)") is xl.ExcelError.DIV0
    assert xl.evaluate("=YEARFRAC(TRUE,2,1)") is xl.ExcelError.VALUE


def test_md_borrows_from_the_month_before_even_where_that_is_too_short() -> None:
    assert xl.evaluate('=DATEDIF(DATE(2015,1,31),DATE(2015,3,1),"MD")') == -2


def test_today_is_the_clock_without_its_time() -> None:
    clock = datetime.datetime(2026, 5, 4, 18, 0)

    assert xl.evaluate("=TODAY()", clock=clock) == 46146
    assert xl.evaluate("=NOW()", clock=clock) == 46146.75


def test_text_dates_without_a_year_take_the_clocks() -> None:
    assert xl.evaluate('=YEAR(DATEVALUE("3/14"))', clock=datetime.datetime(2031, 1, 1)) == 2031


def test_dates_count_from_1904_where_the_workbook_says_so() -> None:
    assert xl.evaluate("=DATE(1904,1,2)", date1904=True) == 1
    assert xl.evaluate("=WEEKDAY(0)", date1904=True) == 6
    assert xl.evaluate("=NETWORKDAYS(0,6)", date1904=True) == 5
    assert xl.evaluate("=WORKDAY(0,1)", date1904=True) == 3
