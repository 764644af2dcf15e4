from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.values.error_value import ExcelError
from xlmill.values.number_format import parse_format
from xlmill.values.serial_date import from_datetime
from xlmill.values.text_date import parse_moment

moments = st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(9999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0)
)
LATE = 4018.99999998843  # a millisecond before midnight


def text(code: str, number: float, date1904: bool = False) -> str | ExcelError:
    return parse_format(code).format_number(number, date1904)


@given(moments)
def test_dates_are_written_as_python_writes_them(moment: datetime.datetime) -> None:
    shown = text("yyyy-mm-dd hh:mm:ss AM/PM dddd mmm", from_datetime(moment))

    assert shown == f"{moment:%Y-%m-%d %I:%M:%S %p %A %b}"


@given(moments)
def test_what_a_date_format_writes_reads_as_the_date(moment: datetime.datetime) -> None:
    serial = from_datetime(moment)

    assert parse_moment(str(text("d-mmm-yyyy h:mm:ss", serial))) == pytest.approx(serial, abs=1e-9)


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("mm/dd/yyyy hh:mm:ss.000", LATE, "12/31/1910 23:59:59.999"),
        ("mm/dd/yyyy hh:mm:ss.00", LATE, "01/01/1911 00:00:00.00"),
        ("mm/dd/yyyy hh:mm", LATE, "01/01/1911 00:00"),
        ("[hh]:mm:ss.000", LATE, "96455:59:59.999"),
        ("[mm]:ss", LATE, "5787360:00"),
        ("[ss].00", LATE, "347241600.00"),
        ("hh.000", 0.70707, "16.848"),
        ("yyyy mmm ddd dd", 0.00069, "1900 Jan Sat 00"),
        ("d mmm yyyy", 60, "29 Feb 1900"),
        ("ddddd/mmmmm/yyyyy", 41796, "Friday/J/2014"),
        ("ee-mm-dd", 28313, "1977-07-07"),
        ("b/bbbb", 45292, "67/2567"),
        ("h:m:s a/p", 17816.607951388887, "2:35:27 p"),
        ("h AM/PM", 0.0, "12 AM"),
        ('d "days" h', 11.5, "11 days 12"),
        ("mm:ss.0", 0.0123, "17:42.7"),
        ("h:mm m", 45366.5, "12:00 3"),
        ("[$-F800]", 45000, "Wednesday, March 15, 2023"),
        ("[$-F400]", 45000.75, "6:00:00 PM"),
        ("[$-409]mmm\\-yy", 12345, "Oct-33"),
        ("[h]:mm:ss;@", 2.9999999999999996, "72:00:00"),
    ],
)
def test_known_moments_have_known_texts(code: str, number: float, shown: str) -> None:
    assert text(code, number) == shown


def test_only_a_lone_elapsed_part_takes_negative_numbers() -> None:
    assert text("[s]", -1) == "-86400"
    assert text("[m]:s", -1) is ExcelError.VALUE
    assert text("[s].000", -1) is ExcelError.VALUE
    assert text("yyyy", -1) is ExcelError.VALUE


def test_dates_end_with_9999() -> None:
    assert text("h", 2958465) == "0"
    assert text("h", 2958466) is ExcelError.VALUE
    assert text("yyyy", 2958465.9999999) is ExcelError.VALUE


def test_the_1904_system_has_its_own_days_before_and_after_its_first() -> None:
    assert text("yyyy-mm-dd", 1.5, date1904=True) == "1904-01-02"
    assert text("yyyy-mm-dd", -1, date1904=True) == "-1904-01-02"
