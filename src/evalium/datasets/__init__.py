"""Datasets: rows from files, code and libraries, mapped to samples and streamed with constant memory."""

from ._dataset import Dataset
from ._hash import sample_hash
from ._named import registry
from ._open import open
from ._source import BadRow

__all__ = ["BadRow", "Dataset", "open", "registry", "sample_hash"]
