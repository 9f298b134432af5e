"""Runs made by hand: real records and scores in a real workspace, without a model."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Data, Decide, Model, Plan, Record, Score, Status, content_hash
from evalium.metrics import ScorerInfo
from evalium.store import RunRow, Workspace

MODELS = ("gpt-large", "gpt-small", "llama")
EXACT = ScorerInfo("exact", "binary")
JUDGE = ScorerInfo("judge.help", "graded", low=1.0, high=5.0)
LABEL = ScorerInfo("intent", "label")
PROBABILITY = ScorerInfo("probability", "probability")

Entry = tuple[Record, list[Score]]
Entries = Callable[[str, str], Sequence[Entry]]


def write_run(
    root: Path,
    plan: Plan,
    model: str,
    entries: Entries,
    scorers: Sequence[ScorerInfo],
    *,
    at: float = 1_750_000_000.0,
    findings: dict[str, Any] | None = None,
) -> str:
    """Store one run and return its id."""
    run = content_hash([plan.plan, model], 12)
    with Workspace.open(root) as store:
        with store.journal(run) as journal:
            for i, (record, scores) in enumerate(entries(run, model)):
                journal.write(record, scores)
                if i % 1000 == 0:
                    journal.flush()
        store.seal()
        store.catalog.put_run(
            RunRow(
                id=run,
                plan=plan.plan,
                task=plan.plan,
                task_version="0123456789abcdef",
                dataset="tickets.jsonl",
                dataset_hash="feedc0de" * 8,
                model=model,
                model_identity={"provider": "made", "model": model},
                params={"temperature": 0},
                plan_json=msgspec.to_builtins(plan),
                status="done",
                created_at=at,
                findings=findings or {},
                scorers=[msgspec.to_builtins(s) for s in scorers],
                host="a-secret-machine",
                base=str(root),
                evalium_version="0.1.0",
                git_sha="c0ffee" * 6 + "beef",
            )
        )
    return run


def support_plan(**changes: Any) -> Plan:
    """A plan with requirements, as the design's example."""
    plan = Plan(
        plan="support-chatbot",
        description="Answers to customers.",
        data=Data(file="tickets.jsonl", input="question", target="ideal", attributes=("language",)),
        models=MODELS,
        prompt="You are a support agent. {{ question }}",
        generation={"temperature": 0, "seed": 7},
        metrics=("exact", "judge.help", "latency_p50", "latency_p95", "cost_per_call", "output_tokens", "error_rate"),
        decide=Decide(require={"latency_p95": "<= 2 s", "cost_per_call": "<= 0.01 USD"}),
    )
    return msgspec.structs.replace(plan, **changes)


def support_entries(n: int, text: Callable[[int], str] | None = None) -> Entries:
    """Answers of models of different quality, with every way to fail."""
    say = text or (lambda i: f"Answer {i}: please restart the router.")
    quality = {"gpt-large": 0.9, "gpt-small": 0.8, "llama": 0.55}

    def entries(run: str, model: str) -> list[Entry]:
        chance = random.Random(model)
        made = []
        for i in range(n):
            luck = chance.random()
            status = Status.TIMEOUT if i % 29 == 3 and model == "llama" else Status.OK
            record = Record(
                key=f"{i:064x}",
                run=run,
                sample=f"ticket-{i}",
                sample_hash=f"{i:032x}",
                model=model,
                status=status,
                started_at=1_750_000_000.0 + i * 0.2,
                latency=chance.lognormvariate(-0.5, 0.6),
                input_tokens=100 + i % 7,
                output_tokens=40 + i % 11,
                cost=0.0004 * (1 + MODELS.index(model) if model in MODELS else 1),
                input=f'[{{"role":"user","content":"How do I fix problem {i}?"}}]',
                output=None if status is Status.TIMEOUT else say(i),
                target=f"restart {i}",
                error="no answer within 120 s" if status is Status.TIMEOUT else None,
                error_kind="timeout" if status is Status.TIMEOUT else None,
                attributes={"language": ("en", "de", "fr", "pt")[0 if i % 10 < 6 else 1 if i % 10 < 9 else 2 + i % 2]},
            )
            made.append((record, _support_scores(record, luck < quality.get(model, 0.7), chance)))
        return made

    return entries


