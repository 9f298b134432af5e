"""Requests as token ids."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from evalium.core import ConfigError
from evalium.models.base import Request

from ._prompt import prompt_text

Ids = list[int]


class Tokens:
    """A tokenizer as the adapter needs it.

    Args:
        tokenizer: Of transformers.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.pad: int = next((i for i in (tokenizer.pad_token_id, tokenizer.eos_token_id) if i is not None), 0)
        self.eos: int | None = tokenizer.eos_token_id
        self._prefix: int | None = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else self.eos
        plain = self._ids("a", special=False)
        # Tokens that the tokenizer puts behind a text, such as EOS, would end what is to be continued.
        self._after = _behind(self._ids("a", special=True), plain)

    @property
    def prefix(self) -> int:
        """The token that stands before the first one of a text: BOS, or EOS where there is no BOS.

        Raises:
            ConfigError: The tokenizer has neither.
        """
        if self._prefix is None:
            raise ConfigError(
                "the tokenizer has neither a bos_token nor an eos_token, so the first token of a text follows nothing: "
                "set one of them in its tokenizer_config.json"
            )
        return self._prefix

    def encode(self, text: str, special: bool = True) -> Ids:
        """Ids of a text, with the special tokens that the tokenizer puts before it, or with none."""
        ids = self._ids(text, special)
        return ids[: len(ids) - self._after] if special and self._after else ids

    def decode(self, ids: Ids) -> str:
        """Text of ids, special tokens left out, nothing tidied."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def piece(self, token: int) -> str:
        """Text that a token adds to the text before it."""
        before = self._ids("a", special=False)[-1:]
        start = str(self._tokenizer.decode(before, clean_up_tokenization_spaces=False))
        whole = str(self._tokenizer.decode([*before, token], clean_up_tokenization_spaces=False))
        return whole[len(start) :] if whole.startswith(start) else whole

    def prompt(self, request: Request) -> Ids:
        """Ids of what the request says; messages go through the tokenizer's chat template where it has one.

        An empty prompt is the prefix token.
        """
        text, special = self._text(request)
        return self.encode(text, special) or [self.prefix]

    def pair(self, request: Request, continuation: str) -> tuple[Ids, Ids]:
        """Ids of the prompt and of a continuation, tokenised as one text.

        The continuation's tokens are those behind what the whole shares with the prompt alone: a token across the
        boundary is scored. Nothing in common leaves the prefix token as context.
        """
        text, special = self._text(request)
        whole = self.encode(text + continuation, special)
        both = zip(self.encode(text, special), whole, strict=False)
        shared = sum(1 for _ in takewhile(lambda two: two[0] == two[1], both))
        return whole[:shared] or [self.prefix], whole[shared:]

    def _text(self, request: Request) -> tuple[str, bool]:
        if request.messages and getattr(self._tokenizer, "chat_template", None):
            if any(not isinstance(message.content, str) for message in request.messages):
                raise ConfigError("models of hf/ read text only, and a message holds media")
            turns = [{"role": message.role, "content": message.text} for message in request.messages]
            return self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True), False
        return prompt_text(request), True

    def _ids(self, text: str, special: bool) -> Ids:
        return list(self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"])


def _behind(ids: Ids, plain: Ids) -> int:
    """How many special tokens stand behind a text."""
    for after in range(len(ids) - len(plain) + 1):
        if ids[len(ids) - after - len(plain) : len(ids) - after] == plain:
            return after
    return 0
