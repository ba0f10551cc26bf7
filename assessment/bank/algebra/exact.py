"""Polynomials and their quotients, exactly, as long as they are small; and the forms expanded and factored.

Whatever would grow beyond the budget (terms, degree, size of a coefficient) raises TooLarge and is left to numbers.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd

from assessment.bank.algebra.tree import Node

MOST_TERMS, HIGHEST_DEGREE, HIGHEST_POWER, MOST_BITS, MOST_PRODUCTS = 150, 24, 100, 400, 12_000
FACTOR_DEGREE, FACTOR_BITS = 10, 40
Monomial = tuple[int, ...]
Polynomial = dict[Monomial, Fraction]


class TooLarge(ArithmeticError):
    """Not a quotient of polynomials, or beyond the budget."""


class Budget:
    """How many products of terms one comparison may still compute: a fraction of a second's worth."""

    def __init__(self) -> None:
        self._left = MOST_PRODUCTS

    def spend(self, products: int) -> None:
        """Take some of it; raises TooLarge when nothing is left."""
        self._left -= products
        if self._left < 0:
            raise TooLarge


def quotient(node: Node, letters: tuple[str, ...], budget: Budget) -> tuple[Polynomial, Polynomial]:
    """Numerator and denominator of a formula; raises TooLarge."""
    one: Polynomial = {(0,) * len(letters): Fraction(1)}
    if node.kind == "num":
        return _times(one, {(0,) * len(letters): node.number}, budget), one
    if node.kind == "letter":
        return {tuple(int(node.name == letter) for letter in letters): Fraction(1)}, one
    if node.kind in ("constant", "call"):
        raise TooLarge
    if node.kind == "pow":
        return _power(node, letters, one, budget)
    parts = [quotient(part, letters, budget) for part in node.parts]
    if node.kind == "neg":
        return {term: -factor for term, factor in parts[0][0].items()}, parts[0][1]
    over, under = parts[0]
    for other_over, other_under in parts[1:]:
        if node.kind == "add":
            over = _plus(_times(over, other_under, budget), _times(other_over, under, budget))
            under = _times(under, other_under, budget)
        elif node.kind == "mul":
            over, under = _times(over, other_over, budget), _times(under, other_under, budget)
        else:
            over, under = _times(over, other_under, budget), _times(under, other_over, budget)
    if not under:
        raise TooLarge
    return over, under


def _power(node: Node, letters: tuple[str, ...], one: Polynomial, budget: Budget) -> tuple[Polynomial, Polynomial]:
    base, exponent = node.parts
    count = -exponent.parts[0].number if exponent.kind == "neg" and exponent.parts[0].kind == "num" else exponent.number
    highest = HIGHEST_DEGREE if any(each.kind == "letter" for each in base.walk()) else HIGHEST_POWER
    if exponent.kind not in ("num", "neg") or count.denominator != 1 or abs(count) > highest or not count:
        raise TooLarge
    over, under = quotient(base, letters, budget)
    if count < 0:
        over, under = under, over
    powers = over, under
    result = one, one
    for _step in range(abs(int(count))):
        result = _times(result[0], powers[0], budget), _times(result[1], powers[1], budget)
    if not result[1]:
        raise TooLarge
    return result


def _plus(one: Polynomial, other: Polynomial) -> Polynomial:
    total = dict(one)
    for term, factor in other.items():
        total[term] = total.get(term, Fraction(0)) + factor
    return _checked({term: factor for term, factor in total.items() if factor})


def _times(one: Polynomial, other: Polynomial, budget: Budget) -> Polynomial:
    budget.spend(1 + len(one) * len(other))
    total: Polynomial = {}
    for term, factor in one.items():
        for other_term, other_factor in other.items():
            both = tuple(left + right for left, right in zip(term, other_term, strict=True))
            total[both] = total.get(both, Fraction(0)) + factor * other_factor
    return _checked({term: factor for term, factor in total.items() if factor})


def _checked(polynomial: Polynomial) -> Polynomial:
    large = len(polynomial) > MOST_TERMS or any(
        sum(term) > HIGHEST_DEGREE * 2 or factor.numerator.bit_length() > MOST_BITS
        or factor.denominator.bit_length() > MOST_BITS for term, factor in polynomial.items())
    if large:
        raise TooLarge
    return polynomial


def are_equal(one: Node, other: Node, letters: tuple[str, ...]) -> bool | None:
    """Whether two formulas are the same quotient of polynomials; None where the budget does not tell."""
    budget = Budget()
    try:
        (over, under), (other_over, other_under) = (quotient(each, letters, budget) for each in (one, other))
        return _times(over, other_under, budget) == _times(other_over, under, budget)
    except TooLarge:
        return None


def is_expanded(node: Node, letters: tuple[str, ...]) -> bool:
    """Whether a polynomial is written as a sum in which nothing is left to multiply out or to collect."""
    budget = Budget()
    try:
        terms = list(_terms(node))
        single = [quotient(term, letters, budget) for term in terms]
        over, _under = quotient(node, letters, budget)
    except TooLarge:
        return not any(_is_product_of_sum(each) for each in node.walk())
    return len(terms) == max(1, len(over)) and all(len(top) <= 1 for top, _bottom in single) and not any(
        _is_product_of_sum(each) for each in node.walk())


def _terms(node: Node) -> Iterator[Node]:
    if node.kind == "neg":
        yield from _terms(node.parts[0])
    elif node.kind == "add":
        for part in node.parts:
            yield from _terms(part)
    else:
        yield node


def _is_product_of_sum(node: Node) -> bool:
    if node.kind == "mul":
        return any(part.kind == "add" for part in node.parts)
    return node.kind == "pow" and node.parts[0].kind == "add" and node.parts[1].kind in ("num", "neg")


def is_factored(node: Node, letters: tuple[str, ...]) -> bool:
    """Whether a polynomial is written as a product of factors that cannot be factored over the rational numbers."""
    budget = Budget()
    try:
        return all(_is_irreducible(quotient(factor, letters, budget)[0], letters) for factor in _factors(node))
    except TooLarge:
        return False


def _factors(node: Node) -> Iterator[Node]:
    """The bases of the product that a formula is."""
    if node.kind in ("neg", "mul", "div"):
        for part in node.parts:
            yield from _factors(part)
    elif node.kind == "pow":
        yield from _factors(node.parts[0])
    else:
        yield node


def _is_irreducible(polynomial: Polynomial, letters: tuple[str, ...]) -> bool:
    degree = max((sum(term) for term in polynomial), default=0)
    if degree == 0:
        return True
    bits = max(max(factor.numerator.bit_length(), factor.denominator.bit_length()) for factor in polynomial.values())
    if degree > FACTOR_DEGREE or bits > FACTOR_BITS or len(polynomial) > MOST_TERMS // 3:
        raise TooLarge
    if gcd(*(factor.numerator for factor in polynomial.values())) > 1:
        return False
    if degree == 1:
        return True
    import sympy  # takes half a second, and only factored forms need it

    terms = {term: sympy.Rational(factor.numerator, factor.denominator) for term, factor in polynomial.items()}
    poly = sympy.Poly.from_dict(terms, *(sympy.Symbol(letter) for letter in letters), domain=sympy.QQ)
    _content, found = poly.factor_list()
    return sum(count for _factor, count in found) == 1
