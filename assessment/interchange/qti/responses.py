"""What a QTI item says of right answers: declarations, and the rule by which they are marked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.bank.content import number_text, read_number
from assessment.interchange.qti.tree import Element, text_of

_PLAIN = frozenset([
    "responseProcessing", "responseCondition", "responseIf", "responseElseIf", "responseElse",
    "setOutcomeValue", "variable", "correct", "baseValue", "sum", "and", "or", "not", "isNull", "exitResponse",
    "match", "equal", "stringMatch", "equalRounded", "mapResponse", "mapResponsePoint", "multiple", "product",
    "value",
])
_SCORES = ("SCORE", "PUNKTE", "POINTS", "QUE_SCORE")


@dataclass(frozen=True)
class MapEntry:
    """What one answer is worth in a mapping."""

    key: str
    value: Decimal
    case_sensitive: bool = True


@dataclass(frozen=True)
class Area:
    """A shape on a picture and what a point in it is worth."""

    shape: str
    coords: str
    value: Decimal


@dataclass
class Response:
    """One responseDeclaration, and what the marking rule says of it."""

    identifier: str
    cardinality: str = "single"
    base_type: str = "identifier"
    correct: list[str] = field(default_factory=list)
    mapping: list[MapEntry] = field(default_factory=list)
    default: Decimal = Decimal(0)
    areas: list[Area] = field(default_factory=list)
    how: str = ""
    """`match`, `map` or `point`; empty where the rule says nothing of it."""
    accepted: list[dict[str, str | bool]] = field(default_factory=list)
    """Values that the rule itself names, as {"value"} with `tolerance` and `relative` where it gives them."""
    case_sensitive: bool | None = None

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number."""
        return self.base_type in ("integer", "float")

    @property
    def best(self) -> list[MapEntry]:
        """The entries of the mapping that are worth the most, if that is anything."""
        most = max((entry.value for entry in self.mapping), default=Decimal(0))
        return [entry for entry in self.mapping if entry.value == most and most > 0]


@dataclass
class Marking:
    """How the item is marked: the responses by identifier, and what of the rule is not understood."""

    responses: dict[str, Response]
    has_rule: bool = False
    odd: list[str] = field(default_factory=list)
    highest: Decimal = Decimal(1)

    def of(self, interaction: Element) -> Response:
        """The response that an interaction binds; an empty one where the file declares none."""
        name = interaction.get("responseIdentifier") or ""
        if name not in self.responses and len(self.responses) == 1:
            return next(iter(self.responses.values()))
        return self.responses.get(name) or Response(name)


def read_marking(item: Element) -> Marking:
    """Declarations and rule of an item."""
    marking = Marking({found.identifier: found for found in map(_declaration, item.iterfind("responseDeclaration"))})
    for outcome in item.iterfind("outcomeDeclaration"):
        if (outcome.get("identifier") or "").upper() in ("SCORE", "MAXSCORE"):
            shown = outcome.get("normalMaximum") or (
                text_of(outcome.find("defaultValue")) if "MAX" in (outcome.get("identifier") or "").upper() else "")
            marking.highest = read_number(shown) or marking.highest
    rule = item.find("responseProcessing")
    if rule is not None:
        _read_rule(rule, marking)
    return marking


def _declaration(element: Element) -> Response:
    found = Response(element.get("identifier") or "", element.get("cardinality") or "single",
                     element.get("baseType") or "identifier")
    found.correct = [text_of(value) for value in element.iterfind("correctResponse/value")]
    mapping = element.find("mapping")
    if mapping is not None:
        found.default = read_number(mapping.get("defaultValue") or "0") or Decimal(0)
        found.mapping = [MapEntry((entry.get("mapKey") or "").strip(), _worth(entry),
                                  (entry.get("caseSensitive") or "true") != "false")
                         for entry in mapping.iterfind("mapEntry")]
    found.areas = [Area((entry.get("shape") or "").lower(), entry.get("coords") or "", _worth(entry))
                   for entry in element.iterfind("areaMapping/areaMapEntry")]
    return found


def _worth(entry: Element) -> Decimal:
    return read_number(entry.get("mappedValue") or "0") or Decimal(0)


def _read_rule(rule: Element, marking: Marking) -> None:
    marking.has_rule = True
    template = (rule.get("template") or rule.get("templateLocation") or "").rpartition("/")[2].lower()
    template = template.removesuffix(".xml").replace("cc2_", "")
    how = {"match_correct": "match", "map_response": "map", "map_response_point": "point"}.get(template, "")
    if template and not how and not len(rule):
        marking.odd.append(template[:60])
    if how and "RESPONSE" in marking.responses:
        marking.responses["RESPONSE"].how = how
    elif how:
        for response in marking.responses.values():
            response.how = how
    for element in _of_score(rule):
        _read_operator(element, marking)


def _of_score(element: Element) -> Iterator[Element]:
    """The elements of a rule that bear on the score; what only chooses feedback is passed over."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        sets = list(child.iter("setOutcomeValue"))
        if sets and not any(_is_score(each) for each in sets):
            continue
        yield child
        yield from _of_score(child)


def _is_score(element: Element) -> bool:
    name = (element.get("identifier") or "").upper()
    return any(score in name for score in _SCORES)


def _read_operator(element: Element, marking: Marking) -> None:
    name = element.tag
    if name not in _PLAIN:
        if name not in marking.odd:
            marking.odd.append(name)
    elif name in ("mapResponse", "mapResponsePoint"):
        response = marking.responses.get(element.get("identifier") or "")
        if response is not None:
            response.how = "map" if name == "mapResponse" else "point"
    elif name in ("match", "equal", "stringMatch", "equalRounded"):
        _read_comparison(element, marking)


def _read_comparison(element: Element, marking: Marking) -> None:
    variable, correct, value = (element.find(name) for name in ("variable", "correct", "baseValue"))
    response = marking.responses.get(variable.get("identifier") or "") if variable is not None else None
    if response is None or (correct is None and value is None):
        return
    response.how = response.how or "match"
    if element.tag == "stringMatch":
        response.case_sensitive = element.get("caseSensitive") != "false"
    texts = [text_of(value)] if value is not None else response.correct
    for text in texts:
        found = {"value": text, **_tolerance(element, text)}
        if (value is not None or len(found) > 1) and found not in response.accepted:
            response.accepted.append(found)


def _tolerance(element: Element, value: str) -> dict[str, str | bool]:
    """`tolerance` (and `relative`, a share) of an equality; nothing for an exact one."""
    mode = element.get("toleranceMode") or "exact"
    given = [read_number(part) for part in (element.get("tolerance") or "").split()]
    if element.tag == "equalRounded":
        return _rounding(element, value)
    if mode not in ("absolute", "relative") or not given or given[0] is None:
        return {}
    widest = max(abs(part) for part in given if part is not None)
    if mode == "absolute":
        return {"tolerance": number_text(widest)}
    return {"tolerance": number_text(widest / 100), "relative": True}


def _rounding(element: Element, value: str) -> dict[str, str | bool]:
    figures, number = read_number(element.get("figures")), read_number(value)
    if figures is None or number is None or not 0 <= figures <= 15:
        return {}
    places = int(figures)
    if element.get("roundingMode") != "decimalPlaces":
        places = places - 1 - number.adjusted() if number else places
    return {"tolerance": number_text(Decimal(5).scaleb(-places - 1))}
