"""Excel expressions by the million, from Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from xlmill.version import __version__ as __version__

if TYPE_CHECKING:
    from xlmill.exceptions import FormulaSyntaxError as FormulaSyntaxError
    from xlmill.exceptions import InputError as InputError
    from xlmill.exceptions import MissingExtraError as MissingExtraError
    from xlmill.exceptions import TaskFailedError as TaskFailedError
    from xlmill.exceptions import UnequalResultsError as UnequalResultsError
    from xlmill.exceptions import UnknownStrategyError as UnknownStrategyError
    from xlmill.exceptions import WorkersFailedError as WorkersFailedError
    from xlmill.exceptions import XlmillError as XlmillError
    from xlmill.execution.map import imap as imap
    from xlmill.execution.map import map as map
    from xlmill.execution.workers import Workers as Workers
    from xlmill.functions.user_function import function as function
    from xlmill.lab.compare import compare as compare
    from xlmill.mill.evaluate import evaluate as evaluate
    from xlmill.mill.explain import explain as explain
    from xlmill.mill.formula import compile as compile
    from xlmill.mill.formula import with_columns as with_columns
    from xlmill.mill.many import evaluate_many as evaluate_many
    from xlmill.mill.plan import plan as plan
    from xlmill.values.error_value import ExcelError as ExcelError

# Names are imported when first used, so that `xlmill --version` need not wait for NumPy.
_HOMES = {
    "ExcelError": "xlmill.values.error_value",
    "FormulaSyntaxError": "xlmill.exceptions",
    "InputError": "xlmill.exceptions",
    "MissingExtraError": "xlmill.exceptions",
    "TaskFailedError": "xlmill.exceptions",
    "UnequalResultsError": "xlmill.exceptions",
    "UnknownStrategyError": "xlmill.exceptions",
    "WorkersFailedError": "xlmill.exceptions",
    "Workers": "xlmill.execution.workers",
    "XlmillError": "xlmill.exceptions",
    "compare": "xlmill.lab.compare",
    "compile": "xlmill.mill.formula",
    "evaluate": "xlmill.mill.evaluate",
    "evaluate_many": "xlmill.mill.many",
    "explain": "xlmill.mill.explain",
    "function": "xlmill.functions.user_function",
    "imap": "xlmill.execution.map",
    "map": "xlmill.execution.map",
    "plan": "xlmill.mill.plan",
    "with_columns": "xlmill.mill.formula",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlmill' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
