"""The dictionary files of WordNet, as far as METEOR reads them: which words share a meaning."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

ENDINGS = {
    "noun": "s: ses:s ves:f xes:x zes:z ches:ch shes:sh men:man ies:y",
    "verb": "s: ies:y es:e es: ed:e ed: ing:e ing:",
    "adj": "er: est: er:e est:e",
    "adv": "",
}
"""Endings of inflected words and what the base form has instead: WordNet's morphy."""


class WordNet:
    """Synonyms by the database files of WordNet 3 (wndb(5WN)), as NLTK's reader finds them.

    Args:
        folder: Has `index.noun`, `data.noun`, `noun.exc` and so on, such as Debian's `/usr/share/wordnet`.

    Raises:
        OSError: A file is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._parts = [_Part(folder, name) for name in ENDINGS]

    def synonyms(self, word: str) -> set[str]:
        """The single words among the lemmas of a word's meanings, in any part of speech.

        Args:
            word: In lower case, inflected or not.
        """
        return {name for part in self._parts for name in part.lemmas(word) if "_" not in name}


class _Part:
    """One part of speech."""

    def __init__(self, folder: Path, name: str) -> None:
        index = (folder / f"index.{name}").read_text(encoding="utf-8").splitlines()
        self._index = {line.partition(" ")[0]: line for line in index if not line.startswith(" ")}
        exceptions = (line.split() for line in (folder / f"{name}.exc").read_text(encoding="utf-8").splitlines())
        self._exceptions = {words[0]: words[1:] for words in exceptions if words}
        self._endings = [pair.split(":") for pair in ENDINGS[name].split()]
        with (folder / f"data.{name}").open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def lemmas(self, word: str) -> Iterator[str]:
        """The lemmas of every meaning of a word and of its base forms."""
        for form in {word, *self._bases(word)}:
            for offset in self._meanings(form):
                yield from self._lemmas_at(offset)

    def _bases(self, word: str) -> list[str]:
        if word in self._exceptions:
            return self._exceptions[word]
        return [word.removesuffix(old) + new for old, new in self._endings if word.endswith(old)]

    def _meanings(self, form: str) -> list[int]:
        fields = self._index.get(form, "").split()
        return [int(offset) for offset in fields[-int(fields[2]) :]] if fields else []

    def _lemmas_at(self, offset: int) -> Iterator[str]:
        # Offset, file, kind, number of words in hexadecimal, each word and its id; an adjective may end in "(p)"
        fields = self._data[offset : self._data.find(b"|", offset)].decode().split()
        for name in fields[4 : 4 + 2 * int(fields[3], 16) : 2]:
            yield name.partition("(")[0]
