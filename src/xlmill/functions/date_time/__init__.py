"""Date and time functions."""

from xlmill.functions.date_time import dates, days_between, times, weeks, workdays

__all__ = ["dates", "days_between", "times", "weeks", "workdays"]
