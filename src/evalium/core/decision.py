"""The part of a plan that says what is decided by its numbers: bounds, weights, costs, gates, success criteria."""

from __future__ import annotations

from .config import Config


class Ownership(Config, frozen=True, kw_only=True):
    """What a model costs in operation, beyond the price of a call.

    Attributes:
        calls_per_month: Traffic in the first month.
        months: How long it is counted.
        growth: Growth of the traffic from month to month; 0.05 is 5 % a month.
        setup: USD once, by model; `"*"` for all that are not named.
        fixed: USD a month for machines, licences and operations, by model; `"*"` for all that are not named.
        review_share: Share of the calls that a person looks at.
        review_cost: USD for one such look.
        errors: Metric that says how often a call goes wrong: a share, of right or of wrong answers by its direction, or
            one in USD a call, such as `expected_cost`; None leaves errors out.
        error_cost: USD that one wrong call costs, where `errors` is a share.
    """

    calls_per_month: float
    months: int = 12
    growth: float = 0.0
    setup: dict[str, float] = {}
    fixed: dict[str, float] = {}
    review_share: float = 0.0
    review_cost: float = 0.0
    errors: str | None = None
    error_cost: float = 0.0


class Decide(Config, frozen=True, kw_only=True):
    """What a model must fulfil, and what makes one better than another.

    Attributes:
        require: Metric to bound, such as `latency_p95: "<= 2 s"`; judged on the interval, not the point. `at 99 %`
            behind it sets the level.
        weights: Importance by metric; any positive numbers, their shares count.
        normalise: Worst and best value by metric, in its unit: what counts as 0 and as 1 in the weighted sum. Without
            it the worst and the best of the compared models.
        objectives: Metrics of the Pareto frontier; those with a weight when empty.
        ownership: What operation costs.
    """

    require: dict[str, str] = {}
    weights: dict[str, float] = {}
    normalise: dict[str, tuple[float, float]] = {}
    objectives: tuple[str, ...] = ()
    ownership: Ownership | None = None


class Gate(Config, frozen=True, kw_only=True):
    """Rules that a run must keep to be merged or released.

    Attributes:
        baseline: Run that it is compared with: a name given by `evalium baseline set`, an id, or a model.
        rules: Such as `"exact >= 60 % at 99 %"`, `"rouge_l not worse by 0.01"`, `"missing <= 2 %"`.
        level: Confidence level of rules that name none.
    """

    baseline: str | None = None
    rules: tuple[str, ...] = ()
    level: float = 0.95


class Criterion(Config, frozen=True, kw_only=True):
    """What the business wants of it, and the number that says whether it got it.

    Attributes:
        criterion: In the words of those who asked for it.
        rule: A bound, such as `"exact >= 60 %"`.
    """

    criterion: str
    rule: str
