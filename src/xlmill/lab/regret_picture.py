"""The planner's regret as a picture: a dot a workload, a strip for each strategy that was chosen."""

from __future__ import annotations

from collections.abc import Mapping

from xlmill.lab.charts.palette import Look
from xlmill.lab.charts.scale import Logarithmic, Scale
from xlmill.lab.charts.strips import Strip, Strips
from xlmill.lab.findings import Regret, RegretCell
from xlmill.lab.quantities import factor_text, seconds_text
from xlmill.lab.statistics import spread

# A scale for regret never ends before this, or a few hundredths would look like news.
_LEAST_END = 2.0


def regret_by_choice(regret: Regret, known: Mapping[str, Look]) -> Strips:
    """How much longer than the best each choice took, by what was chosen."""
    chosen = list(dict.fromkeys(cell.chosen for cell in sorted(regret.cells, key=lambda cell: cell.chosen)))
    most = max(_LEAST_END, *(cell.regret for cell in regret.cells))

    def axis(start: float, end: float) -> Scale:
        return Logarithmic(1.0, most * 1.05, start, end)

    return Strips(
        name="regret",
        title="The planner's regret, by what it chose",
        found=f"Its choice took {regret.median:.2f} times as long as the best in the middle case, and "
        f"{regret.percentile_95:.2f} times at the 95th percentile.",
        teaches="Who plans by measuring is sometimes wrong; what counts is that being wrong costs little.",
        note="A dot is one workload: the time of the strategy that was chosen over that of the best measured.",
        looks={name: known[name] for name in chosen},
        strips=[_strip(name, [cell for cell in regret.cells if cell.chosen == name]) for name in chosen],
        head=["chosen", "workloads", "median regret", "worst"],
        tick=lambda value: f"{value:g} ×",
        axis=axis,
    )


def _strip(name: str, cells: list[RegretCell]) -> Strip:
    regrets = [cell.regret for cell in cells]
    found = spread(regrets)
    tips = [
        f"{cell.cell}\n{name}: {factor_text(cell.regret)} × the best, {cell.best}"
        + "".join(f"\n{each}: {seconds_text(seconds)}" for each, seconds in cell.seconds.items())
        for cell in cells
    ]
    cells_text = [name, f"{len(cells)}", f"{found.median:.2f}", f"{found.maximum:.2f}"]
    figure = f"{len(cells)} workloads, worst {found.maximum:.2f} ×"
    return Strip(name, name, figure, regrets, tips, found.median, found.low, found.high, False, cells_text)
