"""From tokens to a tree: recursive descent with a bounded depth. Nothing that was sent is ever run.

As on paper: `2x`, `2(x + 1)` and `x sin x` are products, `sin 2x` is the sine of 2x, `sin^2 x` the square of a sine,
`1/2x` is (1/2)x, `-x^2` is -(x^2) and `a^b^c` is a^(b^c). The decimal mark is a comma or a point; things in
brackets are parted by semicolons.
"""

from collections.abc import Sequence
from fractions import Fraction

from assessment.bank.algebra.tokens import Token, tokens_of
from assessment.bank.algebra.tree import MOST_DEPTH, Formula, Node, Unreadable, number

_STARTS = frozenset({"number", "letter", "function", "constant", "(", "{", "\\frac", "\\sqrt", "\\log", "|", "["})
_INVERSE = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}
INFINITY = Node("constant", name="infinity")


def read_tree(text: str, letters: Sequence[str]) -> Formula:
    """What a formula says; raises Unreadable."""
    tokens = tokens_of(text, tuple(letters))
    unions = _split(tokens, "\\cup")
    if len(unions) > 1:
        return Formula("union", members=tuple(_read_one(part) for part in unions))
    return _read_one(tokens)


def _read_one(tokens: list[Token]) -> Formula:
    kinds = [token.kind for token in tokens]
    if not kinds:
        raise Unreadable("nothing is written")
    if kinds in (["\\emptyset"], ["\\varnothing"]):
        return Formula("set")
    parts = _split(tokens, ";")
    if len(parts) > 1:
        return Formula("set", tuple(_expression(part) for part in parts))
    inside = _split(tokens[1:-1], ";") if len(tokens) > 2 else []
    if kinds[0] == "\\{" and kinds[-1] == "\\}":
        return Formula("set", tuple(_expression(part) for part in inside))
    if kinds[0] in ("(", "[") and kinds[-1] in (")", "]") and len(inside) > 1:
        return _bracketed(kinds[0], kinds[-1], inside)
    sides = _split(tokens, "=")
    if len(sides) == 2:
        return Formula("equation", tuple(_expression(side) for side in sides))
    return Formula("expression", (_expression(tokens),))


def _bracketed(opening: str, closing: str, inside: list[list[Token]]) -> Formula:
    """`[1; 2)` and other intervals; `(1; 2)` is a point or an interval, and compared as what it is the same as."""
    ends = tuple(_end(part) for part in inside)
    if len(ends) == 2 and (opening == "[" or closing == "]" or INFINITY in ends or Node("neg", (INFINITY,)) in ends):
        return Formula("interval", ends, opening + closing)
    if opening == "[" or closing == "]":
        raise Unreadable("an interval has two ends")
    return Formula("tuple", ends)


def _end(tokens: list[Token]) -> Node:
    kinds = [token.kind for token in tokens]
    if kinds in (["\\infty"], ["+", "\\infty"]):
        return INFINITY
    return Node("neg", (INFINITY,)) if kinds == ["-", "\\infty"] else _expression(tokens)


