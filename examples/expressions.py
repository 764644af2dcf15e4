"""Many expressions, each in its own row, with names of their own."""

import pyarrow as pa

import xlmill as xl

expressions = ["=qty*price", '=IF(qty>10,"bulk","retail")', "=price/(qty-20)", "=ROUND(qty*price*(1+vat),2)", "=qty*"]
columns = pa.table({"qty": [5, 12, 20, 7, 1], "price": [9.5, 2.0, 4.0, 3.33, 1.0]})

results = xl.evaluate_many(expressions, columns=columns, names={"vat": 0.19})
for expression, value in zip(expressions, results, strict=True):
    print(f"{expression:30} {value}")
print("errors in rows", [row for row, _ in results.errors])
