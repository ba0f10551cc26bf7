"""Formulas as candidates type them, and whether two of them mean the same. Pure, bounded, never run as code.

Two expressions are compared at seeded points first, with forty digits; where both are quotients of small polynomials
their equality is then proved exactly. No step depends on what was sent for how long it takes: signs, depth, digits,
sizes of values, terms and degrees have limits, so a comparison cannot hold up marking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assessment.bank.algebra.exact import are_equal, is_expanded, is_factored
from assessment.bank.algebra.reading import read_tree
from assessment.bank.algebra.tree import Formula, Node, Unreadable
from assessment.bank.algebra.values import LEAST_POINTS, NoValue, are_near, points, value_at

__all__ = ["Question", "is_same", "read_formula"]


@dataclass(frozen=True)
class Question:
    """What kind of formula is asked: the letters that may stand in it, and its form (any, expanded, factored)."""

    letters: tuple[str, ...]
    form: str = "any"


def read_formula(text: str, letters: Sequence[str]) -> Formula | None:
    """What a text says as a formula of these letters, or None where it cannot be read."""
    return _read(text, tuple(letters))


@lru_cache(maxsize=2_048)
def _read(text: str, letters: tuple[str, ...]) -> Formula | None:
    try:
        return read_tree(text, letters)
    except (Unreadable, RecursionError):
        return None


def is_same(given: str, accepted: str, question: Question) -> bool:
    """Whether an answer means the accepted one, and is written in the form that is asked."""
    one, other = (read_formula(text, question.letters) for text in (given, accepted))
    if one is None or other is None or not _means(one, other, question.letters):
        return False
    if question.form == "any":
        return True
    has_form = is_expanded if question.form == "expanded" else is_factored
    return all(has_form(node, question.letters) for node in one.nodes)


def _means(one: Formula, other: Formula, letters: tuple[str, ...]) -> bool:
    if {one.kind, other.kind} == {"tuple", "interval"} and one.brackets in ("", "()") and other.brackets in ("", "()"):
        return _all_equal(one.nodes, other.nodes, letters)
    if one.kind != other.kind or one.brackets != other.brackets:
        return False
    if one.kind == "equation":
        return _same_equation(one.nodes, other.nodes, letters)
    if one.kind == "set":
        return _same_set(one.nodes, other.nodes, letters)
    if one.kind == "union":
        left = list(other.members)
        for member in one.members:
            match = next((each for each in left if _means(member, each, letters)), None)
            if match is None:
                return False
            left.remove(match)
        return not left
    return _all_equal(one.nodes, other.nodes, letters)


def _all_equal(one: tuple[Node, ...], other: tuple[Node, ...], letters: tuple[str, ...]) -> bool:
    return len(one) == len(other) and all(
        _equal(left, right, letters) for left, right in zip(one, other, strict=True))


def _same_set(one: tuple[Node, ...], other: tuple[Node, ...], letters: tuple[str, ...]) -> bool:
    """Every element of each is in the other; how often one is written does not count."""
    return len(one) <= 20 and len(other) <= 20 and all(
        any(_equal(left, right, letters) for right in other) for left in one) and all(
        any(_equal(left, right, letters) for left in one) for right in other)


def _same_equation(one: tuple[Node, ...], other: tuple[Node, ...], letters: tuple[str, ...]) -> bool:
    """Whether one is the other multiplied by a number: y = 2x + 1 and 2x - y + 1 = 0."""
    first, second = (Node("add", (sides[0], Node("neg", (sides[1],)))) for sides in (one, other))
    ratios = []
    for point in points(letters):
        try:
            ratios.append(value_at(Node("div", (first, second)), point))
        except NoValue:
            continue
    return len(ratios) >= LEAST_POINTS and ratios[0] != 0 and all(are_near(ratios[0], each) for each in ratios)


def _equal(one: Node, other: Node, letters: tuple[str, ...]) -> bool:
    if one == other:
        return True
    seen = 0
    for point in points(letters):
        values = [_value(node, point) for node in (one, other)]
        if values[0] is None and values[1] is None:
            continue
        if values[0] is None or values[1] is None or not are_near(values[0], values[1]):
            return False
        seen += 1
        if not letters:
            seen = LEAST_POINTS
            break
    return seen >= LEAST_POINTS and are_equal(one, other, letters) is not False


def _value(node: Node, point: object) -> object:
    try:
        return value_at(node, point)  # type: ignore[arg-type]
    except NoValue:
        return None
