"""Token embeddings of texts from a transformers model, in batches of like length."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from evalium.core import ConfigError, MissingExtra

_LONGEST = 100_000
"""A tokenizer without a limit of its own says something astronomic."""


class Encoded(NamedTuple):
    """One text.

    Attributes:
        ids: [t] token ids, special ones included.
        special: [t] 1 where the tokenizer added the token.
        states: [t, d] hidden states, a float32 tensor on the model's device.
        cut: Whether tokens were left out because the model takes no more.
    """

    ids: list[int]
    special: list[int]
    states: Any
    cut: bool


class Encoder:
    """A model that turns texts into token embeddings; loaded when first used.

    Args:
        model: `hf/FOLDER` or the name of a model on the hub; the `hf/` may be left out.
        base: Folder that relative paths start from.
        feature: What needs it, for messages.
        device: `auto`, `cpu`, `cuda`, ...
        batch: Texts that go through the model together.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: There is no such folder.
    """

    def __init__(self, model: str, base: Path, feature: str, *, device: str = "auto", batch: int = 32) -> None:
        if find_spec("torch") is None or find_spec("transformers") is None:
            raise MissingExtra(feature, "hf")
        if not model.removeprefix("hf/"):
            raise ConfigError(f"{feature}, option 'model': name a folder of weights or a model of the hub")
        from evalium.models.local._hf_weights import Weights, find_weights

        source, local = find_weights(model.removeprefix("hf/"), base)
        self._weights = Weights(source=source, local=local, dtype="float32", device=device)
        self._batch = batch

    @cached_property
    def _loaded(self) -> tuple[Any, Any, str]:
        from evalium.models.local._hf_weights import load_model

        return load_model(self._weights, "AutoModel")

    @cached_property
    def config(self) -> Any:
        """The model's configuration."""
        from evalium.models.local._hf_weights import read_config

        return read_config(self._weights)

    @property
    def facts(self) -> dict[str, str]:
        """What belongs into a signature: the hash of the weights where they lie in a folder."""
        from evalium.models.local._hf_weights import fingerprint

        return {"weights": fingerprint(Path(self._weights.source))[:16]} if self._weights.local else {}

    @property
    def layers(self) -> int:
        """Number of layers."""
        return int(self.config.num_hidden_layers)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of texts as the model sees them."""
        ids: list[list[int]] = self._tokenized(texts)["input_ids"]
        return ids

    def encode(self, texts: Sequence[str], layer: int | None = None) -> list[Encoded]:
        """Hidden states of each token of each text.

        Args:
            texts: [n] texts.
            layer: Which hidden states, 0 being the embeddings that go into the first layer; None is the last.
        """
        if not texts:
            return []
        told = self._tokenized(texts)
        ids, special = told["input_ids"], told["special_tokens_mask"]
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
        found: dict[int, Any] = {}
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            found.update(zip(chosen, self._states([ids[i] for i in chosen], layer), strict=True))
        limit = self._limit
        return [Encoded(ids[i], special[i], found[i], len(ids[i]) >= limit) for i in range(len(texts))]

    def _states(self, ids: list[list[int]], layer: int | None) -> list[Any]:
        import torch

        model, tokenizer, device = self._loaded
        width = max(1, *(len(row) for row in ids)) if len(ids) > 1 else max(1, len(ids[0]))
        pad = tokenizer.pad_token_id or 0
        padded = torch.tensor([[*row, *[pad] * (width - len(row))] for row in ids], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=device)
        with torch.inference_mode():
            out = model(input_ids=padded, attention_mask=mask, output_hidden_states=layer is not None)
        states = out.last_hidden_state if layer is None else out.hidden_states[layer]
        return [states[i, : len(row)].clone() for i, row in enumerate(ids)]

    @property
    def _limit(self) -> int:
        most = int(getattr(self.config, "max_position_embeddings", _LONGEST))
        if getattr(self.config, "model_type", "") in {"roberta", "xlm-roberta", "camembert"}:
            # Their positions are counted from the padding id on.
            most -= 2
        return min(most, int(min(self._loaded[1].model_max_length, _LONGEST)))

    def _tokenized(self, texts: Sequence[str]) -> Any:
        tokenizer = self._loaded[1]
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return tokenizer(
            clean,
            truncation=True,
            max_length=self._limit,
            return_special_tokens_mask=True,
            return_attention_mask=False,
            padding=False,
        )
