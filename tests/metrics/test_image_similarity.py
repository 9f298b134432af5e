"""PSNR and SSIM: torchmetrics decides."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.metrics import compute
from evalium.scorers.image_similarity import ssim
from tests.extras import require_extra
from tests.scorers.records import record, scored


def reference(image: npt.NDArray[np.float64], target: npt.NDArray[np.float64], reach: float) -> tuple[float, float]:
    """SSIM of torchmetrics, and the mean of its map without the windows that reach beyond the image."""
    torch = require_extra("torch", "torchmetrics")
    from torchmetrics.functional.image import structural_similarity_index_measure

    first, second = (torch.tensor(np.atleast_3d(x)).permute(2, 0, 1)[None].double() for x in (image, target))
    found, places = structural_similarity_index_measure(first, second, data_range=reach, return_full_image=True)
    return float(found), float(places[..., 5:-5, 5:-5].mean())


def _agrees(seed: int, height: int, width: int, channels: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    shape = (height, width) if channels == 1 else (height, width, channels)
    target = rng.integers(0, 256, shape).astype(np.float64)
    if kind == "smooth":
        target = np.broadcast_to(np.linspace(0, 255, width)[:, None], (height, width, channels)).reshape(shape).copy()
    image = np.clip(target + rng.normal(0, rng.choice([1, 20, 90]), shape), 0, 255)
    if kind == "flat":
        image, target = np.full(shape, 7.0), np.full(shape, 9.0)
    mirrored, inside = reference(image, target, 255.0)
    assert ssim(image, target, 255.0) == pytest.approx(mirrored, abs=1e-9)
    assert ssim(image, target, 255.0, "valid") == pytest.approx(inside, abs=1e-9)
    error = float(((image - target) ** 2).mean())
    found = compute("psnr", [image], [target], data_range=255.0, ci=None)
    assert found.value == pytest.approx(10 * math.log10(255**2 / error), abs=1e-9)


CASES = (
    st.integers(0, 2**31),
    st.integers(11, 24),
    st.integers(11, 24),
    st.sampled_from([1, 3]),
    st.sampled_from(["noise", "smooth", "flat"]),
)


@settings(max_examples=200)
@given(*CASES)
def test_made_up_images(seed: int, height: int, width: int, channels: int, kind: str) -> None:
    _agrees(seed, height, width, channels, kind)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(*CASES)
def test_many_made_up_images(seed: int, height: int, width: int, channels: int, kind: str) -> None:
    _agrees(seed, height, width, channels, kind)


def test_options_reach_the_scorer() -> None:
    target, image = np.random.default_rng(4).integers(0, 256, (2, 14, 14)).astype(np.float64)
    for edges in ("reflect", "valid"):
        found = compute("ssim", [image], [target], data_range=255.0, edges=edges, ci=None)
        assert found.value == ssim(image, target, 255.0, edges) and ("edges" in found.signature) == (edges == "valid")


# torchmetrics takes the logarithm in single precision.
def test_pooled_noise() -> None:
    torch = require_extra("torch", "torchmetrics")
    from torchmetrics.image import PeakSignalNoiseRatio

    rng = np.random.default_rng(5)
    target = rng.integers(0, 256, (3, 12, 12))
    image = np.clip(target + rng.integers(-30, 30, target.shape), 0, 255)
    expected = PeakSignalNoiseRatio(data_range=255.0)(torch.tensor(image).double(), torch.tensor(target).double())
    found = compute("psnr_pooled", list(image), list(target), ci=None)
    assert found.value == pytest.approx(float(expected), abs=1e-5)


def test_equal_images_count_as_the_cap() -> None:
    flat = [[10] * 12] * 12
    assert compute("psnr", [flat], [flat], ci=None).value == 100.0
    assert compute("psnr", [flat], [flat], cap=60.0, ci=None).value == 60.0
    assert compute("psnr_pooled", [flat], [flat], ci=None).value == 100.0


def test_range_follows_the_kind_of_numbers() -> None:
    rng = np.random.default_rng(6)
    target, image = rng.integers(0, 256, (2, 12, 12))
    whole = compute("psnr", [image], [target], ci=None).value
    fractions = compute("psnr", [image / 255.0], [target / 255.0], ci=None).value
    assert whole == pytest.approx(fractions, abs=1e-9)
    beyond = scored("image_similarity", record(target=(target * 1.5).tolist(), data={"image": (image * 1.5).tolist()}))
    assert beyond.status is Status.MISSING and "data_range" in (beyond.explanation or "")


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "uint32", "int64"])
def test_arrays_mean_what_their_lists_mean(kind: str) -> None:
    target, image = np.random.default_rng(8).integers(0, 256, (2, 3, 12, 12, 3)).astype(kind)
    for name in ("psnr", "ssim"):
        lists = compute(name, image.tolist(), target.tolist(), ci=None)
        assert compute(name, image, target, ci=None) == compute(name, list(image), list(target), ci=None) == lists


def test_sixteen_bits_reach_further() -> None:
    target, image = np.random.default_rng(9).integers(0, 65536, (2, 1, 12, 12)).astype(np.uint16)
    found = compute("psnr", image, target, ci=None)
    assert found.value == pytest.approx(compute("psnr", image / 65535, target / 65535, ci=None).value, abs=1e-9)


def test_files(tmp_path: Path) -> None:
    image = require_extra("PIL.Image")
    rng = np.random.default_rng(7)
    target, other = rng.integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    image.fromarray(target).save(tmp_path / "target.png")
    memory = io.BytesIO()
    image.fromarray(other).save(memory, "PNG")
    found = scored("image_similarity", record(target=str(tmp_path / "target.png"), data={"image": memory.getvalue()}))
    expected = scored("image_similarity", record(target=target.tolist(), data={"image": other.tolist()}))
    assert found.value == expected.value and found.values == expected.values
    image.fromarray(target).convert("P").save(tmp_path / "palette.png")
    palette = scored("image_similarity", record(str(tmp_path / "palette.png"), target=str(tmp_path / "target.png")))
    assert palette.value is not None and palette.value > 0.5


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ("nowhere.png", "no such file"),
        (b"not an image", "cannot be read as an image"),
        ([[1] * 12] * 11, "of one shape"),
        ([[1], [1, 2]], "unequal length"),
        ([[math.inf] * 12] * 12, "not finite"),
        ({}, "unequal length or no numbers"),
    ],
)
def test_what_cannot_be_compared(given_: Any, says: str) -> None:
    require_extra("PIL")
    found = scored("image_similarity", record(target=[[1] * 12] * 12, data={"image": given_}))
    assert found.status is Status.MISSING and says in (found.explanation or ""), found.explanation


def test_a_picture_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    image = require_extra("PIL.Image")
    image.new("L", (64, 64)).save(tmp_path / "large.png")
    monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", 100)
    found = scored("image_similarity", record(str(tmp_path / "large.png"), target=[[1] * 12] * 12))
    assert found.status is Status.MISSING and "too large" in (found.explanation or "")


def test_small_images_and_options() -> None:
    small = scored("image_similarity", record(target=[[1] * 10] * 12, data={"image": [[1] * 10] * 12}))
    assert small.status is Status.MISSING and "at least 11" in (small.explanation or "")
    with pytest.raises(ConfigError, match="data_range"):
        compute("ssim", [[[1]]], [[[1]]], data_range=0.0)
