"""What an experiment is to the suites: how it measures, and what its samples say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from xlmill.lab.findings import Claim, Sweep
from xlmill.lab.sampling import Samples

Rule: TypeAlias = Callable[[Samples], Claim]

# Two ways that differ by less are called equal: no choice should hang on it, and a busy machine does as much.
EQUAL = 1.25


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An experiment: `measure` takes about as many seconds as it is given, `rules` judge claims by its samples.

    `title` says to people what is measured; `seconds` suffice on a quiet machine.
    """

    title: str
    seconds: float
    measure: Callable[[float], Samples]
    rules: Sequence[Rule]
    sweeps: Sequence[Callable[[Samples], Sweep]] = field(default=())
