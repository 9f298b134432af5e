"""Whether the answer is in the language that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from evalium.core import ConfigError, MissingExtra, Record, Status, Verdict, load_object, source_hash

from ._factory import Traits, assemble
from ._target import NO_OUTPUT
from .base import Scorer

Detector = Callable[[str], str]


def language(
    *, expected: str = "", attribute: str = "language", detector: str = "py3langid", base: Path | None = None
) -> Scorer:
    """Whether the answer is in the expected language.

    Value 1 or 0, higher is better; `label` is the detected language, `target` the expected one, both as ISO 639-1
    codes in lower case without region. Missing where none is expected and where an answer has no letters. Detection
    errs on texts of a few words.

    Args:
        expected: Code of the language of every answer; empty takes it from each record.
        attribute: Attribute of the record that names its language, where `expected` is empty.
        detector: `py3langid` (97 languages, the extra `language`), or `file.py:function` from text to code.
        base: Folder that the detector's path starts from.

    Example:
        >>> from evalium.core import Status
        >>> size = Path("guess.py").write_text("def guess(text): return 'de' if 'ü' in text else 'en'")
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="Grüße", attributes={"language": "de-AT"})
        >>> verdict = language(detector="guess.py:guess", base=Path(".")).score(record)
        >>> verdict.value, verdict.label
        (1.0, 'de')
    """
    folder = base or Path()
    detect, facts = _detector(detector, folder)
    detect = lru_cache(4096)(detect)

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        wanted = expected or record.attributes.get(attribute)
        if not isinstance(wanted, str) or not wanted:
            why = f"no language is expected: the record has no attribute {attribute!r}"
            return Verdict(status=Status.MISSING, explanation=why)
        if not any(c.isalpha() for c in record.output):
            return Verdict(status=Status.MISSING, explanation="the output has no letters")
        target, label = _code(wanted), _code(detect(record.output))
        return Verdict(value=float(label == target), label=label, target=target)

    told = {"expected": expected, "attribute": attribute, "detector": detector}
    return assemble(score, language, told, Traits(kind="language"), **facts)


def _code(name: str) -> str:
    return name.strip().lower().replace("_", "-").split("-")[0]


def _detector(name: str, base: Path) -> tuple[Detector, dict[str, str]]:
    if name == "py3langid":
        return _py3langid()
    spec = name.removeprefix("python/")
    if ".py:" not in spec:
        raise ConfigError(
            f"scorer 'language', option 'detector': expected 'py3langid' or 'file.py:function', got {name!r}"
        )
    function: Any = load_object(spec, base)
    if not callable(function):
        raise ConfigError(f"scorer 'language', option 'detector': {name!r} is no function")

    def detect(text: str) -> str:
        found = function(text)
        if not isinstance(found, str):
            raise TypeError(f"the detector {name!r} returned {type(found).__name__}: return the code of a language")
        return found

    return detect, {"src": source_hash(spec, base)}


@cache
def _py3langid() -> tuple[Detector, dict[str, str]]:
    from importlib.metadata import version

    try:
        import py3langid
    except ModuleNotFoundError:
        raise MissingExtra("the scorer 'language'", "language") from None
    return (lambda text: str(py3langid.classify(text)[0])), {"py3langid": version("py3langid")}
