"""How long a start takes: the interpreter alone, an import with a first value, the commands, the compiler."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import xlmill
from benchmarks.process import run
from benchmarks.statistic import Spread
from benchmarks.workloads import WORKLOADS

_IMPORT = "import xlmill; assert xlmill.evaluate('=1+1') == 2"
_STARTS = {
    "python -c pass": ["-c", "pass"],
    "import and first value": ["-c", _IMPORT],
    "xlmill --version": ["-m", "xlmill", "--version"],
    "xlmill eval 1+1": ["-m", "xlmill", "eval", "1+1"],
}
_TWICE = """
import json, sys, time
import xlmill
expressions = open(sys.argv[1], encoding="utf-8").read().splitlines()
seconds = []
for _ in range(2):
    began = time.perf_counter()
    xlmill.evaluate_many(expressions, strategy="serial")
    seconds.append(time.perf_counter() - began)
print(json.dumps(seconds))
"""
COMPILED_ROWS = 100_000
COMPILED = ("w1", "w4")


def starts(repeats: int) -> dict[str, Spread]:
    """Seconds of whole processes, interleaved."""
    seconds: dict[str, list[float]] = {name: [] for name in _STARTS}
    for _ in range(repeats):
        for name, arguments in _STARTS.items():
            seconds[name].append(run(arguments).seconds)
    return {name: Spread.of(values) for name, values in seconds.items()}


def compiler(folder: Path, say: Callable[[str], None]) -> dict[str, dict[str, list[float]]]:
    """Seconds of the first and second call, with an empty cache of compiled code and with the cache that it left."""
    found: dict[str, dict[str, list[float]]] = {}
    for name in COMPILED:
        path = WORKLOADS[name].file(folder, COMPILED_ROWS)
        with tempfile.TemporaryDirectory() as place:
            environment = _without_compiled_code(Path(place))
            for state in ("empty cache", "filled cache"):
                say(f"{name}: {state} of compiled code")
                ended = run(["-c", _TWICE, str(path)], environment, limit=600)
                found.setdefault(name, {})[state] = json.loads(ended.output)
    return found


def _without_compiled_code(place: Path) -> dict[str, str]:
    """The environment in which Python finds a copy of xlmill in `place`, with its bytecode but no machine code."""
    package = Path(xlmill.__file__).parent
    shutil.copytree(package, place / package.name, ignore=shutil.ignore_patterns("*.code"))
    return {"PYTHONPATH": str(place), "XDG_CACHE_HOME": str(place)}
