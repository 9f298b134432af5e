"""The metrics that are taken when a plan names none."""

from collections.abc import Sequence
from dataclasses import replace

from ._create import ScorerInfo, create
from .base import Metric

_OF_KIND = {
    "label": ("accuracy", "f1_macro", "balanced_accuracy", "mcc"),
    "probability": ("roc_auc", "log_loss", "brier", "ece"),
    "loglikelihood": ("perplexity", "bits_per_byte"),
    "bertscore": ("bertscore", "bertscore_precision", "bertscore_recall"),
    "bleu": ("bleu",),
    "box": ("box_iou", "box_giou"),
    "chart": ("chart_f1", "chart_precision", "chart_recall"),
    "chrf": ("chrf",),
    "chrf_pp": ("chrf_pp",),
    "conversation": ("conversation_score", "turn_score"),
    "detection": ("detection_ap", "detection_ap50", "detection_ar_100"),
    "diversity": ("distinct_1", "distinct_2", "self_bleu", "repetition"),
    "edit_characters": ("cer",),
    "edit_words": ("wer", "mer", "wil"),
    "energy": ("energy",),
    "image_similarity": ("ssim", "psnr"),
    "labels": ("subset_accuracy", "hamming_loss", "f1_samples", "multilabel_f1_macro", "multilabel_f1_micro"),
    "language": ("language_match",),
    "length": ("length_ratio",),
    "meteor": ("meteor",),
    "meteor_exact_stem": ("meteor_exact_stem",),
    "number": ("mae", "rmse", "r2", "spearman"),
    "readability": ("flesch_reading_ease", "flesch_kincaid_grade"),
    "rouge": ("rouge_1", "rouge_2", "rouge_l", "rouge_lsum"),
    "segmentation": ("mean_iou", "dice", "pixel_accuracy"),
    "semantic_similarity": ("semantic_similarity",),
    "ter": ("ter",),
    "tool_calls": ("tool_call_f1", "argument_exactness"),
    "trajectory": ("trajectory_match", "steps"),
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
