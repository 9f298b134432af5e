"""From plan entries to metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, UnknownName
from evalium.metrics import (
    Frame,
    Metric,
    ScorerInfo,
    create,
    create_all,
    defaults,
    estimate,
    evaluate,
    implied_scorers,
    lacks_scorer,
    metric,
    registry,
)

EXACT = ScorerInfo("exact")
ROUGE = ScorerInfo("rouge_l", "graded", values=("precision", "recall"))
INTENT = ScorerInfo("intent", "label")
JUDGE = ScorerInfo("judge.helpfulness", "binary", judge=True)
WER = ScorerInfo("wer", "graded", high=None, higher_is_better=False)
ALL = (ROUGE, EXACT, INTENT, JUDGE, WER)


def one(spec: Any, scorers: tuple[ScorerInfo, ...] = ALL) -> Metric:
    [made] = create(spec, scorers)
    return made


def test_a_bare_name_takes_the_first_scorer_that_fits() -> None:
    assert one("accuracy").options["scorer"] == "exact"
    assert one("f1_macro").options["scorer"] == "intent"
    assert one("intent.accuracy").options == {"scorer": "intent", "unparsed": "wrong", "by": "label"}
    assert one("intent.accuracy").key == "intent.accuracy"


def test_a_scorers_name_is_its_mean() -> None:
    mean = one("rouge_l")
    assert (mean.name, mean.key, mean.options["of"]) == ("mean", "rouge_l", "value")
    assert one("judge.helpfulness").options["unparsed"] == "missing"
    assert one("exact").options["unparsed"] == "wrong"
    assert (one("wer").higher_is_better, one("wer").high) == (False, None)
    further = one("rouge_l.recall")
    assert further.options["of"] == "values.recall" and further.key == "rouge_l.recall"


def test_a_scorer_wins_over_a_metric_of_the_same_name() -> None:
    squad = ScorerInfo("f1", "graded")
    assert one("f1", (squad, INTENT)).name == "mean"
    assert one("intent.f1", (squad, INTENT)).name == "f1"


def test_options_and_renaming() -> None:
    made = one({"f_beta": {"beta": 2, "average": "weighted", "name": "f2"}})
    assert (made.key, made.options["beta"], made.options["average"]) == ("f2", 2.0, "weighted")
    assert "beta:2" in made.signature and "average:weighted" in made.signature
    assert one({"accuracy": {"scorer": "intent"}}).options["scorer"] == "intent"
    assert one({"machine_cost_per_call": {"per_hour": 3}}).options["per_hour"] == 3.0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("acuracy", "unknown metric or scorer 'acuracy'. Did you mean 'accuracy'"),
        ("exact.acuracy", "Did you mean 'exact.accuracy'"),
        ("rouge_l.recal", "Did you mean 'rouge_l.recall'"),
        ("rouge", "Did you mean 'rouge_l'"),
        ({"f_beta": {"bta": 2}}, "metric 'f_beta' has no option 'bta'. Did you mean 'beta'"),
        ({"f_beta": {"beta": "two"}}, "option 'beta'"),
        ({"f_beta": {"beta": 0}}, "option 'beta' must be positive"),
        ({"ece": {"n_bins": 0}}, "needs a scorer of kind probability; the plan's scorers: rouge_l"),
        ({"accuracy": {"scorer": "exat"}}, "unknown scorer 'exat'. Did you mean 'exact'"),
        ({"accuracy": 3}, "the options of metric 'accuracy' are a mapping"),
        ({"accuracy": {}, "f1": {}}, "a metric is a name or one name with its options"),
        ({"accuracy": {"name": ""}}, "option 'name': expected text"),
        ({"machine_cost_per_call": {"per_hour": -1}}, "option 'per_hour' must not be negative"),
        ("latency_p100", "unknown metric or scorer 'latency_p100'"),
    ],
)
def test_wrong_entries_say_what_to_do(spec: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        one(spec)


def test_two_of_one_key_are_refused() -> None:
    with pytest.raises(ConfigError, match="two metrics have the key 'f_beta'"):
        create_all([{"f_beta": {"beta": 2}}, {"f_beta": {"beta": 0.5}}], ALL)
    made = create_all([{"f_beta": {"beta": 2}}, {"f_beta": {"beta": 0.5, "name": "f_half"}}], ALL)
    assert [m.key for m in made] == ["f_beta", "f_half"]


def test_usual_metrics_fit_the_scorers() -> None:
    keys = [m.key for m in create_all([], [EXACT, INTENT, ScorerInfo("probability", "probability")])]
    assert keys[:9] == [
        "exact", "accuracy", "f1_macro", "balanced_accuracy", "mcc", "roc_auc", "log_loss", "brier", "ece",
    ]  # fmt: skip
    assert "ttft_p50" not in keys and "ttft_p50" in [m.key for m in defaults([EXACT], streamed=True)]
    assert len(keys) == len(set(keys))
    second = [m.key for m in defaults([INTENT, ScorerInfo("topic", "label")])]
    assert "accuracy" in second and "topic.accuracy" in second


def test_usual_metrics_without_data_are_left_out_and_asked_ones_are_not() -> None:
    frame = Frame.from_columns({"exact.value": [1, 0]})
    usual = evaluate(defaults([EXACT]), frame).overall
    assert "cost_per_call" not in usual and "latency_p50" not in usual and "error_rate" in usual
    asked = evaluate(create_all(["exact", "cost_per_call"], [EXACT]), frame).overall
    assert asked["cost_per_call"].reason == "no unit has this number"


def test_only_streams_need_streams() -> None:
    assert one("ttft_p95").needs_stream and one("itl_mean").needs_stream
    assert not any(m.needs_stream for m in defaults([EXACT]))


def test_own_function_class_and_file(tmp_path: Path) -> None:
    @metric(name="own_cheap", unit="1", low=0.0, high=1.0)
    def cheap(frame: Frame) -> Any:
        """Share of cheap calls."""
        return frame.number("cost") < 0.01

    @metric(name="own_spread", unit="s", higher_is_better=False)
    class Spread:
        """Standard deviation of a time."""

        column: str = "latency"

        def rows(self, frame: Frame) -> Any:
            x = frame.number(self.column)
            return np.stack([x, x**2, np.ones(frame.n)], axis=1)

        def value(self, sums: Any) -> Any:
            mean = sums[..., 0] / sums[..., 2]
            return np.sqrt(np.maximum(sums[..., 1] / sums[..., 2] - mean**2, 0))

    frame = Frame.from_columns({"cost": [0.001, 0.02], "latency": [1.0, 3.0], "ttft": [1.0, 1.0]})
    found = evaluate(create_all(["own_cheap", "own_spread"]), frame).overall
    assert found["own_cheap"].value == 0.5 and found["own_cheap"].method == "wilson"
    assert found["own_spread"].value == 1.0 and found["own_spread"].unit == "s"
    assert estimate(one({"own_spread": {"column": "ttft"}}), frame)["own_spread"].value == 0.0
    assert "column:latency" in one("own_spread").signature
    (tmp_path / "mine.py").write_text("def tenth(frame):\n    return frame.number('cost') * 10\n", encoding="utf-8")
    [from_file] = create("mine.py:tenth", base=tmp_path)
    assert estimate(from_file, frame)["mine.py:tenth"].value == pytest.approx(0.105)
    assert from_file.signature.startswith("tenth|v:1|code:")


def test_built_in_names_are_taken() -> None:
    with pytest.raises(ConfigError, match="'accuracy' is built in"):
        metric(name="accuracy")(lambda frame: frame.number("cost"))
    with pytest.raises(ConfigError, match="needs rows"):
        metric(name="own_empty")(type("Empty", (), {}))
    with pytest.raises(UnknownName):
        registry.get("own_empty")


def test_a_metric_named_after_a_scorer_brings_it() -> None:
    assert implied_scorers(["exact", "exact.accuracy", "bleu"], []) == ["exact", "bleu"]
    assert implied_scorers(["json_schema", "nothing_of_this_name"], []) == []
    assert implied_scorers(["exact"], [ScorerInfo("exact")]) == []


def test_metrics_that_bring_no_scorer_say_what_they_lack() -> None:
    assert lacks_scorer(["accuracy", "bleu"], [ScorerInfo("bleu", "bleu")])
    assert not lacks_scorer(["accuracy", "bleu"], [ScorerInfo("bleu", "bleu"), ScorerInfo("exact")])
    assert not lacks_scorer(["latency_p95", "nothing_of_this_name"], [])
