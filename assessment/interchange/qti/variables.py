"""Template variables of QTI as variables of the bank, where the two mean the same."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assessment.bank.content import read_number
from assessment.bank.expressions import BadFormula
from assessment.bank.variants import check_variants
from assessment.interchange.qti.drafts import Item
from assessment.interchange.qti.tree import Element, text_of
from assessment.interchange.questions import ParsedQuestion, Refused, Unsure
from lms.core.i18n import _

_SIGNS = {"sum": " + ", "product": " * ", "subtract": " - ", "divide": " / ", "power": " ** "}
_COMPARED = {"gt": ">", "lt": "<", "gte": ">=", "lte": "<=", "match": "==", "equal": "=="}
_DEEPEST = 12


def read_variables(root: Element, item: Item) -> dict[str, Any]:
    """`variables` and `conditions`; {} for an item without a template. Raises Refused for what has no counterpart."""
    declared = root.findall("templateDeclaration")
    rule = root.find("templateProcessing")
    if rule is None:
        _name_constants(declared, item)
        return {}
    names = _names(declared)
    item.page.variables |= names
    found: dict[str, Any] = {"variables": [], "conditions": []}
    for step in rule:
        if isinstance(step.tag, str):
            _read_step(step, names, found, item)
    if not found["variables"]:
        return {}
    item.page.doubt("variables", _("the numbers are drawn anew for each paper; please look at the preview"))
    return {name: rows for name, rows in found.items() if rows}


def _names(declared: list[Element]) -> dict[str, str]:
    """A name of the bank for each variable of the file."""
    names: dict[str, str] = {}
    for element in declared:
        given = element.get("identifier") or ""
        plain = re.sub(r"[^a-z0-9_]", "", given.lower())[:18] or "v"
        plain = plain if plain[0].isalpha() else f"v{plain}"[:18]
        while plain in names.values():
            plain = plain[:16] + str(len(names) + 1)
        names[given] = plain
    return names


def _name_constants(declared: list[Element], item: Item) -> None:
    """Variables that never change are written as their value."""
    for element in declared:
        value = text_of(element.find("defaultValue"))
        if value:
            item.page.note(_("a variable that never changes was written as its value"))
            item.page.variables[element.get("identifier") or ""] = value


def _read_step(step: Element, names: dict[str, str], found: dict[str, Any], item: Item) -> None:
    name = step.get("identifier") or ""
    parts = [child for child in step if isinstance(child.tag, str)]
    if step.tag == "setTemplateValue" and name in names and len(parts) == 1:
        if any(row["name"] == names[name] for row in found["variables"]):
            raise Refused(_("the variable %(name)s is set twice, which is not supported", name=name))
        found["variables"].append({"name": names[name], **_drawn(parts[0], names)})
    elif step.tag == "setCorrectResponse" and len(parts) == 1 and name in item.marking.responses:
        _set_correct(name, parts[0], names, found, item)
    elif step.tag == "templateConstraint" and len(parts) == 1:
        found["conditions"].append(_condition(parts[0], names))
    else:
        raise Refused(_("the values are drawn by a rule that is not supported: %(name)s", name=str(step.tag)))


def _set_correct(name: str, part: Element, names: dict[str, str], found: dict[str, Any], item: Item) -> None:
    response = item.marking.responses[name]
    if part.tag == "baseValue":
        response.correct = [text_of(part)]
        return
    if response.base_type == "identifier":
        raise Refused(_("which option is right depends on the draw, which is not supported"))
    if part.tag == "variable" and part.get("identifier") in names:
        answer = names[part.get("identifier")]
    else:
        answer = f"answer{len(found['variables'])}"
        found["variables"].append({"name": answer, "is": _formula(part, names)})
    response.correct = ["{{" + answer + "}}"]
    response.accepted = [{**row, "value": response.correct[0]} for row in response.accepted[:1]]


def _drawn(part: Element, names: dict[str, str]) -> dict[str, Any]:
    if part.tag in ("randomInteger", "randomFloat"):
        low, high, step = (read_number(part.get(name) or default) for name, default in
                           (("min", "0"), ("max", ""), ("step", "1")))
        if low is None or high is None or step is None or part.tag == "randomFloat":
            raise Refused(_("the values are drawn by a rule that is not supported: %(name)s", name=part.tag))
        return {"from": str(low), "to": str(high), "step": str(step)}
    if part.tag == "random":
        values = [text_of(value) for value in part.iter("baseValue")]
        inner = [child.tag for child in part.iter() if isinstance(child.tag, str)]
        if values and set(inner) <= {"random", "multiple", "ordered", "baseValue"} and all(
                read_number(value) is not None for value in values):
            return {"values": values}
        raise Refused(_("words are drawn by chance, which is not supported: %(words)s", words=", ".join(values)[:80]))
    return {"is": _formula(part, names)}


def _formula(part: Element, names: dict[str, str], depth: int = 0) -> str:
    """An expression of the file in the bank's spelling."""
    children = [child for child in part if isinstance(child.tag, str)]
    if depth > _DEEPEST:
        raise Refused(_("a formula of the file is nested too deeply"))
    if part.tag == "variable" and part.get("identifier") in names:
        return names[part.get("identifier")]
    if part.tag == "baseValue":
        number = read_number(text_of(part))
        if number is not None:
            return f"({number})" if number < 0 else str(number)
    inner = [_formula(child, names, depth + 1) for child in children]
    if part.tag in _SIGNS and len(inner) > 1:
        return f"({_SIGNS[part.tag].join(inner)})"
    maker = _FUNCTIONS.get(part.tag)
    if maker is not None and inner:
        return maker(inner, part)
    raise Refused(_("a formula of the file uses “%(name)s”, which is not supported", name=str(part.tag)[:40]))


