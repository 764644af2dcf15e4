"""The profile of a workload on the screen: `xlmill explain FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlmill.engine.profile import Profile, Share

_MOST_FUNCTIONS = 20


def show_profile(source: str, told: Profile) -> None:
    """Print where the time goes, the slowest functions first, and why they are slow."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xlmill.engine.profile import SMALL_BATCH

    console = Console(highlight=False)
    rows = f"the first {told.rows:,} rows, one chunk, on one core"
    console.print(Text.assemble((source, "bold"), f": {rows}"), soft_wrap=True)
    seconds = told.parse_seconds + told.evaluate_seconds
    console.print(
        f"{1e3 * seconds:,.0f} ms: parsing {1e3 * told.parse_seconds:,.0f}, evaluating "
        f"{1e3 * told.evaluate_seconds:,.0f}; {told.settled:,} nodes of plain arithmetic in one pass",
        soft_wrap=True,
    )
    if not told.shares:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("function")
    for title in ("nodes", "batches", "ms", "ns a node"):
        table.add_column(title, justify="right")
    table.add_column("why")
    for share in told.shares[:_MOST_FUNCTIONS]:
        table.add_row(
            Text(share.function),
            f"{share.nodes:,}",
            f"{share.batches:,}",
            f"{1e3 * share.seconds:,.1f}",
            f"{1e9 * share.seconds / share.nodes:,.0f}",
            "; ".join(_reasons(share)),
        )
    console.print()
    console.print(table)
    left = len(told.shares) - _MOST_FUNCTIONS
    if left > 0:
        console.print(f"and {left} more functions, which took less")
    console.print()
    if any(share.python_lines for share in told.shares):
        console.print("row loop: the function ran so many lines of Python for each node", soft_wrap=True)
    if any(share.small_batches for share in told.shares):
        small = f"small: batches below {SMALL_BATCH:,} nodes, which cost as much by being one as by their nodes"
        console.print(small, soft_wrap=True)


def _reasons(share: Share) -> list[str]:
    reasons = []
    if share.python_lines:
        reasons.append(f"row loop, {share.python_lines:,.0f} lines each")
    if share.small_batches:
        reasons.append(f"{share.small_batches:,} small")
    return reasons
