"""Formulas as methods of a data frame: what `df.xl` is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlmill.mill.formula import compile as compile_formula
from xlmill.mill.formula import with_columns


class FrameAccessor:
    """Formulas over the rows of one data frame, in whose library the results are.

    It is there as `df.xl` after `import xlmill.pandas` or `import xlmill.polars`.
    """

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def eval(
        self,
        formula: str,
        *,
        names: Mapping[str, Any] | None = None,
        strategy: str = "auto",
        workers: int | None = None,
    ) -> Any:
        """The formula's value for each row, as a Series: see `xlmill.compile` and its `over`."""
        return compile_formula(formula, names=names).over(self._frame, strategy=strategy, workers=workers)

    def with_columns(self, formulas: Mapping[str, str] | None = None, **named: Any) -> Any:
        """The data frame with calculated columns, given and with options as for `xlmill.with_columns`."""
        return with_columns(self._frame, formulas, **named)
