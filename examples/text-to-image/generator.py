"""A stand-in for a diffusion model: it draws what a prompt says, but not always, and where it fails is known."""

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from scenes import COLOURS, SHAPES, Scene, Thing, read

from evalium.core import Sample

SIZE = 96
INK = (40, 40, 40)
FAULTS = ("wrong colour", "wrong number", "missing object", "wrong position", "blurred")
IMAGES = "out/images"


def generate(prompt: str, sample: Sample) -> dict[str, Any]:
    """Draw an image and say where it lies; `fault` is what a real generator would not tell."""
    seed = sample.fields["seed"]
    wrong = fault(prompt, seed)
    path = f"{IMAGES}/{sample.id}.png"
    file = Path(__file__).parent / path
    file.parent.mkdir(parents=True, exist_ok=True)
    draw(prompt, seed, wrong).save(file)
    return {"output": path, "data": {"fault": wrong}}


def chances(prompt: str) -> dict[str, float]:
    """How often each fault happens: what is hard for the generator depends on what is asked, and on how.

    It miscounts where a number stands for repeated things, swaps colours that are named once each, does not know left
    from right whatever the wording, forgets things among several, and smears writing.
    """
    scene = read(prompt)
    found = {"blurred": 0.35} if scene.lines else {"wrong colour": 0.02, "blurred": 0.04}
    if re.search(r"\b(two|three|four|five)\b", prompt):
        found["wrong number"] = 0.5
    elif (len(set(scene.things)) == 1 and len(scene.things) > 1) or scene.lines:
        found["wrong number"] = 0.1
    if len(set(scene.things)) > 1:
        found["missing object"] = 0.08
        if not scene.order:
            found["wrong colour"] = 0.08 if "all of it" in prompt else 0.5
    if scene.order:
        found["wrong position"] = 0.4
    return found


def fault(prompt: str, seed: int) -> str:
    """What goes wrong with an image; `none` for most."""
    dice = random.Random(f"fault {prompt} {seed}").random()
    for name, chance in chances(prompt).items():
        dice -= chance
        if dice < 0:
            return name
    return "none"


def draw(prompt: str, seed: int, wrong: str = "none") -> Image.Image:
    """The image, with one fault or without."""
    dice = random.Random(f"draw {prompt} {seed}")
    scene = spoiled(read(prompt), wrong, dice)
    image = Image.new("RGB", (2 * SIZE, 2 * SIZE), "white")
    pen = ImageDraw.Draw(image)
    for thing, middle in zip(scene.things, places(scene, dice), strict=True):
        put(pen, thing, middle, dice.randint(9, 12))
    for line in range(scene.lines):
        write(pen, 14 + line * 16 + dice.randint(0, 3), dice)
    # Drawn twice as large and made smaller, so that edges are soft as in photographs.
    small = image.resize((SIZE, SIZE), Image.Resampling.BOX)
    soft = dice.uniform(0.9, 2.4) if wrong == "blurred" else dice.uniform(0.0, 0.5)
    return small.filter(ImageFilter.GaussianBlur(soft))


def spoiled(scene: Scene, wrong: str, dice: random.Random) -> Scene:
    """What the generator draws instead of what it was asked for."""
    things = list(scene.things)
    if wrong == "wrong colour":
        others = [thing[0] for thing in things[::-1]] if len({t[0] for t in things}) > 1 else None
        new = dice.choice([c for c in COLOURS if c != things[0][0]])
        things = [(others[i] if others else new, shape) for i, (_, shape) in enumerate(things)]
    elif wrong == "wrong number":
        more = dice.choice((-1, 1))
        if scene.lines:
            return replace(scene, lines=scene.lines + more)
        things = things[:-1] if more < 0 else [*things, things[0]]
    elif wrong == "missing object":
        things.pop(dice.randrange(len(things)))
    elif wrong == "wrong position":
        things.reverse()
    return replace(scene, things=tuple(things))


def places(scene: Scene, dice: random.Random) -> list[tuple[int, int]]:
    """A middle for each thing, none over another; the first of two in order left of or above the second."""
    while True:
        spots = [(dice.randint(14, SIZE - 14), dice.randint(14, SIZE - 14)) for _ in scene.things]
        apart = all((a - c) ** 2 + (b - d) ** 2 > 28**2 for i, (a, b) in enumerate(spots) for c, d in spots[:i])
        axis = {"across": 0, "down": 1}.get(scene.order)
        if apart and (axis is None or len(spots) < 2 or spots[1][axis] - spots[0][axis] > 30):
            return spots


def put(pen: ImageDraw.ImageDraw, thing: Thing, middle: tuple[int, int], half: int) -> None:
    """Draw one thing, on paper that is twice as large."""
    colour, shape = thing
    x, y, r = 2 * middle[0], 2 * middle[1], 2 * half
    if shape == SHAPES[0]:
        pen.ellipse((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    elif shape == SHAPES[1]:
        pen.rectangle((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    else:
        pen.polygon(((x - r, y + r), (x + r, y + r), (x, y - r)), fill=COLOURS[colour])


def write(pen: ImageDraw.ImageDraw, top: int, dice: random.Random) -> None:
    """A line of bars that look like words from afar."""
    left = 8
    while left < SIZE - 16:
        right = min(left + dice.randint(8, 20), SIZE - 8)
        pen.rectangle((2 * left, 2 * top, 2 * right, 2 * top + 10), fill=INK)
        left = right + 5
