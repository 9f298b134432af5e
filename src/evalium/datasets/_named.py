"""The datasets that evalium itself registers by name: those that come with scikit-learn."""

from __future__ import annotations

from evalium.core import Data, Registry

registry = Registry(
    "dataset",
    {
        "breast_cancer": "evalium.datasets._named:breast_cancer",
        "diabetes": "evalium.datasets._named:diabetes",
        "digits": "evalium.datasets._named:digits",
        "iris": "evalium.datasets._named:iris",
        "wine": "evalium.datasets._named:wine",
    },
)
"""Datasets by name.

A registered dataset is a function; the plan's `data.options` are its arguments. It gives rows (an iterable or async
iterable of mappings or samples, made anew for each pass), or a `Data` that says where they are, with absolute paths.
Third parties register by entry points in the group `evalium.datasets`.
"""


def breast_cancer() -> Data:
    """Benign or malignant from 30 measurements of cell nuclei: 569 rows."""
    return Data(sklearn="breast_cancer")


def diabetes() -> Data:
    """Disease progression after a year from 10 measurements: 442 rows, a regression."""
    return Data(sklearn="diabetes")


def digits() -> Data:
    """Handwritten digits of 8 × 8 pixels: 1797 rows, 10 classes."""
    return Data(sklearn="digits")


def iris() -> Data:
    """Three species of iris from 4 measurements: 150 rows."""
    return Data(sklearn="iris")


def wine() -> Data:
    """Three cultivars from 13 chemical measurements: 178 rows."""
    return Data(sklearn="wine")
