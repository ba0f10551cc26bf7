"""Items that differ from paper to paper: `{{a}}` in their texts is the value of a variable, drawn from a seed. Pure.

A variable is {"name", "from", "to", "step"}, {"name", "values"} or {"name", "is"} (a formula over those before it);
`conditions` say which draws are meant. The same seed gives the same draw for ever: the draw depends on nothing but a
hash of the seed. In texts a value has a decimal comma (inside formulas `1{,}5`), in the numbers of a key a point;
`{{+a}}` writes the sign even of what is not negative, as in `x^2 {{+a}}x`.
"""

import hashlib
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment.bank.expressions import BadFormula, Number, compute, holds
from assessment.bank.markup import FORMULA
from assessment.bank.numbers import number_text, read_number
from assessment.bank.types import TYPES
from assessment.bank.types.base import Problems, Stored
from assessment.bank.types.fields import PLACEHOLDER
from lms.core.i18n import _

MOST_DRAWS, MOST_TRIES, MOST_VALUES = 1_000, 1_000, 10_000
DIGITS = 10
_NUMBER_FIELDS = frozenset({"value", "tolerance", "factor"})
_NOT_SHOWN = frozenset({"variables", "conditions"})
Values = dict[str, Number]
Write = Callable[[Number, bool], str]


@dataclass(frozen=True)
class VariantFault:
    """Something that is wrong in some draws: what, in how many, and the values of one of them."""

    message: str
    count: int
    example: str


@dataclass(frozen=True)
class VariantReport:
    """What was seen of the draws of an item: how many were looked at, how many differ, what is wrong."""

    draws: int
    distinct: int
    faults: tuple[VariantFault, ...]
    is_complete: bool
    """Whether these were all draws that there are."""


def realise(content: Stored, key: Stored, seed: int) -> tuple[Stored, Stored]:
    """Content and key with the values of this seed; unchanged where there are no variables.

    Raises BadFormula where no draw can be made; `check_variants` finds that before an item may be used.
    """
    if not content.get("variables"):
        return content, key
    values = draw_values(content, seed)
    return _with_values(content, key, values)


def draw_values(content: Stored, seed: int) -> Values:
    """The values of this seed that meet the conditions."""
    variables = content["variables"]
    spans = [_span(variable) for variable in variables]
    for trial in range(MOST_TRIES):
        chosen = _choose(variables, spans, seed, trial)
        values = _evaluate(variables, chosen)
        if _meets(content, values):
            return values
    raise BadFormula(_("No values meet the conditions."))


def check_variants(type: str, content: Stored, key: Stored) -> VariantReport:
    """Look at all draws of an item, or at 1,000 of them: the same ones every time."""
    if not content.get("variables"):
        return VariantReport(0, 0, (), True)
    report = _Report(type)
    try:
        spans = [_span(variable) for variable in content["variables"]]
        draws, is_complete = _draws(content["variables"], spans)
        for chosen in draws:
            report.look(content, key, chosen)
    except BadFormula as error:
        report.blame(str(error), {})
        is_complete = False
    return report.result(is_complete)


class _Report:
    """Gathers what is seen, draw by draw."""

    def __init__(self, type: str) -> None:
        self._type = type
        self._draws = 0
        self._seen: set[str] = set()
        self._faults: dict[str, tuple[int, str]] = {}

    def look(self, content: Stored, key: Stored, chosen: Sequence[Number | None]) -> None:
        values: Values = {}
        try:
            values = _evaluate(content["variables"], chosen)
            if not _meets(content, values):
                return
        except BadFormula as error:
            self._draws += 1
            self.blame(str(error), _named(content, chosen))
            return
        self._draws += 1
        realised = _with_values(content, key, values)
        self._seen.add(json.dumps(realised, sort_keys=True))
        for message in _faults_of(self._type, *realised):
            self.blame(message, values)

    def blame(self, message: str, values: Values) -> None:
        count, example = self._faults.get(message, (0, ", ".join(
            f"{name} = {_plain(value, False).replace('.', ',')}" for name, value in values.items())))
        self._faults[message] = count + 1, example

    def result(self, is_complete: bool) -> VariantReport:
        if not self._draws and not self._faults:
            self.blame(_("No values meet the conditions."), {})
        faults = tuple(VariantFault(message, count, example) for message, (count, example) in self._faults.items())
        return VariantReport(self._draws, len(self._seen), faults, is_complete)


