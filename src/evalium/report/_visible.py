"""Hostile text made harmless to look at: control characters become visible, long text is cut."""

from __future__ import annotations

import re

import msgspec

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
# C1 controls, direction marks and overrides, line and paragraph separators, zero-width blanks, tags, lone surrogates.
_UNSEEN = re.compile(
    "[\x80-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Show what would otherwise act on the reader's eyes or terminal: controls, escapes, direction overrides.

    Line breaks and tabs stay. Controls become their pictures, everything else invisible its code point.

    Example:
        >>> visible("a\x1b[31mb\x00\u202ec\r\n")
        'a␛[31mb␀⟨U+202E⟩c\n'
    """
    plain = text.replace("\r\n", "\n").translate(_PICTURES)
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", plain)


def one_line(text: str, most: int = 200) -> str:
    r"""Text for a place that has one line: blanks joined, the rest cut with an ellipsis.

    Example:
        >>> one_line("a\n b", 10), one_line("abcdef", 4)
        ('a b', 'abc…')
    """
    joined = " ".join(text[: 4 * most].split())
    return joined if len(joined) <= most and len(text) <= 4 * most else joined[: most - 1] + "…"


class Text(msgspec.Struct, frozen=True):
    """A text as far as it is shown.

    Attributes:
        head: Its beginning; all of it when nothing is left out.
        tail: Its end, where something between was left out.
        length: Characters of the whole text.
    """

    head: str
    tail: str
    length: int

    @property
    def omitted(self) -> int:
        """Characters that are not shown."""
        return self.length - len(self.head) - len(self.tail)

    def shorter(self, most: int) -> Text:
        """The same text, cut to at most `most` characters."""
        if len(self.head) + len(self.tail) <= most:
            return self
        end = most // 3
        shown = self.head + self.tail
        return Text(self.head[: most - end], shown[len(shown) - end :], self.length)


def cut(text: str, most: int) -> Text:
    """Keep beginning and end of a long text: what was asked stands first, what was answered last.

    Args:
        text: Of any length.
        most: Characters to keep, two thirds of them from the beginning.

    Example:
        >>> cut("abcdefghij", 6), cut("abc", 6).omitted
        (Text(head='abcd', tail='ij', length=10), 0)
    """
    return Text(text, "", len(text)).shorter(most)
