"""What a call took in energy, where the provider says so."""

from __future__ import annotations

import math

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from .base import ScoreFunction


@built_in(kind="energy", unit="Wh", high=None, higher_is_better=False, reads="data.energy_wh")
def energy_wh() -> ScoreFunction:
    """Energy of a call in watt-hours as `data.energy_wh` has it, at least 0, lower is better.

    `missing` where the provider reports none: nothing is guessed from tokens or time.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"energy_wh": 0.3})
        >>> energy_wh().score(record).value
        0.3
    """

    def score(record: Record) -> Verdict:
        found = record.data.get("energy_wh")
        if found is None:
            return Verdict(status=Status.MISSING, explanation="the provider reports no energy (data.energy_wh)")
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not (0 <= found < math.inf):
            raise ScoreError(f"data.energy_wh must be a number of at least 0, got {found!r:.100}")
        return Verdict(value=float(found))

    return score
