"""Financial functions."""

from xlmill.functions.financial import annuities, cash_flows, cumulative_payments, depreciation, rates

__all__ = ["annuities", "cash_flows", "cumulative_payments", "depreciation", "rates"]
