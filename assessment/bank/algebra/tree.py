"""A formula as a tree. Nothing in it is computed: it is what was written, and it is small."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

MOST_SIGNS, MOST_TOKENS, MOST_DEPTH, MOST_DIGITS = 500, 300, 40, 30


class Unreadable(ValueError):
    """What was sent is no formula of the kind that is asked."""


@dataclass(frozen=True)
class Node:
    """One of: num (`number`), letter, constant (`name`), add, mul, div, pow, neg, and call (`name` of a function)."""

    kind: str
    parts: tuple["Node", ...] = ()
    name: str = ""
    number: Fraction = Fraction(0)

    def walk(self) -> Iterator["Node"]:
        """This node and every one below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def number(value: int | Fraction) -> Node:
    """A number as a leaf."""
    return Node("num", number=Fraction(value))


@dataclass(frozen=True)
class Formula:
    """What an answer says: one expression, an equation, or several things in brackets.

    `kind`: expression, equation (two sides), set (order does not count), tuple, interval (two ends) or union.
    `brackets` are those of an interval.
    """

    kind: str
    nodes: tuple[Node, ...] = ()
    brackets: str = ""
    members: tuple["Formula", ...] = ()
