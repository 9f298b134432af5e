from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, DataError, UnknownName
from evalium.metrics import Frame, ScorerInfo, create, paired
from evalium.metrics._frechet import Moments, distance_of_moments, distance_of_rows, influences
from evalium.metrics.fid import Fid
from evalium.metrics.image_distance import image_distance
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra
from tests.metrics.feature_sets import NO_INTERVAL, Floats, frame_of, one, vectors

FID = Fid(scorer="f")


def torchmetrics_fid(x: Floats, y: Floats) -> float:
    torch = require_extra("torch")
    require_extra("torchmetrics")
    from torchmetrics.image.fid import _compute_fid

    parts = [torch.from_numpy(part) for v in (x, y) for part in (v.mean(axis=0), np.cov(v, rowvar=False))]
    return float(_compute_fid(*parts))


def sqrtm_fid(x: Floats, y: Floats) -> float:
    from scipy.linalg import sqrtm

    s, t, apart = np.cov(x, rowvar=False), np.cov(y, rowvar=False), x.mean(axis=0) - y.mean(axis=0)
    return float(apart @ apart + np.trace(s) + np.trace(t) - 2 * np.trace(np.real(sqrtm(s @ t))))


@pytest.mark.parametrize(("n", "m", "d"), [(200, 150, 2), (200, 150, 16), (400, 300, 64), (90, 1000, 64)])
def test_equals_both_formulas_of_other_libraries(n: int, m: int, d: int) -> None:
    x, y = vectors(n, d, 1), vectors(m, d, 2, shift=0.1, scale=1.3)
    found = image_distance("fid", x, y).value
    assert found == pytest.approx(torchmetrics_fid(x, y), rel=1e-9, abs=1e-9)
    assert found == pytest.approx(sqrtm_fid(x, y), rel=1e-9, abs=1e-9)


def check_case(n: int, m: int, d: int, seed: int, scale: float) -> None:
    x, y = vectors(n, d, seed), vectors(m, d, seed + 1, shift=0.2, scale=scale)
    found = distance_of_rows(x, y, np.ones(n), np.ones(m))
    # Where covariances are singular the general eigenvalues carry the square root of rounding: some 1e-8.
    exact = min(n, m) > d + 1
    assert found == pytest.approx(sqrtm_reference(x, y), rel=1e-9 if exact else 2e-6, abs=1e-9 if exact else 2e-6)


def sqrtm_reference(x: Floats, y: Floats) -> float:
    """By eigenvalues of the product, the reference where a matrix square root does not exist."""
    s, t = np.atleast_2d(np.cov(x, rowvar=False)), np.atleast_2d(np.cov(y, rowvar=False))
    apart = x.mean(axis=0) - y.mean(axis=0)
    roots = np.sqrt(np.linalg.eigvals(s @ t).astype(np.complex128)).real
    return float(apart @ apart + np.trace(s) + np.trace(t) - 2 * roots.sum())


CASES = {
    "n": st.integers(2, 40), "m": st.integers(2, 40), "d": st.integers(1, 12), "seed": st.integers(0, 10**6),
    "scale": st.floats(0.1, 10),
}  # fmt: skip


@given(**CASES)
@settings(max_examples=200)
def test_any_shape_equals_the_formula(n: int, m: int, d: int, seed: int, scale: float) -> None:
    check_case(n, m, d, seed, scale)


def drawn(rng: Rng) -> tuple[int, int, int, int, float]:
    n, m, d, seed = rng.integers([2, 2, 1, 0], [41, 41, 13, 10**6]).tolist()
    return n, m, d, seed, float(rng.uniform(0.1, 10))


@pytest.mark.slow
def test_ten_thousand_shapes_equal_the_formula() -> None:
    ten_thousand(each(check_case, drawn))


def test_both_routes_agree_where_both_apply() -> None:
    x, y = vectors(120, 100, 1), vectors(130, 100, 2, shift=0.1)
    by_rows = distance_of_rows(x[:100], y, np.ones(100), np.ones(130))
    by_moments = distance_of_moments(Moments.of(x[:100]), Moments.of(y))
    assert by_rows == pytest.approx(by_moments, rel=1e-6)


def test_a_feature_that_never_varies_changes_nothing() -> None:
    x, y = vectors(120, 6, 1), vectors(130, 6, 2, shift=0.1)
    constant = (np.column_stack([table, np.full(len(table), 0.5)]) for table in (x, y))
    assert image_distance("fid", *constant).value == pytest.approx(image_distance("fid", x, y).value, rel=1e-9)


def test_moments_stream_and_merge() -> None:
    table = vectors(500, 8, 3, shift=5.0)
    parts = Moments.of(table[:1])
    for start in range(1, 500, 77):
        parts = parts.merge(Moments.of(table[start : start + 77]))
    whole = Moments.of(table)
    assert parts.n == whole.n
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(parts.covariance, np.cov(table, rowvar=False), rtol=1e-10, atol=1e-14)


def test_equal_sets_are_no_distance_apart() -> None:
    x = vectors(60, 5, 1)
    assert image_distance("fid", x, x).value == pytest.approx(0.0, abs=1e-12)
    assert image_distance("fid", x, x + 2.0).value == pytest.approx(20.0)


def test_a_weight_of_two_is_the_image_twice() -> None:
    frame = frame_of(vectors(30, 4, 1), vectors(25, 4, 2))
    weights = np.random.default_rng(0).integers(0, 4, 55)
    direct = FID.value(FID.columns(frame), weights.astype(float))
    assert float(direct) == pytest.approx(one(FID, frame.take(np.repeat(np.arange(55), weights))).value, rel=1e-9)


