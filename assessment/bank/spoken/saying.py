"""Says the tree of a formula in the words of a language."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from assessment.bank.spoken.reading import Accent, Atom, Fence, Node, Pair, Root, Row, Script, Table
from assessment.bank.spoken.words import Language

_CHEMICAL = re.compile(r"<=>|<->|->|\((?:aq|s|l|g)\)|\^\{([^}]*)\}|\^([\d+-]+)|_\{([^}]*)\}|[A-Z][a-z]?|\d+|"
                       r"\s[v^](?=\s|$)|\S")
_SHORT = 2
"""So many signs at most are said without telling where they end."""
_SYSTEMS = frozenset({"cases", "aligned", "align", "gathered", "split", "array"})
_OPERATORS = frozenset("+-=<>(,;:|/[") | {"\\pm", "\\times", "\\cdot", "\\le", "\\leq", "\\ge", "\\geq", "\\ne",
                                           "\\neq", "\\to", "\\Rightarrow", "\\Leftrightarrow", "\\in",
                                           "\\approx", "\\{"}
_LARGE = frozenset({"\\int", "\\iint", "\\oint", "\\sum", "\\prod", "\\lim", "\\max", "\\min", "\\bigcup", "\\bigcap"})
_APPLIED = frozenset("fghFGP")


class Speaker:
    """Says trees in one language."""

    def __init__(self, language: Language) -> None:
        self.words, self.phrases = language.words, language.phrases
        self._ways: dict[type, Callable[[Any], str]] = {
            Atom: self._atom, Pair: self._pair, Root: self._root, Script: self._script, Accent: self._accent,
            Fence: self._fence, Table: self._table}

    def say(self, row: Row) -> str:
        """A row of things, on one line."""
        return " ".join(self._row(row).split()).replace(" ,", ",").replace(" ;", ";").replace(",,", ",").strip(" ,;")

    def _row(self, row: Sequence[Node]) -> str:
        bars = [place for place, node in enumerate(row) if node == Atom("|")]
        if bars and len(bars) % 2 == 0:
            return self._absolute(row, bars)
        said = []
        for place, node in enumerate(row):
            before = row[place - 1] if place else None
            if node == Atom("-") and _begins(before):
                said.append(self.phrases["negative"])
            elif node == Atom("(") and _is_applied(row, place):
                said.append(self.phrases["of"])
            elif node == Atom(")") and place > 1 and _is_applied(row, place - 2):
                continue
            else:
                said.append(self._ways[type(node)](node))
        return " ".join(said)

    def _absolute(self, row: Sequence[Node], bars: Sequence[int]) -> str:
        parts, end = [], 0
        for first, last in zip(bars[::2], bars[1::2], strict=True):
            parts += [self._row(row[end:first]), self._wrapped("absolute", row[first + 1:last])]
            end = last + 1
        return " ".join([*parts, self._row(row[end:])])

    def _wrapped(self, phrase: str, inside: Sequence[Node]) -> str:
        """A phrase about something, with its end told where it is not short."""
        name = phrase if _is_short(inside) else f"{phrase}_long"
        return self.phrases[name].format(self._row(inside))

    def _atom(self, atom: Atom) -> str:
        if atom.kind == "text":
            return atom.text
        if atom.kind == "chemistry":
            return self._chemistry(atom.text)
        return self.words.get(atom.text) or atom.text.lstrip("\\")

    def _pair(self, pair: Pair) -> str:
        short = _is_short(pair.top) and _is_short(pair.bottom)
        name = pair.kind if short else f"{pair.kind}_long"
        return self.phrases[name].format(self._row(pair.top), self._row(pair.bottom))

    def _root(self, root: Root) -> str:
        if root.index is None:
            return self._wrapped("square_root", root.inside)
        name = "cube_root" if root.index == (Atom("3"),) else "root"
        end = "" if _is_short(root.inside) else self.phrases["end_of_root"]
        return self.phrases[name].format(self._row(root.inside), self._row(root.index)) + end

    def _script(self, script: Script) -> str:
        base = script.base.text if isinstance(script.base, Atom) else ""
        if base in _LARGE:
            return self._large(script)
        if base == "\\log" and script.below:
            return self.phrases["logarithm"].format(self._row(script.below))
        if base in ("C", "A") and script.below and script.above:
            return self.phrases[f"choice_{base}"].format(self._row(script.above), self._row(script.below))
        said = self._ways[type(script.base)](script.base)
        if script.below:
            said += " " + self._wrapped("index", script.below)
        said += f" {self.phrases['prime']}" * script.primes
        return f"{said} {self._power(script.above)}" if script.above else said

    def _large(self, script: Script) -> str:
        name = self._ways[type(script.base)](script.base).removesuffix(self.phrases["of_large"]).strip()
        below = self._row(script.below) if script.below else ""
        if script.below and script.above:
            return self.phrases["from_to"].format(name, below, self._row(script.above))
        is_limit = isinstance(script.base, Atom) and script.base.text == "\\lim"
        return self.phrases["as" if is_limit else "over"].format(name, below or self._row(script.above or ()))

    def _power(self, above: Row) -> str:
        alone = above[0].text if len(above) == 1 and isinstance(above[0], Atom) else ""
        return self.phrases.get(f"power {alone}") or self._wrapped("power", above)

    def _accent(self, accent: Accent) -> str:
        return self.phrases.get(accent.name, accent.name + " {0}").format(self._row(accent.inside))

    def _fence(self, fence: Fence) -> str:
        if fence.left == fence.right == "|":
            return self._wrapped("absolute", fence.inside)
        if fence.left == "\\{" and fence.right == "." and len(fence.inside) == 1 and isinstance(fence.inside[0], Table):
            return self._table(fence.inside[0])
        left, right = (self.words.get(sign, sign) if sign != "." else "" for sign in (fence.left, fence.right))
        return f"{left} {self._row(fence.inside)} {right}"

    def _table(self, table: Table) -> str:
        kind = "system" if table.name in _SYSTEMS else "matrix"
        between = ", " if kind == "matrix" else " "
        lines = [self.phrases[f"{kind}_line"].format(number, between.join(map(self._row, cells)))
                 for number, cells in enumerate(table.lines, start=1)]
        widest = max((len(cells) for cells in table.lines), default=0)
        return self.phrases[kind].format(len(lines), widest) + " " + "; ".join(lines) + self.phrases[f"end_of_{kind}"]

    def _chemistry(self, formula: str) -> str:
        """What mhchem sets (its manual, section 1): each sign by itself, arrows and charges in words."""
        return " ".join(self._chemical(match) for match in _CHEMICAL.finditer(formula))

    def _chemical(self, match: re.Match[str]) -> str:
        charge = match[1] or match[2]
        if charge is not None:
            return " ".join(self.words.get(sign, sign) for sign in charge)
        return match[3] or self.phrases.get(f"ce {match[0].strip()}") or self.words.get(match[0], match[0])


def _begins(before: Node | None) -> bool:
    """Whether a minus behind this is a sign and not an operation."""
    return before is None or (isinstance(before, Atom) and before.text in _OPERATORS)


def _is_applied(row: Sequence[Node], place: int) -> bool:
    """Whether the bracket at a place is that of f(x)."""
    if not 1 <= place < len(row) - 2 or row[place] != Atom("(") or row[place + 2] != Atom(")"):
        return False
    name = row[place - 1]
    base = name.base if isinstance(name, Script) else name
    return isinstance(base, Atom) and base.text in _APPLIED and isinstance(row[place + 1], Atom)


def _is_short(row: Sequence[Node]) -> bool:
    """Whether its end is heard: a sign, a number or two letters, maybe with a minus before."""
    plain = all(isinstance(node, Atom) and (node.text not in _OPERATORS or (not place and node == Atom("-")))
                for place, node in enumerate(row))
    return plain and len(row) <= _SHORT
