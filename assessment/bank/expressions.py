"""Small formulas over named numbers, such as `a*b + 1` and `a != b`: read and computed without running anything.

The text is parsed to a tree and only what is listed here is computed: numbers, names, arithmetic, comparisons and
a few functions. Exact where it can be (fractions), bounded always: length, nesting, exponents, size of results.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from lms.core.i18n import _

Number = Fraction | float
LONGEST, MOST_NODES = 200, 200
LARGEST_EXPONENT, LARGEST = 64, Fraction(10) ** 30


class BadFormula(ValueError):
    """A formula that cannot be read or computed; the message tells the teacher why."""


def compute(formula: str, values: Mapping[str, Number]) -> Number:
    """The number that a formula gives; raises BadFormula."""
    result = _value(_tree(formula), values)
    if isinstance(result, bool):
        raise BadFormula(_("“%(text)s” is a condition and not a number.", text=formula))
    return result


def holds(condition: str, values: Mapping[str, Number]) -> bool:
    """Whether a condition is true of these values; raises BadFormula."""
    return bool(_value(_tree(condition), values))


def _tree(formula: str) -> ast.expr:
    if len(formula) > LONGEST:
        raise BadFormula(_("A formula has at most %(n)s characters.", n=LONGEST))
    try:
        tree = ast.parse(formula.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise BadFormula(_("“%(text)s” cannot be read as a formula.", text=formula)) from None
    if sum(1 for _node in ast.walk(tree)) > MOST_NODES:
        raise BadFormula(_("“%(text)s” cannot be read as a formula.", text=formula))
    return tree


def _value(node: ast.expr, values: Mapping[str, Number]) -> Any:
    compute_node = _NODES.get(type(node))
    if compute_node is None:
        raise BadFormula(_("Only numbers, names, + − * / ^, comparisons and known functions may be used."))
    try:
        return _bounded(compute_node(node, values))
    except ZeroDivisionError:
        raise BadFormula(_("Something is divided by zero.")) from None
    except (OverflowError, ValueError, TypeError) as error:
        if isinstance(error, BadFormula):
            raise
        raise BadFormula(_("A result is no real number, or too large.")) from None


def _bounded(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)) or abs(value) > LARGEST:
        raise BadFormula(_("A result is no real number, or too large."))
    if isinstance(value, Fraction) and value.denominator > LARGEST:
        return float(value)
    return value if isinstance(value, float) else Fraction(value)


def _constant(node: Any, _values: Mapping[str, Number]) -> Any:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise BadFormula(_("Only numbers, names, + − * / ^, comparisons and known functions may be used."))
    return Fraction(str(node.value)) if isinstance(node.value, float) else node.value


def _name(node: Any, values: Mapping[str, Number]) -> Any:
    if node.id in values:
        return values[node.id]
    if node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    raise BadFormula(_("There is no variable “%(name)s” before this one.", name=node.id))


def _binary(node: Any, values: Mapping[str, Number]) -> Any:
    act = _OPERATIONS.get(type(node.op))
    if act is None:
        raise BadFormula(_("Only numbers, names, + − * / ^, comparisons and known functions may be used."))
    return act(_value(node.left, values), _value(node.right, values))


def _unary(node: Any, values: Mapping[str, Number]) -> Any:
    value = _value(node.operand, values)
    if isinstance(node.op, ast.Not):
        return not value
    if isinstance(node.op, ast.Invert):
        raise BadFormula(_("Only numbers, names, + − * / ^, comparisons and known functions may be used."))
    return -value if isinstance(node.op, ast.USub) else value


def _compare(node: Any, values: Mapping[str, Number]) -> bool:
    sides = [_value(each, values) for each in (node.left, *node.comparators)]
    acts = [_COMPARISONS.get(type(each)) for each in node.ops]
    return all(act is not None and act(one, other) for act, one, other in zip(acts, sides, sides[1:], strict=False))


def _logic(node: Any, values: Mapping[str, Number]) -> bool:
    return (all if isinstance(node.op, ast.And) else any)(bool(_value(each, values)) for each in node.values)


def _call(node: Any, values: Mapping[str, Number]) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in _FUNCTIONS or node.keywords or len(node.args) > 4:
        raise BadFormula(_("There is no function “%(name)s”.", name=name))
    return _FUNCTIONS[name](*(_value(each, values) for each in node.args))


def _power(base: Number, exponent: Number) -> Any:
    if abs(Fraction(exponent)) > LARGEST_EXPONENT:
        raise BadFormula(_("A result is no real number, or too large."))
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return base ** int(exponent)
    return float(base) ** float(exponent)


def _root(value: Number) -> Number:
    """Exact where the number is a square."""
    if isinstance(value, Fraction) and value >= 0:
        over, under = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if over * over == value.numerator and under * under == value.denominator:
            return Fraction(over, under)
    return math.sqrt(value)


def _whole(act: Callable[..., int]) -> Callable[..., Any]:
    def on_whole(*numbers: Number) -> int:
        if any(number != int(number) or abs(Fraction(number)) > LARGEST for number in numbers):
            raise BadFormula(_("A result is no real number, or too large."))
        return act(*(int(number) for number in numbers))
    return on_whole


def _factorial(number: int) -> int:
    if not 0 <= number <= 25:
        raise BadFormula(_("A result is no real number, or too large."))
    return math.factorial(number)


def _rounded(value: Number, places: Number = 0) -> Fraction:
    """Half away from zero, as at school; not half to even."""
    if not 0 <= places <= 15 or places != int(places):
        raise BadFormula(_("A result is no real number, or too large."))
    scaled = abs(Fraction(value)) * 10 ** int(places)
    whole = math.floor(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10 ** int(places))


_CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: _power}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs, "min": min, "max": max, "round": _rounded, "floor": math.floor, "ceil": math.ceil, "sqrt": _root,
    "pow": _power, "gcd": _whole(math.gcd), "lcm": _whole(math.lcm), "factorial": _whole(_factorial),
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "exp": math.exp, "ln": math.log, "log": math.log10, "log10": math.log10, "deg2rad": math.radians,
    "rad2deg": math.degrees}
_NODES: dict[type, Callable[[Any, Mapping[str, Number]], Any]] = {
    ast.Constant: _constant, ast.Name: _name, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.Compare: _compare,
    ast.BoolOp: _logic, ast.Call: _call}