def _support_scores(record: Record, right: bool, chance: random.Random) -> list[Score]:
    about = {"run": record.run, "sample": record.sample, "epoch": record.epoch}
    if record.status is not Status.OK:
        return [Score(**about, scorer=s.name, status=Status.MISSING) for s in (EXACT, JUDGE)]
    help_ = min(5.0, max(1.0, round(chance.gauss(4.2 if right else 2.6, 0.8), 1)))
    return [
        Score(**about, scorer="exact", signature="exact|v:1", value=float(right), answer="restart"),
        Score(**about, scorer="judge.help", signature="judge|v:1", value=help_, explanation=f"Helpful to {help_}."),
    ]


def intent_plan() -> Plan:
    """A classification plan."""
    return Plan(
        plan="intents",
        data=Data(file="intents.csv", input="text", target="label"),
        models=("forest", Model(id="sklearn/made.py:bayes", name="bayes")),
        metrics=("accuracy", "f1_macro", "roc_auc", "ece", "latency_p50"),
    )


def intent_entries(n: int) -> Entries:
    """Two classes with probabilities."""

    def entries(run: str, model: str) -> list[Entry]:
        chance = random.Random(model)
        made = []
        for i in range(n):
            target = "refund" if i % 3 == 0 else "delivery"
            p = min(0.99, max(0.01, chance.gauss(0.75 if target == "refund" else 0.3, 0.2)))
            probabilities = {"refund": p, "delivery": 1 - p}
            label = "refund" if p >= 0.5 else "delivery"
            record = Record(
                key=f"{i:064x}",
                run=run,
                sample=f"{i}",
                sample_hash=f"{i:032x}",
                model=model,
                status=Status.OK,
                latency=0.001 * chance.uniform(1, 3),
                input=f"text {i}",
                target=target,
                label=label,
                probabilities=probabilities,
            )
            about = {"run": run, "sample": f"{i}", "label": label, "target": target, "probabilities": probabilities}
            made.append(
                (
                    record,
                    [
                        Score(**about, scorer="intent", value=float(label == target), signature="label|v:1"),
                        Score(**about, scorer="probability", value=probabilities[target], signature="probability|v:1"),
                    ],
                )
            )
        return made

    return entries


def support_runs(root: Path, n: int = 60, text: Callable[[int], str] | None = None) -> list[str]:
    """The three support runs."""
    plan, entries = support_plan(), support_entries(n, text)
    return [write_run(root, plan, m, entries, (EXACT, JUDGE), at=1_750_000_000.0 + i) for i, m in enumerate(MODELS)]


def intent_runs(root: Path, n: int = 90) -> list[str]:
    """The two classifiers; one was cross-validated."""
    gap = {"value": 0.03, "low": 0.01, "high": 0.05, "level": 0.95, "method": "t:nadeau_bengio"}
    curve = [
        {
            "share": s,
            "n": round(72 * s),
            "train": 0.99 - 0.04 * s,
            "test": 0.7 + 0.2 * s,
            "train_sd": 0.01,
            "test_sd": None,
        }
        for s in (0.1, 0.5, 1.0)
    ]
    findings = {"measure": "accuracy", "gap": gap, "learning_curve": curve, "warnings": [], "folds": []}
    plan, entries = intent_plan(), intent_entries(n)
    first = write_run(root, plan, "forest", entries, (LABEL, PROBABILITY), findings=findings)
    return [first, write_run(root, plan, "bayes", entries, (LABEL, PROBABILITY), at=1_750_000_001.0)]
