"""Financial functions."""

from xlmill.functions.financial import (
    accrued_interest,
    annuities,
    bonds,
    cash_flows,
    coupons,
    cumulative_payments,
    depreciation,
    discounted,
    french_depreciation,
    odd_periods,
    rates,
    treasury_bills,
)

__all__ = [
    "accrued_interest",
    "annuities",
    "bonds",
    "cash_flows",
    "coupons",
    "cumulative_payments",
    "depreciation",
    "discounted",
    "french_depreciation",
    "odd_periods",
    "rates",
    "treasury_bills",
]
