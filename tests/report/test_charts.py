from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from evalium.core import Estimate
from evalium.metrics import Frame, Histogram
from evalium.metrics.class_tables import confusion_matrix
from evalium.metrics.curves import curve, reliability
from evalium.report.charts import (
    Row,
    Scale,
    bar,
    common_scale,
    curve_chart,
    forest,
    heat_map,
    learning_curve,
    reliability_chart,
    slice_dots,
    time_chart,
)

HOSTILE = '"><script>alert(1)</script>'
NAN = math.nan


def made(value: float, low: float, high: float, unit: str = "1") -> Estimate:
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=0.95,
        n=100,
        n_clusters=None,
        n_missing=0,
        method="wilson",
        unit=unit,
        signature="s",
        reason="none" if value != value else None,
    )


def parsed(drawing: Markup) -> ElementTree.Element:
    root = ElementTree.fromstring(str(drawing))
    assert root.get("role") == "img" and root.get("aria-label")
    assert not root.findall(".//script")
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "nan" not in value.split() and "NaN" not in value, (name, value)
    return root


FRAME = Frame.from_columns(
    {
        "s.label": ["a", "b", "b", HOSTILE, "a", None],
        "s.target": ["a", "b", "a", HOSTILE, HOSTILE, "b"],
        "s.probabilities": [{"a": 0.1 * i + 0.2, "b": 0.8 - 0.1 * i} for i in range(6)],
    }
)
TWO = Frame.from_columns(
    {
        "s.probabilities": [{"no": 1 - p, "yes": p} for p in (0.1, 0.4, 0.35, 0.8, 0.9)],
        "s.target": ["no", "no", "yes", "yes", "yes"],
    }
)
ROWS = [
    Row(HOSTILE, made(0.9, 0.8, 0.95), 0),
    Row("open", made(0.7, 0.6, NAN), 9),
    Row("none", made(NAN, NAN, NAN), 2),
]
ROC = curve(TWO, "s", "roc")
PR = curve(TWO, "s", "pr")


@pytest.mark.parametrize(
    "drawing",
    [
        bar(ROWS[0].estimate, common_scale([ROWS[0].estimate], 0, 100), 0),
        forest(HOSTILE, ROWS),
        forest("cost", [Row("m", made(0.002, 0.001, 0.003, "USD"), 1)], zero=True),
        forest("nothing", ROWS[2:]),
        forest("same", [Row("m", made(0.3, 0.3, 0.3), 0)]),
        slice_dots(HOSTILE, [(HOSTILE, ROWS, True), ("few", ROWS[1:], False), ("empty", [], False)], ROWS),
        heat_map(HOSTILE, confusion_matrix(FRAME, "s")),
        reliability_chart(HOSTILE, reliability(TWO, "s", 5), 3),
        time_chart(
            HOSTILE,
            Histogram(key="latency", unit="s", edges=(0.01, 0.1, 1.0, 10.0), counts=(3, 0, 9), n_missing=1, log=True),
            {"p50": made(0.5, 0.4, 0.7, "s"), "p99": made(8.0, 5.0, NAN, "s"), "p1": made(NAN, NAN, NAN, "s")},
            1,
        ),
        learning_curve(
            HOSTILE,
            "accuracy",
            [
                {"n": n, "train": 1.0, "test": t, "train_sd": 0.0, "test_sd": None}
                for n, t in ((10, 0.7), (20, 0.8), (30, None))
            ],
        ),
    ],
)
def test_a_chart_is_well_formed_labelled_and_inert(drawing: Markup) -> None:
    assert parsed(drawing).tag == "svg"


def test_curves_are_drawn_over_each_other() -> None:
    assert ROC is not None and PR is not None
    root = parsed(curve_chart([("one", ROC, 0), (HOSTILE, ROC, 1)]))
    assert len([e for e in root.iter("path") if e.get("class", "").startswith("curve")]) == 2
    parsed(curve_chart([("one", PR, 0)]))


def test_an_undefined_number_is_written_and_not_drawn() -> None:
    root = parsed(forest("metric", ROWS[2:]))
    assert [t.text for t in root.iter("text")] == ["none", "undefined"]
    assert not list(root.iter("circle")) and not list(root.iter("line"))


def test_a_missing_end_of_an_interval_has_no_cap() -> None:
    scale = Scale(0.0, 1.0, 0.0, 100.0)
    assert len(list(parsed(bar(made(0.5, 0.4, 0.6), scale, 0)).iter("line"))) == 4
    assert len(list(parsed(bar(made(0.5, 0.4, NAN), scale, 0)).iter("line"))) == 3


def test_heat_map_shows_each_count_once() -> None:
    confusion = confusion_matrix(FRAME, "s")
    root = parsed(heat_map("m", confusion))
    shown = sorted(int(t.text or 0) for t in root.iter("text") if t.get("class", "").startswith("count"))
    assert shown == sorted(n for row in confusion.counts for n in row if n)


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-6, 1e9),
    st.integers(1, 8),
)
def test_ticks_are_round_few_and_inside(low: float, width: float, about: int) -> None:
    scale = Scale(low, low + width, 0.0, 100.0)
    if scale.high - scale.low < 1e-9 * abs(low):
        return
    ticks = scale.ticks(about)
    slack = 1e-6 * (abs(low) + width)
    assert len(ticks) <= about + 1
    assert all(scale.low - slack <= t <= scale.high + slack for t in ticks)


@given(st.floats(1e-6, 1e3), st.floats(1.5, 1e8), st.integers(2, 6))
def test_logarithmic_ticks_are_inside(low: float, factor: float, about: int) -> None:
    ticks = Scale(low, low * factor, 0.0, 100.0, log=True).ticks(about)
    assert len(ticks) <= about + 1
    assert all(low <= t <= low * factor for t in ticks)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e7, 1e7))
def test_a_scale_never_leaves_its_place(a: float, b: float, value: float) -> None:
    place = Scale(min(a, b), max(a, b), 10.0, 90.0)(value)
    assert 10.0 <= place <= 90.0
