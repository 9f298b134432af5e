"""Arithmetic over named numbers, read safely, with the unit of its result."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evalium.core import ConfigError

from .column import Floats

Unit = Counter[str]
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": np.minimum.reduce, "max": np.maximum.reduce}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
}


class Formula:
    """An expression of numbers, names, `+ - * /`, parentheses, `min` and `max`.

    Args:
        text: The expression. A name is that of a metric; one with a dot or other signs is written in backquotes.

    Attributes:
        names: The names in it, in order.

    Raises:
        ConfigError: It is none.

    Example:
        >>> f = Formula("0.5 * quality - 2 * `cost.mean`")
        >>> f.names, float(f.value({"quality": 1.0, "cost.mean": 0.1}))
        (('quality', 'cost.mean'), 0.3)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._quoted: dict[str, str] = {}
        try:
            self._tree = ast.parse(self._unquoted(text), mode="eval").body
        except (SyntaxError, ValueError) as error:
            raise ConfigError(f"formula {text!r} is no arithmetic: {error}") from None
        self.names = tuple(dict.fromkeys(self._names(self._tree)))
        if not self.names:
            raise ConfigError(f"formula {text!r} names no metric")

    def value(self, numbers: Mapping[str, Any]) -> Floats:
        """The result for numbers or arrays of one shape by name; nan where a divisor is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.asarray(self._value(self._tree, numbers), dtype=np.float64)
        return np.where(np.isfinite(found), found, np.nan)

    def unit(self, units: Mapping[str, str]) -> str:
        """The unit of the result.

        Raises:
            ConfigError: Numbers of different units are added or compared.

        Example:
            >>> Formula("cost / quality").unit({"cost": "USD", "quality": "1"})
            'USD'
        """
        return written(self._unit(self._tree, units))

    def _unquoted(self, text: str) -> str:
        parts = text.split("`")
        if len(parts) % 2 == 0:
            raise ConfigError(f"formula {text!r}: a backquote is not closed")
        for i in range(1, len(parts), 2):
            word = f"_q{i}"
            self._quoted[word] = parts[i]
            parts[i] = word
        return "".join(parts).strip()

    def _name(self, node: ast.Name) -> str:
        return self._quoted.get(node.id, node.id)

    def _names(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Name):
            return [self._name(node)]
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return []
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return self._names(node.left) + self._names(node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return self._names(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and node.args:
            return [name for argument in node.args for name in self._names(argument)]
        raise ConfigError(
            f"formula {self.text!r}: {ast.unparse(node)!r} is not allowed; write numbers, names of metrics, "
            "+ - * / ( ), min(...) and max(...)"
        )

    def _value(self, node: ast.expr, numbers: Mapping[str, Any]) -> Any:
        if isinstance(node, ast.Name):
            return numbers[self._name(node)]
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](self._value(node.left, numbers), self._value(node.right, numbers))
        if isinstance(node, ast.UnaryOp):
            inner = self._value(node.operand, numbers)
            return -inner if isinstance(node.op, ast.USub) else inner
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        arguments = np.broadcast_arrays(*(self._value(argument, numbers) for argument in node.args))
        return _FUNCTIONS[node.func.id](arguments)

    def _unit(self, node: ast.expr, units: Mapping[str, str]) -> Unit:
        if isinstance(node, ast.Name):
            return read(units[self._name(node)])
        if isinstance(node, ast.Constant):
            return Counter()
        if isinstance(node, ast.UnaryOp):
            return self._unit(node.operand, units)
        if isinstance(node, ast.BinOp):
            left, right = self._unit(node.left, units), self._unit(node.right, units)
            if isinstance(node.op, (ast.Mult, ast.Div)):
                return _times(left, right, -1 if isinstance(node.op, ast.Div) else 1)
            return self._same([left, right], node)
        assert isinstance(node, ast.Call)
        return self._same([self._unit(argument, units) for argument in node.args], node)

    def _same(self, found: list[Unit], node: ast.expr) -> Unit:
        if any(unit != found[0] for unit in found[1:]):
            shown = " and ".join(dict.fromkeys(repr(written(unit)) for unit in found))
            raise ConfigError(
                f"formula {self.text!r}: {ast.unparse(node)!r} joins numbers of the units {shown}; put them on one "
                "scale by `normalise: {metric: [worst, best]}`"
            )
        return found[0]


def read(unit: str) -> Unit:
    """A unit as powers of its symbols.

    Example:
        >>> sorted(read("USD/token").items())
        [('USD', 1), ('token', -1)]
    """
    top, *bottom = unit.split("/")
    powers: Unit = Counter()
    for sign, part in [(1, top), *((-1, each) for each in bottom)]:
        if part and part != "1":
            powers[part] += sign
    return _without_zeros(powers)


def written(unit: Unit) -> str:
    """A unit as text."""
    top = [name for name, power in unit.items() for _ in range(power)]
    bottom = [name for name, power in unit.items() for _ in range(-power)]
    return "/".join(["*".join(top) or "1", *bottom])


def _times(left: Unit, right: Unit, sign: int) -> Unit:
    powers = Counter(left)
    for name, power in right.items():
        powers[name] += sign * power
    return _without_zeros(powers)


def _without_zeros(powers: Unit) -> Unit:
    return Counter({name: power for name, power in powers.items() if power})
