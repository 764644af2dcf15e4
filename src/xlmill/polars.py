"""Importing this module gives every polars data frame `df.xl`.

>>> import polars as pl
>>> import xlmill.polars
>>> frame = pl.DataFrame({"qty": [1, 2], "price": [10.0, 20.0]})
>>> frame.xl.eval("=qty*price").to_list()
[10.0, 40.0]
"""

from __future__ import annotations

from polars.api import register_dataframe_namespace

from xlmill.mill.frame_accessor import FrameAccessor

register_dataframe_namespace("xl")(FrameAccessor)
