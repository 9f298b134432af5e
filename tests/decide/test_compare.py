from pathlib import Path
from typing import Any

import pytest

import evalium as ev
from evalium.core import ConfigError, DataError, UnknownName
from evalium.decide import compare

ITEMS = [{"q": f"what is {i}?", "a": str(i), "kind": "odd" if i % 2 else "even"} for i in range(200)]


def run(accuracy: float, *, items: list[dict[str, str]] = ITEMS, name: str = "m", **changes: Any) -> str:
    plan = {
        "plan": "compared",
        "data": {"items": items, "input": "q", "target": "a"},
        "models": [{"id": "mock/target", "name": name, "options": {"accuracy": accuracy, "seed": 1}}],
        "scorers": ["exact"],
        "metrics": ["exact", "output_tokens"],
        **changes,
    }
    return ev.run(plan).runs[0].id


def test_the_same_answers_twice_show_no_difference(workspace: Path):
    [one] = compare([run(0.8), run(0.8, plan="again")]).runs
    exact = one.metrics[0]
    assert exact.difference.difference.value == 0 and exact.difference.p == 1 and exact.verdict == "no difference seen"
    assert one.n_paired == 200 and one.warnings == ()


def test_a_better_model_is_better_and_the_pairs_say_so(workspace: Path):
    comparison = compare([run(0.5), run(0.95, name="good")], metrics=["exact"])
    [one] = comparison.runs
    exact = one.metrics[0]
    assert exact.verdict == "better" and exact.difference.test.startswith("mcnemar")
    assert exact.difference.difference.low > 0.2 and comparison.family == "one test, nothing to correct"


def test_p_values_are_corrected_over_the_family(workspace: Path):
    comparison = compare([run(0.5), run(0.62, name="b"), run(0.64, name="c")])
    raw = [m.difference.p for r in comparison.runs for m in r.metrics]
    adjusted = [m.p_adjusted for r in comparison.runs for m in r.metrics]
    assert len(raw) == 4 and all(a >= p for a, p in zip(adjusted, raw, strict=True))


def test_only_common_samples_are_paired_and_the_rest_is_counted(workspace: Path):
    base = run(0.8, items=ITEMS[:150])
    [one] = compare([base, run(0.8, items=ITEMS[50:], name="late")]).runs
    assert (one.n_paired, one.only_run, one.only_baseline) == (100, 50, 50)
    assert "not paired" in one.warnings[0]


def test_samples_are_paired_by_content_in_any_order(workspace: Path):
    [one] = compare([run(0.8), run(0.8, items=ITEMS[::-1], name="reversed")]).runs
    assert one.n_paired == 200 and one.metrics[0].difference.difference.value == 0
    assert one.warnings == ("the datasets list the same samples in another order",)


def test_nothing_in_common(workspace: Path):
    other = [{"q": f"who is {i}?", "a": str(i), "kind": "x"} for i in range(10)]
    with pytest.raises(DataError, match="no sample in common"):
        compare([run(0.8), run(0.8, items=other)])


def test_numbers_made_differently_are_refused_unless_forced(workspace: Path):
    runs = [run(0.8), run(0.8, scorers=[{"exact": {"case": "ignore"}}], name="other")]
    with pytest.raises(ConfigError, match=r"made differently(.|\n)*case:ignore(.|\n)*--force"):
        compare(runs)
    assert compare(runs, force=True).runs[0].n_paired == 200
    assert compare(runs, metrics=["output_tokens"]).runs[0].n_paired == 200


def test_wrong_use_is_named(workspace: Path):
    one = run(0.8)
    with pytest.raises(ConfigError, match="needs two runs"):
        compare([one])
    with pytest.raises(ConfigError, match="not different ones"):
        compare([one, one])
    with pytest.raises(UnknownName, match="unknown run"):
        compare([one, "zzz"])
    with pytest.raises(ConfigError, match=r"'exat'. Did you mean 'exact'\?"):
        compare([one, run(0.7)], metrics=["exat"])
