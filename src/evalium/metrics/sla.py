"""What a call must keep to."""

from collections.abc import Mapping

import numpy as np

from evalium.core import ConfigError, Status

from .column import Floats
from .frame import HAS_OUTPUT, STATUS_CODE, Frame

Bounds = Mapping[str, float | None]
"""The most that a column may be; None for no bound."""


def check_bounds(metric: str, bounds: Bounds) -> None:
    """Refuse bounds that bound nothing.

    Raises:
        ConfigError: There is none, or one is not positive.
    """
    names = " or ".join(map(repr, bounds))
    if all(most is None for most in bounds.values()):
        raise ConfigError(f"metric {metric!r} needs the option {names}: what is a call promised?")
    for name, most in bounds.items():
        if most is not None and not most > 0:
            raise ConfigError(f"metric {metric!r}, option {name!r} must be positive, got {most!r}")


def meets(frame: Frame, bounds: Bounds) -> Floats:
    """1 where a call succeeds within its bounds, 0 where not, nan where that is unknown [n].

    Example:
        >>> frame = Frame.from_columns({"latency": [1, 3, None, None], "status": ["ok", "ok", "error", "ok"]})
        >>> meets(frame, {"latency": 2.0}).tolist()
        [1.0, 0.0, 0.0, nan]
    """
    met = np.ones(frame.n)
    for column, most in bounds.items():
        if most is not None:
            amount = frame.number(column)
            met *= np.where(np.isnan(amount), np.nan, amount <= most)
    met[~HAS_OUTPUT[frame.status]] = 0.0
    met[frame.status == STATUS_CODE[Status.MISSING]] = np.nan
    return met
