"""The phases that benchmarks/phases.py watches are functions that are there."""

from __future__ import annotations

from benchmarks.phases import _PHASES


def test_every_phase_is_found_where_it_is_watched() -> None:
    assert [(phase, name) for phase, home, name in _PHASES if not callable(getattr(home, name, None))] == []
