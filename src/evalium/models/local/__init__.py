"""Models that answer inside this process: Python functions, scikit-learn, recorded answers, mocks, transformers.

Each is a factory `(config, name, base) -> Adapter` in a module of its own, which the model registry imports when an id
names it: `mock/...`, `recorded/...`, `python/...`, `sklearn/...`, `hf/...`.
"""

__all__: list[str] = []
