"""Paired tests: published examples, exact type I error and coverage by enumeration, GSM8K, laws."""

import gzip
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gammaln

from evalium.stats import mcnemar, newcombe_paired, paired_cluster, paired_t
from evalium.stats.proportion import wilson
from tests.extras import require_extra


def test_mcnemar_published_example():
    # Bentur et al. (2009), airway hyper-responsiveness before and after transplantation, in Fagerland et al. (2013).
    assert mcnemar(1, 7, "mid-p").p == pytest.approx(0.0390625, abs=1e-12)
    assert mcnemar(1, 7, "exact").p == pytest.approx(0.0703125, abs=1e-12)
    assert mcnemar(1, 7, "asymptotic").p == pytest.approx(0.0339, abs=5e-5)


@pytest.mark.parametrize(("b", "c"), [(0, 1), (3, 3), (5, 12), (76, 360), (1000, 1100), (40_000, 40_900)])
def test_mcnemar_equals_the_binomial(b, c):
    n, least = b + c, min(b, c)
    exact = stats.binomtest(b, n, 0.5).pvalue
    assert mcnemar(b, c, "exact").p == pytest.approx(exact, rel=1e-9)
    point = stats.binom.pmf(least, n, 0.5)
    assert mcnemar(b, c).p == pytest.approx(exact - (point if b != c else point / 2), rel=1e-8)


def test_mcnemar_equals_statsmodels():
    theirs = require_extra("statsmodels.stats.contingency_tables").mcnemar
    for b, c in [(2, 9), (76, 360)]:
        table = [[10, b], [c, 10]]
        assert mcnemar(b, c, "exact").p == pytest.approx(theirs(table, exact=True).pvalue, rel=1e-9)
        chi = theirs(table, exact=False, correction=False)
        ours = mcnemar(b, c, "asymptotic")
        assert ours.p == pytest.approx(chi.pvalue, rel=1e-9)
        assert ours.statistic**2 == pytest.approx(chi.statistic, rel=1e-12)


@pytest.mark.parametrize(("n", "discordant"), [(50, 0.2), (100, 0.3), (300, 0.1), (1000, 0.05)])
def test_mcnemar_type_one_error_exactly(n, discordant):
    """Sum over the number of discordant pairs and their split: no Monte Carlo."""
    size = dict.fromkeys(("exact", "mid-p", "asymptotic"), 0.0)
    for m in range(n + 1):
        weight = stats.binom.pmf(m, n, discordant)
        if weight < 1e-9:
            continue
        split = stats.binom.pmf(np.arange(m + 1), m, 0.5)
        for method in size:
            rejected = [mcnemar(b, m - b, method).p <= 0.05 for b in range(m + 1)]
            size[method] += weight * float(split @ rejected)
    assert 0.020 <= size["exact"] <= 0.040
    assert 0.040 <= size["mid-p"] <= 0.050
    assert 0.042 <= size["asymptotic"] <= 0.053


def test_mcnemar_edges():
    assert mcnemar(0, 0).p == 1.0
    assert mcnemar(0, 0).flags == ("degenerate",)
    assert mcnemar(4, 4, "exact").p == 1.0
    assert mcnemar(4, 4).p == pytest.approx(1 - 70 / 256 / 2)
    with pytest.raises(ValueError, match="method must be 'mid-p', 'exact' or 'asymptotic', got 'midp'"):
        mcnemar(1, 2, "midp")
    with pytest.raises(ValueError, match=r"whole counts, not negative, got b=1.5 and c=2"):
        mcnemar(1.5, 2)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_laws(b, c):
    for method in ("mid-p", "exact", "asymptotic"):
        p = mcnemar(b, c, method).p
        assert 0 <= p <= 1
        assert p == mcnemar(c, b, method).p
    assert mcnemar(b, c).p <= mcnemar(b, c, "exact").p


@pytest.mark.parametrize(
    ("table", "low", "high", "digits"),
    [
        # Altman et al. (2000), Statistics with Confidence, p. 52 (thallium stress tests).
        ((14, 5, 0, 22), 0.011, 0.226, 3),
        # Cavo et al. (2012), in Fagerland, Lydersen and Laake's R package contingencytables.
        ((59, 6, 16, 80), -0.1186, -0.0046, 4),
    ],
)
def test_newcombe_published_examples(table, low, high, digits):
    interval = newcombe_paired(*table)
    assert (round(interval.low, digits), round(interval.high, digits)) == (low, high)


