"""Numbers as people and models write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Literal

Number = int | float
Decimal = Literal[".", ","]

LONGEST = 300
"""Characters of a literal; a longer run of digits is no number."""

_LITERAL = re.compile(
    r"""(?=[-+.\d$€£¥₹UCA])(?<![A-Za-z0-9_^/])
    (?P<sign>[-+]?)(?:US|C|A)?[$€£¥₹]?\s?(?P<sign2>(?<=[$€£¥₹ ])[-+])?
    (?:
        (?P<whole>\d{1,9})[ ](?P<over>\d{1,9})/(?P<under>\d{1,9})(?![\d/.,]\d|\d)
      | (?P<int>\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:['_ ]\d{3})+(?!\d)|\d+)?(?P<frac>\.\d+)?(?(int)|(?(frac)|(?!)))
        (?: [eE](?P<exp>[-+]?\d{1,3})(?![\w.])
          | \s?(?:[x*×·]|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?[{(]?(?P<power>[-+]?\d{1,3})[})]?
          | \s?(?:\^|\*\*)\s?[{(]?(?P<pow>\d{1,3})[})]?
          | \s?/\s?(?P<den>\d{1,15})(?![\d/]|[.,]\d)
        )?
    )""",
    re.VERBOSE,
)
_LAST_DIGIT = re.compile(r"[\d¼-¾⅐-⅞↉][^\d¼-¾⅐-⅞↉]*\Z")
_NO_DIGITS = "".join(chr(i) for i in range(128) if not chr(i).isdigit())
_RUN = re.compile(r"[\d,.'_ ]*")
_GAP = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3})")
_SUPERSCRIPT = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_VULGAR = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞↉])")
_MINUS = str.maketrans({"−": "-", "‐": "-", "‑": "-", "–": "-", "﹣": "-", "⁄": "/", "∕": "/", "’": "'"})
_SEPARATORS = str.maketrans("", "", ",'_ ")
_SWAPPED = str.maketrans({",": ".", ".": ","})
_FRACTION = re.compile(r"(?:(\d)\s*)?\\[dt]?frac\s*\{\s*(-?\d+)\s*\}\s*\{\s*(\d+)\s*\}")
_LATEX = re.compile(r"\\[,!;: ]|\{,\}")
_LATEX_COMMA = re.compile(r"(?<=\d)\{,\}(?=\d{3})")


def plain(text: str, decimal: Decimal = ".") -> str:
    r"""Write signs, digits, fractions, powers and LaTeX the ASCII way.

    Example:
        >>> plain("−1½ to 3×10⁵, \\frac{3}{4}")
        '-1 1/2 to 3×10^5, 3/4'
    """
    if not text.isascii():
        text = _GAP.sub("", text)
        text = _SUPERSCRIPT.sub(lambda m: "^" + unicodedata.normalize("NFKC", m[0]), _VULGAR.sub(" ", text))
        text = unicodedata.normalize("NFKC", text).translate(_MINUS)
    if "\\" in text or "{" in text:
        text = _FRACTION.sub(lambda m: f"{m[1]} {m[2]}/{m[3]}" if m[1] else f"{m[2]}/{m[3]}", text)
        text = _LATEX.sub("", _LATEX_COMMA.sub(",", text)).replace("\\$", "$").replace("\\%", "%")
    return text.translate(_SWAPPED) if decimal == "," else text


class NumberReader:
    """Reads numbers out of text.

    Args:
        units: Factor by unit: a number that one follows is multiplied by it.
        decimal: Sign before the decimals.

    Example:
        >>> numbers = NumberReader({"km": 1000})
        >>> numbers.first("$1,200.50 for 3/4 km"), numbers.last("$1,200.50 for 3/4 km")
        (1200.5, 750.0)
    """

    def __init__(self, units: Mapping[str, float] | None = None, decimal: Decimal = ".") -> None:
        self._units = dict(units or {})
        self._decimal: Decimal = decimal
        names = "|".join(re.escape(name) for name in sorted(self._units, key=len, reverse=True))
        self._longest_unit = max(map(len, self._units), default=0)
        self._unit = re.compile(rf"\s?({names})(?!\w)") if names else None

    def first(self, text: str) -> Number | None:
        """The first number of a text."""
        if text.isdecimal() and len(text) < LONGEST:
            return int(text)
        return next((value for _, value in self._all(text)), None)

    def last(self, text: str) -> Number | None:
        """The last number of a text; looked for from its end, so that a long text costs no more than a short one."""
        end = len(text)
        while (at := _last_digit(text, end)) >= 0:
            # Where it lies at the very start of the part looked at, it may have begun before it.
            for reach in (48, LONGEST + 48):
                start = max(0, at - reach)
                found = deque(self._all(text[start : self._stop(text, at)]), maxlen=1)
                if found and (start == 0 or found[0][0] > 16):
                    return found[0][1]
            if start == 0:
                return None
            end = start + 17
        return None

    def _stop(self, text: str, at: int) -> int:
        match = _RUN.match(text, at)
        return (match.end() if match else at) + self._longest_unit + 2

    def _all(self, text: str) -> Iterator[tuple[int, Number]]:
        for match in _LITERAL.finditer(plain(text, self._decimal)):
            value = self._value(match)
            if value is not None:
                yield match.start(), value

    def _value(self, match: re.Match[str]) -> Number | None:
        if match.end() - match.start() > LONGEST:
            return None
        value = _literal(match)
        if value is None:
            return None
        if self._unit is not None and (unit := self._unit.match(match.string, match.end())):
            factor = self._units[unit[1]]
            value = value * (int(factor) if factor == int(factor) else factor)
        return -value if "-" in (match["sign"], match["sign2"]) else value


def _last_digit(text: str, end: int) -> int:
    size = 256
    while True:
        start = max(0, end - size)
        window = text[start:end]
        if window.isascii():
            length = len(window.rstrip(_NO_DIGITS))
            if length:
                return start + length - 1
        elif match := _LAST_DIGIT.search(window):
            return start + match.start()
        if start == 0:
            return -1
        size *= 8


def _literal(match: re.Match[str]) -> Number | None:
    if match["whole"]:
        part = _quotient(int(match["over"]), int(match["under"]))
        return None if part is None else int(match["whole"]) + part
    digits = (match["int"] or "0").translate(_SEPARATORS)
    exponent = match["exp"] or match["power"]
    value: Number
    if match["frac"] or exponent:
        value = float(f"{digits}{match['frac'] or ''}e{exponent or 0}")
    else:
        value = int(digits)
    if match["pow"]:
        value = _power(value, int(match["pow"]))
    if match["den"]:
        return _quotient(value, int(match["den"]))
    return value if isinstance(value, int) or math.isfinite(value) else None


def _quotient(over: Number, under: int) -> Number | None:
    if under == 0:
        return None
    return over // under if isinstance(over, int) and over % under == 0 else over / under


def _power(base: Number, exponent: int) -> Number:
    if isinstance(base, int) and base.bit_length() * exponent <= 1000:
        return int(base**exponent)
    try:
        return float(base) ** exponent
    except OverflowError:
        return math.inf
