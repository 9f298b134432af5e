"""The classifiers of this example: pipelines from text to class, all from scikit-learn."""

import csv
import gzip
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

HERE = Path(__file__).resolve().parent


def logistic_regression() -> Any:
    """Logistic regression on weighted words and pairs of words, not fitted yet."""
    return make_pipeline(words_and_pairs(), LogisticRegression(C=10, solver="liblinear"))


def naive_bayes() -> Any:
    """Naive Bayes on counts of words, not fitted yet."""
    return make_pipeline(CountVectorizer(), MultinomialNB())


def trained_linear_svm(train: str) -> Any:
    """A linear support vector machine, fitted to a file of texts and categories."""
    return make_pipeline(words_and_pairs(), LinearSVC(random_state=0)).fit(*read(train))


def trained_naive_bayes(train: str) -> Any:
    """Complement naive Bayes, fitted to a file of texts and categories."""
    return make_pipeline(TfidfVectorizer(), ComplementNB()).fit(*read(train))


def words_and_pairs() -> Any:
    """Weights of words and of pairs of words; one said twice counts for less than twice."""
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)


def read(file: str) -> tuple[list[str], list[str]]:
    """Texts and categories of a csv file, compressed or not; its path starts from this folder."""
    path = HERE / file
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row["text"] for row in rows], [row["category"] for row in rows]
