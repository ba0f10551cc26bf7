"""What a QTI item says of right answers: its responses, what they are worth, and how they are marked."""

from dataclasses import dataclass, field
from decimal import Decimal

from assessment.bank.content import read_number
from assessment.interchange.qti.tree import Element, text_of


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
    most: Decimal | None = None
    """What all answers together earn at most, where the mapping says so."""
    areas: list[Area] = field(default_factory=list)
    how: str = ""
    """`match`, `map` or `point`; empty where the rule says nothing of it."""
    accepted: list[dict[str, str | bool]] = field(default_factory=list)
    """Values that the rule itself names, as {"value"} with `tolerance` and `relative` where it gives them."""
    is_partial: bool = False
    """Whether the rule gives a part of the marks for other values, which are not among these."""
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


def read_response(element: Element) -> Response:
    """What a responseDeclaration says."""
    found = Response(element.get("identifier") or "", element.get("cardinality") or "single",
                     element.get("baseType") or "identifier")
    found.correct = [text_of(value) for value in element.iterfind("correctResponse/value")]
    mapping = element.find("mapping")
    if mapping is not None:
        found.most = read_number(mapping.get("upperBound") or "")
        found.default = read_number(mapping.get("defaultValue") or "0") or Decimal(0)
        found.mapping = [MapEntry((entry.get("mapKey") or "").strip(), _worth(entry),
                                  (entry.get("caseSensitive") or "true") != "false")
                         for entry in mapping.iterfind("mapEntry")]
    found.areas = [Area((entry.get("shape") or "").lower(), entry.get("coords") or "", _worth(entry))
                   for entry in element.iterfind("areaMapping/areaMapEntry")]
    return found


def _worth(entry: Element) -> Decimal:
    return read_number(entry.get("mappedValue") or "0") or Decimal(0)
