from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.financial.root_finding import find_roots
from xlmill.functions.registry import functions
from xlmill.values.column import Index, Numbers

rates = st.floats(0.0005, 0.5)
money = st.floats(1.0, 1e6)
periods = st.integers(1, 400)
timings = st.sampled_from([0, 1])
frequencies = st.sampled_from([1, 2, 4])
bases = st.integers(0, 4)
settlements = st.integers(20000, 50000)


def value(function: str, *arguments: float | bool) -> float:
    shown = ",".join(str(argument).upper() if isinstance(argument, bool) else repr(argument) for argument in arguments)
    result = xl.evaluate(f"={function}({shown})")
    assert isinstance(result, float), f"{function}({shown}) gave {result!r}"
    return result


@given(rate=rates, nper=st.integers(1, 100), pv=money, fv=money, timing=timings)
def test_payments_pay_off_what_was_lent(rate: float, nper: int, pv: float, fv: float, timing: int) -> None:
    payment = value("PMT", rate, nper, pv, fv, timing)

    left = value("FV", rate, nper, payment, pv, timing)
    assert left == pytest.approx(fv, abs=1e-8 * (pv + fv) * (1 + rate) ** nper)


@given(rate=rates, nper=st.integers(2, 60), pv=money, timing=timings)
def test_interest_and_repayment_make_the_payment(rate: float, nper: int, pv: float, timing: int) -> None:
    per = (nper + 1) // 2

    parts = value("IPMT", rate, per, nper, pv, 0, timing) + value("PPMT", rate, per, nper, pv, 0, timing)

    assert parts == pytest.approx(value("PMT", rate, nper, pv, 0, timing))


@given(rate=rates, nper=st.integers(2, 24), pv=money, timing=timings, data=st.data())
def test_cumulative_interest_is_the_sum_of_the_interest(
    rate: float, nper: int, pv: float, timing: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(1, nper))
    end = data.draw(st.integers(start, nper))

    one_by_one = sum(value("IPMT", rate, per, nper, pv, 0, timing) for per in range(start, end + 1))

    assert value("CUMIPMT", rate, nper, pv, start, end, timing) == pytest.approx(one_by_one, rel=1e-7, abs=1e-9 * pv)


@given(rate=rates, nper=periods, pv=money, timing=timings)
@example(rate=0.003785411784, nper=158, pv=290_335.0, timing=0)  # Newton's method strays to where slopes are infinite
def test_rate_finds_the_rate_that_a_payment_came_from(rate: float, nper: int, pv: float, timing: int) -> None:
    assume(nper > timing)
    payment = value("PMT", rate, nper, pv, 0, timing)

    assert value("RATE", nper, payment, pv, 0, timing) == pytest.approx(rate, rel=1e-6)


@given(rate=rates, flows=st.lists(money, min_size=1, max_size=12))
def test_irr_finds_the_rate_at_which_flows_were_discounted(rate: float, flows: list[float]) -> None:
    paid = sum(flow / (1 + rate) ** k for k, flow in enumerate(flows, start=1))
    array = ",".join(repr(flow) for flow in [-paid, *flows])

    result = xl.evaluate(f"=IRR({{{array}}})")

    assert result == pytest.approx(rate, rel=1e-6, abs=1e-9)


@given(rate=rates, flows=st.lists(money, min_size=1, max_size=8))
def test_xnpv_at_xirr_is_nothing(rate: float, flows: list[float]) -> None:
    paid = sum(flow / (1 + rate) ** k for k, flow in enumerate(flows, start=1))
    array = ",".join(repr(flow) for flow in [-paid, *flows])
    dates = ",".join(str(40000 + 365 * k) for k in range(len(flows) + 1))

    found = xl.evaluate(f"=XIRR({{{array}}},{{{dates}}})")

    assert found == pytest.approx(rate, rel=1e-6, abs=1e-9)
    assert xl.evaluate(f"=XNPV({found!r},{{{array}}},{{{dates}}})") == pytest.approx(0, abs=1e-6 * paid)


