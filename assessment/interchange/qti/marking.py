"""The rule by which a QTI item is marked: which answers it calls right, and what of it is not understood.

A branch of the rule counts by what it gives: of the values that a rule names, only those that earn the most are
right; the others are worth a part, which is said. What the rule does beyond that is named in `Marking.odd`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.bank.content import number_text, read_number
from assessment.interchange.qti.responses import MapEntry, Marking, Response, read_response
from assessment.interchange.qti.tree import Element, text_of

_PLAIN = frozenset([
    "responseProcessing", "responseCondition", "responseIf", "responseElseIf", "responseElse",
    "setOutcomeValue", "variable", "correct", "baseValue", "sum", "and", "or", "not", "isNull", "exitResponse",
    "match", "equal", "stringMatch", "equalRounded", "mapResponse", "mapResponsePoint", "multiple", "ordered",
    "product", "value",
])
_COMPARISONS = frozenset(("match", "equal", "stringMatch", "equalRounded"))
_BRANCHES = frozenset(("responseIf", "responseElseIf"))
_LOW, _HIGH = frozenset(("gte", "gt")), frozenset(("lte", "lt"))
_LIMITS = _LOW | _HIGH
_TOTALS = frozenset(("match", "equal", "gte"))
_SCORES = ("SCORE", "PUNKTE", "POINTS", "QUE_SCORE")
Row = dict[str, str | bool]


@dataclass
class _Named:
    """What a rule names for one response, each with what it earns (None: not said, taken for all)."""

    values: list[tuple[Row, Decimal | None]] = field(default_factory=list)
    sets: list[tuple[list[str], Decimal | None]] = field(default_factory=list)
    declared: list[Decimal | None] = field(default_factory=list)
    members: dict[str, Decimal] = field(default_factory=dict)
    """What each of several options earns by itself."""


def read_marking(item: Element) -> Marking:
    """Declarations and rule of an item."""
    marking = Marking({found.identifier: found for found in map(read_response, item.iterfind("responseDeclaration"))})
    for outcome in item.iterfind("outcomeDeclaration"):
        if (outcome.get("identifier") or "").upper() in ("SCORE", "MAXSCORE"):
            shown = outcome.get("normalMaximum") or (
                text_of(outcome.find("defaultValue")) if "MAX" in (outcome.get("identifier") or "").upper() else "")
            marking.highest = read_number(shown) or marking.highest
    rule = item.find("responseProcessing")
    if rule is not None:
        marking.has_rule = True
        _read_template(rule, marking)
        _Rule(marking).read(rule)
    return marking


def _read_template(rule: Element, marking: Marking) -> None:
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


class _Rule:
    """A rule while it is read."""

    def __init__(self, marking: Marking) -> None:
        self.marking = marking
        self.named = {name: _Named() for name in marking.responses}

    def read(self, rule: Element) -> None:
        """Read all of it into the responses."""
        for element in _of_score(rule):
            self._read_operator(element)
        for name, named in self.named.items():
            self._settle(self.marking.responses[name], named)

    def odd(self, name: str) -> None:
        """Name once what is not understood."""
        if name not in self.marking.odd:
            self.marking.odd.append(name)

    def _read_operator(self, element: Element) -> None:
        name = element.tag
        if name in _LIMITS and self._is_in_range(element):
            return
        if name in _TOTALS and self._read_total(element):
            return
        if name == "and":
            self._read_range(element)
            self._read_members(element)
        if name == "member" and self._read_member(element):
            return
        if name == "subtract" and _loss(element) is not None and element.getparent().tag == "setOutcomeValue":
            return
        if name not in _PLAIN:
            self.odd(name)
        elif name == "mapResponse" and _total_of(element.getparent())[1] is not None:
            pass  # told by `_read_total`
        elif name in ("mapResponse", "mapResponsePoint"):
            response = self.marking.responses.get(element.get("identifier") or "")
            if response is not None:
                response.how = "map" if name == "mapResponse" else "point"
        elif name in _COMPARISONS:
            self._read_comparison(element)

    def _read_total(self, element: Element) -> bool:
        """Points for a sum of weights: for all of them, or (worth a part) for fewer; False for any other test."""
        name, least = _total_of(element)
        response = self.marking.responses.get(name)
        if response is None or least is None or _is_denied(element):
            return False
        total = sum(entry.value for entry in response.mapping if entry.value > 0)
        award = _award(element)
        if least > total or (least < total and award is None):
            return False
        if least == total:
            response.how = response.how or "match"
            self.named[name].declared.append(award)
        elif award is not None and award > 0:
            response.is_partial = True
        return True

    def _read_comparison(self, element: Element) -> None:
        variables = [each.get("identifier") or "" for each in element.iter("variable")]
        name = next((each for each in variables if each in self.marking.responses), "")
        if not name:
            self.odd(element.tag)
            return
        response, award = self.marking.responses[name], _award(element)
        if _is_denied(element) and award != 0:
            self.odd("not")
            return
        response.how = response.how or "match"
        if element.tag == "stringMatch":
            response.case_sensitive = element.get("caseSensitive") != "false"
            if element.get("substring") == "true":
                self.odd("substring")
        self._note_value(element, name, None if _is_denied(element) else award)

    def _note_value(self, element: Element, name: str, award: Decimal | None) -> None:
        named, response = self.named[name], self.marking.responses[name]
        correct, value = element.find("correct"), element.find("baseValue")
        container = next((each for each in element if each.tag in ("multiple", "ordered")), None)
        if container is not None:
            named.sets.append(([text_of(each) for each in container.iter("baseValue")], award))
        elif value is not None:
            named.values.append((self._row(element, text_of(value)), award))
        elif correct is not None:
            named.declared.append(award)
            rows = [self._row(element, text) for text in response.correct]
            named.values += [(row, award) for row in rows if len(row) > 1]

    def _row(self, element: Element, value: str) -> Row:
        """{"value"} with the tolerance of an equality; a tolerance that cannot be kept is odd."""
        if element.tag == "equalRounded":
            return {"value": value, **_rounding(element, value)}
        mode = element.get("toleranceMode") or "exact"
        if element.tag != "equal" or mode not in ("absolute", "relative"):
            return {"value": value}
        given = [read_number(part) for part in (element.get("tolerance") or "").split()]
        number = read_number(value)
        if not given or None in given or number is None:
            self.odd("tolerance")
            return {"value": value}
        below, above = abs(given[0] or Decimal(0)), abs(given[-1] or Decimal(0))
        if mode == "relative":
            below, above = below / 100, above / 100
            if below == above:
                return {"value": value, "tolerance": number_text(above), "relative": True}
            below, above = abs(number) * below, abs(number) * above
        if below == above:
            return {"value": value, "tolerance": number_text(above)}
        return _between(number - below, number + above)

    def _read_range(self, element: Element) -> None:
        """A lower and an upper limit of one response, as a value in their middle."""
        low, high = (next((each for each in element if each.tag in tags), None) for tags in (_LOW, _HIGH))
        if low is None or high is None or not self._is_in_range(low) or not self._is_in_range(high):
            return
        name = low.find("variable").get("identifier")
        ends = [read_number(text_of(each.find("baseValue"))) for each in (low, high)]
        if ends[0] is not None and ends[1] is not None:
            self.marking.responses[name].how = self.marking.responses[name].how or "match"
            self.named[name].values.append((_between(ends[0], ends[1]), _award(element)))

    def _read_members(self, element: Element) -> None:
        """Options that must all be chosen, and others that must not, as one set of right ones."""
        members, name = _members_of(element)
        if name in self.marking.responses and members:
            self.marking.responses[name].how = self.marking.responses[name].how or "match"
            self.named[name].sets.append(([value for value, is_in in members if is_in], _award(element)))

    def _read_member(self, element: Element) -> bool:
        """Whether an option is understood: as one of a set, or as worth something by itself."""
        above = element.getparent()
        above = above.getparent() if above.tag == "not" else above
        if above.tag == "and" and _members_of(above)[1] in self.marking.responses:
            return True
        value, name = _member(element)
        award = _award(element)
        if above.tag not in _BRANCHES or _is_denied(element) or award is None or name not in self.named:
            return False
        self.named[name].members[value] = award
        return True

    def _is_in_range(self, element: Element) -> bool:
        """Whether a limit is one of a pair in an `and` that `_read_range` understands: `variable` first, both kept."""
        parent = element.getparent()
        pair = [each for each in parent if each.tag in _LIMITS] if parent.tag == "and" else []
        names = {tuple(child.tag for child in each) for each in pair}
        variables = {each[0].get("identifier") for each in pair if len(each)}
        return (len(pair) == 2 and len(list(parent)) == 2 and names == {("variable", "baseValue")}
                and len(variables) == 1 and variables <= set(self.marking.responses)
                and {each.tag for each in pair} <= {"gte", "lte"} and not _is_denied(parent))

    def _settle(self, response: Response, named: _Named) -> None:
        """Take for right what earns the most; say where something else earns a part, or more than the declared."""
        said = [award for _value, award in (*named.values, *named.sets)] + named.declared
        known = [award for award in said if award is not None]
        most = max(known, default=None)
        if most is not None and most <= 0:
            self.odd("setOutcomeValue")
        if most is not None and any(award is not None and award < most for award in named.declared):
            self.odd("match")
        for row, award in named.values:
            if award is None or most is None or award == most:
                if row not in response.accepted:
                    response.accepted.append(row)
            elif award > 0:
                response.is_partial = True
        self._settle_sets(response, named, most)
        if named.members and (named.values or named.sets or named.declared or response.mapping):
            self.odd("member")
        elif named.members:
            response.mapping = [MapEntry(value, award) for value, award in named.members.items()]
            response.how = "map"

    def _settle_sets(self, response: Response, named: _Named, most: Decimal | None) -> None:
        best = [values for values, award in named.sets if award is None or award == most]
        response.is_partial = response.is_partial or any(
            award is not None and most is not None and 0 < award < most for _values, award in named.sets)
        if not best:
            return
        if not response.correct:
            response.correct = best[0]
        if any(sorted(values) != sorted(response.correct) for values in best):
            self.odd("match")


def _of_score(element: Element) -> Iterator[Element]:
    """The elements of a rule that bear on the score; what only chooses feedback, or keeps the score within its
    limits, is passed over."""
    for child in element:
        if not isinstance(child.tag, str) or _is_limit(child):
            continue
        sets = list(child.iter("setOutcomeValue"))
        if sets and not any(_is_score(each) for each in sets):
            continue
        yield child
        yield from _of_score(child)


def _is_limit(element: Element) -> bool:
    """Whether a condition only compares the score with its least or most: "if SCORE > MAXSCORE, then MAXSCORE"."""
    if element.tag != "responseCondition":
        return False
    branch = element.find("responseIf")
    tests = list(branch) if branch is not None else []
    names = [(each.get("identifier") or "").upper() for each in element.iter("variable")]
    return (len(element) == 1 and bool(tests) and tests[0].tag in _LIMITS and bool(names)
            and all(name.endswith("SCORE") for name in names)
            and not any(True for _each in element.iter("mapResponse", "mapResponsePoint", "correct")))


def _is_score(element: Element) -> bool:
    name = (element.get("identifier") or "").upper()
    return any(score in name for score in _SCORES)


def _award(element: Element) -> Decimal | None:
    """What the branch of a comparison gives; None where it is not a plain number."""
    branch = next((above for above in element.iterancestors() if above.tag in _BRANCHES), None)
    rules = [] if branch is None else [each for each in branch if each.tag == "setOutcomeValue" and _is_score(each)]
    plain = [each for each in rules if (each.get("identifier") or "").upper() == "SCORE"] or rules
    if not plain or len(plain[0]) != 1:
        return None
    given = plain[0][0]
    if given.tag == "subtract":
        return _loss(given)
    if given.tag == "sum" and {each.tag for each in given} <= {"variable", "baseValue"}:
        given = next((each for each in given if each.tag == "baseValue"), given)
    return read_number(text_of(given)) if given.tag == "baseValue" else None


def _total_of(element: Element) -> tuple[str, Decimal | None]:
    """The response and the number of "its weights together are this number"; ("", None) for any other test."""
    if element.tag not in _TOTALS or [each.tag for each in element] != ["mapResponse", "baseValue"]:
        return "", None
    return element[0].get("identifier") or "", read_number(text_of(element[1]))


def _loss(element: Element) -> Decimal | None:
    """What a `subtract` takes from the score, as a number below nothing; None for any other."""
    if [each.tag for each in element] != ["variable", "baseValue"]:
        return None
    number = read_number(text_of(element[1]))
    return None if number is None else -number


def _member(element: Element) -> tuple[str, str]:
    """The option and the response of "this option is among those chosen"; ("", "") for any other form."""
    if [each.tag for each in element] != ["baseValue", "variable"]:
        return "", ""
    return text_of(element[0]), element[1].get("identifier") or ""


def _members_of(element: Element) -> tuple[list[tuple[str, bool]], str]:
    """The options of an `and` with whether each must be chosen, and their response; ([], "") for anything else."""
    found, names = [], set()
    for child in element:
        inner = child[0] if child.tag == "not" and len(child) == 1 else child
        value, name = _member(inner) if inner.tag == "member" else ("", "")
        found.append((value, child is inner))
        names.add(name)
    return (found, names.pop()) if len(names) == 1 and "" not in names and not _is_denied(element) else ([], "")


def _is_denied(element: Element) -> bool:
    """Whether a test stands under an odd number of `not`."""
    depth = 0
    for above in element.iterancestors():
        if above.tag in _BRANCHES:
            break
        depth += above.tag == "not"
    return depth % 2 == 1


def _between(low: Decimal, high: Decimal) -> Row:
    return {"value": number_text((low + high) / 2), "tolerance": number_text(abs(high - low) / 2)}


def _rounding(element: Element, value: str) -> Row:
    figures, number = read_number(element.get("figures") or ""), read_number(value)
    if figures is None or number is None or not 0 <= figures <= 15:
        return {}
    places = int(figures)
    if element.get("roundingMode") != "decimalPlaces":
        places = places - 1 - number.adjusted() if number else places
    return {"tolerance": number_text(Decimal(5).scaleb(-places - 1))}
