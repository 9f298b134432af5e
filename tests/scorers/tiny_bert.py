"""A tiny BERT with random weights in a folder: real tokenizer, real layers, no meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.extras import require_extra

WORDS = ["the", "a", "cat", "dog", "sat", "sits", "on", "mat", "rug", "##s", "big", "small", "not", ".", "!", "è", "日"]


def tiny_bert(folder: Path, *, layers: int = 3, positions: int = 32) -> Path:
    """Write model and tokenizer."""
    torch: Any = require_extra("torch", "transformers")
    import transformers

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=24, max_position_embeddings=positions, initializer_range=0.6,
    )  # fmt: skip
    transformers.BertModel(config).eval().save_pretrained(folder)
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=positions)
    tokenizer.save_pretrained(folder)
    return folder