@given(cost=money, share=st.floats(0, 1), life=st.integers(1, 40), factor=st.floats(0.5, 4), start=st.floats(0, 1))
def test_vdb_over_two_stretches_is_vdb_over_both_where_they_meet_after_whole_periods(
    cost: float, share: float, life: int, factor: float, start: float
) -> None:
    salvage = cost * share
    between = float(int(start * life))

    parts = value("VDB", cost, salvage, life, 0, between, factor) + value(
        "VDB", cost, salvage, life, between, life, factor
    )

    assert parts == pytest.approx(value("VDB", cost, salvage, life, 0, life, factor), rel=1e-9, abs=1e-6)


@given(cost=money, share=st.floats(0, 1), life=st.integers(1, 40), factor=st.floats(1, 4))
def test_vdb_with_the_switch_writes_everything_off(cost: float, share: float, life: int, factor: float) -> None:
    salvage = cost * share

    assert value("VDB", cost, salvage, life, 0, life, factor) == pytest.approx(cost - salvage, rel=1e-9, abs=1e-6)


@given(cost=money, share=st.floats(0, 1), life=st.integers(1, 40), factor=st.floats(0.1, 4))
def test_vdb_without_the_switch_is_the_sum_of_ddb(cost: float, share: float, life: int, factor: float) -> None:
    salvage = cost * share

    periods = ",".join(map(str, range(1, life + 1)))
    one_by_one = xl.evaluate(f"=SUM(DDB({cost!r},{salvage!r},{life},{{{periods}}},{factor!r}))")

    assert value("VDB", cost, salvage, life, 0, life, factor, True) == pytest.approx(one_by_one, rel=1e-9, abs=1e-6)


@given(rate=rates, npery=st.integers(1, 400))
def test_nominal_undoes_effect(rate: float, npery: int) -> None:
    assert value("NOMINAL", value("EFFECT", rate, npery), npery) == pytest.approx(rate, rel=1e-9)


@given(settled=settlements, days=st.integers(1, 15000), frequency=frequencies, basis=bases)
def test_coupon_days_before_and_after_the_settlement_make_the_period(
    settled: int, days: int, frequency: int, basis: int
) -> None:
    terms = settled, settled + days, frequency, basis

    previous, following = value("COUPPCD", *terms), value("COUPNCD", *terms)

    assert previous <= settled < following
    if basis == 1:
        assert value("COUPDAYBS", *terms) + value("COUPDAYSNC", *terms) == value("COUPDAYS", *terms)


@given(
    settled=settlements,
    days=st.integers(1, 10000),
    coupon=st.floats(0, 0.2),
    yld=st.floats(0, 0.3),
    frequency=frequencies,
    basis=bases,
)
def test_yield_undoes_price(settled: int, days: int, coupon: float, yld: float, frequency: int, basis: int) -> None:
    dates = settled, settled + days
    # A coupon period of 30-day months may be over before its last day comes: nothing is left to earn then.
    assume(value("COUPDAYBS", *dates, frequency, basis) < value("COUPDAYS", *dates, frequency, basis) - 1)

    price = value("PRICE", *dates, coupon, yld, 100, frequency, basis)

    assume(price > 1e-3)
    assert value("YIELD", *dates, coupon, price, 100, frequency, basis) == pytest.approx(yld, rel=1e-6, abs=1e-8)


@given(settled=settlements, days=st.integers(400, 10000), coupon=st.floats(0.01, 0.2), yld=st.floats(0.001, 0.3))
def test_mduration_is_how_the_price_falls_with_the_yield(settled: int, days: int, coupon: float, yld: float) -> None:
    dates = settled, settled + days
    step = 1e-5

    low, high = (value("PRICE", *dates, coupon, yld + change, 100, 2, 1) for change in (-step, step))

    worth = value("PRICE", *dates, coupon, yld, 100, 2, 1)
    worth += 100 * coupon / 2 * value("COUPDAYBS", *dates, 2, 1) / value("COUPDAYS", *dates, 2, 1)
    assert value("MDURATION", *dates, coupon, yld, 2, 1) == pytest.approx((low - high) / (2 * step) / worth, rel=1e-3)


