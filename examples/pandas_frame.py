"""Formulas over the rows of a pandas data frame: needs pandas."""

import pandas as pd

import xlmill.pandas  # gives every data frame `df.xl`

orders = pd.DataFrame(
    {
        "goods": pd.Categorical(["bolt", "pump", "bolt", "valve"]),
        "qty": [500, 3, 40, 12],
        "unit price": [0.12, 89.0, 0.15, 14.5],
    },
    index=pd.Index([1001, 1002, 1003, 1004], name="order"),
)

discount = orders.xl.eval("=IF(qty>=100,8%,IF(qty>=10,3%,0))")
print(discount)

priced = orders.xl.with_columns(
    gross="=[@qty]*[@[unit price]]",
    net="=ROUND(gross*(1-IF(qty>=100,8%,IF(qty>=10,3%,0))),2)",
    label='=UPPER(LEFT(goods,1))&TEXT(net,"#,##0.00")',
)
print(priced)
