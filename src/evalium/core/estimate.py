"""The one shape every number has when it leaves the metrics layer."""

from __future__ import annotations

import math

import msgspec


class Estimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its interval and how it was made.

    Attributes:
        value: The point estimate in `unit`; nan when undefined (see `reason`).
        low: Lower end of the interval; nan when there is none.
        high: Upper end of the interval; nan when there is none.
        level: Confidence level of the interval, such as 0.95.
        n: Units (records) that the value rests on.
        n_clusters: Independent clusters among them, or None when units are independent.
        n_missing: Units left out because their call failed, was not parsed or has no such number.
        method: How the interval was made, such as `"wilson"` or `"bootstrap"`.
        unit: `"1"` for shares and scores, `"s"`, `"USD"`, `"token"`, `"token/s"`, ...
        signature: Everything that changes the value, in one line; equal signatures are comparable.
        reason: Why the value is undefined.
        flags: Warnings that belong next to the number, such as `"degenerate"` or `"few_clusters"`.
        higher_is_better: Direction, or None where neither is better.

    Example:
        >>> e = Estimate(value=0.5, low=0.24, high=0.76, level=0.95, n=10, n_clusters=None,
        ...              n_missing=0, method="wilson", unit="1", signature="accuracy")
        >>> e.defined, round(e.high - e.low, 2)
        (True, 0.52)
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    n_clusters: int | None
    n_missing: int
    method: str
    unit: str
    signature: str
    reason: str | None = None
    flags: tuple[str, ...] = ()
    higher_is_better: bool | None = None

    @property
    def defined(self) -> bool:
        """Whether the value is a number."""
        return not math.isnan(self.value)

    @classmethod
    def undefined(
        cls, reason: str, *, unit: str, signature: str, level: float = 0.95, n: int = 0, n_missing: int = 0
    ) -> Estimate:
        """The estimate of a number that cannot be computed, and why."""
        nan = math.nan
        return cls(
            value=nan,
            low=nan,
            high=nan,
            level=level,
            n=n,
            n_clusters=None,
            n_missing=n_missing,
            method="undefined",
            unit=unit,
            signature=signature,
            reason=reason,
        )
