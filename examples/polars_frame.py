"""Formulas over the rows of a polars data frame, with a table of rates: needs polars."""

import polars as pl

import xlmill.polars  # gives every data frame `df.xl`

sales = pl.DataFrame({"agent": ["ana", "chen", "emil"], "amount": [800.0, 12_500.0, 60_000.0]})

# A name may be a table: it is indexed once, however many rows look something up in it.
rates = [[0, 0.01], [1_000, 0.025], [10_000, 0.04], [50_000, 0.05]]

rate = sales.xl.eval("=VLOOKUP(amount,rates,2,TRUE)", names={"rates": rates})
paid = sales.with_columns(rate=rate).xl.with_columns(commission="=ROUND(amount*rate,2)")
print(paid)
