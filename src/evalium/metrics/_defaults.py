"""The metrics that are taken when a plan names none."""

from collections.abc import Sequence
from dataclasses import replace

from ._create import ScorerInfo, create
from .base import Metric

_OF_KIND = {
    "label": ("accuracy", "f1_macro", "balanced_accuracy", "mcc"),
    "probability": ("roc_auc", "log_loss", "brier", "ece"),
    "loglikelihood": ("perplexity", "bits_per_byte"),
}
_OF_CALLS = ("latency_p50", "latency_p95", "ttft_p50", "ttft_p95", "error_rate", "missing_rate", "throughput")
_OF_TOKENS = ("input_tokens", "output_tokens")
_OF_PRICE = ("cost_per_call", "cost_total", "machine_cost_per_call")


def defaults(
    scorers: Sequence[ScorerInfo], *, has_tokens: bool = True, has_price: bool = True, streamed: bool = False
) -> list[Metric]:
    """The usual metrics: quality by the kind of each scorer, latency, tokens, cost, failures.

    A scorer with a value gives its mean under its own name; one of labels accuracy, macro F1, balanced accuracy and
    MCC; one of probabilities ROC-AUC, log loss, Brier score and calibration error; log-likelihoods perplexity and bits
    per byte. The first scorer of a kind has the bare names, further ones `scorer.metric`. A usual metric that no unit
    has a number for is left out of the results.

    Args:
        scorers: The plan's scorers.
        has_tokens: Whether the model reports tokens.
        has_price: Whether it has a price.
        streamed: Whether answers are streamed, so that there is a time to first token.

    Example:
        >>> [m.key for m in defaults([ScorerInfo("exact")], has_tokens=False, has_price=False)]
        ['exact', 'latency_p50', 'latency_p95', 'error_rate', 'missing_rate', 'throughput']
    """
    specs: list[str] = []
    kinds: set[str] = set()
    for scorer in scorers:
        names = _OF_KIND.get(scorer.kind)
        if names is None:
            specs.append(scorer.name)
        else:
            specs += [f"{scorer.name}.{name}" if scorer.kind in kinds else name for name in names]
        kinds.add(scorer.kind)
    specs += [name for name in _OF_CALLS if streamed or not name.startswith("ttft")]
    specs += _OF_TOKENS if has_tokens else ()
    specs += _OF_PRICE if has_price else ()
    return [replace(metric, usual=True) for spec in specs for metric in create(spec, scorers)]
