"""Moodle's calculated questions as variants: `{a}` of a dataset becomes a variable `{{a}}`."""

import re
from dataclasses import replace
from typing import Any

from assessment.bank.expressions import BadFormula
from assessment.bank.variants import draw_values
from assessment.interchange import building as b
from assessment.interchange.moodle.elements import Element, Question, plain_number
from assessment.interchange.questions import Refused
from lms.core.i18n import _

_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")
_INLINE = re.compile(r"\{=((?:[^{}]|\{[^{}]*\}){1,300})\}")
_FUNCTIONS = ((re.compile(r"\bpi\s*\(\s*\)"), "pi"), (re.compile(r"\blog\s*\("), "ln("))
"""How Moodle writes what the bank's formulas know under another name; its `log` is the natural one."""
_MOST = 12
_RELATIVE = "1"


class _Names:
    """Names of the datasets as variables, and expressions that stand in texts."""

    def __init__(self, datasets: list[str]) -> None:
        self.names: dict[str, str] = {}
        for dataset in datasets:
            name = dataset.lower() if _NAME.match(dataset.lower()) else f"v{len(self.names) + 1}"
            if name in self.names.values():
                name = f"v{len(self.names) + 1}"
            self.names[dataset] = name
        self.computed: list[dict[str, str]] = []

    def expression(self, formula: str) -> str:
        """The formula with variables in place of `{a}`."""
        plain = formula.strip().removeprefix("=")
        for theirs, ours in _FUNCTIONS:
            plain = theirs.sub(ours, plain)
        return self._each(plain, "{name}")

    def variable(self, formula: str) -> str:
        """The name of a new variable that is this formula."""
        name = next(f"x{n}" for n in range(1, 99) if f"x{n}" not in self.names.values()
                    and all(row["name"] != f"x{n}" for row in self.computed))
        if len(self.computed) >= _MOST:
            raise Refused(_("the question has more than %(n)s formulas", n=_MOST))
        self.computed.append({"name": name, "is": self.expression(formula)})
        return name

    def text(self, html: str) -> str:
        """A text with `{{a}}` in place of `{a}`, and `{{x1}}` in place of `{={a}+1}`."""
        inline = _INLINE.sub(lambda match: f"\ue003{self.variable(match[1])}\ue004", html)
        marked = self._each(inline, "\ue003{name}\ue004")
        return marked.replace("\ue003", "{{").replace("\ue004", "}}")

    def _each(self, text: str, form: str) -> str:
        return re.sub(r"\{([^{}=]{1,60})\}", lambda match: form.replace("{name}", self.names[match[1].strip()])
                      if match[1].strip() in self.names else match[0], text)


def read_calculated(question: Question, prompt: str) -> b.Built:
    """`calculated`, `calculatedsimple` (a number) and `calculatedmulti` (options with computed values)."""
    definitions = question.element.findall("dataset_definitions/dataset_definition")
    b.check_count(len(definitions))
    names = _Names([" ".join((each.findtext("name/text") or "").split()) for each in definitions])
    variables = [_variable(each, name, question)
                 for each, name in zip(definitions, names.names.values(), strict=False)]
    if not variables:
        raise Refused(_("the question has no wild cards with values"))
    if question.kind == "calculatedmulti":
        answers = [replace(answer, text=names.text(answer.text)) for answer in question.answers()]
        built = b.build_choice(names.text(prompt), answers, single=question.is_set("single", default=True),
                               general=names.text(question.general))
    else:
        built = _number(question, names, prompt)
    content: dict[str, Any] = {**built.content, "variables": [*variables, *names.computed]}
    try:
        draw_values(content, 1)
    except BadFormula as error:
        raise Refused(str(error)) from error
    notes = (*built.notes, _("the values of the wild cards are drawn anew, each from its own range"))
    return replace(built, content=content, notes=notes)


def _number(question: Question, names: _Names, prompt: str) -> b.Built:
    rows = question.element.findall("answer")
    answers = question.answers(html=False)
    accepted = []
    for row, answer in zip(rows, answers, strict=True):
        if answer.percent != b.FULL or answer.text == "*":
            continue
        relative = (row.findtext("tolerancetype") or _RELATIVE).strip() == _RELATIVE
        accepted.append({"value": f"{{{{{names.variable(answer.text)}}}}}",
                         "tolerance": plain_number(answer.tolerance, answer.tolerance),
                         **({"relative": True} if relative else {})})
    if not accepted:
        raise Refused(_("no answer earns the full marks"))
    if question.element.find("units/unit") is not None:
        question.notes.append(_("units are not kept"))
    return b.Built("short_numeric", {"prompt": names.text(prompt)},
                   {"accepted": accepted, "explanation": names.text(question.general)})


def _variable(definition: Element, name: str, question: Question) -> dict[str, Any]:
    """The range of a dataset; its own list of values where it has no range."""
    low, high = (plain_number((definition.findtext(f"{end}/text") or "").strip(), "") for end in ("minimum", "maximum"))
    decimals = (definition.findtext("decimals/text") or "").strip()
    if low and high and re.fullmatch(r"[0-9]", decimals):
        return {"name": name, "from": low, "to": high,
                "step": "1" if decimals == "0" else f"0.{'0' * (int(decimals) - 1)}1"}
    rows = definition.iterfind("dataset_items/dataset_item/value")
    values = [plain_number((each.text or "").strip(), "") for each in rows]
    known = list(dict.fromkeys(value for value in values if value))
    if not known:
        raise Refused(_("the wild card “%(name)s” has no values", name=name))
    return {"name": name, "values": known[:100]}
