"""The time for a comparison, dealt out to its ways."""

from __future__ import annotations

import time
from dataclasses import dataclass

# Every way is measured so often, however slow, and whatever the budget.
LEAST_ROUNDS = 3

# What a way costs in runs, beside its rounds: its rehearsals, of which all but the last cost a third of that, what is
# loaded in the first of them, and the warm-up.
_OTHER_RUNS = 3

# No way gets less than this part of an equal share: from a shorter run there is nothing to extrapolate.
_LEAST_PART = 1 / 3

# A shorter run says little, for starting and noise are most of it: fewer rounds come first. In seconds.
_LEAST_RUN = 0.5

# Any run may take this long, lest one that is nearly done is ended because the budget is nearly used up.
_LEAST_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """Seconds that a run may take: `whole` if it is of all rows, which are worth more time, `part` otherwise."""

    whole: float
    part: float


class Budget:
    """`seconds` for everything, counted from now, of which what is promised to a way is kept for its rounds."""

    def __init__(self, seconds: float, repeat: int, ways: int) -> None:
        self._equal_share = seconds / ways
        self._repeat = repeat
        self._end = time.monotonic() + seconds
        self._promised = 0.0
        self._opening = 0.0

    @property
    def left(self) -> float:
        """Seconds until it is used up."""
        return self._end - time.monotonic()

    @property
    def patience(self) -> float:
        """Seconds after which a run is taken for one that never ends."""
        return max(self.left, self._equal_share, _LEAST_PATIENCE)

    def allowance(self, ways_left: int) -> Allowance:
        """What a run of the next of `ways_left` ways may take."""
        share = self._share(ways_left)
        fewest = min(LEAST_ROUNDS, self._repeat) + _OTHER_RUNS
        # What opening benches takes of a small budget is not taken from the runs: it may end a little later.
        least = min(_LEAST_RUN, max(share, self._equal_share) / fewest)
        part = max(share / (self._repeat + _OTHER_RUNS), least)
        return Allowance(max(share / fewest, part), part)

    def promise(self, ways_left: int, run: float, opening: float) -> int:
        """The rounds of the next of `ways_left` ways, a run of which takes `run` seconds and its bench `opening`."""
        share = self._share(ways_left)
        runs = min(share / run, self._repeat + _OTHER_RUNS) if run > 0 else self._repeat + _OTHER_RUNS
        rounds = max(min(LEAST_ROUNDS, self._repeat), int(runs) - _OTHER_RUNS)
        self._promised += (rounds + 1) * run + opening
        self._opening = max(self._opening, opening)
        return rounds

    def _share(self, ways_left: int) -> float:
        # A bench is opened twice, and no other is known to open sooner.
        share = (self.left - self._promised) / ways_left - 2 * self._opening
        return max(self._equal_share * _LEAST_PART, share)
