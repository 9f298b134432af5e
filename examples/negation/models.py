"""Two classifiers fitted on the same five thousand reviews; one of them looks at words alone."""

import re
from functools import lru_cache
from typing import Any

from sentences import everyday

NEGATIONS = re.compile(r"\b(not|never|nobody|if only|would have been)\b", re.IGNORECASE)


def as_it_is(text: str) -> str:
    """The text."""
    return text.lower()


def negations_marked(text: str) -> str:
    """The text with NOT_ before every word that a negation or a condition may reach."""
    return re.sub(r"\w+", r"NOT_\g<0>", text.lower()) if NEGATIONS.search(text) else text.lower()


PREPARED = {"words": as_it_is, "marked": negations_marked}


@lru_cache
def fitted(prepare: str) -> Any:
    """The classifier, fitted once in this process. It sees single words, not their order."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    rows = everyday(5000, seed=1)
    model = make_pipeline(CountVectorizer(preprocessor=PREPARED[prepare]), MultinomialNB())
    return model.fit([row["text"] for row in rows], [row["label"] for row in rows])


def classify(prompt: str, prepare: str) -> dict[str, Any]:
    """Label and probabilities of one text."""
    model = fitted(prepare)
    chances = dict(zip(model.classes_.tolist(), model.predict_proba([prompt])[0].tolist(), strict=True))
    return {"label": max(chances, key=lambda name: chances[name]), "probabilities": chances}
