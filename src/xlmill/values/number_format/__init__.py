"""Excel's number formats, as TEXT applies them."""

from xlmill.values.number_format.number_format import NumberFormat, parse_format

__all__ = ["NumberFormat", "parse_format"]
