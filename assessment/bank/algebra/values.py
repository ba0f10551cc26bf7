"""What a formula is worth at a point: forty digits, complex, and every value bounded, so that nothing runs away."""

import random
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import mpmath

from assessment.bank.algebra.tree import Node

DIGITS = 40
LARGEST = 300
"""Values lie below ten to this power; what is larger is not computed."""
POINTS, LEAST_POINTS = 10, 3
_local = threading.local()


class NoValue(ArithmeticError):
    """The formula has no value here, or one that is too large."""


def context() -> Any:
    """The arithmetic of this thread: mpmath changes precision while it computes, so threads must not share one."""
    if not hasattr(_local, "context"):
        _local.context = mpmath.MPContext()
        _local.context.dps = DIGITS
    return _local.context


@lru_cache(maxsize=256)
def points(letters: tuple[str, ...]) -> tuple[Mapping[str, float], ...]:
    """The same points every time: half of them with positive values only, half of either sign."""
    draw = random.Random("points of " + "".join(letters))  # noqa: S311 - points, not secrets
    return tuple({letter: draw.uniform(0.2, 2.6) * (1 if place < POINTS // 2 or draw.random() < 0.5 else -1)
                  for letter in letters} for place in range(POINTS))


def value_at(node: Node, point: Mapping[str, float]) -> Any:
    """The value of a formula where its letters have these values; raises NoValue."""
    try:
        return _value(node, point, context())
    except (ArithmeticError, ValueError, TypeError) as error:
        raise NoValue from error


def are_near(one: Any, other: Any) -> bool:
    """Whether two values agree in all digits that computing them leaves."""
    mp = context()
    return bool(abs(one - other) <= mp.mpf(10) ** -22 * max(1, abs(one), abs(other)))


def _value(node: Node, point: Mapping[str, float], mp: Any) -> Any:
    if node.kind == "num":
        return mp.mpf(node.number.numerator) / node.number.denominator
    if node.kind == "letter":
        return mp.mpf(point[node.name])
    if node.kind == "constant":
        return _constant(node.name, mp)
    parts = [_value(part, point, mp) for part in node.parts]
    value = _ACTS[node.kind](mp, node, parts)
    if not mp.isfinite(value) or abs(value) > mp.mpf(10) ** LARGEST:
        raise NoValue
    return value


def _constant(name: str, mp: Any) -> Any:
    known = {"pi": lambda: +mp.pi, "e": lambda: +mp.e, "i": lambda: mp.mpc(0, 1)}
    if name not in known:
        raise NoValue
    return known[name]()


def _power(mp: Any, _node: Node, parts: list[Any]) -> Any:
    base, exponent = parts
    if base == 0:
        if mp.re(exponent) <= 0:
            raise NoValue
        return mp.mpf(0)
    if abs(exponent) * (1 + abs(mp.log(base))) > 3 * LARGEST:
        raise NoValue
    return mp.power(base, exponent)


def _divide(mp: Any, _node: Node, parts: list[Any]) -> Any:
    if abs(parts[1]) < mp.mpf(10) ** -25:
        raise NoValue
    return parts[0] / parts[1]


def _product(mp: Any, _node: Node, parts: list[Any]) -> Any:
    return parts[0] * parts[1]


def _call(mp: Any, node: Node, parts: list[Any]) -> Any:
    argument = parts[0]
    if abs(argument) > 700 and node.name not in ("abs", "ln", "log"):
        raise NoValue
    if argument == 0 and node.name in ("ln", "log", "cot"):
        raise NoValue
    return _CALLS[node.name](mp, argument)


_ACTS: dict[str, Callable[[Any, Node, list[Any]], Any]] = {
    "add": lambda mp, _node, parts: mp.fsum(parts), "neg": lambda _mp, _node, parts: -parts[0],
    "mul": _product, "div": _divide, "pow": _power, "call": _call}
_CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "sin": lambda mp, x: mp.sin(x), "cos": lambda mp, x: mp.cos(x), "tan": lambda mp, x: mp.tan(x),
    "cot": lambda mp, x: mp.cot(x), "arcsin": lambda mp, x: mp.asin(x), "arccos": lambda mp, x: mp.acos(x),
    "arctan": lambda mp, x: mp.atan(x), "ln": lambda mp, x: mp.log(x), "log": lambda mp, x: mp.log10(x),
    "exp": lambda mp, x: mp.exp(x), "abs": lambda _mp, x: abs(x)}
