"""The package door: what it offers, what it does not import, and seeds that never move."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalium.stats as stats
from evalium.stats import Interval, stable_seed


def test_door_is_sorted_and_complete():
    assert stats.__all__ == sorted(stats.__all__)
    for name in stats.__all__:
        assert getattr(stats, name).__doc__


def test_importing_the_door_leaves_scipy_alone():
    code = "import sys, evalium.stats; sys.exit(any(m.partition('.')[0] == 'scipy' for m in sys.modules))"
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=path, check=False).returncode == 0


def test_intervals_are_frozen_and_know_their_width():
    interval = Interval(0.25, 0.5, 0.95, "wilson")
    assert interval.width == 0.25
    assert not interval.contains(0.51)
    with pytest.raises(AttributeError):
        interval.low = 0.0


def test_seed_is_pinned():
    assert stable_seed("run", "accuracy", "language=de") == 3609412044144180671
    with pytest.raises(TypeError, match="stable_seed takes strings, got int 3"):
        stable_seed("run", 3)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_seeds_differ_unless_the_parts_are_the_same(first, second):
    assert 0 <= stable_seed(*first) < 2**64
    assert (stable_seed(*first) == stable_seed(*second)) == (first == second)
