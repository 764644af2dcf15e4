"""How many examples a property test gets."""

from __future__ import annotations

from hypothesis import settings


def examples(times: float) -> settings:
    """So many times the examples of the profile: less where each is dear, more where they must reach far."""
    return settings(max_examples=max(1, round(times * settings.default.max_examples)))