def _round_to(inner: list[str], part: Element) -> str:
    figures = read_number(part.get("figures") or "")
    if part.get("roundingMode") != "decimalPlaces" or figures is None or not 0 <= figures <= Decimal(12):
        raise Refused(_("a formula of the file uses “%(name)s”, which is not supported", name="roundTo"))
    return f"round({inner[0]}, {int(figures)})"


_FUNCTIONS: dict[str, Callable[[list[str], Element], str]] = {
    "integerDivide": lambda inner, _part: f"({inner[0]} // {inner[1]})" if len(inner) == 2 else inner[0],
    "integerModulus": lambda inner, _part: f"({inner[0]} % {inner[1]})" if len(inner) == 2 else inner[0],
    "round": lambda inner, _part: f"round({inner[0]})", "truncate": lambda inner, _part: f"floor({inner[0]})",
    "gcd": lambda inner, _part: f"gcd({', '.join(inner)})", "lcm": lambda inner, _part: f"lcm({', '.join(inner)})",
    "min": lambda inner, _part: f"min({', '.join(inner)})", "max": lambda inner, _part: f"max({', '.join(inner)})",
    "roundTo": _round_to, "integerToFloat": lambda inner, _part: inner[0],
}


def _condition(part: Element, names: dict[str, str], depth: int = 0) -> str:
    children = [child for child in part if isinstance(child.tag, str)]
    if part.tag in ("and", "or") and children and depth < _DEEPEST:
        return "(" + f" {part.tag} ".join(_condition(child, names, depth + 1) for child in children) + ")"
    if part.tag == "not" and len(children) == 1 and depth < _DEEPEST:
        return f"not ({_condition(children[0], names, depth + 1)})"
    if part.tag in _COMPARED and len(children) == 2:
        return f" {_COMPARED[part.tag]} ".join(_formula(child, names) for child in children)
    raise Refused(_("the values are drawn by a rule that is not supported: %(name)s", name=str(part.tag)))


def check_draws(question: ParsedQuestion) -> ParsedQuestion:
    """The question with what is wrong in its draws, where it has variables."""
    if not question.is_good or not question.content.get("variables"):
        return question
    try:
        report = check_variants(question.type, question.content, question.key)
    except BadFormula as error:
        return replace(question, problems=(str(error),))
    if not report.draws:
        return replace(question, problems=tuple(fault.message for fault in report.faults) or (
            _("no values of the variables fit together"),))
    doubts = tuple(Unsure("variables", f"{fault.message} ({fault.example})") for fault in report.faults)
    return replace(question, unsure=question.unsure + doubts)
