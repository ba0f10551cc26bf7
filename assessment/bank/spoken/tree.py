"""A formula as it is written, as a tree of what is to be said. Nothing is computed, and nothing is refused."""

from dataclasses import dataclass

MOST_SIGNS, MOST_DEPTH, MOST_WORDS = 2_000, 30, 2_000
"""Of a formula: signs that are read, groups within groups, signs of what is said."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of a formula.

    `kind` and what it holds: number, letter, sign, text, name (of an unknown command), ce, pu and upright (`text` as
    written; upright also its parts), group, fence (`text`: names of its two brackets and a space between), frac, root
    (body, degree), script (base, below, above), accent (`text`: which), binom, stack (above or below, base; `text`:
    which), arrow (what stands on it), table (`text`: which; its parts are groups, a row each, of groups, a cell each),
    deep (what lies too deep to be said).
    """

    kind: str
    text: str = ""
    parts: tuple["Node", ...] = ()


EMPTY = Node("group")


def group(items: list[Node]) -> Node:
    """Things side by side as one; a single one is itself."""
    return items[0] if len(items) == 1 else Node("group", parts=tuple(items))


def items_of(node: Node) -> tuple[Node, ...]:
    """What stands side by side in a node."""
    return node.parts if node.kind == "group" else (node,)


def core(node: Node) -> Node:
    """What carries the powers and indices."""
    return node.parts[0] if node.kind == "script" else node


def is_single(node: Node) -> bool:
    """Whether a node is one number, letter or word, which needs no words for where it begins and ends."""
    return node.kind in ("number", "letter", "text", "name", "upright")
