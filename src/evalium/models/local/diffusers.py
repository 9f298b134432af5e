"""`diffusers/NAME_OR_PATH`: a pipeline of diffusers in this process, from text to image."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from evalium.core import (
    ConfigError,
    EvaliumError,
    MissingExtra,
    Model,
    ProviderError,
    Status,
    content_hash,
    did_you_mean,
)
from evalium.models.base import AdapterBase, Request, Response

from ._batch import Batcher
from ._hf_weights import find_weights, fingerprint
from ._image_files import keep_image
from ._options import read_options
from ._prompt import prompt_text

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


class DiffusersOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `diffusers/NAME_OR_PATH`.

    Attributes:
        images: Folder, relative to the plan's, where images are put: PNG files named by their content.
        call: Arguments of the pipeline's call besides the prompt: `num_inference_steps`, `guidance_scale`, `height`,
            `width`, `negative_prompt` and so on.
        batch_size: Prompts at a time.
        device: `auto` is the first GPU where there is one, or else the CPU.
        dtype: Type of the numbers; `auto` is bfloat16 on a GPU and float32 on the CPU.
    """

    images: str = "images"
    call: dict[str, Any] = {}
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 1
    device: str = "auto"
    dtype: Dtype = "auto"


def diffusers(config: Model, name: str, base: Path) -> DiffusersModel:
    """Make a text-to-image pipeline of diffusers; its weights are loaded with the first request.

    Args:
        config: The model as in the plan; its options are those of `DiffusersOptions`, `revision` names the hub's.
        name: A folder (relative to `base`), or a name of the hub. Of the hub, what lies in the local cache is taken
            from there. Weights are read as safetensors only.
        base: Folder that relative paths start from.

    Raises:
        MissingExtra: diffusers, or what its pipelines are made of, is not installed.
        ConfigError: There is no such pipeline, or an option is wrong.
    """
    options = read_options(DiffusersOptions, config)
    if any(find_spec(module) is None for module in ("diffusers", "torch", "transformers", "PIL")):
        raise MissingExtra(f"the model {config.label!r}", "diffusers")
    source, local = find_weights(name, base)
    identity = {
        "provider": "diffusers",
        "name": name,
        "version": 1,
        "revision": config.revision,
        "weights": _weights_hash(Path(source)) if local else _commit(source, config.revision),
        "dtype": options.dtype,
        "call": options.call,
    }
    return DiffusersModel(source, options, base, identity)


class DiffusersModel(AdapterBase):
    """Draws an image for each prompt, in one thread; the output is its path, relative to the plan's folder.

    `generation: {seed: ...}` fixes the noise. Without it each image has a seed of its own, kept in `data["seed"]`:
    repeats (`epochs`) are then different images. An image that the pipeline's own safety checker blacked out is
    `refused_by_filter`.
    """

    remote = False

    def __init__(self, source: str, options: DiffusersOptions, base: Path, identity: dict[str, Any]) -> None:
        self.identity, self.endpoint = identity, f"diffusers/{identity['name']}"
        self.concurrency = 2 * options.batch_size
        self._source, self._options, self._base = source, options, base
        self._batches: Batcher[tuple[str, int], Response] = Batcher(self._work, options.batch_size, name="diffusers")
        self._pipeline: Any = None

    async def answer(self, request: Request) -> Response:
        """Draw one image.

        Raises:
            ConfigError: The pipeline cannot be loaded, or a generation parameter is none that it has.
            ProviderError: The pipeline raised; its error is the cause.
        """
        return await self._batches.submit((prompt_text(request), read_seed(request.params)))

    async def aclose(self) -> None:
        """End the thread and let go of the weights."""
        self._batches.close()
        self._pipeline = None

    def _work(self, jobs: Sequence[tuple[str, int]]) -> list[Response]:
        import torch

        self._pipeline = self._pipeline or load_pipeline(self._source, self._options, self.identity["revision"])
        started = time.perf_counter()
        noise = [torch.Generator("cpu").manual_seed(seed) for _, seed in jobs]
        try:
            drawn = self._pipeline(prompt=[prompt for prompt, _ in jobs], generator=noise, **self._options.call)
        except EvaliumError:
            raise
        except Exception as error:
            raise ProviderError(f"{self.endpoint} raised {type(error).__name__}: {error}", retryable=False) from error
        seconds = time.perf_counter() - started
        blacked = getattr(drawn, "nsfw_content_detected", None) or [False] * len(jobs)
        folder = Path(self._options.images)
        return [
            Response(
                output=(folder / keep_image(image, self._base / folder)).as_posix(),
                status=Status.REFUSED_BY_FILTER if black else Status.OK,
                latency=seconds,
                service_time=seconds / len(jobs),
                data={"seed": seed},
            )
            for (_, seed), image, black in zip(jobs, drawn.images, blacked, strict=True)
        ]


