import pytest

from evalium.core import ConfigError, Estimate
from evalium.decide import check_requirements, parse_bound
from evalium.stats import wilson


def estimate(value: float, low: float, high: float, unit: str = "s") -> Estimate:
    return Estimate(
        value=value, low=low, high=high, level=0.95, n=50, n_clusters=None, n_missing=0, method="t", unit=unit,
        signature="m",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "side", "limit", "unit"),
    [
        ("<= 2 s", "<=", 2.0, "s"),
        ("< 500ms", "<=", 0.5, "s"),
        (">= 90 %", ">=", 0.9, "1"),
        ("<= $0.01", "<=", 0.01, "USD"),
        ("<= 0.01 USD", "<=", 0.01, "USD"),
        ("<= 1,000 tokens", "<=", 1000.0, "token"),
        (">= 0.8", ">=", 0.8, None),
        ("<= 1e-3 s", "<=", 0.001, "s"),
    ],
)
def test_bounds_are_read(rule: str, side: str, limit: float, unit: str | None):
    bound = parse_bound("m", rule)
    assert (bound.side, bound.limit, bound.unit) == (side, pytest.approx(limit), unit)


@pytest.mark.parametrize("rule", ["2 s", "<= fast", "", "= 2 s", "<= 2 parsecs"])
def test_what_is_no_bound_is_refused(rule: str):
    with pytest.raises(ConfigError, match=r"decide\.require\.m"):
        parse_bound("m", rule)


@pytest.mark.parametrize(
    ("rule", "found", "verdict"),
    [
        ("<= 2 s", estimate(1.5, 1.2, 1.9), "pass"),
        ("<= 2 s", estimate(1.5, 1.2, 2.4), "inconclusive"),
        ("<= 2 s", estimate(3.0, 2.1, 4.0), "breach"),
        (">= 2 s", estimate(3.0, 2.1, 4.0), "pass"),
        (">= 2 s", estimate(1.5, 1.2, 1.9), "breach"),
        ("<= 2 s", estimate(1.5, 1.2, float("nan")), "inconclusive"),
        ("<= 2 s", estimate(2.5, 2.2, float("nan")), "breach"),
        ("<= 2 s", Estimate.undefined("no call", unit="s", signature="m"), "inconclusive"),
    ],
)
def test_the_whole_interval_decides(rule: str, found: Estimate, verdict: str):
    [requirement] = check_requirements({"m": rule}, {"m": found})
    assert requirement.verdict == verdict


def test_a_number_that_no_unit_has_decides_nothing():
    [requirement] = check_requirements({"m": "<= 2 s"}, {})
    assert requirement.verdict == "inconclusive" and "no unit" in requirement.reason


def test_another_unit_is_refused():
    with pytest.raises(ConfigError, match=r"the bound is in 'USD', the metric in 's'"):
        check_requirements({"m": "<= $1"}, {"m": estimate(1, 1, 1)})


def share(hits: int, n: int) -> Estimate:
    found = wilson(hits, n)
    return Estimate(
        value=hits / n, low=found.low, high=found.high, level=0.95, n=n, n_clusters=None, n_missing=0, method="wilson",
        unit="1", signature="m",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hits", "n", "level", "verdict"),
    [
        (0, 298, 95, "inconclusive"),
        (0, 299, 95, "pass"),
        (0, 458, 99, "inconclusive"),
        (0, 459, 99, "pass"),
        (40, 299, 99, "breach"),
    ],
)
def test_a_bound_on_a_rate_with_a_level_is_exact(hits: int, n: int, level: int, verdict: str):
    [found] = check_requirements({"m": f"<= 1 % at {level} %"}, {"m": share(hits, n)})
    assert found.verdict == verdict and found.estimate.method == "clopper_pearson:one_sided"


def test_other_numbers_are_measured_again_at_the_level():
    asked = []

    def again(metric: str, level: float) -> Estimate:
        asked.append((metric, round(level, 6)))
        return estimate(1.5, 1.0, 1.9)

    [found] = check_requirements({"m": "<= 2 s at 99%"}, {"m": estimate(1.5, 1.2, 2.4)}, again)
    assert asked == [("m", 0.98)] and found.verdict == "pass"
    [alone] = check_requirements({"m": "<= 2 s at 99%"}, {"m": estimate(1.5, 1.2, 2.4)})
    assert alone.verdict == "inconclusive"


def test_a_level_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="between 50 % and 100 %"):
        parse_bound("m", "<= 1 % at 100 %")
