"""Parquet files, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalium.core import DataError

from ._files import DataFile
from ._source import BadRows, Row, Source

_BATCH = 1024


class ParquetFile(Source):
    """Rows of a parquet file; numbers, lists and structs keep their types.

    Memory grows with the size of a row group, not with the number of rows.

    Args:
        file: The file.
    """

    def __init__(self, file: DataFile) -> None:
        self.file = file
        self.label, self.folder = file.label, file.path.parent
        self.size = file.size

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the rows in order."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        number = 0
        try:
            with pq.ParquetFile(self.file.path) as parquet:
                schema = _in_microseconds(parquet.schema_arrow)
                for batch in parquet.iter_batches(batch_size=_BATCH):
                    for row in batch.cast(schema, safe=False).to_pylist():
                        number += 1
                        yield number, -1, row
        except (pa.ArrowException, OSError, ValueError) as error:
            raise DataError(f"{self.label}: not a sound parquet file: {error}") from error

    def known_count(self) -> int | None:
        """Number of rows as the file's footer says."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(self.file.path).num_rows)
        except (pa.ArrowException, OSError):
            return None


def _in_microseconds(schema: Any) -> Any:
    """Read times as precisely as Python's own can say; without it, nanoseconds would need pandas."""
    import pyarrow as pa

    for i, field in enumerate(schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            schema = schema.set(i, field.with_type(pa.timestamp("us", field.type.tz)))
    return schema
