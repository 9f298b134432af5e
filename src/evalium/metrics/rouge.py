"""ROUGE-1, -2, -L and -Lsum: means of the F scores of the scorer `rouge`."""

from dataclasses import dataclass

from ._mean_of import MeanOf
from .base import Need
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Rouge(MeanOf):
    """Base of the ROUGE metrics: mean F score, 0 to 1, higher is better.

    Equals the mean of rouge-score's `fmeasure`, not its bootstrap median. Options (`stem`, `tokenizer`) are the
    scorer's. Flag `text_without_tokens` where the default tokenizer leaves nothing of some texts, as it does of every
    text in a script other than Latin.

    Attributes:
        scorer: A `rouge` scorer.
    """

    fits = ("rouge",)
    scored_by = "rouge"
    reference = "Lin 2004; rouge-score 0.1.2"

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether texts were scored that the tokenizer cannot read."""
        column = f"{self.scorer}.values.unread"
        unread = column in frame.numbers and bool((frame.number(column) > 0).any())
        return ("text_without_tokens",) if unread else ()

    def needs(self) -> tuple[Need, ...]:
        """The F scores, and whether texts could be read."""
        return (Need("values", self.scorer),)


@dataclass(frozen=True, kw_only=True)
class Rouge1(Rouge):
    """ROUGE-1: mean F score of the words that output and target share, 0 to 1, higher is better.

    Of each pair 2 P R / (P + R), with P and R the shares of the output's and the target's words that the other has,
    each as often as both have it; of several targets the best.

    When not to use it: for facts or order: words count wherever they stand, an answer that is worded differently but
    says the same scores low, and a wrong name or negation costs one word.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rouge_1", ["the cat lay on the mat"], ["the cat sat on the mat"], ci=None).value, 4)
        0.8333
    """

    name = "rouge_1"
    of = "values.rouge_1"


@dataclass(frozen=True, kw_only=True)
class Rouge2(Rouge):
    """ROUGE-2: mean F score of the pairs of adjacent words that output and target share, 0 to 1, higher is better.

    Of each pair 2 P R / (P + R), with P and R the shares of the output's and the target's pairs of adjacent words that
    the other has; of several targets the best.

    When not to use it: for facts: an answer that is worded differently but says the same scores low, and a wrong name
    or negation costs one word.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rouge_2", ["the cat lay on the mat"], ["the cat sat on the mat"], ci=None).value, 4)
        0.6
    """

    name = "rouge_2"
    of = "values.rouge_2"


@dataclass(frozen=True, kw_only=True)
class RougeL(Rouge):
    """ROUGE-L: mean F score of the longest common subsequence of words, 0 to 1, higher is better.

    Of each pair 2 P R / (P + R), with P = LCS / words of the output and R = LCS / words of the target, for the longest
    common subsequence LCS of the whole texts; of several targets the best.

    When not to use it: for facts: an answer that is worded differently but says the same scores low, and a wrong name
    or negation costs one word. For texts of several sentences take `rouge_lsum`, which does not ask for their order.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rouge_l", ["on the mat lay the cat"], ["the cat sat on the mat"], ci=None).value, 4)
        0.5
    """

    name = "rouge_l"
    of = "values.rouge_l"


@dataclass(frozen=True, kw_only=True)
class RougeLsum(Rouge):
    r"""ROUGE-Lsum: mean F score of the union of longest common subsequences of lines, 0 to 1, higher is better.

    Of each pair 2 P R / (P + R), with P and R the shares of the output's and the target's words in the union, over the
    target's lines, of its longest common subsequences with the output's lines; of several targets the best. One
    sentence a line: without line breaks it is ROUGE-L.

    When not to use it: for facts: an answer that is worded differently but says the same scores low, and a wrong name
    or negation costs one word.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rouge_lsum", ["on the mat\nlay the cat"], ["the cat\nsat on the mat"], ci=None).value, 4)
        0.8333
    """

    name = "rouge_lsum"
    of = "values.rouge_lsum"
