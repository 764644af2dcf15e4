"""What all rows would take, from what fewer rows took."""

from __future__ import annotations


def expected_seconds(
    measured: tuple[int, float], pilot: tuple[int, float] | None, rows: int, fixed: float = 0.0
) -> float:
    """Seconds for `rows` rows where `measured` is (rows, seconds), and `pilot` the same of a smaller run.

    On the line through both, for part of the time is for starting and does not grow with the rows. Without a pilot,
    or where that line falls, in proportion, save what is known to be `fixed`.
    """
    count, seconds = measured
    if pilot is None or pilot[1] >= seconds:
        return fixed + (seconds - fixed) * rows / count
    each = (seconds - pilot[1]) / (count - pilot[0])
    return seconds + each * (rows - count)
