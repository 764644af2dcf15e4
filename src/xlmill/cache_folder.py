"""The user's folder for what can be made again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The folder, by the rules of the platform; it need not exist."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return base / "xlmill" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "xlmill"
    given = os.environ.get("XDG_CACHE_HOME", "")
    # The specification says that a relative path is to be ignored.
    return (Path(given) if given.startswith("/") else Path.home() / ".cache") / "xlmill"
