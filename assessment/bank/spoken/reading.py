"""Reads the TeX of school formulas into a tree. It reads anything: what fits nowhere stands as it is."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

DEEPEST = 24
"""Levels of nesting; what lies deeper is read as if its braces were not there."""
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:[.,]\d+)*|\s+|.", re.S)
_DECIMAL = re.compile(r"(?<=\d)\{,\}(?=\d)")
_ENDS = frozenset({"}", "&", "\\\\", "\\right", "\\end", ""})
FRACTIONS = {"\\frac": "fraction", "\\dfrac": "fraction", "\\tfrac": "fraction", "\\cfrac": "fraction",
             "\\binom": "binomial", "\\dbinom": "binomial"}
ACCENTS = frozenset({"vec", "overrightarrow", "overline", "bar", "hat", "widehat", "tilde", "widetilde", "dot", "ddot",
                     "underline", "overparen", "xrightarrow"})
_PLAIN = frozenset({"mathit", "mathbf", "boldsymbol", "mathcal", "mathsf", "displaystyle", "textstyle", "boxed",
                    "limits", "nolimits", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "middle",
                    "left", "right",
                    "hline", "quad", "qquad", "color", "phantom"})
_SPACES = frozenset({"\\,", "\\;", "\\:", "\\!", "\\ ", "~"})
_RAW = frozenset({"\\text", "\\mathrm", "\\textrm", "\\mbox", "\\textbf", "\\textit", "\\operatorname", "\\mathbb"})


@dataclass(frozen=True)
class Atom:
    """One sign, number, letter or command (`\\alpha`); or a `text` or `chemistry` as it was written."""

    text: str
    kind: str = "sign"


@dataclass(frozen=True)
class Pair:
    """A fraction or a binomial coefficient."""

    kind: str
    top: "Row"
    bottom: "Row"


@dataclass(frozen=True)
class Root:
    """A root; without an index the square root."""

    index: "Row | None"
    inside: "Row"


@dataclass(frozen=True)
class Script:
    """Something with what stands below and above it; `primes` strokes behind it."""

    base: "Node"
    below: "Row | None" = None
    above: "Row | None" = None
    primes: int = 0


@dataclass(frozen=True)
class Accent:
    """Something under an arrow, a bar or a hat."""

    name: str
    inside: "Row"


@dataclass(frozen=True)
class Fence:
    """What stands between `\\left` and `\\right`; "." is no bracket."""

    left: str
    inside: "Row"
    right: str


@dataclass(frozen=True)
class Table:
    """Lines of cells: a matrix, a system, lines that are aligned."""

    name: str
    lines: "tuple[tuple[Row, ...], ...]"


Node = Atom | Pair | Root | Script | Accent | Fence | Table
Row = tuple[Node, ...]


def read(tex: str) -> Row:
    """The tree of a formula."""
    parser = _Parser(_TOKEN.findall(_DECIMAL.sub(",", tex)))
    row: list[Node] = []
    while parser.next() != "" or not row:
        row += parser.row()
        if parser.next() == "":
            break
        parser.take()  # a brace or an end without a beginning
    return tuple(row)


@dataclass
class _Parser:
    tokens: list[str]
    at: int = 0
    depth: int = field(default=0)

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next()
        self.at += 1
        return token

    def skip_spaces(self) -> None:
        while self.next().isspace() or self.next() in _SPACES:
            self.at += 1

    def row(self, *ends: str) -> Row:
        """Everything up to one of the ends, which is not taken."""
        nodes: list[Node] = []
        self.skip_spaces()
        while self.next() not in _ENDS and self.next() not in ends:
            nodes += self.scripted()
            self.skip_spaces()
        return tuple(nodes)

    def scripted(self) -> Row:
        """One thing, with what stands below and above it."""
        base = self.item()
        below = above = None
        primes = 0
        while self.next() in ("^", "_", "'") or (self.next().isspace() and self._script_follows()):
            self.skip_spaces()
            sign = self.take()
            if sign == "'":
                primes += 1
            elif sign == "_":
                below = (below or ()) + self.argument()
            else:
                above = (above or ()) + self.argument()
        if below is None and above is None and not primes:
            return base
        last = base[-1] if base else Atom("")
        return (*base[:-1], Script(last, below, above, primes))

    def _script_follows(self) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] in ("^", "_")

    def argument(self) -> Row:
        """What a command or a script applies to: a group, or the next thing."""
        self.skip_spaces()
        if self.next() in _ENDS:
            return ()
        if len(self.next()) > 1 and self.next().isdigit():  # x^23 is x^2 3
            digits = self.tokens[self.at]
            self.tokens[self.at] = digits[1:]
            return (Atom(digits[0]),)
        return self.item()

    def item(self) -> Row:
        """The next thing by itself."""
        sign = self.take()
        if sign == "{":
            return self._deeper(self._group)
        if sign in FRACTIONS:
            return self._deeper(lambda: (Pair(FRACTIONS[sign], self.argument(), self.argument()),))
        if sign == "\\sqrt":
            return self._deeper(self._root)
        if sign == "\\left":
            return self._deeper(self._fence)
        if sign == "\\begin":
            return self._deeper(self._table)
        if sign in _RAW:
            return self._raw(sign)
        if sign in ("\\ce", "\\pu"):
            return (Atom(self._braced(), "chemistry"),)
        if sign[1:] in ACCENTS and sign[0] == "\\":
            return self._deeper(lambda: (Accent(sign[1:], self.argument()),))
        is_style = sign[0:1] == "\\" and sign[1:] in _PLAIN
        return () if sign in _SPACES or is_style else (Atom(sign),)

    def _deeper(self, read_on: Callable[[], Row]) -> Row:
        if self.depth >= DEEPEST:
            return ()
        self.depth += 1
        try:
            return read_on()
        finally:
            self.depth -= 1

    def _group(self) -> Row:
        inside = self.row()
        while self.next() not in ("}", ""):  # an end of something else
            self.take()
            inside += self.row()
        self.take()
        return inside

    def _root(self) -> Row:
        index = None
        if self.next() == "[":
            self.take()
            index = self.row("]")
            self.take()
        return (Root(index, self.argument()),)

    def _fence(self) -> Row:
        self.skip_spaces()
        left = self.take()
        inside = self.row()
        while self.next() not in ("\\right", ""):
            self.take()
            inside += self.row()
        self.take()
        self.skip_spaces()
        return (Fence(left, inside, self.take()),)

    def _table(self) -> Row:
        name = self._braced().rstrip("*")
        if name == "array" and self.next() == "{":
            self._braced()
        lines, cells = [], []
        while True:
            cells.append(self.row())
            end = self.take()
            if end in ("&", "}", "\\right"):
                continue
            lines.append(tuple(cells))
            cells = []
            if end in ("\\end", ""):
                self._braced()
                return (Table(name, tuple(line for line in lines if any(line))),)

    def _raw(self, command: str) -> Row:
        text = self._braced()
        return (Atom(f"{command} {text}"),) if command == "\\mathbb" else (Atom(text, "text"),)

    def _braced(self) -> str:
        """The text in braces, as it is written; without braces the next token."""
        self.skip_spaces()
        if self.next() != "{":
            return self.take()
        self.take()
        depth, parts = 1, list[str]()
        while self.next() != "":
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)
            if not depth:
                break
            parts.append(token)
        return "".join(parts)
