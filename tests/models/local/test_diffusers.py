"""Pipelines of diffusers: a Stable Diffusion of a few thousand weights, made here."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evalium as ev
from evalium.core import ConfigError, MissingExtra, Model, ProviderError, Status
from evalium.models import connect
from evalium.models.base import Request, Response
from evalium.models.local import diffusers as adapter
from evalium.models.local.diffusers import DiffusersModel
from tests.extras import require_extra

STEPS = {"num_inference_steps": 2, "height": 16, "width": 16, "guidance_scale": 0.0}

MEAN = """
import numpy as np
def mean(images):
    return [np.asarray(image, dtype=float).mean(axis=(0, 1)) for image in images]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = require_extra("torch", "diffusers", "transformers", "PIL")
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    base = tmp_path_factory.mktemp("pipelines")
    (base / "vocab.json").write_text(json.dumps({"<|startoftext|>": 0, "<|endoftext|>": 1, "a</w>": 2, "b</w>": 3}))
    (base / "merges.txt").write_text("#version: 0.2\n")
    text = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    levels = {"block_out_channels": (8, 8), "layers_per_block": 1, "norm_num_groups": 4}
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderKL(
            **levels, down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2
        ),
        text_encoder=CLIPTextModel(CLIPTextConfig(vocab_size=4, max_position_embeddings=16, eos_token_id=1, **text)),
        tokenizer=CLIPTokenizer(str(base / "vocab.json"), str(base / "merges.txt"), model_max_length=16),
        unet=UNet2DConditionModel(
            **levels,
            sample_size=8,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=8,
            attention_head_dim=2,
        ),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(base / "tiny")
    return base


def make(folder: Path, **options: Any) -> DiffusersModel:
    made = connect(Model(id="diffusers/tiny", options={"call": STEPS, "device": "cpu", **options}), folder)
    assert isinstance(made, DiffusersModel)
    return made


def ask(model: DiffusersModel, requests: Sequence[Request]) -> list[Any]:
    async def every() -> list[Any]:
        try:
            return await asyncio.gather(*[model.answer(request) for request in requests], return_exceptions=True)
        finally:
            await model.aclose()

    return asyncio.run(every())


def pixels(folder: Path, response: Response) -> Any:
    from PIL import Image

    return np.asarray(Image.open(folder / str(response.output)))


def test_a_seed_means_an_image(folder: Path) -> None:
    seeded = [Request(prompt=prompt, params={"seed": seed}) for prompt in ("a", "b") for seed in (1, 2)]
    alone, together = ask(make(folder), seeded), ask(make(folder, batch_size=4), seeded)
    assert len({response.output for response in alone}) == 4
    for one, other in zip(alone, together, strict=True):
        assert (one.status, one.data) == (Status.OK, other.data)
        assert pixels(folder, one).shape == (16, 16, 3)
        np.testing.assert_allclose(pixels(folder, one).astype(int), pixels(folder, other).astype(int), atol=1)


def test_the_image_is_the_pipelines_own(folder: Path) -> None:
    import torch
    from diffusers import DiffusionPipeline

    direct = DiffusionPipeline.from_pretrained(folder / "tiny", use_safetensors=True)
    direct.set_progress_bar_config(disable=True)
    expected = direct("a b", generator=torch.Generator().manual_seed(5), **STEPS).images[0]
    [found] = ask(make(folder), [Request(prompt="a b", params={"seed": 5})])
    np.testing.assert_array_equal(pixels(folder, found), np.asarray(expected))


def test_repeats_are_images_of_their_own_and_go_through_extractors(folder: Path, workspace: Path) -> None:
    (folder / "own.py").write_text(MEAN)
    plan = {
        "plan": "images",
        "data": {"items": [{"input": "a"}, {"input": "b"}]},
        "models": [{"id": "diffusers/tiny", "options": {"call": STEPS, "device": "cpu"}}],
        "epochs": 3,
        "scorers": [{"image_features": {"extractor": "own.py:mean"}}],
        "metrics": [{"fid": {"against": "real.npy"}}, "missing_rate"],
    }
    np.save(folder / "real.npy", np.random.default_rng(0).uniform(0, 255, (8, 3)))
    [run] = ev.run(plan, base=folder).runs
    records = list(run.records())
    assert len({record.data["seed"] for record in records}) == len({record.output for record in records}) == 6
    assert run["fid"].n == 6 and run["fid"].value > 0 and run["missing_rate"].value == 0


def test_the_safety_checkers_word_is_kept(folder: Path) -> None:
    model = make(folder)
    load = adapter.load_pipeline(str(folder / "tiny"), model._options, None)

    class Checked:
        def __call__(self, **given: Any) -> Any:
            drawn = load(**given)
            drawn.nsfw_content_detected = [True]
            return drawn

    model._pipeline = Checked()
    [found] = ask(model, [Request(prompt="a")])
    assert found.status is Status.REFUSED_BY_FILTER and found.output.endswith(".png")


def test_what_cannot_be_drawn(folder: Path) -> None:
    [found] = ask(make(folder), [Request(prompt="a", params={"temperature": 1.0})])
    assert isinstance(found, ConfigError) and "option 'call'" in str(found)
    [found] = ask(make(folder), [Request(prompt="a", params={"seed": "x"})])
    assert isinstance(found, ConfigError) and "not a whole number" in str(found)
    [found] = ask(make(folder, call={"guidance_scale": "high"}), [Request(prompt="a")])
    assert isinstance(found, ProviderError) and not found.retryable and "TypeError" in str(found)
    [found] = ask(make(folder, call={"num_inference_step": 3}), [Request(prompt="a")])
    assert isinstance(found, ConfigError) and "no argument 'num_inference_step'. Did you mean" in str(found)
    [found] = ask(make(folder, device="nowhere"), [Request(prompt="a")])
    assert isinstance(found, ConfigError) and "onto 'nowhere'" in str(found)
    (folder / "empty").mkdir(exist_ok=True)
    model = connect(Model(id="diffusers/empty"), folder)
    assert isinstance(model, DiffusersModel)
    [found] = ask(model, [Request(prompt="a")])
    assert isinstance(found, ConfigError) and "diffusers cannot load" in str(found)
    with pytest.raises(ConfigError, match="no option 'steps'"):
        make(folder, steps=3)


def test_the_identity_is_that_of_the_weights(folder: Path) -> None:
    before = make(folder).identity
    assert make(folder, call={}).identity != before == make(folder, batch_size=3).identity
    part = folder / "tiny" / "scheduler" / "scheduler_config.json"
    kept = part.read_text()
    part.write_text(kept + " ")
    assert make(folder).identity["weights"] != before["weights"]
    part.write_text(kept)


def test_a_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(adapter, "find_spec", lambda name: None if name == "diffusers" else find(name))
    with pytest.raises(MissingExtra, match=r"'diffusers/x' needs an optional part: pip install 'evalium\[diffusers\]'"):
        connect(Model(id="diffusers/x"), Path())
