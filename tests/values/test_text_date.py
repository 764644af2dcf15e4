from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.values.serial_date import from_datetime
from xlmill.values.text_date import parse_date, parse_moment, parse_time

dates = st.dates(datetime.date(1900, 3, 1), datetime.date(9999, 12, 31))
times = st.times().map(lambda time: time.replace(microsecond=0))
forms = st.sampled_from(
    [
        "{0.month}/{0.day}/{0.year}",
        "{0.month:02}-{0.day:02}-{0.year}",
        "{0.year}-{0.month:02}-{0.day:02}",
        "{0.year}/{0.month}/{0.day}",
        "{0.day}-{0:%b}-{0.year}",
        "{0.day} {0:%B} {0.year}",
        "{0:%B} {0.day}, {0.year}",
        "{0:%b}-{0.day}-{0.year}",
    ]
)


@given(dates, times, forms)
def test_a_date_with_a_time_reads_as_both(date: datetime.date, time: datetime.time, form: str) -> None:
    text = form.format(date)
    clock = time.isoformat()
    serial, fraction = from_datetime(date), from_datetime(time)

    assert parse_date(text) == serial
    assert parse_time(clock) == fraction
    assert parse_moment(f"{text} {clock}") == serial + fraction
    assert parse_date(f"{text} {clock}") == serial


@given(times)
def test_twelve_hour_clocks_are_read(time: datetime.time) -> None:
    assert parse_moment(f"{(time.hour + 11) % 12 + 1}:{time:%M:%S %p}") == from_datetime(time)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1/15/29", (2029, 1, 15)),
        ("1/15/30", (1930, 1, 15)),
        ("1/15", (2026, 1, 15)),
        ("2/29", (2029, 2, 1)),
        ("15-Jan", (2026, 1, 15)),
        ("Dec 31", (2026, 12, 31)),
        ("Dec 32", (1932, 12, 1)),
        ("December 99", (1999, 12, 1)),
        ("Jan 2024", (2024, 1, 1)),
        ("1/2024", (2024, 1, 1)),
        ("June 9, 1969", (1969, 6, 9)),
        ("15Jan2024", (2024, 1, 15)),
    ],
)
def test_short_dates_are_completed(text: str, date: tuple[int, int, int]) -> None:
    assert parse_moment(text, this_year=2026) == from_datetime(datetime.date(*date))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24:00", 1.0),
        ("10:60", 11 / 24),
        ("0:0:9999", 9999 / 86400),
        ("23:59:9999", (86340 + 9999) / 86400),
        ("59:9999.0", (59 * 60 + 9999) / 86400),
        ("10 PM", 22 / 24),
        ("12 am", 0.0),
        (" 1:30 ", 0.0625),
    ],
)
def test_one_part_of_a_time_may_run_over(text: str, days: float) -> None:
    assert parse_moment(text) == days
    assert parse_time(text) == days % 1


@pytest.mark.parametrize(
    "text",
    [
        "15/1/2024",
        "40-2-2023",
        "2/29/2023",
        "0/1/2024",
        "1/15/123",
        " 2024-01-10",
        "Jam 1, 2024",
        "1/15/1899",
        "0:0:10000",
        "23:60:9999",
        "13:00 PM",
        "10",
        "10.5 PM",
        "January",
    ],
)
def test_other_text_is_no_date_and_no_time(text: str) -> None:
    assert parse_moment(text, this_year=2026) is None


def test_a_date_without_a_year_needs_this_year() -> None:
    assert parse_moment("1/15") is None
    assert parse_moment("29-Feb", this_year=2028) is not None
    assert parse_moment("29-Feb", this_year=2026) is None


def test_the_phantom_day_is_read_and_the_1904_system_has_its_own_serials() -> None:
    assert parse_date("29-Feb-1900") == 60
    assert parse_date("1/1/1904", date1904=True) == 0
    assert parse_date("12/31/1903", date1904=True) is None


def test_datevalue_wants_a_date_and_timevalue_a_time() -> None:
    assert parse_date("10:30") is None
    assert parse_time("1/15/2024") == 0
    assert parse_time("2024-02-29 06:00") == 0.25
    assert parse_time("word") is None