@given(coupon=st.floats(0, 0.2), yld=st.floats(0, 0.3), frequency=frequencies, basis=bases)
def test_oddfyield_undoes_oddfprice(coupon: float, yld: float, frequency: int, basis: int) -> None:
    dates = 39763, 44256, 39736, 39873
    price = value("ODDFPRICE", *dates, coupon, yld, 100, frequency, basis)

    assert value("ODDFYIELD", *dates, coupon, price, 100, frequency, basis) == pytest.approx(yld, rel=1e-6, abs=1e-8)


def test_a_row_gives_the_same_alone_and_among_many() -> None:
    kernel = functions()["RATE"].kernel
    count = 100
    generator = np.random.default_rng(7)
    columns = [
        generator.integers(2, 400, count).astype(float),
        -generator.uniform(1, 300, count),
        generator.uniform(100, 10000, count),
        np.zeros(count),
        generator.integers(0, 2, count).astype(float),
        np.full(count, 0.1),
    ]

    with np.errstate(all="ignore"):
        together = kernel(*columns)
        alone = [kernel(*(column[row : row + 1] for column in columns))[0] for row in range(count)]

    assert np.array_equal(together, alone, equal_nan=True)


def test_a_root_is_found_between_signs_where_newton_runs_away() -> None:
    def arc_tangent(x: Numbers, rows: Index) -> tuple[Numbers, Numbers]:
        return np.arctan(x - 1), 1 / (1 + (x - 1) ** 2)

    roots = find_roots(arc_tangent, np.array([40.0, 1.5]), np.linspace(-100, 100, 50), 20)

    assert roots == pytest.approx([1.0, 1.0])


def test_no_root_is_nan() -> None:
    def never(x: Numbers, rows: Index) -> tuple[Numbers, Numbers]:
        return x**2 + 1, 2 * x

    with np.errstate(all="ignore"):
        roots = find_roots(never, np.array([0.5]), np.linspace(-10, 10, 21), 20)

    assert np.isnan(roots).all()


def test_irr_converges_from_a_guess_far_away() -> None:
    assert xl.evaluate("=ROUND(IRR({-20,5,5,5,5,5},17),6)") == 0.079308


def test_xirr_refuses_text_where_xnpv_passes_over_it() -> None:
    cells = {"A1": -70, "A2": 12, "A3": "x", "B1": 44958, "B2": 44986, "B3": 45017}

    assert xl.evaluate("=XIRR(A1:A3,B1:B3)", cells=cells) is xl.ExcelError.VALUE
    assert xl.evaluate("=XNPV(0.1,A1:A3,B1:B3)", cells=cells) is xl.ExcelError.NUM


def test_functions_of_the_former_toolpak_refuse_booleans_and_ranges() -> None:
    cells = {"A1": 0.05, "A2": 0.06}

    assert xl.evaluate("=EFFECT(TRUE,4)") is xl.ExcelError.VALUE
    assert xl.evaluate("=EFFECT(A1:A2,4)", cells=cells) is xl.ExcelError.VALUE
    assert xl.evaluate("=ROUND(SUM(EFFECT({0.05,0.06},1)),9)") == 0.11


def test_a_stretch_that_begins_within_a_period_is_cut_into_whole_periods_from_there() -> None:
    assert xl.evaluate("=ROUND(VDB(1,0,14,2.5,3.5,1.25),9)") == 0.070747652


def test_accrued_interest_may_be_negative_without_the_whole_periods() -> None:
    cells = {"A1": 42736, "B1": 43070, "C1": 42826}

    counted = xl.evaluate("=ACCRINT(A1,B1,C1,0.33,3000,4,4,TRUE)", cells=cells)
    left_out = xl.evaluate("=ACCRINT(A1,B1,C1,0.33,3000,4,4,FALSE)", cells=cells)

    assert counted == pytest.approx(247.5)
    assert left_out == pytest.approx(-247.5)
