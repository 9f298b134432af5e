"""Where everything is kept: a crash-proof journal, Delta tables, a catalog, blobs and a response cache."""

from ._arrays import hashes, to_numpy
from ._blobs import Blobs
from ._cache import ResponseCache
from ._catalog import Catalog
from ._done import Done
from ._entry import Entry, encode
from ._errors import ErrorRow
from ._journal import Journal
from ._lake import Lake
from ._records import Records, attribute
from ._run_row import RunRow, RunStatus
from ._schema import RECORD_TEXT, SCORE_TEXT
from ._structs import structs
from ._workspace import Workspace

__all__ = [
    "RECORD_TEXT",
    "SCORE_TEXT",
    "Blobs",
    "Catalog",
    "Done",
    "Entry",
    "ErrorRow",
    "Journal",
    "Lake",
    "Records",
    "ResponseCache",
    "RunRow",
    "RunStatus",
    "Workspace",
    "attribute",
    "encode",
    "hashes",
    "structs",
    "to_numpy",
]
