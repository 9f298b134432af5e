"""The outcome in words, and flags in plain language."""

from __future__ import annotations

from evalium.core import estimate_text, value_text

from ._data import Group, ModelPart, Standing

FLAGS = {
    "undefined": "the interval cannot be computed",
    "single": "one unit shows no spread, so there is no interval",
    "degenerate": "all units are alike; the narrow interval is no proof of precision",
    "skewed": "the values are skewed; the interval covers less than it says",
    "few_clusters": "fewer than 10 clusters; the interval is unsure itself",
    "n_too_small": "too few units for one end of the interval",
    "draws_undefined": "some resamples had no value and were left out",
    "undefined_classes": "the mean leaves out classes for which the number is undefined",
    "includes_cached": "some answers came from the response cache and keep their original time and cost",
    "different_signatures": "the two sides were not measured in the same way",
}


def flag_text(flag: str) -> str:
    """A flag in plain language; one that is not known speaks for itself."""
    return FLAGS.get(flag, flag.replace("_", " "))


def sentences_of(group: Group) -> list[str]:
    """What a reader in a hurry must know: who leads, by how much it is certain, what failed."""
    found = [_leader(group), *_rivals(group), _worst_slice(group), _failed(group), _required(group)]
    return [sentence for sentence in found if sentence]


def _leader(group: Group) -> str:
    standing = group.standings.get(group.primary, Standing())
    leader = next((m for m in group.models if m.name == standing.best), None)
    if leader is None:
        return "No metric that says which answers are better is defined for these runs."
    e = leader.results.overall[group.primary]
    if len(group.models) == 1:
        return f"{leader.name}: {group.primary} {estimate_text(e)} on {e.n:,} units."
    most = "highest" if e.higher_is_better else "lowest"
    return f"{leader.name} has the {most} {group.primary}, {estimate_text(e)} on {e.n:,} units."


def _rivals(group: Group) -> list[str]:
    standing = group.standings.get(group.primary, Standing())
    ahead = [name for name in standing.reasons if name not in standing.level_with]
    how = "On the same samples" if standing.by == "paired" else "By their intervals"
    found = []
    if ahead:
        told = "; ".join(f"{name} ({standing.reasons[name]})" for name in ahead)
        found.append(f"{how} the data separate it from {told}.")
    if standing.level_with:
        told = "; ".join(f"{name} ({standing.reasons[name]})" for name in standing.level_with)
        opening = "They do" if ahead else f"{how} the data do"
        found.append(f"{opening} not separate it from {told}.")
    return found


def _worst_slice(group: Group) -> str:
    standing = group.standings.get(group.primary, Standing())
    leader = next((m for m in group.models if m.name == standing.best), None)
    worst = leader.results.worst.get(group.primary) if leader else None
    if leader is None or worst is None or worst.n_slices < 2:
        return ""
    overall = leader.results.overall[group.primary]
    apart = worst.estimate.high < overall.low or worst.estimate.low > overall.high
    where = f"{worst.attribute} = {worst.value}"
    text = f"Its weakest slice is {where}, {estimate_text(worst.estimate)} on {worst.estimate.n:,} units"
    return f"{text}." if apart else f"{text}; of {worst.n_slices} slices one is weakest by chance too."


def _failed(group: Group) -> str:
    def failed(model: ModelPart) -> int:
        return sum(n for status, n in model.counts.items() if status != "ok")

    having = [(m.name, failed(m), sum(m.counts.values())) for m in group.models if failed(m)]
    if not having:
        return "Every call was answered."
    return (
        "Not answered as they should be: " + ", ".join(f"{k:,} of {n:,} calls of {name}" for name, k, n in having) + "."
    )


def _required(group: Group) -> str:
    judged = [(m, [r for r in m.requirements if r.verdict != "pass"]) for m in group.models if m.requirements]
    if not judged:
        return ""
    passed = [m.name for m, others in judged if not others]
    if passed:
        return f"All requirements are met, interval included, by {', '.join(passed)}."
    short = [
        f"{m.name} ({others[0].metric} {others[0].rule}: {value_text(others[0].estimate)}, {others[0].verdict})"
        for m, others in judged
    ]
    return f"No model is shown to meet all requirements: {'; '.join(short)}."
