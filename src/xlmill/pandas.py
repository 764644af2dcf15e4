"""Importing this module gives every pandas data frame `df.xl`.

>>> import pandas as pd
>>> import xlmill.pandas
>>> frame = pd.DataFrame({"qty": [1, 2], "price": [10.0, 20.0]})
>>> frame.xl.eval("=qty*price").to_list()
[10.0, 40.0]
"""

from __future__ import annotations

from pandas.api.extensions import register_dataframe_accessor

from xlmill.mill.frame_accessor import FrameAccessor

register_dataframe_accessor("xl")(FrameAccessor)
