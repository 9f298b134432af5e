"""The inputs of samples as what a scikit-learn estimator takes."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from evalium.core import ConfigError, DataError, Sample, did_you_mean
from evalium.models.base import Request

from ._prompt import joined, prompt_text


def input_of(sample: Sample) -> Any:
    """A sample's text, mapping of features or vector."""
    return joined(sample.input) if isinstance(sample.input, tuple) else sample.input


def input_of_request(request: Request) -> Any:
    """The sample's input where the request has a sample, or else its prompt."""
    return prompt_text(request) if request.sample is None else input_of(request.sample)


def as_matrix(inputs: Sequence[Any], names: tuple[str, ...] | None, estimator: Any) -> Any:
    """Put inputs together as the estimator expects them.

    Args:
        inputs: All texts, all mappings of features, or all vectors of one length.
        names: Declared order of features, or None.
        estimator: Fitted or not; a fitted one knows the features it was fitted with (`feature_names_in_`).

    Returns:
        A list for texts, an array [n, features] for vectors. Mappings become a DataFrame where pandas is installed
        and the estimator is not fitted yet or was fitted with names; its columns are the fitted names, or the declared
        ones, or those of the first input in alphabetical order. Otherwise they become an array in that order.

    Raises:
        DataError: The inputs are of different kinds, or one lacks a feature.
        ConfigError: The estimator was fitted with features that the data does not have.
    """
    kinds = {_kind(value) for value in inputs}
    if len(kinds) > 1:
        raise DataError(f"the inputs are of different kinds: {', '.join(sorted(kinds))}")
    kind = kinds.pop()
    if kind == "text":
        return list(inputs)
    if kind == "vector":
        import numpy as np

        try:
            return np.asarray(inputs, dtype=float)
        except (TypeError, ValueError) as error:
            raise DataError(f"the inputs are not vectors of numbers of one length: {error}") from error
    return _frame(inputs, names, estimator)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "features"
    if isinstance(value, list | tuple):
        return "vector"
    raise DataError(f"an estimator takes text, a mapping of features or a vector, not {type(value).__name__}")


def _frame(inputs: Sequence[dict[str, Any]], declared: tuple[str, ...] | None, estimator: Any) -> Any:
    fitted_names = _attribute(estimator, "feature_names_in_")
    fitted = fitted_names is not None or _attribute(estimator, "n_features_in_") is not None
    columns = [str(name) for name in fitted_names] if fitted_names is not None else list(declared or sorted(inputs[0]))
    for number, row in enumerate(inputs):
        for column in columns:
            if column not in row:
                hint = did_you_mean(column, row)
                if fitted_names is not None and number == 0:
                    raise ConfigError(f"the estimator was fitted with the feature {column!r}; the data has none.{hint}")
                raise DataError(f"an input has no feature {column!r}.{hint}")
    if (fitted_names is not None or not fitted) and importlib.util.find_spec("pandas"):
        import pandas

        return pandas.DataFrame({column: [row[column] for row in inputs] for column in columns})
    import numpy as np

    try:
        return np.asarray([[row[column] for column in columns] for row in inputs], dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"features that are no numbers need pandas: pip install 'evalium[pandas]' ({error})") from error


def _attribute(estimator: Any, name: str) -> Any:
    """A fitted attribute; a pipeline raises where its first step has none."""
    try:
        return getattr(estimator, name, None)
    except Exception:
        return None
