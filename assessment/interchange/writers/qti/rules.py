"""Declarations of responses and rules of marking, as QTI 2 names them."""

import re
from decimal import Decimal
from typing import Any

from assessment.bank.content import number_text, read_number
from assessment.interchange.writers.qti.texts import Element, qti
from assessment.interchange.writers.qti.versions import Version

Stored = dict[str, Any]


def declare(name: str, cardinality: str, base: str, correct: list[str], mapping: dict[str, str] | None = None,
            lowest: str | None = None) -> Element:
    """A responseDeclaration with its right answers and what each is worth."""
    return qti("responseDeclaration",
               qti("correctResponse", [qti("value", each) for each in correct]) if correct else None,
               qti("mapping", [qti("mapEntry", mapKey=key, mappedValue=worth) for key, worth in mapping.items()],
                   lowerBound=lowest, defaultValue="0") if mapping else None,
               identifier=name, cardinality=cardinality, baseType=base)


def template(name: str, version: Version) -> Element:
    """A rule that the standard gives a name."""
    return qti("responseProcessing", template=version.templates.format(name))


def every(tests: list[Element], whole: bool) -> Element:
    """A rule that gives a share for each test passed, or all for all of them."""
    if whole or len(tests) == 1:
        test = tests[0] if len(tests) == 1 else qti("and", tests)
        return qti("responseProcessing", qti("responseCondition", qti("responseIf", test, _score(_float("1")))))
    share = number_text(round(Decimal(1) / len(tests), 6))
    steps = [qti("responseCondition", qti("responseIf", test, _score(
        qti("sum", qti("variable", identifier="SCORE"), _float(share))))) for test in tests]
    return qti("responseProcessing", steps)


def _score(value: Element) -> Element:
    return qti("setOutcomeValue", value, identifier="SCORE")


def _float(text: str) -> Element:
    return qti("baseValue", text, baseType="float")


def any_of(tests: list[Element]) -> Element:
    """One test that passes when one of these does."""
    return tests[0] if len(tests) == 1 else qti("or", tests)


def is_correct(name: str) -> Element:
    """The test that a response is the declared one."""
    return qti("match", qti("variable", identifier=name), qti("correct", identifier=name))


def is_text(name: str, key: Stored) -> Element:
    """The test that a response is one of the accepted texts."""
    strict = "true" if key.get("case_sensitive") else "false"
    if key.get("pattern"):
        return any_of([qti("patternMatch", qti("variable", identifier=name), pattern=_pattern(row["text"]))
                       for row in key["accepted"]])
    return any_of([qti("stringMatch", qti("variable", identifier=name),
                       qti("baseValue", row["text"], baseType="string"), caseSensitive=strict)
                   for row in key["accepted"]])


def _pattern(text: str) -> str:
    parts = text.replace("\\*", "\ufffc").split("*")
    return ".*".join(re.sub(r"([.\\?*+{}()\[\]|^$-])", r"\\\1", part.replace("\ufffc", "*")) for part in parts)


def is_number(name: str, accepted: list[Stored]) -> Element:
    """The test that a response is one of the accepted numbers, within its tolerance."""
    return any_of([_equal(name, row) for row in accepted])


def _equal(name: str, row: Stored) -> Element:
    tolerance = read_number(row.get("tolerance") or "0") or Decimal(0)
    value = qti("baseValue", row["value"], baseType="float")
    variable = qti("variable", identifier=name)
    if not tolerance:
        return qti("equal", variable, value, toleranceMode="exact")
    mode, width = ("relative", number_text(tolerance * 100)) if row.get("relative") else (
        "absolute", number_text(tolerance))
    return qti("equal", variable, value, toleranceMode=mode, tolerance=f"{width} {width}")
