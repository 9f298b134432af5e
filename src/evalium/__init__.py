"""evalium: measure, compare and decide on AI models, with numbers that can be trusted.

```python
import evalium as ev

result = ev.run("plan.yaml")
result.runs[0]["accuracy"]  # an Estimate: value, interval, n, method, signature
```
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import (
        CrossValidation,
        Data,
        Decide,
        Estimate,
        EvaliumError,
        Execution,
        FewShot,
        Media,
        Message,
        Model,
        Plan,
        Price,
        PromptMessage,
        Record,
        Sample,
        Score,
        Solver,
        Status,
        Step,
        Subset,
        Tool,
        Verdict,
    )
    from .core.version import __version__
    from .decide import compare
    from .metrics import metric
    from .models.local.function import model
    from .report import write_report
    from .runner import Outcome, score
    from .runner.run import run, run_async
    from .runner.tasks import task
    from .scorers import scorer
    from .store import Workspace

# name -> module: what `import evalium as ev` offers is imported when it is first used
_WHERE = {
    **dict.fromkeys(
        (
            "CrossValidation",
            "Data",
            "Decide",
            "Estimate",
            "EvaliumError",
            "Execution",
            "FewShot",
            "Media",
            "Message",
            "Model",
            "Plan",
            "Price",
            "PromptMessage",
            "Record",
            "Sample",
            "Score",
            "Solver",
            "Status",
            "Step",
            "Subset",
            "Tool",
            "Verdict",
        ),
        "core",
    ),
    "Outcome": "runner",
    "Workspace": "store",
    "__version__": "core.version",
    "compare": "decide",
    "metric": "metrics",
    "model": "models.local.function",
    "run": "runner",
    "run_async": "runner",
    "score": "runner",
    "scorer": "scorers",
    "task": "runner",
    "write_report": "report",
}

__all__ = [
    "CrossValidation",
    "Data",
    "Decide",
    "Estimate",
    "EvaliumError",
    "Execution",
    "FewShot",
    "Media",
    "Message",
    "Model",
    "Outcome",
    "Plan",
    "Price",
    "PromptMessage",
    "Record",
    "Sample",
    "Score",
    "Solver",
    "Status",
    "Step",
    "Subset",
    "Tool",
    "Verdict",
    "Workspace",
    "__version__",
    "compare",
    "metric",
    "model",
    "run",
    "run_async",
    "score",
    "scorer",
    "task",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'evalium' has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
