"""Which of two summarisers to take, and what is wrong with each: `make example NAME=summarisation`."""

import gzip
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import yaml
from advice import advice
from errors import hallucination
from failures import Summary, agreement, failure_text, sampled, summaries, tag_table, unseen
from find_data import shared_data

import evalium as ev
from evalium.core import difference_text, estimate_text
from evalium.decide import RunComparison
from evalium.metrics import compute
from evalium.runner import RunResult

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Score the summaries, compare the models, read their failures, and say whom to take."""
    first, second = ev.run(HERE / "plan.yaml", workspace=OUT / "workspace").runs
    for run in (first, second):
        show(run)
    compared = ev.compare([first.id, second.id], workspace=OUT / "workspace").runs[0]
    show_differences(first.model, compared)
    read = {run.model: summaries(run) for run in (first, second)}
    samples = {model: sampled(found) for model, found in read.items()}
    found, people = analysis(read, samples), against_people()
    recommended = advice(first.model, compared, weights())
    print("\n" + "\n".join([*found, "", *people, "", *recommended]))
    texts = [failure_text(summary) for sample in samples.values() for summary in sample]
    lines = ["# Recommendation\n", *(f"- {line}" for line in recommended), "\n# Failures\n\n```", *found, "```\n"]
    (OUT / "analysis.md").write_text("\n".join([*lines, *texts]), encoding="utf-8")
    path = ev.write_report(OUT / "report.html", [first.id, second.id], workspace=OUT / "workspace")
    print(f"\nfailures to read: {OUT / 'analysis.md'}\nreport: {path}")


def weights() -> dict[str, float]:
    """Points of each fault, as in the plan."""
    plan = yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8"))
    [options] = [scorer["errors.py:harm"] for scorer in plan["scorers"] if "errors.py:harm" in scorer]
    points: dict[str, float] = options["weights"]
    return points


def show(run: RunResult) -> None:
    """Print a model's numbers."""
    print(f"{run.model}: {run.results.n} summaries")
    for name, estimate in run.metrics.items():
        print(f"  {name:20} {estimate_text(estimate)}")


def show_differences(baseline: str, run: RunComparison) -> None:
    """Print the paired differences."""
    print(f"\n{run.model} minus {baseline}, article by article")
    for metric in run.metrics:
        difference = difference_text(metric.difference.difference)
        print(f"  {metric.metric:20} {difference:34} p = {metric.p_adjusted:<8.2g} {metric.verdict}")


def analysis(read: dict[str, list[Summary]], samples: dict[str, list[Summary]]) -> list[str]:
    """Tables of the sampled failures, and how far the tags are those of a person."""
    lines = []
    for model, sample in samples.items():
        failing = sum(summary.tag != "fine" for summary in read[model])
        lines += [f"{model}: {failing} of {len(read[model])} summaries fail, {len(sample)} sampled"]
        lines += [f"  {line}" for line in tag_table(sample)]
    sample = [summary for found in samples.values() for summary in found]
    everything = [summary for found in read.values() for summary in found]
    lines += ["rules and person"]
    lines += [f"  {len(sample)} sampled failures: {agreement(sample)}"]
    return [*lines, f"  all {len(everything)} summaries: {agreement(everything)}; {unseen(everything)}"]


def against_people() -> list[str]:
    """How much of what people call false the rule for hallucinations sees, on news of others."""
    folder = shared_data()
    if folder is None:
        return ["Without the public data sets the rule is not compared with QAGS."]
    rows = json.loads(gzip.decompress((folder / "qags" / "qags_xsum_result.json.gz").read_bytes()))
    flagged = ["false" if hallucination(row["system_output"], row["source"]).value else "true" for row in rows]
    people = ["true" if row["scores"]["consistency"] > 0.5 else "false" for row in rows]
    recall, precision = (
        estimate_text(compute(name, flagged, people, average="binary", positive="false"))
        for name in ("recall", "precision")
    )
    return [
        f"the rule for hallucinations on {len(rows)} summaries of BBC news that people judged (QAGS)",
        f"  it finds {recall} of the false ones; {precision} of what it finds is false",
    ]


if __name__ == "__main__":
    main()
