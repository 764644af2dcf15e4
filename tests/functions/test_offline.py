from __future__ import annotations

import pytest

import xlmill as xl
from xlmill.functions.registry import Status, functions
from xlmill.values.error_value import ExcelError

OFFLINE = sorted(name for name, entry in functions().items() if entry.status is Status.OFFLINE)


@pytest.mark.parametrize("name", OFFLINE)
def test_what_needs_a_server_is_an_error_with_as_few_arguments_as_with_all(name: str) -> None:
    entry = functions()[name]
    arguments = ",".join(["A1"] * entry.fewest_arguments)

    found = xl.evaluate(f"={name}({arguments})", cells={"A1": "x"})

    assert isinstance(found, ExcelError)
    assert f"Errors: {found.value}, since " in entry.documentation


@pytest.mark.parametrize("name", OFFLINE)
def test_an_error_in_an_argument_stays_what_it_is(name: str) -> None:
    entry = functions()[name]
    arguments = ",".join(["#NULL!"] + ["A1"] * (entry.fewest_arguments - 1))

    assert xl.evaluate(f"={name}({arguments})") == ExcelError.NULL


def test_an_error_is_caught_like_any_other() -> None:
    assert xl.evaluate('=IFERROR(STOCKHISTORY("MSFT",46000),"offline")') == "offline"


def test_amounts_go_to_the_euro_and_back() -> None:
    for code in ("ATS", "BEF", "DEM", "ESP", "FIM", "FRF", "GRD", "IEP", "ITL", "LUF", "NLG", "PTE", "SIT"):
        there = xl.evaluate(f'=EUROCONVERT(EUROCONVERT(123.45,"{code}","EUR",TRUE),"EUR","{code}",TRUE)')

        assert there == pytest.approx(123.45, rel=1e-12)


def test_lire_have_no_hundredths() -> None:
    assert xl.evaluate('=EUROCONVERT(1.99,"EUR","ITL")') == 3853.0
