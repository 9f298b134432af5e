"""Weights of a transformers model: where they are, what tells them from others, how they are loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalium.core import ConfigError, MissingExtra, did_you_mean

WHOLE = 64 * 2**20
BLOCKS, BLOCK = 1024, 4096


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What to load and how.

    Attributes:
        source: A local folder or a name of the hub.
        local: Whether it is a folder.
        revision: Branch, tag or commit of the hub.
        dtype: Type of the numbers; `auto` is the one they were saved in.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`, ...
        trust_remote_code: Whether code that comes with the weights may run.
    """

    source: str
    local: bool
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    trust_remote_code: bool = False

    def arguments(self) -> dict[str, Any]:
        """What every `from_pretrained` is told."""
        found: dict[str, Any] = {"trust_remote_code": self.trust_remote_code}
        return found if self.local or self.revision is None else {**found, "revision": self.revision}


def require_transformers(label: str) -> None:
    """Raise `MissingExtra` where torch or transformers is not installed."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise MissingExtra(f"the model {label!r}", "hf")


def find_weights(name: str, base: Path) -> tuple[str, bool]:
    """Tell a local folder from a name of the hub.

    Raises:
        ConfigError: The name can only be a folder, and there is none.
    """
    path = (base / name).expanduser()
    if path.is_dir():
        return str(path.resolve()), True
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        near = [p.name for p in path.parent.iterdir() if p.is_dir()] if path.parent.is_dir() else []
        raise ConfigError(
            f"there is no folder of weights {str(path)!r}.{did_you_mean(path.name, near) if near else ''}"
        )
    return name, False


def read_config(weights: Weights) -> Any:
    """The model's configuration.

    Raises:
        ConfigError: transformers cannot read it.
    """
    from transformers import AutoConfig

    return _from_pretrained(AutoConfig, weights, {})


def fingerprint(folder: Path) -> str:
    """Hash a folder of weights: names, sizes and contents of its files, hidden ones left out.

    Files of up to 64 MiB count whole, larger ones by 1,024 blocks of 4 KiB spread evenly from the first byte (the
    header of a safetensors file) to the last; training changes all weights, so it changes some of these.

    Returns:
        32 hex digits.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        with path.open("rb") as file:
            if size <= WHOLE:
                digest.update(file.read())
                continue
            for number in range(BLOCKS):
                file.seek(number * (size - BLOCK) // (BLOCKS - 1))
                digest.update(file.read(BLOCK))
    return digest.hexdigest()[:32]


def load_model(weights: Weights, auto: str) -> tuple[Any, Any, str]:
    """Load model and tokenizer.

    Args:
        weights: What to load and how.
        auto: Class of transformers to load by, `"AutoModelForCausalLM"` or `"AutoModel"`.

    Returns:
        The model in evaluation mode on its device, the tokenizer, and the device.

    Raises:
        ConfigError: transformers cannot load it, or there is no such device.
    """
    import torch
    import transformers

    device = weights.device if weights.device != "auto" else ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = "auto" if weights.dtype == "auto" else getattr(torch, weights.dtype)
    tokenizer = _from_pretrained(transformers.AutoTokenizer, weights, {})
    model = _from_pretrained(getattr(transformers, auto), weights, {"dtype": dtype})
    try:
        return model.to(device).eval(), tokenizer, device
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f"the model {weights.source!r} cannot be moved to the device {device!r}: {error}") from error


def _from_pretrained(auto: Any, weights: Weights, more: dict[str, Any]) -> Any:
    """Load from the folder or the cache; only what is not there is fetched from the hub."""
    arguments = {**weights.arguments(), **more}
    try:
        try:
            with _quiet():
                return auto.from_pretrained(weights.source, local_files_only=True, **arguments)
        except (OSError, ValueError):
            if weights.local:
                raise
            return auto.from_pretrained(weights.source, **arguments)
    except Exception as error:
        raise ConfigError(f"transformers cannot load {weights.source!r}: {error}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar for what lies on this machine."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
