"""Read a plan from YAML, JSON or Python, and say exactly what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, Plan, did_you_mean, load_object

from .tasks import plan_of

PlanSource = str | Path | dict[str, Any] | Plan | Callable[..., Any]

_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`(?: - at `(?P<path>[^`]*)`)?")
_PATH = re.compile(r" - at `(?P<path>[^`]*)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")


def load_plan(source: PlanSource) -> tuple[Plan, Path]:
    """Read a plan and the folder that its relative paths start from.

    Args:
        source: A plan, its mapping, a task function, a `.yaml`/`.yml`/`.json` file, or `file.py:name` giving one of
            the former.

    Returns:
        The plan and the base folder.

    Raises:
        ConfigError: The file is missing or not readable, a key is unknown (with line and nearest valid key), a value
            has the wrong type (with its path), or a required key is absent.
    """
    if isinstance(source, Plan):
        return source, Path.cwd()
    if callable(source):
        return plan_of(source), Path.cwd()
    if isinstance(source, dict):
        return plan_from_mapping(source), Path.cwd()
    text = str(source)
    if ".py:" in text:
        return _from_python(text)
    path = Path(text)
    if not path.exists():
        raise ConfigError(f"plan file {text!r} does not exist.{_near(path)} `evalium init` writes one.")
    if path.is_dir():
        raise ConfigError(f"plan file {text!r} is a folder: name the file inside, such as {str(path / 'plan.yaml')!r}")
    return _from_yaml(path), path.resolve().parent


def plan_from_mapping(raw: Any, where: str = "plan", lines: dict[str, int] | None = None) -> Plan:
    """Build a plan from a mapping; see `load_plan` for the errors."""
    if not isinstance(raw, dict):
        raise ConfigError(f"{where}: a plan is a mapping with at least plan, data and models; got {_kind(raw)}")
    try:
        plan = msgspec.convert(raw, Plan)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(str(error), raw, where, lines or {})) from None
    _check(plan, where)
    return plan


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan, for editors."""
    schema = msgspec.json.schema(Plan)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "evalium plan", **schema}


def _from_yaml(path: Path) -> Plan:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{at}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if raw is None:
        raise ConfigError(f"{path} is empty: `evalium init` writes a commented plan to start from")
    lines: dict[str, int] = {}
    if node is not None:
        _collect_lines(node, "$", lines)
    return plan_from_mapping(raw, str(path), lines)


def _from_python(text: str) -> tuple[Plan, Path]:
    base = Path(text.rpartition(":")[0]).resolve().parent
    thing = load_object(text, Path.cwd())
    if isinstance(thing, Plan):
        return thing, base
    return (plan_of(thing) if callable(thing) else plan_from_mapping(thing, text)), base


def _collect_lines(node: Any, path: str, lines: dict[str, int]) -> None:
    import yaml

    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            child = f"{path}.{key.value}"
            lines[child] = key.start_mark.line + 1
            _collect_lines(value, child, lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _collect_lines(value, f"{path}[{i}]", lines)


def _explain(message: str, raw: Any, where: str, lines: dict[str, int]) -> str:
    unknown = _UNKNOWN.search(message)
    if unknown:
        parent = unknown["path"] or "$"
        key = unknown["field"]
        full = f"{parent}.{key}"
        known = _keys_at(parent)
        line = f":{lines[full]}" if full in lines else ""
        return f"{where}{line}: unknown key {key!r} at `{parent}`.{did_you_mean(key, known)}"
    found = _PATH.search(message)
    path = found["path"] if found else "$"
    line = f":{lines[path]}" if path in lines else ""
    value = _value_at(raw, path)
    given = "" if value is None else f"; got {_kind(value)} {str(value)[:60]!r}"
    what = _PATH.sub("", message)
    return f"{where}{line}: {what} - at `{path}`{given}"


def _keys_at(path: str) -> list[str]:
    """Valid keys of the plan section that a JSON path names, read off the struct types."""
    kinds: list[Any] = [Plan]
    for name, _index in (m.groups() for m in _STEP.finditer(path)):
        kinds = [t for kind in kinds for t in _step_into(kind, name)]
    return [f for kind in kinds if _is_struct(kind) for f in kind.__struct_fields__]


def _step_into(kind: Any, name: str | None) -> list[Any]:
    from typing import get_args, get_type_hints

    if name is None:
        return _flatten(get_args(kind))
    if not _is_struct(kind):
        return []
    return _flatten((get_type_hints(kind).get(name),))


def _flatten(kinds: tuple[Any, ...]) -> list[Any]:
    from typing import get_args

    flat: list[Any] = []
    for kind in kinds:
        inside = get_args(kind)
        flat.append(kind)
        if inside:
            flat.extend(_flatten(inside))
    return flat


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _value_at(raw: Any, path: str) -> Any:
    for name, index in (m.groups() for m in _STEP.finditer(path)):
        try:
            raw = raw[name] if name is not None else raw[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _check(plan: Plan, where: str) -> None:
    """Refuse what types alone cannot."""
    if not plan.models:
        raise ConfigError(f"{where}: `models` is empty: name at least one, such as `mock/echo`")
    names = [m if isinstance(m, str) else m.label for m in plan.models]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ConfigError(f"{where}: two models are called {twice[0]!r}: give one of them another `name`")
    for field, value, least in (("epochs", plan.epochs, 1), ("bootstrap", plan.bootstrap, 100)):
        if value < least:
            raise ConfigError(f"{where}: `{field}` must be at least {least}; got {value}")
    if not 0.5 <= plan.level < 1:
        raise ConfigError(f"{where}: `level` must lie in [0.5, 1); got {plan.level}")
    if plan.solver and bool(plan.solver.python) == bool(plan.solver.chain):
        raise ConfigError(f"{where}: `solver` needs either `python` or `chain`")


def _near(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    names = [str(p) for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".json")]
    return did_you_mean(str(path), names) if names else ""


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", type(None): "nothing", bool: "a boolean"}
    return names.get(type(value), f"a {type(value).__name__}")
