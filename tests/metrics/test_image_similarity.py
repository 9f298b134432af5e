"""PSNR and SSIM: torchmetrics decides."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.metrics import Frame, compute
from evalium.metrics._score_columns import score_columns
from evalium.metrics.image_similarity import Psnr
from evalium.scorers import create
from evalium.scorers.image_similarity import ssim
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import by_case
from tests.scorers.records import record, scored

Pair = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def reference(pairs: Sequence[Pair], reach: float) -> npt.NDArray[np.float64]:
    """SSIM of torchmetrics, and the mean of its map without the windows that reach beyond the image."""
    torch = require_extra("torch", "torchmetrics")
    from torchmetrics.functional.image import structural_similarity_index_measure

    stacks = (np.stack([np.atleast_3d(pair[side]) for pair in pairs]) for side in (0, 1))
    found, places = structural_similarity_index_measure(
        *(torch.tensor(stack).permute(0, 3, 1, 2).double() for stack in stacks),
        data_range=reach,
        reduction="none",
        return_full_image=True,
    )
    return np.stack([found.numpy(), places[..., 5:-5, 5:-5].mean(dim=(1, 2, 3)).numpy()], axis=1)


def _pair(rng: Rng, height: int, width: int, channels: int, kind: str) -> Pair:
    shape = (height, width) if channels == 1 else (height, width, channels)
    if kind == "flat":
        return np.full(shape, 7.0), np.full(shape, 9.0)
    target = rng.integers(0, 256, shape).astype(np.float64)
    if kind == "smooth":
        target = np.broadcast_to(np.linspace(0, 255, width)[:, None], (height, width, channels)).reshape(shape).copy()
    return np.clip(target + rng.normal(0, rng.choice([1, 20, 90]), shape), 0, 255), target


def _agree(pairs: Sequence[Pair]) -> None:
    columns = score_columns(create({"image_similarity": {"data_range": 255.0}}), "s", *zip(*pairs, strict=True))
    found = np.stack([columns["s.value"], [ssim(*pair, 255.0, "valid") for pair in pairs]], axis=1)
    np.testing.assert_allclose(found, reference(pairs, 255.0), rtol=0, atol=1e-9)
    ratios = by_case([Psnr(scorer="s")], Frame.from_columns(columns), np.arange(len(pairs))[:, None])[0]
    errors = [((image - target) ** 2).mean() for image, target in pairs]
    np.testing.assert_allclose(ratios, 10 * np.log10(255**2 / np.array(errors)), rtol=0, atol=1e-9)


KINDS = ["noise", "smooth", "flat"]
SIDE = st.sampled_from([11, 12, 13, 14, 17])
SHAPE = {"height": SIDE, "width": SIDE, "channels": st.sampled_from([1, 1, 3])}


@settings(max_examples=200)
@given(st.integers(0, 2**31), st.fixed_dictionaries(SHAPE), st.sampled_from(KINDS))
def test_made_up_images(seed: int, shape: dict[str, int], kind: str) -> None:
    _agree([_pair(np.random.default_rng(seed), **shape, kind=kind)])


def _batch_agrees(rng: Rng, **shape: int) -> int:
    _agree([_pair(rng, **shape, kind=KINDS[i % 3]) for i in range(BATCH)])
    return BATCH


@pytest.mark.slow
def test_many_made_up_images() -> None:
    ten_thousand(_batch_agrees, **SHAPE)


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
