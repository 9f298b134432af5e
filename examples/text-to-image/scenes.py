"""What the designers ask for: a hundred prompts of five intents, each thing said in two wordings."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

COLOURS = {"red": (214, 39, 40), "blue": (31, 90, 200), "green": (30, 150, 60), "yellow": (245, 190, 10)}
SHAPES = ("circle", "square", "triangle")
NUMBERS = {"a": 1, "two": 2, "three": 3, "four": 4, "five": 5}
IMAGES_EACH = 3
SCENES_EACH = 10

Thing = tuple[str, str]


@dataclass(frozen=True)
class Scene:
    """What an image has to show.

    Attributes:
        things: Colour and shape of each thing.
        order: Whether the first of two lies left of (`across`) or above (`down`) the second; else empty.
        lines: Lines of writing.
    """

    things: tuple[Thing, ...] = ()
    order: str = ""
    lines: int = 0


def read(prompt: str) -> Scene:
    """What a prompt says."""
    colours, shapes, numbers = "|".join(COLOURS), "|".join(SHAPES), "|".join(NUMBERS)
    named = re.findall(rf"\b({numbers}) ({colours}) ({shapes})s?\b", prompt)
    lines = sum(NUMBERS[word] for word in re.findall(rf"\b({numbers}) lines? of text\b", prompt))
    order = "across" if re.search(r"\bleft\b", prompt) else "down" if re.search(r"\babove|\btop\b", prompt) else ""
    return Scene(tuple((colour, shape) for word, colour, shape in named for _ in range(NUMBERS[word])), order, lines)


def asked() -> Iterator[dict[str, Any]]:
    """Every prompt three times, each time with another seed for the generator."""
    for intent, wordings in WORDINGS.items():
        for scene, values in enumerate(_chosen(intent)):
            for wording, write in wordings.items():
                for k in range(IMAGES_EACH):
                    name = f"{intent} {scene} {wording}".replace(" ", "-")
                    yield {
                        "id": f"{name}-{k}",
                        "prompt": write(*values),
                        "name": name,
                        "scene": f"{intent} {scene}",
                        "intent": intent,
                        "wording": wording,
                        "seed": k,
                    }


def _chosen(intent: str) -> list[tuple[Any, ...]]:
    """Ten scenes out of all that there could be."""
    things = list(product(COLOURS, SHAPES))
    pairs = [(a, b) for a, b in permutations(things, 2) if a[0] != b[0] and a[1] != b[1]]
    every: dict[str, list[tuple[Any, ...]]] = {
        "one shape": [(thing,) for thing in things],
        "number": list(product(list(NUMBERS)[1:], things)),
        "colours": pairs,
        "position": [(*pair, order) for pair in pairs for order in ("across", "down")],
        "writing": [(lines, page) for lines in ("two", "three", "four") for page in PAGES],
    }
    return random.Random(intent).sample(every[intent], SCENES_EACH)


PAGES = ("poster", "leaflet", "ticket", "label")


def _a(thing: Thing) -> str:
    return f"a {thing[0]} {thing[1]}"


def _each(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1]


WORDINGS: dict[str, dict[str, Any]] = {
    "one shape": {
        "short": _a,
        "spelled out": lambda thing: f"{_a(thing)}, alone on a white page",
    },
    "number": {
        "short": lambda number, thing: f"{number} {thing[0]} {thing[1]}s",
        "spelled out": lambda number, thing: _each([_a(thing)] * NUMBERS[number]),
    },
    "colours": {
        "short": lambda one, other: f"{_a(one)} and {_a(other)}",
        "spelled out": lambda one, other: f"{_a(one)}, all of it {one[0]}, and {_a(other)}, all of it {other[0]}",
    },
    "position": {
        "short": lambda one, other, order: f"{_a(one)} {'left of' if order == 'across' else 'above'} {_a(other)}",
        "spelled out": lambda one, other, order: (
            f"on the left {_a(one)}, on the right {_a(other)}"
            if order == "across"
            else f"at the top {_a(one)}, at the bottom {_a(other)}"
        ),
    },
    "writing": {
        "short": lambda lines, page: f"a {page} with {lines} lines of text",
        "spelled out": lambda lines, page: f"a {page} with {_each(['a line of text'] * NUMBERS[lines])}",
    },
}
