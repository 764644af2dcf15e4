from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.values.serial_date import (
    LAST_SERIAL,
    add_months,
    date_parts,
    days_in_month,
    end_of_month,
    from_datetime,
    is_date,
    serial_from_parts,
    time_parts,
    weekday,
)

FIRST_REAL = datetime.date(1900, 3, 1)
real_dates = st.dates(min_value=FIRST_REAL, max_value=datetime.date(9999, 12, 31))
serials = st.integers(0, LAST_SERIAL)
serials_1904 = st.integers(0, LAST_SERIAL - 1462)


def parts(serial: float, date1904: bool = False) -> tuple[int, int, int]:
    year, month, day = date_parts(np.array([serial]), date1904)
    return int(year[0]), int(month[0]), int(day[0])


@given(real_dates)
def test_from_march_1900_on_serials_are_the_calendar(date: datetime.date) -> None:
    serial = from_datetime(date)

    assert parts(serial) == (date.year, date.month, date.day)
    assert weekday(serial) == date.isoweekday() % 7 + 1


@given(serials)
def test_the_parts_of_a_serial_make_it_again(serial: int) -> None:
    assert serial_from_parts(*parts(serial)) == serial


@given(serials_1904)
def test_the_1904_system_lags_1462_days(serial: int) -> None:
    assert parts(serial, date1904=True) == parts(serial + 1462)
    assert serial_from_parts(*parts(serial + 1462), date1904=True) == serial
    assert weekday(serial, date1904=True) == weekday(serial + 1462)


def test_every_serial_has_its_own_date_in_order() -> None:
    year, month, day = date_parts(np.arange(LAST_SERIAL + 1))

    stamp = (year * 12 + month) * 32 + day
    assert (np.diff(stamp) > 0).all()
    assert (day[1:] <= days_in_month(year, month)[1:]).all()


@pytest.mark.parametrize(
    ("serial", "date"),
    [
        (0, (1900, 1, 0)),
        (1, (1900, 1, 1)),
        (59, (1900, 2, 28)),
        (60, (1900, 2, 29)),
        (60.999, (1900, 2, 29)),
        (61, (1900, 3, 1)),
        (45351, (2024, 2, 29)),
        (LAST_SERIAL, (9999, 12, 31)),
        (-1, (0, 0, 0)),
        (LAST_SERIAL + 1, (0, 0, 0)),
        (float("nan"), (0, 0, 0)),
    ],
)
def test_known_serials_have_known_dates(serial: float, date: tuple[int, int, int]) -> None:
    assert parts(serial) == date


def test_a_serial_is_a_date_to_the_last_second_of_9999() -> None:
    assert is_date([0, LAST_SERIAL + 0.99999]).all()
    assert not is_date([-1e-9, LAST_SERIAL + 1, np.nan]).any()
    assert not is_date(LAST_SERIAL, date1904=True).any()


@given(st.integers(0, 86399), st.floats(-0.49, 0.49), st.integers(0, 60000))
def test_times_round_to_the_nearest_second(second: int, noise: float, day: int) -> None:
    hour, minute, rest = time_parts(day + (second + max(noise, -second)) / 86400)

    assert (int(hour), int(minute), int(rest)) == (second // 3600, second // 60 % 60, second % 60)


def test_the_last_half_second_of_a_day_is_midnight() -> None:
    assert [int(part) for part in time_parts(0.999999)] == [0, 0, 0]
    assert [int(part) for part in time_parts(0.2565162037037037)] == [6, 9, 23]


def test_what_is_no_number_has_some_time_and_weekday() -> None:
    assert [int(part[0]) for part in time_parts([np.inf])] == [0, 0, 0]
    assert weekday([np.nan, -np.inf, 1e300]).shape == (3,)


@pytest.mark.parametrize(
    ("date", "serial"),
    [
        ((2024, 1, 35), 45326),
        ((2024, 14, 1), 45689),
        ((2024, -3, -15), 45154),
        ((124, 1, 1), 45292),
        ((0, 1, 1), 1),
        ((1899, 1, 1), 693598),
        ((1900, 2, 30), 61),
        ((1900, 1, 0), 0),
        ((2024.9, 1.9, 1.9), 45292),
        ((9999, 12, 31), LAST_SERIAL),
    ],
)
def test_months_and_days_run_over(date: tuple[float, float, float], serial: int) -> None:
    assert serial_from_parts(*date) == serial


@pytest.mark.parametrize(
    "date", [(-1, 1, 1), (10000, 1, 1), (9999, 12, 32), (1900, 1, -1), (1e300, 1, 1), (1, 1e9, 1), (9999, 13, -1)]
)
def test_dates_out_of_range_are_nan(date: tuple[float, float, float]) -> None:
    assert np.isnan(serial_from_parts(*date))


def test_the_1904_system_refuses_the_years_before() -> None:
    assert np.isnan(serial_from_parts(1903, 12, 31, date1904=True))
    assert serial_from_parts(1904, 1, 1, date1904=True) == 0


@given(serials, st.integers(-500, 500))
def test_months_added_keep_the_day_or_end_the_month(serial: int, months: int) -> None:
    year, month, day = parts(serial)
    count = 12 * year + month - 1 + months
    moved = float(add_months(serial, months))

    if not 1900 <= count // 12 <= 9999:
        assert np.isnan(moved)
        return
    assert parts(moved)[:2] == (count // 12, count % 12 + 1) or parts(moved)[2] == 0 or day == 0
    assert parts(float(end_of_month(serial, months)))[2] == days_in_month(count // 12, count % 12 + 1)


def test_adding_months_to_what_is_no_date_gives_nan() -> None:
    assert np.isnan(add_months(-1, 1))
    assert np.isnan(end_of_month(LAST_SERIAL, 1))
    assert np.isnan(add_months(1, -1))
    assert add_months(31, 1) == 60


def test_python_moments_become_serials() -> None:
    assert from_datetime(datetime.date(1900, 1, 1)) == 1
    assert from_datetime(datetime.datetime(2024, 2, 29, 6)) == 45351.25
    assert from_datetime(datetime.time(18)) == 0.75
    assert from_datetime(datetime.date(1904, 1, 1), date1904=True) == 0
    with pytest.raises(ValueError, match="1904-01-01"):
        from_datetime(datetime.date(1903, 1, 1), date1904=True)
