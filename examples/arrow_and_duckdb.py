"""Formulas between two queries of duckdb: needs duckdb."""

import duckdb

import xlmill as xl

loans = duckdb.sql("select i as loan, 10000 + 250 * i as amount, 0.03 + i / 20000 as rate from range(1, 1001) t(i)")

# A relation comes back as a pyarrow table, which duckdb reads by its variable's name.
with_payments = xl.with_columns(loans, payment="=ROUND(PMT(rate/12,120,-amount),2)", total="=payment*120")

print(duckdb.sql("select count(*) as loans, round(sum(total - amount), 2) as interest from with_payments"))
print(with_payments.slice(0, 2).to_pylist())
