"""A tiny language model made on the spot: a byte-level tokenizer and two layers, trained for some seconds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

CONTEXT = 96
NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald")
THINGS = ("apples", "books", "coins", "kites", "pens", "stones")
CHAT = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def sentences(n: int, seed: int) -> list[str]:
    """Simple sentences that such a model can learn."""
    rng = random.Random(seed)
    return [f"{rng.choice(NAMES)} has {rng.randint(2, 99)} {rng.choice(THINGS)} and no café." for _ in range(n)]


def build(folder: Path, kind: str = "llama", steps: int = 120, seed: int = 0, chat: bool = False) -> Path:
    """Train a model of `kind` (llama, with rotary positions, or gpt2, with learnt ones) and save it in `folder`."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    tokenizer = make_tokenizer(chat)
    sizes = {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None}
    model: Any
    if kind == "llama":
        shape = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
        model = LlamaForCausalLM(LlamaConfig(**sizes, **shape, max_position_embeddings=CONTEXT))
    else:
        model = GPT2LMHeadModel(GPT2Config(**sizes, n_embd=48, n_layer=2, n_head=4, n_positions=CONTEXT))
    train(model, tokenizer, steps, seed)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_tokenizer(chat: bool) -> Any:
    """Byte-pair encoding over bytes, so that every text can be said; token 0 ends a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(sentences(300, 1), trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<|end|>", eos_token="<|end|>")
    if chat:
        tokenizer.chat_template = CHAT
    return tokenizer


def train(model: Any, tokenizer: Any, steps: int, seed: int) -> None:
    """Next-token training on sentences between end tokens."""
    import torch

    ids = [i for text in sentences(600, seed + 2) for i in [0, *tokenizer(text)["input_ids"]]]
    rows = torch.tensor(ids[: len(ids) // 64 * 64]).view(-1, 64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    source = torch.Generator().manual_seed(seed)
    model.train()
    for _ in range(steps):
        batch = rows[torch.randint(len(rows), (8,), generator=source)]
        loss = model(input_ids=batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
