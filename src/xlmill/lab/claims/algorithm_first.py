"""Claim 16: whether computing columns beats computing the same expressions one by one, side by side."""

from __future__ import annotations

from xlmill.lab.claims.inquiry import EQUAL
from xlmill.lab.findings import ArticleExperiment, ArticleTime, Claim, Figure, Judgement
from xlmill.lab.quantities import factor_text, seconds_text


def rule(experiment: ArticleExperiment) -> Claim:
    """The algorithm comes first if one process that computes columns beats a Pool that computes expressions."""
    ours, pool = (_of(experiment, name) for name in ("serial", "mp-pool"))
    factor = pool.median / ours.median
    verdict: Judgement
    conditions = None
    if factor >= EQUAL:
        verdict = "holds"
    elif factor > 1 / EQUAL:
        verdict, conditions = "holds under conditions", f"more than {experiment.rows:,} expressions"
    else:
        verdict = "does not hold"
    about = ", extrapolated" if pool.extrapolated else ""
    return Claim(
        16,
        "What the article leaves out: formulas compiled to columns beat any Pool that computes one after another.",
        verdict,
        conditions,
        None,
        [
            Figure("serial, compiled and columnar", ours.median, "s", ours.low, ours.high),
            Figure(f"Pool, one expression a task{about}", pool.median, "s", pool.low, pool.high),
            Figure("Pool over serial", factor, "×"),
        ],
        f"{experiment.rows:,} expressions by one process that computes columns, and by a Pool that computes one "
        "expression a task.",
        f"One process that computes columns takes {seconds_text(ours.median)} for {experiment.rows:,} expressions, a "
        f"Pool that computes them one by one {seconds_text(pool.median)}{about}: {factor_text(factor)} times as long.",
    )


def _of(experiment: ArticleExperiment, strategy: str) -> ArticleTime:
    return next(time for time in experiment.times if time.strategy == strategy)