def direct_newcombe(a, b, c, d):
    """The formula of method 10 written out once more, from the paper's notation."""
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    l1, u1 = wilson(a + b, n).low, wilson(a + b, n).high
    l2, u2 = wilson(a + c, n).low, wilson(a + c, n).high
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    cross = a * d - b * c
    numerator = cross - n / 2 if cross > n / 2 else min(cross, 0)
    phi = numerator / math.sqrt(margins) if margins else 0.0
    delta = math.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    epsilon = math.sqrt((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
    return p1 - p2 - delta, p1 - p2 + epsilon


cells = st.tuples(*[st.integers(0, 60)] * 4).filter(any)


@given(cells)
def test_newcombe_equals_the_formula_and_mirrors(table):
    a, b, c, d = table
    interval = newcombe_paired(a, b, c, d)
    assert (interval.low, interval.high) == pytest.approx(direct_newcombe(a, b, c, d), abs=1e-9)
    swapped = newcombe_paired(a, c, b, d)
    assert (swapped.low, swapped.high) == pytest.approx((-interval.high, -interval.low), abs=1e-12)
    assert -1 <= interval.low <= (b - c) / (a + b + c + d) <= interval.high <= 1


def test_newcombe_without_correlation_is_the_independent_interval():
    theirs = require_extra("statsmodels.stats.proportion").confint_proportions_2indep
    low, high = theirs(36, 100, 36, 100, method="newcomb", compare="diff")
    # a * d - b * c between 0 and n / 2: the continuity correction makes phi exactly 0.
    interval = newcombe_paired(13, 23, 23, 41)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-9)


def test_newcombe_exact_coverage():
    """Multinomial enumeration of every table of 30 pairs."""
    n = 30
    tables = [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)]
    bounds = np.array([(i.low, i.high) for i in (newcombe_paired(*t) for t in tables)])
    counts = np.array(tables)
    ways = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1)
    covered = []
    for p in [(0.5, 0.1, 0.1, 0.3), (0.6, 0.15, 0.05, 0.2), (0.8, 0.1, 0.05, 0.05), (0.3, 0.3, 0.1, 0.3)]:
        weight = np.exp(ways + counts @ np.log(p))
        inside = (bounds[:, 0] <= p[1] - p[2]) & (p[1] - p[2] <= bounds[:, 1])
        covered.append(float(weight @ inside))
    assert min(covered) >= 0.93
    assert np.mean(covered) == pytest.approx(0.955, abs=0.015)


def test_newcombe_edges():
    assert newcombe_paired(0, 0, 0, 0).flags == ("undefined",)
    alike = newcombe_paired(50, 0, 0, 50)
    assert alike.low == pytest.approx(-alike.high)
    assert alike.low < 0 < alike.high
    with pytest.raises(ValueError, match="c must be a count, not negative, got -1"):
        newcombe_paired(1, 1, -1, 1)


def gsm8k_verdicts(folder):
    with gzip.open(folder / "gsm8k" / "example_model_solutions.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    names = ("175b_verification", "175b_finetuning")
    return {name: np.array([row[name]["is_correct"] for row in rows]) for name in names}


def test_gsm8k_verification_against_finetuning(shared_data):
    verdicts = gsm8k_verdicts(shared_data)
    first, second = verdicts["175b_verification"], verdicts["175b_finetuning"]
    a, b, c, d = ((first == x) & (second == y) for x, y in [(1, 1), (1, 0), (0, 1), (0, 0)])
    assert (b.sum(), c.sum(), len(first)) == (360, 76, 1319)
    assert mcnemar(int(b.sum()), int(c.sum())).p < 1e-40
    interval = newcombe_paired(*(int(cell.sum()) for cell in (a, b, c, d)))
    graded = paired_t(first.astype(float) - second)
    assert graded.value == pytest.approx(284 / 1319)
    assert interval.contains(284 / 1319)
    assert (interval.low, interval.high) == pytest.approx((graded.interval.low, graded.interval.high), abs=0.003)
    independent = wilson(742, 1319).width + wilson(458, 1319).width
    assert interval.width < independent


def test_paired_t_equals_scipy():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=50), rng.normal(0.3, 1, 50)
    theirs, ours = stats.ttest_rel(x, y), paired_t(x - y)
    assert (ours.p, ours.statistic, ours.df) == pytest.approx((theirs.pvalue, theirs.statistic, 49), rel=1e-9)
    assert ours.n == 50
    assert (ours.interval.low, ours.interval.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)), rel=1e-9)


def test_a_model_against_itself_differs_by_nothing():
    for result in (paired_t(np.zeros(40)), paired_cluster(np.zeros(12), np.full(12, 3.0))):
        assert (result.value, result.p, result.interval.low, result.interval.high) == (0.0, 1.0, 0.0, 0.0)
        assert "degenerate" in result.flags


def test_paired_degenerate_cases():
    assert math.isnan(paired_t([]).p)
    assert paired_t([]).flags == ("undefined",)
    assert paired_t([0.5]).flags == ("single",)
    assert math.isnan(paired_t([0.5]).p)
    constant = paired_t([0.5] * 20)
    assert math.isnan(constant.p)
    assert constant.flags == ("degenerate",)
    one = paired_cluster([1.0], [2.0])
    assert math.isnan(one.p)
    assert one.flags == ("undefined",)
    assert math.isnan(paired_cluster([], []).value)


def test_paired_cluster_with_one_pair_a_cluster_is_the_t_test():
    d = np.random.default_rng(2).normal(0.1, 1, 60)
    plain, clustered = paired_t(d), paired_cluster(d, np.ones(60))
    assert clustered.p == pytest.approx(plain.p, rel=1e-9)
    assert clustered.interval.low == pytest.approx(plain.interval.low, rel=1e-9)


def test_p_and_interval_tell_the_same_story():
    rng = np.random.default_rng(3)
    for _ in range(200):
        counts = rng.integers(1, 6, 15).astype(float)
        result = paired_cluster(rng.normal(0.3, 1, 15) * counts, counts)
        assert (result.p < 0.05) == (not result.interval.contains(0.0))


@pytest.mark.slow
def test_type_one_error_of_the_clustered_test():
    rng = np.random.default_rng(70_000)
    S = 4000
    noise = rng.normal(0, 0.6, (S, 15, 1)) + rng.normal(size=(S, 15, 8))
    clustered = sum(paired_cluster(d.sum(axis=1), np.full(15, 8.0)).p < 0.05 for d in noise) / S
    naive = sum(paired_t(d.ravel()).p < 0.05 for d in noise) / S
    assert clustered == pytest.approx(0.05, abs=0.011)
    assert naive > 0.2
