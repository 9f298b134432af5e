from __future__ import annotations

import base64
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, MissingExtra, Status
from evalium.metrics import compute
from evalium.metrics.image_distance import image_distance
from evalium.scorers._extractors import load_extractor
from evalium.scorers._feature_cache import FeatureCache
from evalium.scorers.clip_score import clip_score
from evalium.scorers.embedding_pair import embedding_pair
from evalium.scorers.image_features import image_features
from evalium.scorers.zero_shot import zero_shot
from tests.extras import require_extra
from tests.scorers.records import record, scored

OWN = """
import numpy as np
calls = []
def mean(images):
    calls.append(len(images))
    return [np.asarray(i, dtype=float).mean(axis=(0, 1)) for i in images]
def broken(images):
    return [[float("nan")]] * len(images)
"""


def png(colour: tuple[int, int, int], size: int = 20) -> bytes:
    require_extra("PIL")
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN)
    for i in range(6):
        (tmp_path / f"{i}.png").write_bytes(png((i * 30, 10, 200 - i)))
    return tmp_path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP with random weights, small enough to be made here."""
    torch = require_extra("torch", "transformers", "PIL")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    at = tmp_path_factory.mktemp("clip")
    words = {w: i for i, w in enumerate(["<pad>", "<bos>", "<eos>", "<unk>", "a", "photo", "of", "cat", "dog", "."])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", 1), ("<eos>", 2)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>").save_pretrained(at)
    small = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {
        **small,
        "vocab_size": 10,
        "max_position_embeddings": 12,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    CLIPModel(
        CLIPConfig(text_config=text, vision_config={**small, "image_size": 16, "patch_size": 8}, projection_dim=8)
    ).save_pretrained(at)
    preprocessing = {
        "image_processor_type": "CLIPImageProcessor",
        "size": {"shortest_edge": 16},
        "crop_size": {"height": 16, "width": 16},
    }
    (at / "preprocessor_config.json").write_text(json.dumps(preprocessing))
    return at


def test_own_function_scores_images_however_they_are_given(folder: Path) -> None:
    scorer = image_features(extractor="own.py:mean", base=folder)
    content = (folder / "1.png").read_bytes()
    url = "data:image/png;base64," + base64.b64encode(content).decode()
    for given in (
        "1.png",
        url,
        content,
        {"path": "1.png"},
        {"data": base64.b64encode(content).decode()},
        [{"path": "1.png"}],
    ):
        found = scored(scorer, record(data={"image": given}, target="2.png"))
        assert found.values == {"features": [30.0, 10.0, 199.0], "real": [60.0, 10.0, 198.0]}
    assert scored(scorer, record("1.png")).values == {"features": [30.0, 10.0, 199.0]}


def test_arrays_are_images_too(folder: Path) -> None:
    own = str(folder / "own.py:mean")
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 10, 3)).astype(np.uint8)
    by_array = compute("fid", pixels[:5], pixels[5:], extractor=own, ci=None)
    assert by_array.value == compute("fid", pixels[:5].mean(axis=(1, 2)), pixels[5:].mean(axis=(1, 2)), ci=None).value
    scorer = image_features(extractor="own.py:mean", base=folder)
    assert (
        scored(scorer, record(data={"image": pixels[0][:, :, 0]})).values["features"] == [pixels[0, :, :, 0].mean()] * 3
    )
    for wrong in (pixels[0] / 255.0, pixels[0][:, :, :2], pixels):
        found = scored(scorer, record(data={"image": wrong}))
        assert found.status is Status.MISSING and "an array must be of uint8" in str(found.explanation)


def test_the_extractors_code_is_part_of_the_signature(folder: Path) -> None:
    before = image_features(extractor="own.py:mean", base=folder).signature
    assert before.startswith('image_features|extractor:"own.py:mean"|src:')
    images = [folder / "0.png", folder / "1.png"]
    whole = image_distance("fid", images, images, extractor="own.py:mean", base=folder)
    assert before in whole.signature
    (folder / "own.py").write_text(OWN + "more = 1\n")
    assert image_features(extractor="own.py:mean", base=folder).signature != before
    with pytest.raises(ConfigError, match="other.py"):
        clip_score(extractor="other.py:mean", base=folder)


def test_images_that_cannot_be_read_are_missing_with_the_reason(folder: Path) -> None:
    scorer = image_features(extractor="own.py:mean", base=folder)
    (folder / "torn.png").write_bytes(png((1, 2, 3))[:40])
    (folder / "text.png").write_text("hello")
    for given, why in (
        ("none.png", "No such file"),
        ("torn.png", "cannot be read"),
        ("text.png", "cannot be read"),
        (5, "expected a path"),
        ("data:image/png;base64,***", "no base64"),
    ):
        found = scored(scorer, record(data={"image": given}))
        assert found.status is Status.MISSING and why in str(found.explanation)
    assert scored(image_features(), record(data={"image": [1.0, math.inf]})).status is Status.MISSING
    assert scored(image_features(), record()).explanation == "the record has no image"


def test_features_are_made_once_for_each_content(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extractor = load_extractor("own.py:mean", folder)
    files = [folder / f"{i}.png" for i in range(6)]
    made = np.concatenate(list(FeatureCache(extractor, folder / "kept").stream(files, batch_size=4)))
    assert made.shape == (6, 3) and len(list((folder / "kept").rglob("*.npy"))) == 6

    def refuse(images: Any) -> Any:
        raise AssertionError("the cache was not read")

    monkeypatch.setattr(extractor, "images", refuse)
    again = np.concatenate(list(FeatureCache(extractor, folder / "kept").stream(files)))
    assert (again == made).all()
    next((folder / "kept").rglob("*.npy")).write_bytes(b"torn")
    with pytest.raises(AssertionError, match="not read"):
        list(FeatureCache(extractor, folder / "kept").stream(files))


def test_folders_of_images_are_compared(folder: Path, workspace: Path) -> None:
    workspace.mkdir()
    rng = np.random.default_rng(0)
    for name in ("made", "real"):
        (folder / name).mkdir()
        for i in range(8):
            colour = tuple(int(c) for c in rng.integers(0, 255, 3))
            (folder / name / f"{i}.png").write_bytes(png((colour[0], colour[1], colour[2])))
    found = image_distance("fid", "made", "real", extractor="own.py:mean", base=folder)
    assert found.value > 0 and found.n == 16 and 'extractor:"own.py:mean"|src:' in found.signature
    assert len(list((workspace / "features").rglob("*.npy"))) == 16
    (folder / "made" / "9.png").write_bytes(b"no image")
    with pytest.raises(ConfigError, match="cannot be read"):
        image_distance("fid", "made", "real", extractor="own.py:mean", base=folder)


def test_wrong_extractors_are_refused_before_the_first_image(folder: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'hf'"):
        image_features(extractor="hff/x")
    for module, spec in (
        ("onnxruntime", "onnx/m.onnx"),
        ("torchvision", "torchvision/resnet18:w.pth"),
        ("torch_fidelity", "torch-fidelity/2048:w.pth"),
    ):
        try:
            __import__(module)
        except ModuleNotFoundError:
            with pytest.raises(MissingExtra, match="pip install"):
                image_features(extractor=spec)
    found = scored(image_features(extractor="own.py:broken", base=folder), record("1.png"))
    assert found.status is Status.ERROR and "nan or infinite" in str(found.explanation)
    found = scored(clip_score(extractor="own.py:mean", base=folder), record("1.png", "a cat"))
    assert found.status is Status.ERROR and "no vectors of texts" in str(found.explanation)


def test_clip_by_transformers(clip: Path, folder: Path) -> None:
    torch = require_extra("torch")
    from PIL import Image
    from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

    model, image = CLIPModel.from_pretrained(clip).eval(), Image.open(folder / "3.png").convert("RGB")
    with torch.inference_mode():
        pixels = AutoImageProcessor.from_pretrained(clip)(images=[image], return_tensors="pt")
        ids = AutoTokenizer.from_pretrained(clip)(["a photo of a cat"], return_tensors="pt")
        logits = float(model(**pixels, **ids).logits_per_image) / float(model.logit_scale.exp())
    found = scored(clip_score(extractor=f"hf/{clip}"), record(str(folder / "3.png"), "a photo of a cat"))
    assert found.values["cosine"] == pytest.approx(logits, abs=1e-5)
    assert found.value == pytest.approx(100 * max(logits, 0), abs=1e-3)


def test_zero_shot_and_pairs_by_clip(clip: Path, folder: Path) -> None:
    chosen = scored(zero_shot(classes=["cat", "dog"], extractor=f"hf/{clip}"), record(str(folder / "3.png"), "cat"))
    assert chosen.label in {"cat", "dog"} and chosen.target == "cat" and chosen.value == float(chosen.label == "cat")
    pair = scored(embedding_pair(extractor=f"hf/{clip}"), record(str(folder / "3.png"), ["a cat", "a dog", "of"]))
    features, texts = pair.values["features"], pair.values["texts"]
    assert isinstance(features, list) and isinstance(texts, list) and len(texts) == 3 * len(features) == 24


def test_vit_without_texts(tmp_path: Path, folder: Path) -> None:
    torch = require_extra("torch", "transformers", "PIL")
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(0)
    at = tmp_path / "vit"
    ViTModel(
        ViTConfig(
            hidden_size=12,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=16,
            patch_size=8,
        )
    ).save_pretrained(at)
    (at / "preprocessor_config.json").write_text(
        json.dumps({"image_processor_type": "ViTImageProcessor", "size": {"height": 16, "width": 16}})
    )
    found = scored(image_features(extractor=f"hf/{at}"), record(str(folder / "3.png")))
    features = found.values["features"]
    assert isinstance(features, list) and len(features) == 12
    with pytest.raises(ConfigError, match="there is no folder"):
        load_extractor("hf/./none", tmp_path)
