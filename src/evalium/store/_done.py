"""What a run has answered already, small enough to keep in memory while it goes on."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import chain
from typing import TYPE_CHECKING

from evalium.core import Status

from ._arrays import to_numpy

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("sample", "epoch", "kind", "status", "key", "written_at")


class Done:
    """The (sample, epoch) pairs that a run has an outcome for.

    Sixteen bytes a pair: pairs and call keys are kept as 64-bit hashes. That two of a million pairs are taken for one
    another has a chance of 3e-8.

    Args:
        parts: Rows of the run's records with the columns `COLUMNS`; the newest row of a pair counts.
        statuses: An outcome counts only if its status is one of these; None takes all.

    Example:
        >>> import pyarrow as pa
        >>> rows = pa.table({"sample": ["a", "b"], "epoch": [0, 0], "kind": ["call", "call"],
        ...                  "status": ["ok", "error"], "key": ["k1", "k2"], "written_at": [1, 2]})
        >>> done = Done([rows], statuses={Status.OK})
        >>> ("a", 0) in done, ("b", 0) in done, done.has("a", 0, "other key"), len(done)
        (True, False, False, 1)
    """

    def __init__(self, parts: Iterable[pa.Table], statuses: Collection[Status] | None = None) -> None:
        self._pairs, self._keys = array("q"), array("q")
        source = iter(parts)
        first = next(source, None)
        if first is None:
            return
        import numpy as np

        pairs, keys, written, counts = [], [], [], []
        for part in chain([first], source):
            outcome = np.array([kind != "step" for kind in part.column("kind").to_pylist()], dtype=bool)
            names = zip(part.column("sample").to_pylist(), part.column("epoch").to_pylist(), strict=True)
            pairs.append(np.fromiter(map(hash, names), np.int64, len(part))[outcome])
            keys.append(np.fromiter(map(hash, part.column("key").to_pylist()), np.int64, len(part))[outcome])
            written.append(to_numpy(part.column("written_at"))[outcome])
            wanted = None if statuses is None else {status.value for status in statuses}
            good = [wanted is None or status in wanted for status in part.column("status").to_pylist()]
            counts.append(np.array(good, dtype=bool)[outcome])
        empty = np.empty(0, np.int64)
        pair, key, when = (np.concatenate([empty, *each]) for each in (pairs, keys, written))
        count = np.concatenate([empty.astype(bool), *counts])
        order = np.lexsort((when, pair))
        pair, key, count = pair[order], key[order], count[order]
        kept = count & np.append(pair[1:] != pair[:-1], np.ones(min(len(pair), 1), dtype=bool))
        self._pairs = array("q", pair[kept].tobytes())
        self._keys = array("q", key[kept].tobytes())

    def __len__(self) -> int:
        return len(self._pairs)

    def __contains__(self, pair: tuple[str, int]) -> bool:
        return self._find(pair) is not None

    def has(self, sample: str, epoch: int, key: str) -> bool:
        """Whether there is an outcome of exactly this call.

        Args:
            sample: Id of the sample.
            epoch: Repeat, from 0.
            key: Call key.
        """
        place = self._find((sample, epoch))
        return place is not None and self._keys[place] == hash(key)

    def _find(self, pair: tuple[str, int]) -> int | None:
        wanted = hash(pair)
        place = bisect_left(self._pairs, wanted)
        return place if place < len(self._pairs) and self._pairs[place] == wanted else None
