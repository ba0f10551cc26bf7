r"""Fractions that are derivatives: `\frac{dy}{dx}`, `\frac{d^2y}{dx^2}`, `\frac{\partial f}{\partial x}`."""

from assessment.bank.spoken.tree import EMPTY, Node, core, group, is_single, items_of

_NAMES = {"d": "derivative", "partial": "partial"}


def derivative_of(top: Node, bottom: Node) -> Node | None:
    """A node with what is differentiated (EMPTY where it follows), by what, and the order (EMPTY for the first)."""
    over, under = items_of(top), items_of(bottom)
    if not over or len(under) != 2 or not is_single(core(under[1])):
        return None
    sign = core(over[0])
    name = _NAMES.get(sign.text, "") if is_single(sign) else ""
    if not name or under[0].text != sign.text or not is_single(under[0]):
        return None
    order = _power(over[0])
    if order is None or order != _power(under[1]):
        return None
    return Node("derivative", name, (group(list(over[1:])), core(under[1]), order))


def _power(node: Node) -> Node | None:
    """EMPTY without a power; None where there is an index or a longer power."""
    if node.kind != "script":
        return EMPTY
    _base, below, above = node.parts
    return above if below == EMPTY and is_single(above) else None
