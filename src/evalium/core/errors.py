"""The error tree of evalium and the exit code each branch ends with.

```
EvaliumError                    3
├── ConfigError                 2   the plan, an option or a name is wrong
│   ├── UnknownName             2   a name that is not registered (nearest one suggested)
│   └── MissingExtra            2   an optional dependency is not installed
├── DataError                   2   a dataset cannot be read, or a row of it is wrong
├── TemplateError               2   a prompt template does not render
├── ProviderError               3   a model did not answer (status_code, retryable, retry_after)
│   ├── RateLimited             3
│   ├── CallTimeout             3
│   ├── ContextTooLong          3
│   ├── AuthError               3
│   ├── Filtered                3   the provider's content filter refused the request
│   └── MalformedAnswer         3   an answer that is not what the protocol promises
├── ScoreError                  3   a scorer failed on one record
├── StoreError                  3   the workspace cannot be read or written
│   └── WorkspaceTooNew         3
├── BudgetExceeded              3   the declared spending cap was reached
├── NotEnoughData               4
└── GateFailed                  1
```
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with, the same for every command."""

    OK = 0
    GATE_FAILED = 1
    WRONG_USE = 2
    INFRASTRUCTURE = 3
    NOT_ENOUGH_DATA = 4
    INTERRUPTED = 130


class EvaliumError(Exception):
    """Root of every error that evalium raises on purpose; its text is meant for the user."""

    exit_code: ExitCode = ExitCode.INFRASTRUCTURE


class ConfigError(EvaliumError):
    """The plan, an option or an argument is wrong; the message names the field and the way out."""

    exit_code = ExitCode.WRONG_USE


class UnknownName(ConfigError):
    """A name that nothing is registered under.

    Args:
        kind: What the name should have been, such as `"metric"`.
        name: The name as given.
        known: The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(set(known))
        super().__init__(f"unknown {kind} {name!r}.{did_you_mean(name, self.known)}")


class MissingExtra(ConfigError):
    """An optional dependency is not installed.

    Args:
        feature: What needs it, such as `"the model hf/*"`.
        extra: The extra of evalium that brings it, such as `"hf"`.
    """

    def __init__(self, feature: str, extra: str) -> None:
        self.feature, self.extra = feature, extra
        super().__init__(f"{feature} needs an optional part: pip install 'evalium[{extra}]'")


class DataError(EvaliumError):
    """A dataset cannot be read, or a row of it is wrong; the message names file, line and field."""

    exit_code = ExitCode.WRONG_USE


class TemplateError(EvaliumError):
    """A prompt template does not parse or names a variable that the sample lacks."""

    exit_code = ExitCode.WRONG_USE


class ProviderError(EvaliumError):
    """A model did not answer as it should.

    Args:
        message: What happened, with the provider's own words where it gave some.
        status_code: HTTP status, if there was one.
        retryable: Whether the same call may succeed later.
        retry_after: Seconds the provider asked to wait.
    """

    retryable_by_default = False

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.retryable = self.retryable_by_default if retryable is None else retryable
        self.retry_after = retry_after

    @property
    def kind(self) -> str:
        """Short name that errors are counted under, such as `"http_500"` or `"rate_limited"`."""
        return f"http_{self.status_code}" if self.status_code else "provider_error"


class RateLimited(ProviderError):
    """The provider answered 429 or an equivalent; the endpoint's limit shrinks."""

    retryable_by_default = True
    kind = "rate_limited"


class CallTimeout(ProviderError):
    """No (complete) answer within the time allowed."""

    retryable_by_default = True
    kind = "timeout"


class ContextTooLong(ProviderError):
    """The prompt does not fit into the model's context."""

    kind = "context_too_long"


class AuthError(ProviderError):
    """The key is missing, wrong or lacks a permission (401, 403)."""

    kind = "auth"


class Filtered(ProviderError):
    """The provider's content filter refused the request or cut the answer."""

    kind = "filtered"


class MalformedAnswer(ProviderError):
    """The answer is not what the protocol promises: no JSON, HTML, an error body with 200, half a stream."""

    retryable_by_default = True
    kind = "malformed_answer"


class ScoreError(EvaliumError):
    """A scorer failed on one record; the run goes on and counts it."""


class StoreError(EvaliumError):
    """The workspace cannot be read or written."""


class WorkspaceTooNew(StoreError):
    """The workspace was written by a newer evalium."""


class BudgetExceeded(EvaliumError):
    """The declared spending cap was reached; what is done is stored and the run can be resumed."""


class NotEnoughData(EvaliumError):
    """There is too little data to decide."""

    exit_code = ExitCode.NOT_ENOUGH_DATA


class GateFailed(EvaliumError):
    """A gate's rule does not hold."""

    exit_code = ExitCode.GATE_FAILED


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to a wrong one.

    Args:
        name: The name as given.
        known: The names that exist.

    Returns:
        A sentence that starts with a space, so that it can be appended to a message.

    Example:
        >>> did_you_mean("acuracy", ["accuracy", "f1"])
        " Did you mean 'accuracy'?"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return " Did you mean " + " or ".join(repr(n) for n in near) + "?"
    if not names:
        return " None is registered."
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f" Known: {shown}."
