"""Runs against a baseline, paired sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import msgspec

from evalium.core import ConfigError, DataError, did_you_mean
from evalium.metrics import Difference, Frame, Metric, StoredRun, align, frame_of, open_run, paired
from evalium.stats import holm
from evalium.store import Workspace

ALPHA = 0.05


class ComparedMetric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a run against the baseline.

    Attributes:
        metric: Key of the metric.
        difference: Run minus baseline on the pairs, with test, p and smallest difference this n could have seen.
        p_adjusted: p after Holm's correction over the family named in the comparison.
        verdict: `better` or `worse` where the corrected p is below 5 %; `no difference seen` otherwise, which is not
            the same as equal; `different` where the metric has no direction; `undefined` without a number.
    """

    metric: str
    difference: Difference
    p_adjusted: float
    verdict: str


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One run against the baseline.

    Attributes:
        run: Id of the run.
        model: Its model.
        n_paired: Units that both have.
        only_run: Units that only the run has.
        only_baseline: Units that only the baseline has.
        metrics: Differences.
        warnings: What makes the two hard to compare.
    """

    run: str
    model: str
    n_paired: int
    only_run: int
    only_baseline: int
    metrics: tuple[ComparedMetric, ...]
    warnings: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Runs against a baseline.

    Attributes:
        schema: Version of this structure as JSON.
        baseline: Id of the run that the others are compared with.
        baseline_model: Its model.
        level: Confidence level of the intervals.
        family: What the corrected p-values are corrected over.
        runs: One comparison a run.
    """

    schema: int
    baseline: str
    baseline_model: str
    level: float
    family: str
    runs: tuple[RunComparison, ...]


def compare(
    runs: Sequence[str],
    *,
    metrics: Sequence[str] = (),
    workspace: str | Path | None = None,
    level: float | None = None,
    force: bool = False,
) -> Comparison:
    """Compare runs with the first of them, paired by the content of their samples.

    Pairs are samples of equal content, whatever file, tool or date they come from. p-values are corrected by Holm's
    method over all metrics and runs of the comparison.

    Args:
        runs: Ids, the beginnings of them, or names of models (their newest runs); the first is the baseline.
        metrics: Keys of metrics; those that all runs have when empty.
        workspace: Folder of the workspace.
        level: Confidence level; the baseline's when None.
        force: Compare numbers whose signatures differ.

    Raises:
        ConfigError: Fewer than two runs, an unknown metric, or numbers made differently (and `force` is off).
        UnknownName: There is no such run.
        DataError: Two runs have no sample in common.
    """
    if len(runs) < 2:
        raise ConfigError("a comparison needs two runs: the baseline first; `evalium runs` lists them")
    with Workspace.open(workspace, create=False) as store:
        opened = [open_run(store, name) for name in runs]
        if len({o.row.id for o in opened}) < len(opened):
            raise ConfigError(f"the runs are not different ones: {', '.join(o.row.id for o in opened)}")
        chosen = _common(opened, metrics)
        frames = [frame_of(store, one, chosen, keys=True) for one in opened]
    base, level = opened[0], level or opened[0].plan.level
    found = [
        _against(base, frames[0], one, frame, chosen, level, force)
        for one, frame in zip(opened[1:], frames[1:], strict=True)
    ]
    return Comparison(
        schema=1,
        baseline=base.row.id,
        baseline_model=base.row.model,
        level=level,
        family=_family(sum(len(f.metrics) for f in found)),
        runs=tuple(_corrected(found)),
    )


def _family(tests: int) -> str:
    return f"Holm over {tests} tests" if tests > 1 else "one test, nothing to correct"


def _common(opened: Sequence[StoredRun], asked: Sequence[str]) -> list[Metric]:
    """The metrics to compare, as the baseline defines them."""
    by_key = [{m.key: m for m in one.metrics} for one in opened]
    shared = [m for key, m in by_key[0].items() if all(key in keys for keys in by_key[1:])]
    if not asked:
        return shared
    known = {m.key: m for m in shared}
    for key in asked:
        if key not in known:
            raise ConfigError(f"not every run has a metric {key!r}.{did_you_mean(key, known)}")
    return [known[key] for key in asked]


def _against(
    base: StoredRun,
    base_frame: Frame,
    run: StoredRun,
    frame: Frame,
    metrics: Sequence[Metric],
    level: float,
    force: bool,
) -> RunComparison:
    pairs = align(frame, base_frame)
    if pairs.a.n == 0:
        raise DataError(
            f"runs {run.row.id} and {base.row.id} have no sample in common, so nothing can be paired: their"
            f" datasets are {run.row.dataset!r} and {base.row.dataset!r}"
        )
    seed = ("compare", base.row.id, run.row.id)
    differences: list[Difference] = []
    for metric in metrics:
        found = paired(metric, pairs.a, pairs.b, level=level, bootstrap=base.plan.bootstrap, seed=seed)
        differences += [d for d in found.values() if d.n or not metric.usual]
    _refuse_mixed(differences, base, run, force)
    return RunComparison(
        run=run.row.id,
        model=run.row.model,
        n_paired=pairs.a.n,
        only_run=pairs.only_a,
        only_baseline=pairs.only_b,
        metrics=tuple(ComparedMetric(metric=d.key, difference=d, p_adjusted=d.p, verdict="") for d in differences),
        warnings=tuple(_warnings(base, run, pairs.only_a, pairs.only_b)),
    )


def _refuse_mixed(differences: Sequence[Difference], base: StoredRun, run: StoredRun, force: bool) -> None:
    mixed = next((d for d in differences if d.a.signature != d.b.signature), None)
    if mixed is not None and not force:
        raise ConfigError(
            f"{mixed.key} was made differently in {run.row.id} and {base.row.id}:\n  {mixed.a.signature}\n"
            f"  {mixed.b.signature}\nCompare other metrics, or give --force to compare them all the same"
        )


def _warnings(base: StoredRun, run: StoredRun, only_run: int, only_base: int) -> list[str]:
    found = []
    if only_run or only_base:
        found.append(f"not paired: {only_run:,} units of {run.row.id} and {only_base:,} of {base.row.id}")
    if run.row.dataset_hash != base.row.dataset_hash and not (only_run or only_base):
        found.append("the datasets list the same samples in another order")
    for what in ("prompt", "system", "mode", "generation"):
        if getattr(run.plan, what) != getattr(base.plan, what):
            found.append(f"the plans differ in `{what}`")
    return found


def _corrected(found: Sequence[RunComparison]) -> list[RunComparison]:
    adjusted = holm([c.difference.p for run in found for c in run.metrics])
    place = count()
    return [
        msgspec.structs.replace(run, metrics=tuple(_judged(c, float(adjusted[next(place)])) for c in run.metrics))
        for run in found
    ]


def _judged(compared: ComparedMetric, p: float) -> ComparedMetric:
    difference = compared.difference.difference
    if not difference.defined or p != p:
        verdict = "undefined"
    elif p >= ALPHA:
        verdict = "no difference seen"
    elif difference.higher_is_better is None:
        verdict = "different"
    else:
        verdict = "better" if (difference.value > 0) == difference.higher_is_better else "worse"
    return msgspec.structs.replace(compared, p_adjusted=p, verdict=verdict)
