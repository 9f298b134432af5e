"""Unexpected errors of a run, in the catalog once each with their traceback."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from evalium.core import ProviderError

Keep = Callable[[str, str, str], str]
"""Stores kind, message and traceback of an error and gives its id; such as `Catalog.error_id`."""


class Tracebacks:
    """Notes what user code raised: a model's function, a solver, a scorer.

    Errors that were raised at the same place are one error, whatever their messages say; every occurrence counts.

    Args:
        keep: Where they go.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._known: dict[tuple[object, ...], tuple[str, str, str]] = {}

    def note(self, error: BaseException) -> str | None:
        """Keep an error.

        Returns:
            The error's id; None for an expected one, a provider's failure without a cause in our own process.
        """
        cause = error.__cause__ if isinstance(error, ProviderError) else error
        return None if cause is None else self.keep(kind_of(error), cause)

    def add(self, kind: str, message: str, text: str) -> None:
        """Keep an error of another process."""
        self._keep(*self._known.setdefault((kind, text.replace(message, "")), (kind, message, text)))

    def keep(self, kind: str, error: BaseException) -> str:
        """Keep an error under a name; its id."""
        place = (kind, *((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)))
        if place not in self._known:
            self._known[place] = (kind, str(error), "".join(traceback.format_exception(error)))
        return self._keep(*self._known[place])


def kind_of(error: BaseException) -> str:
    """Short name that an error is counted under.

    Example:
        >>> kind_of(ValueError("no"))
        'ValueError'
    """
    return error.kind if isinstance(error, ProviderError) else type(error).__name__
