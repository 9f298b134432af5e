"""Tasks declared in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from evalium.core import ConfigError, Plan

F = TypeVar("F", bound=Callable[..., Any])

_TASK = "__evalium_task__"


def task(function: F) -> F:
    """Mark a function that returns a plan, so that `run` and `evalium run file.py:name` take it.

    The function returns a `Plan` or the mapping of one; its own name is the plan's where the mapping gives none.

    Example:
        >>> @task
        ... def greeting():
        ...     return {"data": {"items": [{"input": "hi", "target": "hi"}]}, "models": ["mock/echo"]}
        >>> plan_of(greeting).plan
        'greeting'
    """
    setattr(function, _TASK, True)
    return function


def plan_of(function: Callable[..., Any], **arguments: Any) -> Plan:
    """Call a task function and read its plan.

    Raises:
        ConfigError: It returns something else.
    """
    from .plan_file import plan_from_mapping

    made = function(**arguments)
    if isinstance(made, Plan):
        return made
    if isinstance(made, dict):
        return plan_from_mapping({"plan": function.__name__, **made}, f"task {function.__name__!r}")
    raise ConfigError(f"task {function.__name__!r} returned {type(made).__name__}: return a Plan or its mapping")
