"""Cross-validation: every sample is answered by an estimator that was not fitted on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from evalium.core import ConfigError, CrossValidation, Sample
from evalium.models.base import AdapterBase, Request, Response

from ._folds import fit_and_predict


class CrossValidated(AdapterBase):
    """Out-of-fold answers of a trainable estimator; learns the gap between train and test on the way."""

    remote = False
    capabilities = frozenset({"generate", "probabilities"})

    def __init__(
        self,
        estimator: Any,
        config: CrossValidation,
        names: tuple[str, ...] | None,
        identity: dict[str, Any],
        endpoint: str,
    ) -> None:
        self.identity, self.endpoint = identity, endpoint
        self._estimator, self._config, self._names = estimator, config, names
        self._answers: dict[str, Response] = {}
        self._findings: dict[str, Any] = {}

    async def prepare(self, samples: Sequence[Sample]) -> None:
        """Fit the estimator on every fold's training part, and on shares of it for the learning curve.

        Args:
            samples: The whole dataset; each needs a target.

        Raises:
            ConfigError: There are fewer samples, groups or members of a class than folds, or no such group field.
            DataError: A sample has no target, or its input is nothing an estimator takes.
        """
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="evalium-folds") as pool:
            work = (self._estimator, self._config, self._names, list(samples))
            self._answers, self._findings = await loop.run_in_executor(pool, fit_and_predict, *work)

    def findings(self) -> dict[str, Any]:
        """Scores of each fold, their means with t intervals, the gap and the learning curve; see `fit_and_predict`."""
        return self._findings

    def content(self, request: Request) -> Any:
        """Input and target: both were fitted on."""
        return None if request.sample is None else [request.sample.id, request.sample.input, request.sample.target]

    async def answer(self, request: Request) -> Response:
        """Give the answer of the fold that did not see the sample.

        Raises:
            ConfigError: The sample was not among those given to `prepare`.
        """
        if request.sample is None or request.sample.id not in self._answers:
            asked = repr(request.sample.id) if request.sample else "none"
            raise ConfigError(f"cross-validation answers samples it was prepared with, and sample {asked} is not one")
        return self._answers[request.sample.id]
