"""PyArrow without pandas, in a process of the command line."""

from __future__ import annotations

import sys


def spare_pandas() -> None:
    """Import PyArrow so that it leaves pandas alone.

    When PyArrow first converts a value it asks whether pandas is there, and where that is installed the answer takes
    a third of a second of importing. The command line has no frames to hand over, so the answer here is no.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.scalar(0)
    finally:
        sys.meta_path.remove(_NoPandas)


class _NoPandas:
    """Finds modules for Python, and says that there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Nothing for any name but pandas, which cannot be imported."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not imported here", name=name)
