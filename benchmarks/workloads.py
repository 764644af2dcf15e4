"""What the benchmarks calculate: expressions, each in its own row, or one formula over the rows of a table."""

from __future__ import annotations

import importlib.util
import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import templates
from xlmill.mill.generate import generate
from xlmill.mill.generator.literals import filled

Expressions = Callable[[int], Iterator[str]]

# Generators that lie beside the project in some places; with them, figures compare with those taken there before.
SHARED = Path(__file__).parents[2] / "shared" / "bench" / "workloads.py"

ROW_FORMULA = "=IF(A1>B1,ROUND(A1*C1,2),SUM(B1:D1)/3)"
CRITERIA_FORMULA = '=COUNTIF(A1:D1,">500")*100+SUMIF(A1:D1,"<250")+AVERAGEIF(A1:D1,">=0")'


# The arithmetic that mixes are measured against: see `benchmarks.mixes`.
PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload: `expressions` yields the first n of them; with `formula`, it goes over the rows of a table instead.

    `rows` is the number that xlmill is measured with; slower engines get fewer.
    """

    name: str
    title: str
    rows: int
    expressions: Expressions | None = None
    formula: str = ""

    def file(self, folder: Path, n: int) -> Path:
        """The file that holds the first `n` rows, made if it is not there."""
        path = folder / f"{self.name}-{n}.{'txt' if self.expressions else 'parquet'}"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            if self.expressions:
                with unfinished.open("w", encoding="utf-8") as lines:
                    lines.writelines(text + "\n" for text in itertools.islice(self.expressions(n), n))
            else:
                pq.write_table(rows_table(self.rows).slice(0, n), unfinished)
            unfinished.replace(path)
        return path


def shared_generators() -> ModuleType | None:
    """The generators beside the project, where they are."""
    if not SHARED.exists():
        return None
    spec = importlib.util.spec_from_file_location("shared_workloads", SHARED)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_expressions(path: Path) -> list[str]:
    """The lines of a workload's file."""
    return path.read_text(encoding="utf-8").splitlines()


def read_rows(path: Path) -> pa.Table:
    """The table of a workload's file: columns A to D."""
    return pq.read_table(path)


def row_formula(formula: str, row: int) -> str:
    """The formula as it stands in a row of a sheet, counted from 1."""
    return re.sub(r"\b([A-D])1\b", rf"\g<1>{row}", formula)


def rows_table(n: int, seed: int = 2) -> pa.Table:
    """Columns A to D of `n` amounts from 0 to 1000 with two decimals."""
    shared = shared_generators()
    if shared is not None:
        return pa.table(dict(zip("ABCD", shared.w2(n, seed), strict=True)))
    amounts = [np.random.default_rng([seed, i]).integers(0, 100_001, n) / 100 for i in range(4)]
    return pa.table(dict(zip("ABCD", amounts, strict=True)))


def _from_mix(mix: str) -> Expressions:
    def expressions(n: int) -> Iterator[str]:
        for batch in generate(n, 1, mix):
            yield from batch.column("expression").to_pylist()

    return expressions


def _from_templates(texts: tuple[str, ...]) -> Expressions:
    def expressions(n: int) -> Iterator[str]:
        rows = np.arange(-(-n // len(texts)), dtype=np.uint64)
        columns = [filled(text, rows, 1, 1 + i).to_pylist() for i, text in enumerate(texts)]
        yield from itertools.islice(itertools.chain.from_iterable(zip(*columns, strict=True)), n)

    return expressions


def _half(others: tuple[str, ...]) -> Expressions:
    """The plain templates and others in turn."""
    return _from_templates(tuple(itertools.chain.from_iterable(zip(templates.PLAIN, others, strict=True))))


def _from_shared(name: str, otherwise: str) -> Expressions:
    def expressions(n: int) -> Iterator[str]:
        shared: Any = shared_generators()
        return iter(getattr(shared, name)(n)) if shared is not None else _from_mix(otherwise)(n)

    return expressions


def _spaced(n: int) -> Iterator[str]:
    """Everyday expressions as careless people type them: lower case, spaces, no equals sign now and then."""
    draw = random.Random(7)
    for text in _from_mix("everyday")(n):
        parts = text.removeprefix("=").split('"')
        for i in range(0, len(parts), 2):
            spread = re.sub(
                r"([,()+*/<>-])", lambda found: draw.choice(("{}", " {}", "{} ", " {}  ")).format(found[0]), parts[i]
            )
            # A space between a name and its parenthesis would make it no call, one within an operator two operators.
            spread = re.sub(r"([<>])\s*([<>=])", r"\1\2", re.sub(r"(\w)\s+\(", r"\1(", spread))
            parts[i] = spread.lower() if draw.random() < 0.8 else spread
        yield "= " + '"'.join(parts)


_ALL = (
    Workload("w1", "literals: a million expressions of 12 templates", 1_000_000, _from_shared("w1", "everyday")),
    Workload("w2", "one formula over a million rows", 1_000_000, formula=ROW_FORMULA),
    Workload("w3", "250 literal arguments each", 100_000, _from_shared("w3", "long")),
    Workload("w4", "diverse: no two expressions of one template", 100_000, _from_shared("w4", "diverse")),
    Workload(
        "other-functions", "functions that the others leave out", 100_000, _from_templates(templates.OTHER_FUNCTIONS)
    ),
    Workload("everyday", "prices, rates, dates and texts", 100_000, _from_mix("everyday")),
    Workload(PLAIN, "arithmetic of the length of everyday work", 100_000, _from_templates(templates.PLAIN)),
    Workload("half-text", "half of the expressions make texts", 100_000, _half(templates.TEXTS)),
    Workload("half-dates", "half of the expressions are of dates", 100_000, _half(templates.DATES)),
    Workload("half-branches", "half of the expressions are trees of IF", 100_000, _half(templates.CHOICES)),
    Workload("spaced", "lower case and spaces", 100_000, _spaced),
    Workload("arrays", "array constants", 100_000, _from_templates(templates.ARRAY_CONSTANTS)),
    Workload("let", "LET", 100_000, _from_templates(templates.LET)),
    Workload("branches", "trees of IF", 100_000, _from_templates(templates.BRANCHES)),
    Workload("dates", "dates", 100_000, _from_mix("dates")),
    Workload("lookups", "lookups in constant tables", 100_000, _from_templates(templates.LOOKUPS)),
    Workload("numbers", "arithmetic", 100_000, _from_mix("numbers")),
    Workload("text", "texts", 100_000, _from_mix("text")),
    Workload("criteria", "criteria over the cells of each row", 100_000, formula=CRITERIA_FORMULA),
    Workload("diverse", "random trees of other functions", 100_000, _from_mix("diverse")),
)

WORKLOADS = {workload.name: workload for workload in _ALL}
MAIN = ("w1", "w2", "w3", "w4")
MIXES = ("half-text", "half-dates", "half-branches")
GUARDS = tuple(name for name in WORKLOADS if name not in MAIN)
