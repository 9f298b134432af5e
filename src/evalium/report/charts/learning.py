"""What more training data would bring: scores on training and left-out data by the size of the training set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ._svg import Scale, marker, path, spread, svg, tag, words, x_axis, y_axis

WIDTH, HEIGHT = 380.0, 270.0
_LINES = (("train", 1), ("test", 0))


def learning_curve(model: str, measure: str, points: Sequence[Mapping[str, Any]]) -> Markup:
    """Mean score over folds, with a band of one standard deviation over folds.

    Args:
        model: Whose.
        measure: What the scores are, such as `accuracy`.
        points: `n`, `train`, `test`, `train_sd` and `test_sd` of each size.
    """
    known = [p for p in points if p.get("train") is not None and p.get("test") is not None]
    if len(known) < 2:
        return Markup("")
    ends = [p[name] + s * (p.get(f"{name}_sd") or 0.0) for p in known for name, _ in _LINES for s in (-1, 1)]
    y = spread(ends, HEIGHT - 46, 16, roof=1.0)
    x = spread([p["n"] for p in known], 58, WIDTH - 62, floor=0.0)
    share = measure == "accuracy"
    parts = [x_axis(x, HEIGHT - 46, "", about=4), y_axis(y, x.start, "1", share=share, right=x.end, about=4)]
    parts.append(words(WIDTH / 2, HEIGHT - 10, "training samples", kind="tick", anchor="middle"))
    for name, series in _LINES:
        parts += _line(known, name, series, x, y)
    said = "; ".join(f"n {p['n']}: train {p['train']:.3f}, test {p['test']:.3f}" for p in known)
    return svg(WIDTH, HEIGHT, f"Learning curve of {model}, {measure}. {said}", *parts)


def _line(points: Sequence[Mapping[str, Any]], name: str, series: int, x: Scale, y: Scale) -> list[Markup]:
    at = [(x(p["n"]), y(p[name])) for p in points]
    upper, lower = ([(x(p["n"]), y(p[name] + sign * (p.get(f"{name}_sd") or 0.0))) for p in points] for sign in (1, -1))
    band = path(upper + lower[::-1], f"band s{series}", closed=True)
    hints = [
        tag("g", tag("title", f"{name} with {p['n']:,} samples: {p[name]:.4f}"), marker(*place, series))
        for p, place in zip(points, at, strict=True)
    ]
    end = at[-1]
    return [band, path(at, f"curve s{series}"), *hints, words(end[0] + 10, end[1] + 4, name, kind="label")]
