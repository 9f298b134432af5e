"""`python/file.py:callable`: the user's own function or class as a model."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evalium.core import ConfigError, EvaliumError, Model, ProviderError, did_you_mean, load_object, source_hash
from evalium.models.base import AdapterBase, Request, Response

from ._answer import to_response
from ._prompt import prompt_text

GIVES: dict[str, Callable[[Request], Any]] = {
    "prompt": prompt_text,
    "messages": lambda request: request.messages,
    "sample": lambda request: request.sample,
    "params": lambda request: request.params,
    "request": lambda request: request,
}
EVERY_MODE = frozenset({"choice_first_token", "choice_loglikelihood", "loglikelihood", "rolling", "embed"})


class FunctionFailed(ProviderError):
    """The user's function raised; the error is the cause, its type the kind."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, retryable=False)
        self._kind = kind

    @property
    def kind(self) -> str:
        """Name of the exception's type."""
        return self._kind


def python(config: Model, name: str, base: Path) -> PythonModel:
    """Make a model of a Python function, sync or async, or of a class whose instances can be called.

    The function is called with what its parameters are named after: `prompt` (the rendered text), `messages`,
    `sample`, `params` (generation parameters) or `request` (all of it; such a function is asked in every mode and
    must look at `request.mode`). One further parameter without default, of any name, is the prompt too. All other
    parameters are filled from the model's options; a class gets its options once, when it is made. Sync functions run
    in threads, as many at a time as the engine asks.

    What it returns is described at `to_response`: text, a number, a mapping with `output`, `label`, `probabilities`,
    `input_tokens`, `cost` and so on, or a `Response`.

    Args:
        config: The model as in the plan; its options are keyword arguments.
        name: `file.py:callable`.
        base: Folder that the file is looked for in.

    Raises:
        ConfigError: There is no such callable, its parameters cannot be filled, or an option is none of them.

    Example:
        >>> size = Path("model.py").write_text("def shout(text, mark='!'): return text.upper() + mark")
        >>> model = python(Model(id="python/model.py:shout", options={"mark": "?"}), "model.py:shout", Path("."))
        >>> asyncio.run(model.answer(Request(prompt="yes"))).output
        'YES?'
    """
    found = load_object(name, base)
    options = dict(config.options)
    if inspect.isclass(found):
        _check(found, options, name, reserved=())
        found, options = _construct(found, options, name), {}
    if not callable(found):
        raise ConfigError(f"model {config.label!r}: {name} is {type(found).__name__}, not a function")
    asks = parameters_asked(found, options, name)
    identity = {
        "provider": "python",
        "name": name,
        "version": 1,
        "source": source_hash(name, base),
        "revision": config.revision,
        "options": config.options,
    }
    threads = config.concurrency or min(32, (os.cpu_count() or 1) + 4)
    return PythonModel(found, name, asks, options, identity, threads)


class PythonModel(AdapterBase):
    """Calls the user's function."""

    remote = False

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        asks: dict[str, str],
        options: dict[str, Any],
        identity: dict[str, Any],
        threads: int,
    ) -> None:
        self.name, self.identity, self.endpoint = name, identity, f"python/{name}"
        self._function, self._asks, self._options = function, asks, options
        modes = EVERY_MODE if "request" in asks.values() else frozenset[str]()
        self.capabilities = frozenset({"generate", "probabilities"}) | modes
        called = function if inspect.isroutine(function) else type(function).__call__
        self._is_async = inspect.iscoroutinefunction(called)
        self.concurrency = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="evalium-python")

    def content(self, request: Request) -> Any:
        """The sample, where the function sees it."""
        return request.sample if {"sample", "request"} & set(self._asks.values()) else None

    async def answer(self, request: Request) -> Response:
        """Call the function.

        Raises:
            FunctionFailed: It raised; a `ProviderError` of its own passes as it is.
            MalformedAnswer: It returned something that is no answer.
        """
        arguments = {parameter: GIVES[what](request) for parameter, what in self._asks.items()}
        value, error = await self._call({**arguments, **self._options})
        if isinstance(error, EvaliumError):
            raise error
        if error is not None:
            kind = type(error).__name__
            raise FunctionFailed(f"{self.name} raised {kind}: {error}", kind) from error
        return to_response(value, self.name)

    async def aclose(self) -> None:
        """End the threads and call the model's own `aclose` or `close`, where it has one."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if inspect.isroutine(self._function):
            return
        for end in ("aclose", "close"):
            if callable(method := getattr(self._function, end, None)):
                if inspect.isawaitable(result := method()):
                    await result
                return

    async def _call(self, arguments: dict[str, Any]) -> tuple[Any, BaseException | None]:
        """The function's value or its error, not raised: a future refuses StopIteration, SystemExit ends the loop."""
        value: Any
        if self._is_async:
            value = self._function(**arguments)
        else:
            loop = asyncio.get_running_loop()
            value, error = await loop.run_in_executor(self._pool, _caught, self._function, arguments)
            if error is not None:
                return None, error
        try:
            return (await value if inspect.isawaitable(value) else value), None
        except (Exception, SystemExit) as error:
            return None, error


def _caught(function: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, BaseException | None]:
    try:
        return function(**arguments), None
    except (Exception, SystemExit) as error:
        return None, error


def parameters_asked(function: Callable[..., Any], options: dict[str, Any], name: str) -> dict[str, str]:
    """Which parameter of a function gets what of the request: `prompt`, `messages`, `sample`, `params`, `request`.

    Args:
        function: The user's function.
        options: Keyword arguments that the plan gives it.
        name: Its name, for messages.

    Raises:
        ConfigError: A parameter is filled by nothing, an option is no parameter, or nothing of the request is taken.

    Example:
        >>> parameters_asked(lambda text, params, mark: None, {"mark": "!"}, "f")
        {'params': 'params', 'text': 'prompt'}
    """
    return _check(function, options, name, reserved=tuple(GIVES))


def _check(
    function: Callable[..., Any], options: dict[str, Any], name: str, reserved: tuple[str, ...]
) -> dict[str, str]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} does not say what parameters it takes: wrap it in a function") from error
    free = {n: p for n, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for key in options:
        if key in reserved or (key not in free and not takes_any):
            raise ConfigError(
                f"{name} has no option {key!r}.{did_you_mean(key, [n for n in free if n not in reserved])}"
            )
    asks = {n: n for n in free if n in reserved}
    open_ones = [n for n, p in free.items() if p.default is p.empty and n not in asks and n not in options]
    if reserved and len(open_ones) == 1 and "prompt" not in asks:
        asks[open_ones.pop()] = "prompt"
    if open_ones:
        what = f"name them {', '.join(reserved)}, or " if reserved else ""
        raise ConfigError(f"nothing fills the parameters {', '.join(open_ones)} of {name}: {what}give them as options")
    if reserved and not asks:
        raise ConfigError(f"{name} takes nothing of the request: give it a parameter {', '.join(reserved)}")
    return asks


def _construct(kind: Callable[..., Any], options: dict[str, Any], name: str) -> Any:
    try:
        return kind(**options)
    except Exception as error:
        raise ConfigError(f"{name} cannot be made: {type(error).__name__}: {error}") from error
