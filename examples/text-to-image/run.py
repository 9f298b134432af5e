"""Do images show what was asked for, and what should people ask instead: `make example NAME=text-to-image`."""

from pathlib import Path

import numpy as np
from features import Layout
from generator import FAULTS, IMAGES, draw
from guidelines import Found, guidelines, matrix
from ratings import table
from scenes import asked
from sheet import save_sheet

import evalium as ev
from evalium.core import estimate_text
from evalium.metrics import compute
from evalium.metrics.image_distance import image_distance
from evalium.runner import RunResult
from evalium.stats import krippendorff_alpha

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Draw and score the images, compare the set with a faultless one, and say what to write instead."""
    OUT.mkdir(exist_ok=True)
    real = faultless(1000)
    np.save(OUT / "reference.npy", real)
    [single] = ev.run(HERE / "plan.yaml", workspace=OUT / "workspace").runs
    [whole] = ev.run(HERE / "distance.yaml", workspace=OUT / "workspace").runs
    show_images(single)
    show_set(whole, real)
    images = found(single)
    show_faults(images)
    show_scores(single, images)
    print("\nguidelines\n" + "\n".join(f"- {line}" for line in guidelines(images)))
    save_sheet(OUT / "faults.png", {fault: files_of(images, fault) for fault in ("none", *FAULTS)})
    path = ev.write_report(OUT / "report.html", [single.id, whole.id], workspace=OUT / "workspace")
    print(f"\nimages of each fault: {OUT / 'faults.png'}\nreport: {path}")


def faultless(seed: int) -> np.ndarray:
    """Features of what should have been drawn, with other seeds than the generator's."""
    return Layout().images([draw(row["prompt"], row["seed"] + seed) for row in asked()])


def show_images(run: RunResult) -> None:
    """Print what there is to say of single images."""
    agreement = krippendorff_alpha(np.array(list(table().values()), dtype=float).T, "ordinal")
    print(f"{run.results.n} images of {run['as_asked'].n_clusters} prompts")
    print(f"  as asked    {estimate_text(run['as_asked'])}")
    print(f"  rating      {estimate_text(run['rating'])} of 5, by three raters")
    print(f"  agreement   {agreement.alpha:.2f} [{agreement.interval.low:.2f}, {agreement.interval.high:.2f}]")
    print(f"  CLIPScore   {estimate_text(run['clip_score'])}")
    print(f"  the checker names the known fault of {estimate_text(run['checker.accuracy'])}")


def show_set(run: RunResult, real: np.ndarray) -> None:
    """Print distances of the whole set, beside those of a set without faults."""
    print("\nall images against what should have been drawn")
    other = faultless(2000)
    for name, shown, scale in (("fid", "FID", 1), ("kid", "KID x 1000", 1000)):
        made, best = (in_words(e, 2, scale) for e in (run[name], image_distance(name, other, real)))
        print(f"  {shown:11} {made}; of faultless images {best}")
    few = "fewer_images_than_features" in run["fid"].flags
    print(f"  {len(real)} images, {real.shape[1]} features: {'FID is biased upwards, trust KID' if few else 'enough'}")


def found(run: RunResult) -> list[Found]:
    """What the checker found, image by image."""
    labels = {row["sample"]: row["label"] for row in run.scores().to_pylist() if row["scorer"] == "checker"}
    keys = ("prompt", "name", "scene", "intent", "wording")
    return [Found(**{key: row[key] for key in keys}, fault=labels[row["id"]]) for row in asked()]


def files_of(images: list[Found], fault: str) -> list[Path]:
    """The images with a fault, the first of each prompt first."""
    rows = sorted(zip(asked(), images, strict=True), key=lambda both: both[0]["seed"])
    return [HERE / IMAGES / f"{row['id']}.png" for row, image in rows if image.fault == fault]


def show_faults(images: list[Found]) -> None:
    """Print shares of images by intent and fault."""
    print(f"\n{'intent':10}" + "".join(f"{fault:>16}" for fault in ("none", *FAULTS)))
    for intent, shares in matrix(images).items():
        print(f"{intent:10}" + "".join(f"{share.value:>16.0%}" for share in shares.values()))


def show_scores(run: RunResult, images: list[Found]) -> None:
    """Print what raters and CLIPScore make of each fault."""
    rows = {(row["sample"], row["scorer"]): row["value"] for row in run.scores().to_pylist()}
    print(f"\n{'fault':16}{'rating':>24}{'CLIPScore':>26}")
    parts = {}
    for name in ("rating", "clip_score"):
        values = [rows[row["id"], name] for row in asked()]
        parts[name] = compute("mean", values, by=[i.fault for i in images], cluster=[i.name for i in images])
    for fault in ("none", *FAULTS):
        print(f"{fault:16}{in_words(parts['rating'][fault], 1):>24}{in_words(parts['clip_score'][fault], 0):>26}")
    for name, numbers in parts.items():
        seen = [fault for fault in FAULTS if numbers[fault].high < numbers["none"].low]
        print(f"lower where faulty, by {name}: {', '.join(seen) or 'nothing'}")


def in_words(number: ev.Estimate, digits: int, scale: float = 1) -> str:
    """A number with its interval."""
    value, low, high = (scale * part for part in (number.value, number.low, number.high))
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


if __name__ == "__main__":
    main()
