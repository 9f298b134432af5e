"""Reviews made from templates: an everyday mix, and small edits of it that say one thing each."""

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

GOOD = ("good", "great", "excellent", "helpful", "quick", "reliable", "friendly", "lovely")
BAD = ("bad", "awful", "terrible", "useless", "slow", "broken", "rude", "boring")
THINGS = ("the service", "the phone", "the film", "the hotel", "the food", "the delivery", "the app", "the staff")
PLAIN = (
    "{thing} was {word}",
    "I found {thing} {word}",
    "{thing} is simply {word}, as always",
    "a word about {thing}: {word}",
    "we all thought {thing} was really {word}",
)
NEGATED = ("{thing} was not {word}", "I would never call {thing} {word}", "nobody found {thing} {word}")
CONDITIONAL = ("{thing} would have been {word} if it had worked", "if only {thing} had been {word}")
NAMES = ("Anna", "Kwame", "Li", "Fatima", "Olga", "Diego")
OPPOSITE = {"positive": "negative", "negative": "positive"}
SIDES = (("positive", GOOD), ("negative", BAD))


def everyday(n: int, seed: int, hard: float = 0.08) -> list[dict[str, Any]]:
    """Reviews as they come in: mostly plain, a share of `hard` negated or conditional."""
    draw = random.Random(seed)
    rows = []
    for i in range(n):
        label, words = SIDES[draw.randrange(2)]
        kind = draw.choice(("negation", "condition")) if draw.random() < hard else "plain"
        templates = {"plain": PLAIN, "negation": NEGATED, "condition": CONDITIONAL}[kind]
        text = draw.choice(templates).format(thing=draw.choice(THINGS), word=draw.choice(words))
        rows.append({"id": f"r{seed}-{i}", "text": text, "label": _meant(label, kind), "kind": kind})
    return rows


def _meant(label: str, kind: str) -> str:
    return label if kind == "plain" else OPPOSITE[label]


def reviews() -> Iterator[dict[str, Any]]:
    """The thousand reviews that the overall number is made of; the models have seen others."""
    yield from everyday(1000, seed=2)


def suite() -> Iterator[dict[str, Any]]:
    """The behavioural tests: one expectation each, several hundred cases.

    Minimum functionality: a simple case has one right answer. Invariance: an edit that must not matter. Direction: an
    edit that must move the answer one way. The first text is the case, `edited` what it is compared with.
    """
    draw = random.Random(3)
    for number, case in enumerate(_cases()):
        thing = draw.choice(THINGS)
        texts = {key: case[key].replace("{thing}", thing) for key in ("text", "edited")}
        yield {**case, **texts, "id": f"t{number}", "expected": "holds"}


def _cases() -> Iterator[dict[str, Any]]:
    for label, words in SIDES:
        for word, template in product(words, PLAIN[:2]):
            yield _case("functionality", "plain", template, word, wanted=label)
        for word, template in product(words, NEGATED):
            yield _case("functionality", "negation", template, word, wanted=OPPOSITE[label])
        for word, template in product(words, CONDITIONAL):
            yield _case("functionality", "condition", template, word, wanted=OPPOSITE[label])
        for word, name in product(words, NAMES[:3]):
            yield _case("invariance", "names", "{thing} was {word}", word, f"{name} said {{thing}} was {{word}}")
        for word in words:
            yield _case("invariance", "typing", "{thing} was {word}", word, "{thing} was {word} !!")
            yield _case("direction", "negation", "{thing} was {word}", word, "{thing} was not {word}", OPPOSITE[label])
            yield _case("direction", "stress", "{thing} was {word}", word, "{thing} was really {word}, {word}", label)


def _case(test: str, capability: str, text: str, word: str, edited: str = "", wanted: str = "") -> dict[str, Any]:
    written = {"text": text.replace("{word}", word), "edited": edited.replace("{word}", word)}
    return {"test": test, "capability": capability, "wanted": wanted, **written}
