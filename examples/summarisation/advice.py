"""Which summariser to take, worked out from the comparison."""

from collections.abc import Mapping

from evalium.core import Estimate, difference_text, estimate_text, value_text
from evalium.decide import ComparedMetric, RunComparison

LIKENESS = ("rouge_1", "rouge_2", "rouge_l", "semantic_similarity")


def advice(first: str, run: RunComparison, weights: Mapping[str, float]) -> list[str]:
    """Sentences: who is better by what, whom to take, what is left to mend, and what would turn the order.

    Args:
        first: Name of the model that the other is compared with.
        run: The comparison.
        weights: Points of each fault, as in the plan.
    """
    found = {metric.metric: metric for metric in run.metrics}
    won = {
        model: [name for name, metric in found.items() if metric.verdict == verdict]
        for model, verdict in ((first, "worse"), (run.model, "better"))
    }
    lines = [f"{model} is better by {', '.join(names)}." for model, names in won.items() if names]
    unseen = [name for name, metric in found.items() if metric.verdict == "no difference seen"]
    if unseen:
        lines.append(f"No difference was seen in {', '.join(unseen)}, which does not mean that there is none.")
    numbers = {
        first: {name: metric.difference.b for name, metric in found.items()},
        run.model: {name: metric.difference.a for name, metric in found.items()},
    }
    chosen = next((model for model, names in won.items() if "harm" in names), None)
    if chosen is None:
        lines.append(undecided(found["harm"]))
    else:
        other = next(model for model in won if model != chosen)
        lines += [choice(chosen, other, numbers, found["harm"]), to_mend(numbers[chosen], weights)]
        misled = ", ".join(name for name in LIKENESS if name in won[other])
        if misled:
            lines.append(f"By {misled} it would have been {other}: a wrong number costs them one word.")
    return [*lines, *turning(first, run.model, found, weights)]


def undecided(harm: ComparedMetric) -> str:
    """What to say where the harm of the two is too alike."""
    return (
        f"Recommended: neither, on these numbers. The harm differs by {difference_text(harm.difference.difference)}; "
        f"{harm.difference.n} articles would have shown a difference of {harm.difference.mde:.2f} points."
    )


def choice(chosen: str, other: str, numbers: Mapping[str, Mapping[str, Estimate]], harm: ComparedMetric) -> str:
    """Whom to take, and how sure that is."""
    less, more = (value_text(numbers[model]["harm"]) for model in (chosen, other))
    return (
        f"Recommended: {chosen}. Its summaries do {less} of harm on average, those of {other} {more} "
        f"(difference {difference_text(harm.difference.difference)}, p = {harm.p_adjusted:.2g})."
    )


def to_mend(numbers: Mapping[str, Estimate], weights: Mapping[str, float]) -> str:
    """The fault that does most of a model's harm."""
    fault = max(weights, key=lambda name: weights[name] * numbers[name].value)
    return f"It is not good yet: {fault} in {estimate_text(numbers[fault])} of its summaries."


def turning(first: str, second: str, found: Mapping[str, ComparedMetric], weights: Mapping[str, float]) -> list[str]:
    """What a hallucination has to weigh for the order to turn, the other weights being as they are."""
    change = {name: found[name].difference.difference.value for name in weights}
    if not change["hallucination"]:
        return []
    careful = first if change["hallucination"] > 0 else second
    at = -sum(weights[name] * change[name] for name in weights if name != "hallucination") / change["hallucination"]
    where = f"where a hallucination weighs more than {at:.1f} points" if at > 0 else "whatever a hallucination weighs"
    return [f"{careful} does less harm {where}; the plan says {weights['hallucination']:g}."]
