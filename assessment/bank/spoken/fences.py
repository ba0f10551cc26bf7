"""Brackets that belong together, found among things side by side."""

from assessment.bank.spoken import names
from assessment.bank.spoken.tree import MOST_DEPTH, Node, core

_Open = tuple[Node, list[Node]]
"""An opening bracket and what stands after it so far."""


def fenced(items: list[Node]) -> list[Node]:
    """The same with what is in brackets as one node each; `[a; b)` belongs together. One walk, from left to right."""
    stack: list[_Open] = [(Node("sign"), [])]
    for item in items:
        sign = core(item).text if core(item).kind == "sign" else ""
        if item.kind == "sign" and sign in names.OPENING and len(stack) < MOST_DEPTH:
            stack.append((item, []))
        elif sign in names.CLOSING:
            _close(stack, item, sign)
        elif sign in names.BARS:
            _bar(stack, item, sign)
        else:
            stack[-1][1].append(item)
    while len(stack) > 1:
        _give_up(stack)
    return stack[0][1]


def _close(stack: list[_Open], item: Node, sign: str) -> None:
    while len(stack) > 1 and stack[-1][0].text in names.BARS:
        _give_up(stack)
    if len(stack) > 1 and sign in names.OPENING[stack[-1][0].text]:
        _fence(stack, item, sign)
    else:
        stack[-1][1].append(item)


def _bar(stack: list[_Open], item: Node, sign: str) -> None:
    """A bar closes one that is open and has something in it, unless something is still to come: `|x - |y||`."""
    opening, inside = stack[-1]
    if opening.text == sign and inside and not _waits(inside[-1]):
        _fence(stack, item, sign)
    elif item.kind == "sign" and len(stack) < MOST_DEPTH:
        stack.append((item, []))
    else:
        inside.append(item)


def _waits(node: Node) -> bool:
    return node.kind == "sign" and (node.text in names.OPERATORS or node.text in names.RELATIONS)


def _fence(stack: list[_Open], item: Node, sign: str) -> None:
    opening, inside = stack.pop()
    node = Node("fence", f"{opening.text} {sign}", tuple(inside))
    stack[-1][1].append(Node("script", parts=(node, *item.parts[1:])) if item.kind == "script" else node)


def _give_up(stack: list[_Open]) -> None:
    """A bracket that nothing closes is a sign like others; a bar alone parts two things: `P(A|B)`."""
    opening, inside = stack.pop()
    stack[-1][1].extend([Node("sign", "mid") if opening.text == "|" else opening, *inside])