def _faults_of(type: str, content: Stored, key: Stored) -> list[str]:
    """What the type itself finds wrong with a realised item (equal options, numbers too long), each thing once."""
    problems: Problems = []
    TYPES[type].clean(content, key, problems)
    unknown = {match[2] for match in PLACEHOLDER.finditer(json.dumps([content, key]))}
    return list(dict.fromkeys([
        *(_("There is no variable “%(name)s”.", name=name) for name in sorted(unknown)),
        *(problem.message for problem in problems)]))


def _draws(variables: list[Stored], spans: list[list[Number]]) -> tuple[Iterator[tuple[Number | None, ...]], bool]:
    """Every draw where there are not more than 1,000, else 1,000 that seeds give."""
    offered: list[Sequence[Number | None]] = [span or (None,) for span in spans]
    if math.prod(map(len, offered)) <= MOST_DRAWS:
        return itertools.product(*offered), True
    return (_choose(variables, spans, seed, 0) for seed in range(MOST_DRAWS)), False


def _named(content: Stored, chosen: Sequence[Number | None]) -> Values:
    return {variable["name"]: value for variable, value in zip(content["variables"], chosen, strict=True)
            if value is not None}


def _span(variable: Stored) -> list[Number]:
    """Every value that a variable may be given; [] for one that is computed."""
    if "is" in variable:
        return []
    if "values" in variable:
        return [_given(text) for text in variable["values"]]
    first, last, step = (_given(variable[end]) for end in ("from", "to", "step"))
    if step <= 0 or last < first or (last - first) / step > MOST_VALUES:
        raise BadFormula(_("“%(name)s” needs a step above 0 and at most %(n)s values.",
                           name=variable["name"], n=MOST_VALUES))
    return [first + number * step for number in range(int((last - first) / step) + 1)]


def _given(text: str) -> Fraction:
    number = read_number(text)
    if number is None or abs(number) > 10**15 or (number and abs(number) < Decimal("1e-15")):
        raise BadFormula(_("“%(text)s” is not a number; write for example −1,5 or 0,01.", text=text))
    return Fraction(number)


def _choose(variables: list[Stored], spans: list[list[Number]], seed: int, trial: int) -> tuple[Number | None, ...]:
    """The values that a try of a seed gives; None for what is computed."""
    def place(variable: Stored) -> int:
        return int.from_bytes(hashlib.sha256(f"{seed}:{trial}:{variable['name']}".encode()).digest()[:8])
    return tuple(span[place(variable) % len(span)] if span else None
                 for variable, span in zip(variables, spans, strict=True))


def _evaluate(variables: list[Stored], chosen: Sequence[Number | None]) -> Values:
    values: Values = {}
    for variable, value in zip(variables, chosen, strict=True):
        values[variable["name"]] = compute(variable["is"], values) if value is None else value
    return values


def _meets(content: Stored, values: Values) -> bool:
    return all(holds(condition, values) for condition in content.get("conditions", ()))


def _with_values(content: Stored, key: Stored, values: Values) -> tuple[Stored, Stored]:
    shown = {name: value for name, value in content.items() if name not in _NOT_SHOWN}
    return _filled(shown, values), _filled(key, values)


def _filled(value: Any, values: Values, field: str = "") -> Any:
    """The same JSON with numbers in place of the variables, written as each field writes numbers."""
    if isinstance(value, dict):
        return {name: _filled(each, values, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, values, field) for each in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    if field in _NUMBER_FIELDS:
        return _fill(value, values, _plain)
    if field == "tex":
        return _fill(value, values, _tex)
    return _fill(FORMULA.sub(lambda match: _fill(match[0], values, _tex), value), values, _prose)


def _fill(text: str, values: Values, write: Write) -> str:
    def value(match: re.Match[str]) -> str:
        return write(values[match[2]], bool(match[1])) if match[2] in values else match[0]
    return PLACEHOLDER.sub(value, text)


def _plain(number: Number, signed: bool) -> str:
    """With a decimal point and at most ten digits that count."""
    exact = Decimal(number.numerator) / Decimal(number.denominator) if isinstance(number, Fraction) else Decimal(number)
    rounded = exact if exact == 0 else round(exact, DIGITS - 1 - exact.adjusted())
    text = number_text(rounded)
    return f"+{text}" if signed and not text.startswith("-") else text


def _tex(number: Number, signed: bool) -> str:
    return _plain(number, signed).replace(".", "{,}")


def _prose(number: Number, signed: bool) -> str:
    return _plain(number, signed).replace(".", ",").replace("-", "−")
