"""The index of functions, by which one formula imports only the modules that it uses."""

from __future__ import annotations

import subprocess
import sys

from xlmill.functions import index, registry


def test_the_index_is_that_of_the_functions_as_they_are() -> None:
    # Other tests of this process may have added functions of their own.
    functions = {name: entry for name, entry in registry.functions().items() if entry.category != "user"}

    assert registry.fingerprint() == index.FINGERPRINT, "run `make index`"
    assert sorted(index.ENTRIES) == sorted(functions)
    for name, entry in functions.items():
        facts = registry.signature(entry)
        known = (facts.fewest_arguments, facts.most_arguments, facts.is_deferred, facts.first_branch)
        assert index.ENTRIES[name][1:] == known, name


def test_one_formula_imports_only_the_modules_that_it_uses() -> None:
    code = (
        "import sys, xlmill; assert xlmill.evaluate('=SUM(1,2)') == 3; heavy = ('xlmill.functions.financial', "
        "'pyarrow', 'llvmlite', 'scipy'); print([m for m in sys.modules if m.startswith(heavy)])"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.strip() == "[]"
