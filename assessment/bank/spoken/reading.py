"""From TeX to a tree, for reading aloud. Whatever is written gives a tree, in time that grows with its length alone.

Braces that do not match, arguments that are missing and environments that are left open are read as far as they go.
"""

import re
from typing import NamedTuple

from assessment.bank.spoken import names
from assessment.bank.spoken.fences import fenced
from assessment.bank.spoken.tree import EMPTY, MOST_DEPTH, MOST_SIGNS, Node, group

_TOKEN = re.compile(r"\\[a-zA-Z]+\*?|\\.|\d{1,3}(?:\\,\d{3})+(?!\d)|\d+\{,\}\d+|\d+(?:[.,]\d+)*|\s+|~|//|.", re.S)
_NUMBER = re.compile(r"\d+(?:(?:\{,\}|[.,])\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ROW_END = "\\\\"


class Token(NamedTuple):
    """A piece of TeX as it is written; `kind` is command, number, space or sign."""

    kind: str
    text: str


def read_tree(tex: str) -> Node:
    """The tree of a formula; what is beyond the longest is not read."""
    return group(_Reader(_tokens_of(tex[:MOST_SIGNS])).row(frozenset()))


def _tokens_of(tex: str) -> list[Token]:
    found: list[Token] = []
    for text in _TOKEN.findall(tex):
        if text[0] == "\\" and len(text) > 1:
            found.append(Token("command", text.removesuffix("*")))
        elif text[0].isdecimal() and text[0].isascii():
            found += _numbers(text)
        else:
            found.append(Token("space" if text.isspace() or text == "~" else "sign", text))
    return found


def _numbers(text: str) -> list[Token]:
    r"""`1,5`, `1.000.000` and `1\,000` are numbers, `1,2,3` is three."""
    if "\\" in text:
        return [Token("number", text.replace("\\,", ""))]
    if _NUMBER.fullmatch(text):
        return [Token("number", text)]
    return [Token("number" if part.isdecimal() else "sign", part) for part in re.split(r"([.,])", text)]


class _Reader:
    """A walk over the tokens of one formula."""

    def __init__(self, tokens: list[Token], depth: int = 0) -> None:
        self._tokens, self._place, self._depth = tokens, 0, depth

    def row(self, ends: frozenset[str]) -> list[Node]:
        """What stands side by side, up to one of `ends`, which is not taken."""
        items: list[Node] = []
        while self._text not in ends and self._place < len(self._tokens):
            self._take_into(items)
        return fenced(items)

    @property
    def _text(self) -> str:
        return self._tokens[self._place].text if self._place < len(self._tokens) else ""

    def _next(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _take_into(self, items: list[Node]) -> None:
        token = self._next()
        if token.text in ("^", "_", "'", "’", "′"):
            self._add_script(token.text, items)
        elif token.kind == "command":
            items += self._command(token.text[1:])
        elif token.text == "{":
            items.append(self._group())
        elif token.kind == "number":
            items.append(Node("number", token.text))
        elif token.kind == "sign" and token.text not in ("}", "&"):
            items.append(leaf(token.text))

    def _add_script(self, sign: str, items: list[Node]) -> None:
        """A power, index or prime goes to what stands before it."""
        node = self._argument() if sign in "^_" else Node("sign", "prime")
        last = items.pop() if items else EMPTY
        base, below, above = last.parts if last.kind == "script" else (last, EMPTY, EMPTY)
        if sign == "_":
            below = _joined(below, node)
        else:
            above = _joined(above, node)
        items.append(Node("script", parts=(base, below, above)))

    def _group(self) -> Node:
        """What is in braces; the opening one has been taken."""
        if self._depth >= MOST_DEPTH:
            self._skip()
            return Node("deep")
        self._depth += 1
        items = self.row(frozenset("}"))
        self._place += self._text == "}"
        self._depth -= 1
        return group(items)

    def _skip(self) -> str:
        """Past the brace that closes what is open; what was written up to there."""
        start, open_braces = self._place, 1
        while open_braces and self._place < len(self._tokens):
            text = self._next().text
            open_braces += (text == "{") - (text == "}")
        end = self._place - (0 if open_braces else 1)
        return "".join(token.text for token in self._tokens[start:end])

    def _argument(self) -> Node:
        r"""What a command is given: a group, or one thing; `\frac12` is one half."""
        self._spaces()
        if self._place == len(self._tokens) or self._text in ("}", "&"):
            return EMPTY
        token = self._next()
        if token.kind == "number" and len(token.text) > 1:
            self._place -= 1
            self._tokens[self._place] = Token("number", token.text[1:].lstrip(".,"))
            return Node("number", token.text[0])
        if token.text == "{":
            return self._group()
        if token.kind == "command":
            return group(self._deeper(token.text[1:]))
        return Node("number", token.text) if token.kind == "number" else leaf(token.text)

    def _deeper(self, name: str) -> list[Node]:
        r"""A command as an argument: `\sqrt\sqrt\sqrt x` nests without braces."""
        if self._depth >= MOST_DEPTH:
            return [Node("deep")]
        self._depth += 1
        items = self._command(name)
        self._depth -= 1
        return items

    def _spaces(self) -> None:
        while self._place < len(self._tokens) and self._tokens[self._place].kind == "space":
            self._place += 1

    def _optional(self) -> Node:
        """What stands in square brackets; empty where nothing does."""
        self._spaces()
        if self._text != "[":
            return EMPTY
        self._place += 1
        if self._depth >= MOST_DEPTH:
            return Node("deep")
        self._depth += 1
        items = self.row(frozenset({"]", "}"}))
        self._depth -= 1
        self._place += self._text == "]"
        return group(items)

    def _raw(self) -> str:
        """What is in braces, as written."""
        self._spaces()
        if self._place == len(self._tokens):
            return ""
        text = self._next().text
        return self._skip() if text == "{" else text

    def _command(self, name: str) -> list[Node]:
        """The nodes that a command makes: one, or none."""
        if name in names.SILENT or name in ("\\", "end", "right"):
            return self._silent(name)
        if name in names.DROPPED:
            self._raw()
            return []
        if name in _STRUCTURES:
            return [_STRUCTURES[name](self, name)]
        return [leaf(name, unknown="name")]

    def _silent(self, name: str) -> list[Node]:
        if name == "end":
            self._raw()
        return [Node("sign", ",")] if name in ("\\", "quad", "qquad") else []

    def _fraction(self, _name: str) -> Node:
        return Node("frac", parts=(self._argument(), self._argument()))

    def _binomial(self, _name: str) -> Node:
        return Node("binom", parts=(self._argument(), self._argument()))

    def _root(self, _name: str) -> Node:
        degree = self._optional()
        return Node("root", parts=(self._argument(), degree))

    def _accent(self, name: str) -> Node:
        return Node("accent", names.ACCENTS[name], (self._argument(),))

    def _stack(self, name: str) -> Node:
        mark, base = self._argument(), self._argument()
        if mark.text in ("frown", "to"):
            return Node("accent", "arc" if mark.text == "frown" else "vector", (base,))
        return Node("stack", "under" if name == "underset" else "over", (mark, base))

    def _arrow(self, _name: str) -> Node:
        self._optional()
        return Node("arrow", parts=(self._argument(),))

    def _body(self, _name: str) -> Node:
        return self._argument()

    def _coloured(self, _name: str) -> Node:
        self._raw()
        return self._argument()

    def _written(self, name: str) -> Node:
        return Node("text" if name in names.TEXTS else name, self._raw())

    def _upright(self, _name: str) -> Node:
        raw = self._raw()
        if names.canonical(raw) in names.FUNCTIONS:
            return Node("sign", names.canonical(raw))
        if self._depth >= MOST_DEPTH:
            return Node("deep")
        inner = _Reader(_tokens_of(raw), self._depth + 1).row(frozenset())
        return Node("upright", raw, tuple(inner))

    def _negated(self, _name: str) -> Node:
        node = self._argument()
        opposite = {"=": "ne", "in": "notin", "subset": "notsubset", "mid": "notmid"}.get(node.text)
        return Node("sign", opposite) if opposite else Node("group", parts=(Node("sign", "neg"), node))

    def _modulo(self, _name: str) -> Node:
        return Node("group", parts=(Node("sign", "bmod"), self._argument()))

    def _delimiter(self) -> str:
        self._spaces()
        text = self._next().text if self._place < len(self._tokens) else "."
        return "" if text == "." else names.canonical(text.lstrip("\\") or "setminus") if text != "\\|" else "Vert"

    def _between(self, _name: str) -> Node:
        r"""`\left( … \right)`."""
        opening = self._delimiter()
        if self._depth >= MOST_DEPTH:
            return Node("deep")
        self._depth += 1
        items = self.row(frozenset({"\\right", "}"}))
        self._depth -= 1
        closing = ""
        if self._text == "\\right":
            self._place += 1
            closing = self._delimiter()
        return Node("fence", f"{opening} {closing}", tuple(items))

    def _table(self, _name: str) -> Node:
        name = self._raw().removesuffix("*")
        if name == "array":
            self._spaces()
            if self._text == "{":
                self._raw()
        if self._depth >= MOST_DEPTH:
            return Node("deep")
        self._depth += 1
        rows = self._rows()
        self._depth -= 1
        return Node("table", names.TABLES.get(name, "lines"), tuple(rows))

    def _rows(self) -> list[Node]:
        ends = frozenset({"&", _ROW_END, "\\end"})
        rows: list[list[Node]] = [[]]
        while self._place < len(self._tokens):
            rows[-1].append(group(self.row(ends)))
            if self._place == len(self._tokens):
                break
            end = self._next().text
            if end == "\\end":
                self._raw()
                break
            if end == _ROW_END:
                rows.append([])
        return [Node("group", parts=tuple(row)) for row in rows if any(cell != EMPTY for cell in row)]


def leaf(name: str, unknown: str = "sign") -> Node:
    """A letter, or a sign or command by its one name; `unknown` is the kind of what is neither."""
    known = names.canonical(name)
    if known in names.LETTERS or (len(known) == 1 and known.isalpha()):
        return Node("letter", known)
    is_sign = (known in names.RELATIONS or known in names.OPERATORS or known in names.MARKS
               or known in names.FUNCTIONS or known in names.BIG or known in names.OPENING or known in names.CLOSING
               or known in names.BARS or not known.isalpha() or known != name)
    return Node("sign" if is_sign else unknown, known)


def _joined(one: Node, other: Node) -> Node:
    """Two powers of the same thing, such as a prime and a number."""
    if one == EMPTY:
        return other
    return Node("group", parts=(*(one.parts if one.kind == "group" else (one,)), other))


_STRUCTURES = {
    **dict.fromkeys(names.FRACTIONS, _Reader._fraction), **dict.fromkeys(names.BINOMIALS, _Reader._binomial),
    **dict.fromkeys(names.ACCENTS, _Reader._accent), **dict.fromkeys(names.STACKS, _Reader._stack),
    **dict.fromkeys(names.BODY, _Reader._body), **dict.fromkeys(names.TEXTS, _Reader._written),
    **dict.fromkeys(names.UPRIGHT, _Reader._upright),
    "ce": _Reader._written, "pu": _Reader._written, "sqrt": _Reader._root, "left": _Reader._between,
    "begin": _Reader._table, "not": _Reader._negated, "pmod": _Reader._modulo, "textcolor": _Reader._coloured,
    "xrightarrow": _Reader._arrow, "xleftarrow": _Reader._arrow,
}
