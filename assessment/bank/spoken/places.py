"""What the words of a thing depend on: what stands beside it, and what it looks like."""

from collections.abc import Sequence
from typing import NamedTuple

from assessment.bank.spoken import names
from assessment.bank.spoken.tree import Node, core, is_single, items_of

_FOLLOWING = frozenset({"number", "letter", "name", "frac", "root", "accent", "group", "binom", "fence"})
_UPRIGHT_FACTORS = frozenset("dei")
_FUNCTION_LETTERS = frozenset("fghFGP")
_BEFORE_SETS = frozenset({"in", "notin", "cup", "cap", "setminus", "subset"})
_NAMED_BEFORE_COLON = frozenset("dfghlCPSEHQ") | {"Delta", "alpha"}


class Place(NamedTuple):
    """Where a thing stands: among its neighbours, at which number of them."""

    items: Sequence[Node]
    at: int

    @property
    def before(self) -> Node | None:
        """What stands directly before it."""
        return self.items[self.at - 1] if self.at else None

    @property
    def after(self) -> Node | None:
        """What stands directly after it."""
        return self.items[self.at + 1] if self.at + 1 < len(self.items) else None

    @property
    def begins(self) -> bool:
        """Whether a sign before a number belongs to it: nothing or another sign comes before."""
        return self.before is None or _is_sign(self.before)

    @property
    def is_followed(self) -> bool:
        """Whether what follows would be heard as part of it: a factor without a sign between."""
        if self.after is None:
            return False
        node = core(self.after)
        return node.kind in _FOLLOWING or _is_function(node) or (
            node.kind == "upright" and node.text in _UPRIGHT_FACTORS)

    @property
    def stands_apart(self) -> bool:
        """Whether what comes before it cannot be heard as part of it."""
        before = self.before
        return before is None or _is_sign(before) or before.kind == "text" or core(before).text in names.BIG

    @property
    def follows_number(self) -> bool:
        """Whether it may be a unit: a number, or a power of one, comes before."""
        before = self.before
        return before is not None and core(before).kind == "number" and not is_degree(before)

    @property
    def nears_number(self) -> bool:
        """Whether an arrow here is of a value that goes to another, and not of a function."""
        after = self.after
        return after is not None and (after.kind == "number" or after.text in ("+", "-", "infty"))

    @property
    def is_set(self) -> bool:
        """Whether a pair in brackets here is an interval and no point."""
        return self.before is not None and self.before.kind == "sign" and self.before.text in _BEFORE_SETS

    @property
    def is_differential(self) -> bool:
        """Whether the `dx` of an integral follows."""
        return self.after is not None and self.after.text == "d"

    @property
    def names_something(self) -> bool:
        """Whether a colon here comes after a name, as in `d: x + y = 0`, or after `for all`, and does not divide."""
        before = self.before
        if any(item.text in ("forall", "exists") for item in self.items[:2]):
            return True
        return self.at == 1 and before is not None and (before.kind == "fence" or before.text in _NAMED_BEFORE_COLON)

    @property
    def is_argument(self) -> bool:
        """Whether a bracket here holds what a function is of: `f(x)`, `v(t)`."""
        inside, before = self.items[self.at].parts, self.before
        if before is None or core(before).kind != "letter" or len(inside) != 1 or not is_single(inside[0]):
            return False
        return core(before).text in _FUNCTION_LETTERS or inside[0].text in ("t", "x")


def _is_sign(node: Node) -> bool:
    known = node.text in names.RELATIONS or node.text in names.OPERATORS or node.text in names.MARKS
    return node.kind == "sign" and known


def _is_function(node: Node) -> bool:
    return node.kind == "sign" and (node.text in names.FUNCTIONS or node.text in names.BIG)


def is_degree(node: Node) -> bool:
    """Whether a node is raised by the ring of degrees."""
    return node.kind == "script" and any(each.text == "circ" for each in items_of(node.parts[2])[:1])


def is_short(node: Node) -> bool:
    """Whether a numerator or power is so short that it needs no words for its end: `a`, `-1`, `2x`."""
    if is_single(node):
        return True
    if node.kind != "group" or len(node.parts) != 2:
        return False
    first, second = node.parts
    return is_single(second) and (first.kind == "number" or first.text in ("-", "+"))


def is_signed(node: Node) -> bool:
    """Whether a node is one number, letter or word, with or without a sign."""
    return is_single(node) or (is_short(node) and node.parts[0].kind == "sign")


def is_selection(base: Node, below: Node, above: Node) -> str:
    """`choose` for C with two indices, `arrange` for A, as Vietnamese schools write them; else empty.

    The square of an amplitude A with an index is none: a number of things is chosen from at least three.
    """
    name = {"C": "choose", "A": "arrange"}.get(base.text, "") if base.kind == "letter" else ""
    if not name or not is_short(above) or not is_single(below) or is_star(above):
        return ""
    if below.kind == above.kind == "number":
        chosen, all_of = (each.text if len(each.text) < 9 and each.text.isdecimal() else "0" for each in (above, below))
        return name if int(all_of) > 2 and int(chosen) <= int(all_of) else ""
    return "" if below.kind == "number" or (above.text == "2" and name == "arrange") else name


def is_star(node: Node) -> bool:
    """Whether a power is a mark and no number: a prime, a star, a plus."""
    return any(each.kind == "sign" and each.text != "-" for each in items_of(node))
