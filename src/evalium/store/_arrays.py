"""Python lists to Arrow arrays and back to numpy.

`pyarrow.array` imports pandas wherever it is installed, which costs a process half a second and 40 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_CODES = {1: "b", 32: "i", 64: "q"}
"""Codes of `array` by bits of an integer, date or boolean."""


def to_array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Make an array of text or numbers.

    Args:
        values: None for a missing one.
        type_: `string`, `large_string`, or a type of numbers, dates or booleans.

    Raises:
        TypeError: A value is of another type.
        OverflowError: A number does not fit.

    Example:
        >>> import pyarrow as pa
        >>> to_array(["a", None], pa.string()).to_pylist(), to_array([1, None], pa.float64()).to_pylist()
        (['a', None], [1.0, None])
    """
    import pyarrow as pa

    missing = values.count(None)
    if missing == len(values):
        return pa.nulls(len(values), type_)
    valid = _bits([value is not None for value in values]) if missing else None
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return _text(values, type_, valid)
    return _numbers(values, type_, valid)


def to_numpy(column: pa.Array | pa.ChunkedArray, missing: float | None = None) -> npt.NDArray[Any]:
    """The numbers of a column.

    Args:
        column: Numbers of one width; no booleans.
        missing: What stands for a missing one; None where there is none.

    Example:
        >>> import pyarrow as pa
        >>> to_numpy(pa.chunked_array([[1, 2], [3]])).tolist()
        [1, 2, 3]
        >>> to_numpy(pa.array([0.5, None]), float("nan")).tolist()
        [0.5, nan]
    """
    import numpy as np
    import pyarrow as pa

    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    if len(chunks) == 1:
        return _chunk(chunks[0], missing)
    empty = np.empty(0, column.type.to_pandas_dtype())
    return np.concatenate([empty, *(_chunk(chunk, missing) for chunk in chunks)])


def _chunk(chunk: pa.Array, missing: float | None) -> npt.NDArray[Any]:
    import numpy as np

    start, n = chunk.offset, len(chunk)
    valid, data = chunk.buffers()
    dtype = np.dtype(chunk.type.to_pandas_dtype())
    if data is None or n == 0:
        return np.full(n, 0 if missing is None else missing, dtype)
    found: npt.NDArray[Any] = np.frombuffer(data, dtype, n, start * dtype.itemsize)
    if missing is None or valid is None or not chunk.null_count:
        return found
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")[start : start + n]
    return np.where(bits, found, np.array(missing, dtype))


def hashes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """[n] 64-bit hashes of texts, the same within this process; a chunk of texts is in memory at a time.

    Two of a million texts have the same one with a chance of 3e-8.
    """
    import numpy as np

    parts = [np.fromiter(map(hash, chunk.to_pylist()), np.int64, len(chunk)) for chunk in column.chunks]
    return np.concatenate([np.empty(0, np.int64), *parts])


def from_numpy(numbers: npt.NDArray[np.int64]) -> pa.Array:
    """The same numbers as an Arrow array."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def _text(values: Sequence[Any], type_: pa.DataType, valid: pa.Buffer | None) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    filled: Sequence[Any] = values if valid is None else [value or "" for value in values]
    joined = "".join(filled)
    raw = filled if joined.isascii() else list(map(str.encode, filled))
    data = joined.encode() if raw is filled else b"".join(raw)
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, raw), np.int64, len(raw)), out=offsets[1:])
    if pa.types.is_string(type_):
        if offsets[-1] >= 2**31:
            raise OverflowError(f"{offsets[-1]:,} bytes of text in one column of {len(raw):,} rows; 2 GiB fit")
        offsets = offsets.astype(np.int32)
    buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(type_, len(raw), buffers)


def _numbers(values: Sequence[Any], type_: pa.DataType, valid: pa.Buffer | None) -> pa.Array:
    import pyarrow as pa

    code = "d" if pa.types.is_floating(type_) else _CODES[type_.bit_width]
    # Unlike numpy, `array` takes neither text nor fractions for integers, and nothing that does not fit.
    found = array(code, values if valid is None else [0 if value is None else value for value in values])
    data = _bits(found) if type_.bit_width == 1 else pa.py_buffer(found)
    return pa.Array.from_buffers(type_, len(found), [valid, data])


def _bits(flags: Sequence[int]) -> pa.Buffer:
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(np.array(flags, dtype=bool), bitorder="little"))
