"""Which intents fail how, and what to write instead, worked out from what the checker found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from generator import FAULTS
from scenes import WORDINGS

from evalium.core import Estimate, estimate_text
from evalium.metrics import compute
from evalium.stats import holm, paired_t

TOLERATED = 0.05
SURE = 0.95
SHORT, LONG = next(iter(WORDINGS.values()))


@dataclass(frozen=True)
class Found:
    """An image, and what the checker found.

    Attributes:
        prompt: What was asked for.
        name: Its prompt's name; images of one prompt are not independent.
        scene: What the prompt is about, whatever its wording.
        intent: What kind of thing is asked.
        wording: How.
        fault: What is wrong with it, or `none`.
    """

    prompt: str
    name: str
    scene: str
    intent: str
    wording: str
    fault: str


def matrix(images: Sequence[Found]) -> dict[str, dict[str, Estimate]]:
    """Share of images with each fault, by intent."""
    found = [image.fault for image in images]
    table: dict[str, dict[str, Estimate]] = {intent: {} for intent in WORDINGS}
    for fault in ("none", *FAULTS):
        shares = compute(
            "accuracy",
            found,
            [fault] * len(images),
            by=[image.intent for image in images],
            cluster=[image.name for image in images],
        )
        assert isinstance(shares, dict)
        for intent in WORDINGS:
            table[intent][fault] = shares[intent]
    return table


def guidelines(images: Sequence[Found]) -> list[str]:
    """A sentence or two for each intent, worst first."""
    table = matrix(images)
    effects = {intent: effect_of_wording([i for i in images if i.intent == intent]) for intent in WORDINGS}
    adjusted = dict(zip(effects, holm([effect.p for effect in effects.values()]), strict=True))
    order = sorted(WORDINGS, key=lambda intent: table[intent]["none"].value)
    return [_advice(intent, images, table[intent], effects[intent], float(adjusted[intent])) for intent in order]


@dataclass(frozen=True)
class Effect:
    """How many fewer images are faulty where the prompt is spelled out; scenes are compared with themselves."""

    value: float
    low: float
    high: float
    p: float


def effect_of_wording(images: Sequence[Found]) -> Effect:
    """The difference between the wordings of the same ten scenes."""
    rates = {key: np.mean([i.fault != "none" for i in group]) for key, group in _grouped(images)}
    scenes = dict.fromkeys(scene for scene, _ in rates)
    test = paired_t([rates[scene, SHORT] - rates[scene, LONG] for scene in scenes])
    assert test.interval is not None
    return Effect(test.value, test.interval.low, test.interval.high, 1.0 if math.isnan(test.p) else test.p)


def _grouped(images: Sequence[Found]) -> list[tuple[tuple[str, str], list[Found]]]:
    ordered = sorted(images, key=lambda i: (i.scene, i.wording))
    return [(key, list(group)) for key, group in groupby(ordered, key=lambda i: (i.scene, i.wording))]


def _advice(intent: str, images: Sequence[Found], shares: dict[str, Estimate], effect: Effect, p: float) -> str:
    own = [image for image in images if image.intent == intent]
    often = [fault for fault in FAULTS if shares[fault].low > TOLERATED]
    fails = " and ".join(f"{fault} in {estimate_text(shares[fault])} of images" for fault in often)
    better, worse = (LONG, SHORT) if effect.value >= 0 else (SHORT, LONG)
    low, high = sorted((effect.low, effect.high) if better == LONG else (-effect.low, -effect.high))
    saved = f"{100 * abs(effect.value):.0f} [{100 * low:.0f}, {100 * high:.0f}] faulty images in 100"
    if p < 0.05:
        good, bad = (next(i for i in own if i.wording == wording).prompt for wording in (better, worse))
        left = [image for image in own if image.wording == better]
        return f'{intent}: {fails}. Write "{good}", not "{bad}": that saves {saved}. {_images_needed(left)}'
    if often:
        return f"{intent}: {fails}. Prompts that are {better} save {saved}: no certain help. {_images_needed(own)}"
    return f"{intent}: {estimate_text(shares['none'])} of images are right; write it as you like. {_images_needed(own)}"


def _images_needed(images: Sequence[Found]) -> str:
    wrong = float(np.mean([image.fault != "none" for image in images]))
    needed = 1 if wrong < 1 - SURE else math.ceil(math.log(1 - SURE) / math.log(wrong))
    return f"Draw {needed}{' image' if needed == 1 else ' images'} to have a right one with {SURE:.0%} certainty."
