"""A tree of a formula in the words of a language. Each node is said once, to a bounded depth."""

import re
from collections.abc import Callable, Sequence

from assessment.bank.spoken import names
from assessment.bank.spoken.chemistry import say_chemistry
from assessment.bank.spoken.derivatives import derivative_of
from assessment.bank.spoken.places import Place, is_selection, is_short, is_signed
from assessment.bank.spoken.tree import EMPTY, MOST_DEPTH, Node, core, group, is_single, items_of
from assessment.bank.spoken.voice import Voice

_SUBSTANCE = re.compile(r"(?:[A-Z][a-z]?|_\{?\d+\}?|\d|[()])+")
_MARKUP = re.compile(r"[\\{}$]")
_LOGARITHMS = frozenset({"log", "ln", "lg", "exp"})
_UNIT_POWER = re.compile(r"-?\d")
_ALONE = Place((EMPTY,), 0)
_FACTOR = Node("letter")
_INTERVALS = {(True, True): "closed", (True, False): "left_closed", (False, True): "right_closed",
              (False, False): "interval"}


class Speaker:
    """Says one formula in the words of `voice`."""

    def __init__(self, voice: Voice) -> None:
        self._voice, self._depth, self._within = voice, 0, ""

    def row(self, items: Sequence[Node], within: str = "") -> str:
        """Things side by side; `within` is what holds them where that changes words: limit, set or bracket."""
        outer, self._within = self._within, within
        self._depth += 1
        if self._depth > MOST_DEPTH:
            said = self._voice.phrase("deep")
        else:
            said = " ".join(_SAYS[item.kind](self, item, Place(items, at)) for at, item in enumerate(items))
        self._depth -= 1
        self._within = outer
        return said

    def _one(self, node: Node) -> str:
        return self.row(items_of(node))

    def _number(self, node: Node, _place: Place) -> str:
        return node.text.replace("{,}", self._voice.comma)

    def _letter(self, node: Node, place: Place) -> str:
        is_unit = node.text == "Omega" and place.follows_number
        return self._voice.unit("Ω") if is_unit else self._voice.sign(node.text)

    def _sign(self, node: Node, place: Place) -> str:
        text, after = node.text, place.after
        if text in _LOGARITHMS or text in names.BIG:
            return self._with_of(self._voice.sign(text), place)
        if text in "+-" and place.begins and after is not None:
            infinite = after.text == "infty"
            if infinite or (text == "-" and core(after).kind == "number"):
                return self._voice.phrase("negative" if text == "-" else "positive")
        if text == "vdots" and (place.before is None or after is None):
            return self._voice.sign("dots")
        return self._in_context(text, place) or self._voice.sign(text)

    def _in_context(self, text: str, place: Place) -> str:
        if text == "to" and (self._within == "limit" or place.nears_number):
            return self._voice.phrase("tends")
        if self._within == "set" and text in ("mid", ":"):
            return self._voice.phrase("such_that")
        if self._within == "set" and text == ";":
            return ","
        if self._within == "bracket" and text == "mid" and place.before is not None and place.after is not None:
            return self._voice.phrase("given")
        return self._voice.phrase("colon") if text == ":" and place.names_something else ""

    def _with_of(self, said: str, place: Place) -> str:
        return said if place.after is None else f"{said} {self._voice.phrase('of')}"

    def _text(self, node: Node, place: Place) -> str:
        unit = self._voice.unit(node.text) if place.follows_number else ""
        return unit or _MARKUP.sub(" ", node.text)

    def _upright(self, node: Node, place: Place) -> str:
        raw = node.text.strip()
        unit = self._voice.unit(raw) if place.follows_number else ""
        if unit:
            return unit
        if raw.isalpha() and not raw.isupper():
            return raw
        return say_chemistry(raw, self._voice) if _SUBSTANCE.fullmatch(raw) else self.row(node.parts)

    def _substances(self, node: Node, _place: Place) -> str:
        return say_chemistry(node.text, self._voice)

    def _quantity(self, node: Node, _place: Place) -> str:
        number, _space, unit = node.text.strip().partition(" ")
        return f"{number} {self._voice.unit(unit) or _MARKUP.sub(' ', unit)}"

    def _group(self, node: Node, _place: Place) -> str:
        return self.row(node.parts)

    def _deep(self, _node: Node, _place: Place) -> str:
        return self._voice.phrase("deep")

    def _fraction(self, node: Node, place: Place) -> str:
        top, bottom = node.parts
        found = derivative_of(top, bottom)
        if found:
            return self._derivative(found.parts, found.text, place)
        parts = self._one(top), self._one(bottom)
        if place.before is not None and place.before.kind == top.kind == bottom.kind == "number":
            return self._voice.phrase("mixed", *parts)
        if not (is_short(top) and is_single(bottom) and place.stands_apart):
            return self._voice.phrase("fraction", *parts)
        return self._voice.phrase("over", *parts) + self._before_factor(place)

    def _before_factor(self, place: Place) -> str:
        """What parts a fraction without an end from what it is multiplied by."""
        if not place.is_followed:
            return ""
        return "," if place.is_differential else f" {self._voice.phrase('times')}"

    def _derivative(self, parts: tuple[Node, ...], name: str, place: Place) -> str:
        of, by, order = parts
        if of == EMPTY:
            differentiate = "differentiate" if name == "derivative" else "differentiate_partial"
            return self._voice.phrase(differentiate, self._one(by))
        said = [self._one(of), self._one(by), *([self._one(order)] if order != EMPTY else [])]
        return self._voice.phrase(f"{name}_n" if order != EMPTY else name, *said) + self._before_factor(place)

    def _root(self, node: Node, place: Place) -> str:
        body, degree = node.parts
        number = "2" if degree == EMPTY else degree.text
        name = f"root_{number}" if number in ("2", "3", "4") else "root"
        said = self._voice.phrase(name, self._one(body), self._one(degree))
        return said if is_single(body) and not place.is_followed else said + self._voice.phrase("root_end")

    def _script(self, node: Node, place: Place) -> str:
        base, below, above = node.parts
        if base.kind == "sign" and base.text in names.BIG:
            return self._big(base, below, above, place)
        chosen = is_selection(base, below, above)
        if chosen:
            return self._voice.phrase(chosen, self._one(below), self._one(above))
        named = self._isotope(below, above, place) if base == EMPTY else self._of_sign(base, below, above, place)
        if named:
            return named
        said = self._base(base, below, above, place)
        said = self._raised(said, above, place) if above != EMPTY else said
        return self._with_of(said, place) if base.kind == "sign" and base.text in _LOGARITHMS else said

    def _isotope(self, below: Node, above: Node, place: Place) -> str:
        """The numbers before the sign of an element."""
        if above.kind != "number" or place.after is None or core(place.after).kind not in ("upright", "letter"):
            return ""
        mass = self._voice.phrase("mass", above.text)
        if below == EMPTY:
            return mass if place.after.kind == "upright" else ""
        return f"{mass} {self._voice.phrase('atomic', self._one(below))}"

    def _of_sign(self, base: Node, below: Node, above: Node, place: Place) -> str:
        """The bar behind an antiderivative with its two ends; the power of a unit."""
        if base.text in ("|", "mid") and base.kind == "sign" and EMPTY not in (below, above):
            return self._voice.phrase("evaluated", self._one(below), self._one(above))
        return self._unit_power(base, above, place) if below == EMPTY else ""

    def _unit_power(self, base: Node, above: Node, place: Place) -> str:
        r"""`\mathrm{m}^2` after a number."""
        power = "".join(item.text for item in items_of(above))
        is_unit = base.kind in ("text", "upright") and place.follows_number and _UNIT_POWER.fullmatch(power)
        return self._voice.unit(f"{base.text.strip()}^{power}") if is_unit else ""

    def _base(self, base: Node, below: Node, above: Node, place: Place) -> str:
        if base.kind == "sign":
            said = self._voice.sign(base.text)
        else:
            said = _SAYS[base.kind](self, base, _of_base(base, place))
        if below == EMPTY:
            return said
        if base.kind == "sign" and base.text in _LOGARITHMS:
            return self._voice.phrase("base", said, self._one(below))
        if base.kind == "upright" and below.kind == "number":
            return f"{said} {below.text}"
        ends = below.kind != "number" and (not is_single(below) or place.is_followed or above != EMPTY)
        return self._voice.phrase("index", said, self._one(below)) + (self._voice.phrase("index_end") if ends else "")

    def _raised(self, said: str, above: Node, place: Place) -> str:
        items = items_of(above)
        primes = sum(item.text == "prime" for item in items)
        if primes and primes == len(items):
            return f"{said} {self._voice.sign('prime') if primes == 1 else self._primes(primes)}"
        if items[0].text == "circ":
            return f"{said} {self._voice.phrase('degree')} {self.row(items[1:])}"
        if len(items) == 1 and items[0].kind == "sign":
            mark = items[0].text
            return f"{said} {self._voice.phrase('star') if mark == 'cdot' else self._voice.sign(mark)}"
        if above.text in ("2", "3") and above.kind == "number":
            return f"{said} {self._voice.phrase('squared' if above.text == '2' else 'cubed')}"
        end = "" if is_signed(above) and not place.is_followed else self._voice.phrase("power_end")
        return self._voice.phrase("power", said, self._one(above)) + end

    def _primes(self, number: int) -> str:
        return self._voice.phrase(f"prime_{number}") if number < 4 else f"{number} {self._voice.sign('prime')}"

    def _big(self, base: Node, below: Node, above: Node, place: Place) -> str:
        said = self._voice.sign(base.text)
        if base.text == "lim":
            said = self._voice.phrase("limit", said, self.row(items_of(below), "limit")) if below != EMPTY else said
        elif below != EMPTY and above != EMPTY:
            said = self._voice.phrase("from_to", said, self._one(below), self._one(above))
        elif below != EMPTY:
            said = self._voice.phrase("on", said, self._one(below))
        elif above != EMPTY:
            said = self._voice.phrase("up_to", said, self._one(above))
        return self._with_of(said, place)

    def _fence(self, node: Node, place: Place) -> str:
        opening, _space, closing = node.text.partition(" ")
        inside = node.parts
        if len(inside) == 1 and inside[0].kind == "table":
            return self._fenced_table(opening, closing, inside[0])
        if opening == "lbrace" and closing == "rbrace":
            return self._voice.phrase("set", self.row(inside, "set")) if inside else self._voice.sign("emptyset")
        if opening in ("|", "Vert") and closing == opening:
            return self._between_bars(inside, place)
        if opening in ("lfloor", "lceil"):
            return self._voice.phrase("floor" if opening == "lfloor" else "floor_up", self.row(inside))
        if place.is_argument and (opening, closing) == ("(", ")"):
            return f"{self._voice.phrase('of')} {self.row(inside)}"
        return self._interval(opening, closing, inside, place) or self._bracketed(opening, closing, inside)

    def _bracketed(self, opening: str, closing: str, inside: Sequence[Node]) -> str:
        within = self.row(inside, "bracket")
        return f"{opening and self._voice.sign(opening)} {within} {closing and self._voice.sign(closing)}"

    def _between_bars(self, inside: Sequence[Node], place: Place) -> str:
        name = "length" if inside and inside[0].kind == "accent" and inside[0].text == "vector" else "absolute"
        ends = len(inside) != 1 or not is_single(inside[0]) or place.is_followed
        return self._voice.phrase(name, self.row(inside)) + (self._voice.phrase(f"{name}_end") if ends else "")

    def _interval(self, opening: str, closing: str, inside: Sequence[Node], place: Place) -> str:
        """`[a; b)`; `(a; b)` is one only where an end is infinite or a set is meant: else it may be a point."""
        mark = next((at for at, node in enumerate(inside) if node.kind == "sign" and node.text in (";", ",")), 0)
        ends = [group(list(inside[:mark])), group(list(inside[mark + 1:]))]
        infinite = any(each.text == "infty" for end in ends for each in items_of(end)[-1:])
        square = opening == "[", closing == "]"
        marks = sum(node.text in (";", ",") for node in inside if node.kind == "sign")
        if not opening or not closing or marks != 1 or EMPTY in ends or not (any(square) or infinite or place.is_set):
            return ""
        said = self._voice.phrase(_INTERVALS[square], *(self._one(end) for end in ends))
        return said if all(is_signed(end) for end in ends) else said + self._voice.phrase("interval_end")

    def _fenced_table(self, opening: str, closing: str, table: Node) -> str:
        if opening == "lbrace":
            return self._lines("cases", table)
        if opening == "[" and not closing:
            return self._lines("any_of", table)
        return self._table(Node("table", "determinant" if opening in names.BARS else "matrix", table.parts), _ALONE)

    def _table(self, node: Node, _place: Place) -> str:
        if node.text == "cases":
            return self._lines("cases", node)
        if node.text == "lines":
            return " ".join(f"{self._cells(row)}," for row in node.parts)
        columns = max((len(row.parts) for row in node.parts), default=0)
        rows = (self._voice.phrase("row", number, self._cells(row)) for number, row in enumerate(node.parts, 1))
        head = self._voice.phrase(node.text, len(node.parts), columns)
        return " ".join([head, *rows, self._voice.phrase(f"{node.text}_end")])

    def _lines(self, name: str, node: Node) -> str:
        rows = (self._voice.phrase("line", number, self._cells(row)) for number, row in enumerate(node.parts, 1))
        return " ".join([self._voice.phrase(name, len(node.parts)), *rows, self._voice.phrase(f"{name}_end")])

    def _cells(self, row: Node) -> str:
        return ", ".join(self._one(cell) for cell in row.parts if cell != EMPTY)

    def _accent(self, node: Node, _place: Place) -> str:
        body = node.parts[0]
        name = node.text
        if name == "hat" and (body.text[:1].isupper() or len(items_of(body)) > 1):
            name = "angle"
        if name == "bar" and not is_single(body):
            name = "bars"
        ends = name == "vector" and any(each.kind == "sign" for each in items_of(body))
        return self._voice.phrase(name, self._one(body)) + (self._voice.phrase("vector_end") if ends else "")

    def _binomial(self, node: Node, _place: Place) -> str:
        return self._voice.phrase("choose", *(self._one(part) for part in node.parts))

    def _stack(self, node: Node, _place: Place) -> str:
        return self._voice.phrase(f"stack_{node.text}", *(self._one(part) for part in node.parts))

    def _arrow(self, node: Node, _place: Place) -> str:
        return self._voice.phrase("arrow", self._one(node.parts[0]))


def _of_base(base: Node, place: Place) -> Place:
    """The place of what carries a power: the power follows it, and a fraction or root says where it ends."""
    if base.kind in ("frac", "root", "fence"):
        return Place((EMPTY, base, _FACTOR), 1)
    return Place(place.items[:place.at + 1], place.at)


_SAYS: dict[str, Callable[[Speaker, Node, Place], str]] = {
    "number": Speaker._number, "letter": Speaker._letter, "sign": Speaker._sign, "name": Speaker._letter,
    "text": Speaker._text, "upright": Speaker._upright, "ce": Speaker._substances, "pu": Speaker._quantity,
    "group": Speaker._group, "deep": Speaker._deep, "frac": Speaker._fraction, "root": Speaker._root,
    "script": Speaker._script, "fence": Speaker._fence, "table": Speaker._table, "accent": Speaker._accent,
    "binom": Speaker._binomial, "stack": Speaker._stack, "arrow": Speaker._arrow,
}
