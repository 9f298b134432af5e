"""`sklearn/file.py:function`: a scikit-learn estimator as a model."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import (
    ConfigError,
    EvaliumError,
    MissingExtra,
    Model,
    ProviderError,
    did_you_mean,
    load_object,
    source_hash,
)
from evalium.models.base import AdapterBase, Request, Response

from ._batch import Batcher
from ._estimator import answers
from ._features import input_of_request
from .cross_validation import CrossValidated

BATCH = 1024


def sklearn(config: Model, name: str, base: Path) -> SklearnModel | CrossValidated:
    """Make a model of a scikit-learn estimator or pipeline.

    The function returns the estimator; its parameters are filled from the model's options, `seed` also from
    `cross_validation.seed`. The option `features` is the adapter's own: the order of the features where inputs are
    mappings and the estimator was fitted without names. A fitted estimator answers as it is. With `cross_validation`
    the estimator, fitted or not, is cloned and fitted on folds, and each sample is answered by the fold that did not
    see it.

    Args:
        config: The model as in the plan.
        name: `file.py:function`, or `file.py:object` for an estimator itself.
        base: Folder that the file is looked for in.

    Raises:
        MissingExtra: scikit-learn is not installed.
        ConfigError: There is no such function, it fails, what it returns cannot predict, or it is not fitted and no
            cross-validation is asked for.
    """
    if find_spec("sklearn") is None:
        raise MissingExtra(f"the model {config.label!r}", "sklearn")
    options = dict(config.options)
    names = _names(options.pop("features", None), config)
    estimator = _make(load_object(name, base), name, options, config)
    if not hasattr(estimator, "predict"):
        raise ConfigError(f"{name} gives {type(estimator).__name__}, which cannot predict: return an estimator")
    folds = config.cross_validation
    identity = {
        "provider": "sklearn",
        "name": name,
        "version": 1,
        "source": source_hash(name, base),
        "revision": config.revision,
        "options": config.options,
        "cross_validation": msgspec.to_builtins(folds),
    }
    if folds is not None:
        return CrossValidated(estimator, folds, names, identity, f"sklearn/{name}")
    if not _is_fitted(estimator):
        raise ConfigError(
            f"model {config.label!r}: {type(estimator).__name__} is not fitted. Return a fitted estimator from "
            f"{name}, or add `cross_validation: {{folds: 5}}` to the model to fit it on folds of the data"
        )
    return SklearnModel(estimator, names, identity, f"sklearn/{name}")


class SklearnModel(AdapterBase):
    """Answers with a fitted estimator, concurrent requests in one batch."""

    remote = False
    concurrency = BATCH
    capabilities = frozenset({"generate", "probabilities"})

    def __init__(self, estimator: Any, names: tuple[str, ...] | None, identity: dict[str, Any], endpoint: str) -> None:
        self.identity, self.endpoint = identity, endpoint
        self._estimator, self._names = estimator, names
        self._batches: Batcher[Any, Response] = Batcher(self._work, BATCH, name="sklearn")

    def content(self, request: Request) -> Any:
        """The sample's input: the features are no part of the prompt."""
        return input_of_request(request)

    async def answer(self, request: Request) -> Response:
        """Predict.

        Raises:
            ProviderError: The estimator raised; its error is the cause.
            DataError: The input is nothing an estimator takes.
        """
        return await self._batches.submit(input_of_request(request))

    async def aclose(self) -> None:
        """End the thread."""
        self._batches.close()

    def _work(self, inputs: Sequence[Any]) -> list[Response | Exception]:
        try:
            return list(answers(self._estimator, inputs, self._names))
        except Exception as error:
            if len(inputs) == 1:
                return [failed(error)]
        # One bad input must not fail its neighbours.
        return [self._work([each])[0] for each in inputs]


def failed(error: Exception) -> Exception:
    """What an estimator raised, as an error of the call."""
    if isinstance(error, EvaliumError):
        return error
    wrapped = ProviderError(f"the estimator raised {type(error).__name__}: {error}", retryable=False)
    wrapped.__cause__ = error
    return wrapped


def _names(value: Any, config: Model) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ConfigError(f"model {config.label!r}: the option 'features' is {value!r}, not a list of names")
    return tuple(value)


def _make(found: Any, name: str, options: dict[str, Any], config: Model) -> Any:
    """Call the function, or take the object as it is."""
    if not inspect.isroutine(found) and not inspect.isclass(found):
        if options:
            raise ConfigError(f"{name} is no function, so it takes no options: {', '.join(options)}")
        return found
    parameters = inspect.signature(found).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for key in options:
        if key not in parameters and not takes_any:
            raise ConfigError(f"{name} has no option {key!r}.{did_you_mean(key, [*parameters, 'features'])}")
    if "seed" in parameters and "seed" not in options:
        options["seed"] = config.cross_validation.seed if config.cross_validation else 0
    try:
        return found(**options)
    except Exception as error:
        raise ConfigError(f"{name} failed to make an estimator: {type(error).__name__}: {error}") from error


def _is_fitted(estimator: Any) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if not hasattr(estimator, "fit"):
        return True
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True
