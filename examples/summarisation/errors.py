"""What is wrong with a summary, by rules that anyone can check: scorers of the plan, each with its evidence."""

import re

import evalium as ev
from evalium.core import Verdict

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER = {word: n for n, word in enumerate(ONES)} | {word: 20 + 10 * n for n, word in enumerate(TENS)}
COMMON = frozenset(
    """a about after again all also an and any are as at be because been before being but by can could did do does down
    during each for from had has have he her his how if in into is it its may more most much no nor not of off on one
    only or other out over own said say says she should since so some such than that the their them then there these
    they this those through to too under until up very was were what when where which while who whom will with
    would""".split()
)
UNCLEAR = {"and", "but", "he", "her", "his", "it", "its", "she", "that", "their", "these", "they", "this", "those"}
SHARED = 6
"""Words that begin with the same six letters count as the same: a crude stem."""


@ev.scorer(kind="binary", higher_is_better=False)
def hallucination(output: str, input: str) -> Verdict:
    """Whether a number or a name of the summary is not in the article."""
    known, stated = set(words(input)), set(numbers(input))
    strange = [number for number in numbers(output) if number not in stated]
    strange += [name for name in names(output) if name.lower() not in known]
    return verdict(bool(strange), f"not in the article: {', '.join(strange)}")


@ev.scorer(kind="binary", higher_is_better=False)
def omission(output: str, target: str, least: float = 1 / 3) -> Verdict:
    """Whether the summary has too small a share of the reference's numbers, names and other telling words."""
    wanted = telling(target)
    missed = sorted(wanted - telling(output))
    evidence = f"lacks {len(missed)} of {len(wanted)}: {', '.join(missed)}"
    return verdict(len(missed) > (1 - least) * len(wanted), evidence)


@ev.scorer(kind="binary", higher_is_better=False)
def incoherence(output: str) -> Verdict:
    """Whether the summary says four words twice, breaks off, or begins with a word that points to nothing."""
    said = words(output)
    runs = [" ".join(said[i : i + 4]) for i in range(len(said) - 3)]
    again = next((run for i, run in enumerate(runs) if run in runs[:i]), None)
    if again:
        return verdict(True, f"says twice: {again}")
    if not output.rstrip().endswith((".", "!", "?")):
        return verdict(True, f"breaks off: {' '.join(output.split()[-3:])}")
    return verdict(said[:1] != [] and said[0] in UNCLEAR, f"begins with: {' '.join(said[:1])}")


@ev.scorer(kind="graded", low=0, higher_is_better=False, unit="points")
def harm(output: str, input: str, target: str, weights: dict[str, float]) -> float:
    """The weights of all that is wrong with a summary, added up."""
    found = {
        "hallucination": hallucination(output, input),
        "omission": omission(output, target),
        "incoherence": incoherence(output),
    }
    return sum(weights[name] * (each.value or 0) for name, each in found.items())


def verdict(wrong: bool, evidence: str) -> Verdict:
    """1 with the evidence, or 0."""
    return Verdict(value=float(wrong), explanation=evidence if wrong else None)


def words(text: str) -> list[str]:
    """Words in lower case, without possessive endings."""
    return re.findall(r"[^\W\d_]+", re.sub(r"['’]s\b", "", text.lower()))


def numbers(text: str) -> list[str]:
    """Numbers in digits, whether written so or in words; "one" is left out, being seldom a number."""
    found = [number.replace(",", "") for number in re.findall(r"\d(?:[\d,.]*\d)?", text)]
    tens = 0
    for word in words(text):
        value = NUMBER.get(word, 0)
        if tens and 0 < value < 10:
            found[-1] = str(tens + value)
        elif value > 1:
            found.append(str(value))
        tens = value if value >= 20 else 0
    return found


def names(text: str) -> list[str]:
    """Words with a capital; the first of a sentence only where another follows and it is no everyday word."""
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+", re.sub(r"['’]s\b", "", text)):
        parts = re.findall(r"[^\W\d_]+|\S", sentence)
        capital = [part[0].isupper() and len(part) > 1 for part in parts]
        if parts and (parts[0].lower() in COMMON or capital[1:2] != [True]):
            capital[0] = False
        found += [part for i, part in enumerate(parts) if capital[i]]
    return found


def telling(text: str) -> set[str]:
    """Numbers, and the beginnings of the words that are not everyday ones."""
    return {*numbers(text), *(word[:SHARED] for word in words(text) if word not in COMMON and word not in NUMBER)}
