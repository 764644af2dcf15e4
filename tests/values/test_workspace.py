from __future__ import annotations

import numpy as np

from xlmill.values import workspace as workspaces
from xlmill.values.workspace import Workspace, workspace


def test_an_array_for_the_same_purpose_takes_the_same_memory() -> None:
    one = Workspace()
    first = one.array("a", 100, np.int64)

    assert np.shares_memory(first, one.array("a", 90, np.float64))
    assert not np.shares_memory(first, one.array("b", 90, np.float64))


def test_a_lengthened_array_begins_with_what_stood_there() -> None:
    one = Workspace()
    array = one.array("a", 3, np.int32)
    array[:] = [1, 2, 3]

    longer = one.lengthened("a", array, 1_000)

    assert (len(longer), longer[:3].tolist()) == (1_000, [1, 2, 3])
    assert np.shares_memory(longer, one.array("a", 1_000, np.int32))


def test_nobody_shares_a_workspace_that_is_in_use() -> None:
    with workspace() as one, workspace() as other:
        assert one is not other
    with workspace() as again:
        assert again is one or again is other


def test_large_workspaces_are_not_kept() -> None:
    with workspace() as one:
        one.array("a", workspaces._KEPT_BYTES + 1, np.uint8)

    assert one not in workspaces._idle
