"""How calls ended: the share of each status, over all units."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from evalium.core import Status

from .base import Factory, Need, SumMetric
from .column import Floats
from .frame import HAS_OUTPUT, STATUS_CODE, Frame

CALL_RATES = {
    "error_rate": Status.ERROR,
    "timeout_rate": Status.TIMEOUT,
    "refused_rate": Status.REFUSED_BY_FILTER,
    "truncated_rate": Status.TRUNCATED,
}
"""Rates of calls that ended in one status."""


@dataclass(frozen=True, kw_only=True)
class StatusRate(SumMetric):
    """Share of all units whose call ended in one status, in [0, 1], lower is better.

    Calls that ended so / all units: `error_rate` counts errors, `timeout_rate` calls past their deadline,
    `refused_rate` those that a provider's filter refused, `truncated_rate` answers cut off at the token limit. Over all
    units, so nothing is missing. Interval: Wilson; CR1 where units are clustered.

    When not to use it: alone, for how reliable a model is: a call ends in one status only. Take `error_budget` or
    `missing_rate`, in which they come together.

    Attributes:
        rate: Name in `CALL_RATES`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"status": ["ok", "timeout", "ok", "ok"]})
        >>> estimate(StatusRate(rate="timeout_rate"), frame)["timeout_rate"].value
        0.25
    """

    rate: str = "error_rate"

    interval = "mean"
    higher_is_better = False
    reference = "Beyer et al. 2016, Site Reliability Engineering, chapter 4"

    @property
    def name(self) -> str:
        """The rate's name."""
        return self.rate

    @property
    def options(self) -> dict[str, object]:
        """None: the name says it all."""
        return {}

    def rows(self, frame: Frame) -> Floats:
        """1 where the call ended so."""
        ended: Floats = (frame.status == STATUS_CODE[CALL_RATES[self.rate]]).astype(np.float64)
        return ended


@dataclass(frozen=True, kw_only=True)
class UnparsedRate(SumMetric):
    """Share of all units with an answer that could not be read, in [0, 1], lower is better.

    Units that a scorer could not read / all units. Interval: Wilson; CR1 where units are clustered.

    When not to use it: as the model's fault alone: a scorer that reads too strictly raises it as well. Look at some of
    the answers.

    Attributes:
        scorer: Whose reading; empty counts a unit that any scorer could not read.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.value": [1, None], "s.status": ["ok", "unparsed"]})
        >>> estimate(UnparsedRate(), frame)["unparsed_rate"].value
        0.5
    """

    scorer: str = ""

    name = "unparsed_rate"
    interval = "mean"
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """How scoring ended."""
        return (Need("status", self.scorer or "*"),)

    def rows(self, frame: Frame) -> Floats:
        """1 where unparsed."""
        unparsed = STATUS_CODE[Status.UNPARSED]
        scorers = [self.scorer] if self.scorer else list(frame.score_status)
        found = frame.status == unparsed
        for one in scorers:
            found = found | (frame.scored(one) == unparsed)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class MissingRate(SumMetric):
    """Share of all units without a verdict, in [0, 1], lower is better.

    Missing units / all units. A unit is missing when its call gave no answer (error, timeout, refused, never made) or
    when the scorer had nothing to say of it (failed, no target). Interval: Wilson; CR1 where units are clustered.

    When not to use it: as a rate of failed calls: what scorers had nothing to say of is in it. Take `error_rate`,
    `timeout_rate` and `refused_rate`.

    Attributes:
        scorer: Whose verdict; empty counts a unit that no scorer has a verdict on.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"status": ["ok", "timeout"], "s.value": [1, None]})
        >>> estimate(MissingRate(), frame)["missing_rate"].value
        0.5
    """

    scorer: str = ""

    name = "missing_rate"
    interval = "mean"
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """How scoring ended."""
        return (Need("status", self.scorer or "*"),)

    def rows(self, frame: Frame) -> Floats:
        """1 where missing."""
        without = ~HAS_OUTPUT[frame.status]
        scorers = [self.scorer] if self.scorer else list(frame.score_status)
        if scorers:
            silent = (STATUS_CODE[Status.MISSING], STATUS_CODE[Status.ERROR])
            without = without | np.all([np.isin(frame.scored(s), silent) for s in scorers], axis=0)
        return without.astype(np.float64)


def __getattr__(name: str) -> Factory:
    if name not in CALL_RATES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(StatusRate, rate=name)
