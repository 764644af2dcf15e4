"""The suites by their names."""

from __future__ import annotations

from xlmill.exceptions import InputError
from xlmill.lab.suites import article, regret, waiting
from xlmill.lab.suites.suite import Suite

SUITES = {suite.name: suite for suite in (article.SUITE, regret.SUITE, waiting.SUITE)}


def find_suite(name: str) -> Suite:
    """The suite of that name. Raises InputError, which names those that exist."""
    if name not in SUITES:
        raise InputError(f"there is no suite {name!r}; choose one of: {', '.join(SUITES)}")
    return SUITES[name]