def read_seed(params: Mapping[str, Any]) -> int:
    """The seed of the noise; one that is drawn where none is given.

    Raises:
        ConfigError: There are other generation parameters, or it is no whole number.

    Example:
        >>> read_seed({"seed": 7}), read_seed({}) == read_seed({})
        (7, False)
    """
    given = {name: value for name, value in params.items() if value is not None}
    seed = given.pop("seed", None)
    if given:
        raise ConfigError(
            f"models of diffusers/ have no generation parameter {next(iter(given))!r} but 'seed'; arguments of the "
            "pipeline go into the model's option 'call'"
        )
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ConfigError(f"the generation parameter 'seed' is {seed!r}, not a whole number")
    return secrets.randbits(48) if seed is None else seed


def load_pipeline(source: str, options: DiffusersOptions, revision: str | None) -> Any:
    """Load a pipeline onto its device.

    Raises:
        ConfigError: diffusers cannot load it, there is no such device, or its call has no such argument.
    """
    import torch
    from diffusers import DiffusionPipeline

    device = options.device if options.device != "auto" else ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = options.dtype if options.dtype != "auto" else ("float32" if device == "cpu" else "bfloat16")
    arguments = {"dtype": getattr(torch, dtype), "use_safetensors": True, "revision": revision}
    try:
        pipeline = _near_first(DiffusionPipeline.from_pretrained, source, arguments).to(device)
    except Exception as error:
        raise ConfigError(f"diffusers cannot load {source!r} onto {device!r}: {error}") from error
    pipeline.set_progress_bar_config(disable=True)
    # Pipelines take further arguments for the sake of old callers, and do nothing with them.
    known = [name for name in inspect.signature(pipeline.__call__).parameters if name not in ("prompt", "generator")]
    for name in options.call:
        if name not in known:
            raise ConfigError(f"{source!r}, option 'call': there is no argument {name!r}.{did_you_mean(name, known)}")
    return pipeline


def _commit(source: str, revision: str | None) -> str | None:
    """The commit of the hub that a name stands for."""
    from diffusers import DiffusionPipeline

    try:
        _, commit = _near_first(
            DiffusionPipeline.load_config, source, {"revision": revision, "return_commit_hash": True}
        )
    except Exception as error:
        raise ConfigError(f"diffusers cannot find {source!r}: {error}") from error
    return str(commit) if commit else None


def _near_first(load: Callable[..., Any], source: str, arguments: dict[str, Any]) -> Any:
    """Load from the folder or the local cache; only what is not there is fetched from the hub."""
    try:
        return load(source, local_files_only=True, **arguments)
    except (OSError, ValueError):
        if Path(source).is_dir():
            raise
        return load(source, **arguments)


def _weights_hash(folder: Path) -> str:
    """Of every part of the pipeline: each has a folder of its own."""
    parts = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    return content_hash([fingerprint(folder), *([part.name, fingerprint(part)] for part in parts)], 32)