def _split(tokens: list[Token], sign: str) -> list[list[Token]]:
    """What stands between signs that are in no brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in ("(", "[", "{", "\\{")) - (token.kind in (")", "]", "}", "\\}"))
        if token.kind == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _expression(tokens: list[Token]) -> Node:
    reader = _Reader(tokens)
    node = reader.sum()
    if reader.kind:
        raise Unreadable("something is left over")
    return node


class _Reader:
    """A walk over the tokens of one expression."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._place, self._depth, self._bars = tokens, 0, 0, 0

    @property
    def kind(self) -> str:
        """The kind of the token at which the walk stands; empty at the end."""
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _take(self, kind: str = "") -> Token:
        if not self.kind or (kind and self.kind != kind):
            raise Unreadable("something is missing")
        self._place += 1
        return self._tokens[self._place - 1]

    def sum(self) -> Node:
        """Terms with + and - between them."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable("too deep")
        node = self._signed_term()
        terms = [node]
        while self.kind in ("+", "-"):
            terms.append(self._signed_term())
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Node("add", tuple(terms))

    def _signed_term(self) -> Node:
        negative = False
        while self.kind in ("+", "-"):
            negative ^= self._take().kind == "-"
        term = self._product()
        return Node("neg", (term,)) if negative else term

    def _product(self) -> Node:
        node = self._power()
        while True:
            if self.kind in ("*", "/"):
                sign = self._take().kind
                negative = self.kind == "-" and bool(self._take())
                other = self._power()
                other = Node("neg", (other,)) if negative else other
                node = Node("mul" if sign == "*" else "div", (node, other))
            elif self._starts_factor():
                if self.kind == "number" and self._tokens[self._place - 1].kind == "number":
                    raise Unreadable("two numbers side by side")
                node = Node("mul", (node, self._power()))
            else:
                return node

    def _starts_factor(self) -> bool:
        return self.kind in _STARTS and not (self.kind == "|" and self._bars)

    def _power(self) -> Node:
        base = self._atom()
        if self.kind != "^":
            return base
        self._take()
        if self._takes_degrees():
            return Node("div", (Node("mul", (base, Node("constant", name="pi"))), number(180)))
        return Node("pow", (base, self._exponent()))

    def _takes_degrees(self) -> bool:
        kinds = [token.kind for token in self._tokens[self._place:self._place + 3]]
        length = 3 if kinds == ["{", "\\circ", "}"] else int(kinds[:1] == ["\\circ"])
        self._place += length
        return length > 0

    def _exponent(self) -> Node:
        """What stands above: a group or a signed factor; `x^23` is read as it is plainly typed, x to the 23rd."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable("too deep")
        negative = self.kind == "-" and bool(self._take())
        node = self._power()
        self._depth -= 1
        return Node("neg", (node,)) if negative else node

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return number(Fraction(token.text))
        if token.kind in ("letter", "constant"):
            return Node(token.kind, name=token.text)
        if token.kind in ("(", "{", "["):
            node = self._within()
            self._take({"(": ")", "{": "}", "[": "]"}[token.kind])
            return node
        if token.kind == "|":
            return self._absolute()
        if token.kind == "\\frac":
            return Node("div", (self._argument(), self._argument()))
        if token.kind == "\\sqrt":
            return self._root()
        if token.kind == "function":
            return self._function(token.text)
        raise Unreadable("something is missing")

    def _within(self) -> Node:
        bars, self._bars = self._bars, 0
        node = self.sum()
        self._bars = bars
        return node

    def _absolute(self) -> Node:
        self._bars += 1
        node = self.sum()
        self._bars -= 1
        self._take("|")
        return Node("call", (node,), "abs")

    def _argument(self) -> Node:
        r"""The argument of a command: a group, or one sign; `\frac12` is one half."""
        if self.kind == "number" and len(text := self._tokens[self._place].text) > 1 and text.isdecimal():
            self._tokens = [*self._tokens[:self._place], Token("number", text[0]), Token("number", text[1:]),
                            *self._tokens[self._place + 1:]]
        return self._nested_atom()

    def _nested_atom(self) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable("too deep")
        node = self._atom()
        self._depth -= 1
        return node

    def _root(self) -> Node:
        degree = number(2)
        if self.kind == "[":
            self._take()
            degree = self._within()
            self._take("]")
        return Node("pow", (self._nested_atom(), Node("div", (number(1), degree))))

    def _function(self, name: str) -> Node:
        base, power = None, None
        if name == "log" and self.kind == "_":
            self._take()
            base = self._nested_atom()
        if self.kind == "^":
            self._take()
            power = self._exponent()
        argument = self._function_argument()
        if power == Node("neg", (number(1),)) and name in _INVERSE:
            return Node("call", (argument,), _INVERSE[name])
        call = Node("call", (argument,), name) if base is None else Node(
            "div", (Node("call", (argument,), "ln"), Node("call", (base,), "ln")))
        return call if power is None else Node("pow", (call, power))

    def _function_argument(self) -> Node:
        """What is in brackets, or the product that follows, up to the next function: `sin 2x cos x`."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable("too deep")
        bracketed = self.kind in ("(", "{", "|", "[")
        node = self._atom() if bracketed else self._power()
        while not bracketed and self._starts_factor() and self.kind not in ("function", "(", "\\log"):
            node = Node("mul", (node, self._power()))
        self._depth -= 1
        return node
