"""The engine: plans become runs, runs become records, records become estimates."""

from evalium.core import estimate_text, quantity

from .doctor import Check, examine
from .forecast import Forecast, ModelForecast, forecast
from .interruption import Interrupted
from .plan_file import PlanSource, load_plan, plan_from_mapping, plan_schema
from .progress import Progress, Silent, default_progress
from .rescore import score
from .result import SCHEMA, PlanResult, RunResult
from .run import run, run_async
from .solver import Call, CallFailed, Outcome, Reply
from .tasks import task

__all__ = [
    "SCHEMA",
    "Call",
    "CallFailed",
    "Check",
    "Forecast",
    "Interrupted",
    "ModelForecast",
    "Outcome",
    "PlanResult",
    "PlanSource",
    "Progress",
    "Reply",
    "RunResult",
    "Silent",
    "default_progress",
    "estimate_text",
    "examine",
    "forecast",
    "load_plan",
    "plan_from_mapping",
    "plan_schema",
    "quantity",
    "run",
    "run_async",
    "score",
    "task",
]