@pytest.mark.parametrize(("n", "m", "d"), [(300, 200, 6), (60, 50, 80), (300, 40, 80)])
def test_influences_are_derivatives(n: int, m: int, d: int) -> None:
    x, y = vectors(n, d, 1), vectors(m, d, 2, shift=0.1)
    of_x, of_y = influences(x, y)
    assert of_x.sum() == pytest.approx(0, abs=1e-9) and of_y.sum() == pytest.approx(0, abs=1e-9)
    step = 1e-5
    for table, own, side in ((x, of_x, 0), (y, of_y, 1)):
        for i in range(3):
            weights = [np.ones(n), np.ones(m)]
            up, down = [w.copy() for w in weights], [w.copy() for w in weights]
            up[side][i] += step
            down[side][i] -= step
            slope = (distance_of_rows(x, y, *up) - distance_of_rows(x, y, *down)) / (2 * step)
            assert own[i] == pytest.approx(slope, rel=0.05, abs=10 / len(table) ** 2)


def test_interval_is_as_wide_as_the_values_of_new_samples_spread() -> None:
    values, widths = [], []
    for seed in range(80):
        found = image_distance("fid", vectors(200, 6, 2 * seed, scale=1.3), vectors(150, 6, 2 * seed + 1, shift=0.3))
        values.append(found.value)
        widths.append((found.high - found.low) / 2 / 1.966)
    assert np.mean(widths) == pytest.approx(np.std(values), rel=0.2)


def test_clusters_count_as_units() -> None:
    x, y = vectors(60, 4, 1), vectors(50, 4, 2, shift=0.2)
    single = one(FID, frame_of(x, y, cluster=np.arange(110)))
    doubled = frame_of(x, y, cluster=np.arange(110)).take(np.repeat(np.arange(110), 2))
    doubled = replace(doubled, clusters=np.repeat(np.arange(110), 2).astype(np.int32))
    double = one(FID, doubled)
    assert double.n_clusters == 110 and double.method == "cluster:jackknife:influence"
    assert double.high - double.low == pytest.approx(single.high - single.low, rel=0.05)


def test_fewer_images_than_features_are_flagged() -> None:
    assert image_distance("fid", vectors(10, 20, 1), vectors(50, 20, 2)).flags == ("fewer_images_than_features",)
    assert image_distance("fid", vectors(50, 20, 1), vectors(50, 20, 2)).flags == ()


def test_two_models_are_compared_on_the_same_reference() -> None:
    y = vectors(80, 4, 9)
    better, worse = vectors(80, 4, 1), vectors(80, 4, 2, shift=0.4)
    first, second = (frame_of(x, y, **{"attributes.of": ["x"] * 160}) for x in (better, worse))
    found = paired(FID, first, second)["fid"]
    assert found.p < 0.01 and found.difference.high < 0 and found.test == "jackknife:influence"
    same = paired(FID, first, first)["fid"]
    assert same.difference.value == 0 and same.p == 1


def test_images_without_features_are_missing() -> None:
    x, y = vectors(20, 3, 1), vectors(20, 3, 2)
    columns = {"f.values.features": [*x, None, [math.nan, 1, 2]], "f.values.real": [*y, None, None]}
    frame = Frame.from_columns({**columns, "f.status": ["ok"] * 22})
    found = one(FID, frame)
    assert (found.n, found.n_missing) == (20, 2)
    assert found.value == pytest.approx(image_distance("fid", x, y).value)


@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 5), (5, 1)])
def test_too_few_images_are_undefined(n: int, m: int) -> None:
    found = one(FID, frame_of(vectors(n, 3, 1), vectors(m, 3, 2)))
    assert math.isnan(found.value) and found.reason == f"fid is undefined for {n} generated and {m} real images"


def test_reference_out_of_a_file(tmp_path: Path) -> None:
    x, y = vectors(40, 3, 1), vectors(30, 3, 2)
    for name in ("real.npy", "real.npz"):
        file = tmp_path / name
        np.save(file, y) if name.endswith("npy") else np.savez(file, features=y)
        metric = Fid(scorer="f", against=str(file))
        found = one(metric, frame_of(x, None), NO_INTERVAL)
        assert found.value == pytest.approx(image_distance("fid", x, y).value) and found.n == 40
        assert str(tmp_path) not in metric.signature and "against:sha256=" in metric.signature
    beside_the_plan = create({"fid": {"against": "real.npz"}}, [ScorerInfo("f", "features")], base=tmp_path)[0]
    assert one(beside_the_plan, frame_of(x, None), NO_INTERVAL) == found
    fixed = one(Fid(scorer="f", against=str(tmp_path / "real.npy")), frame_of(x, None))
    both = image_distance("fid", x, y)
    assert fixed.high - fixed.low < both.high - both.low


def test_wrong_use_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 features, the real images 4"):
        image_distance("fid", vectors(9, 3, 1), vectors(9, 4, 2))
    with pytest.raises(DataError, match="images with 2 and with 3 features"):
        one(FID, Frame.from_columns({"f.values.features": [[1.0, 2.0], [1.0, 2.0, 3.0]], "f.status": ["ok", "ok"]}))
    with pytest.raises(UnknownName, match="Did you mean 'fid'"):
        image_distance("fd", vectors(9, 3, 1), vectors(9, 3, 2))
    with pytest.raises(ConfigError, match="predictions: expected vectors"):
        image_distance("fid", ["a.png"], ["b.png"])
    (tmp_path / "bad.npz").write_bytes(b"no")
    for name, why in (("none.npz", "there is no file"), ("bad.npz", "is no .npy or .npz file")):
        with pytest.raises(ConfigError, match=why):
            one(Fid(scorer="f", against=str(tmp_path / name)), frame_of(vectors(5, 3, 1), None))
