"""The pieces of a QTI 1.2 item as Canvas writes them: texts, answers, and what earns points."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree, html

from assessment.bank.content import read_number
from assessment.bank.markup import plain_to_html
from assessment.interchange.qti.body import Page
from assessment.interchange.qti.tree import DEEPEST, Element, depth_of, text_of
from assessment.interchange.questions import Refused
from lms.core.i18n import _

LONGEST_TEXT = 400_000
DETAILS = "lms_details"
"""The metadata field in which our own writer says what QTI 1.2 has no words for."""
_LIMITS = ("vargte", "vargt", "varlte", "varlt")


@dataclass(frozen=True)
class Comparison:
    """One test of an answer: that it equals a value, or lies above or below it."""

    kind: str
    response: str
    value: str
    negated: bool
    element: Element


@dataclass
class Condition:
    """Tests, what they earn, and whether they are tied to feedback only."""

    comparisons: list[Comparison] = field(default_factory=list)
    score: Decimal = Decimal(0)


@dataclass
class CanvasItem:
    """One item: its metadata, its answers by response, and what earns points."""

    root: Element
    page: Page
    meta: dict[str, str]
    responses: list[Element]
    conditions: list[Condition]

    @property
    def kind(self) -> str:
        """The question type that Canvas names, or the one that the parts show."""
        return self.meta.get("question_type") or _guess(self.root, self.responses)

    def text(self, element: Element | None, where: str = "prompt") -> str:
        """The texts of all `material` directly under an element."""
        if element is None:
            return ""
        return "".join(material_html(self.page, each, where) for each in element.iterfind("material")).strip()

    def right(self, response: str) -> list[str]:
        """The values that earn the most for a response, in the order of the file."""
        scored = [(condition.score, test.value) for condition in self.conditions for test in condition.comparisons
                  if test.kind == "varequal" and test.response == response and not test.negated and condition.score > 0]
        most = max((score for score, _value in scored), default=Decimal(0))
        if len({score for score, _value in scored}) > 1:
            self.page.note(_("answers worth a part of the marks are not kept"))
        return list(dict.fromkeys(value for score, value in scored if score == most))

    def labels(self, response: Element) -> list[Element]:
        """The answers offered for a response."""
        return list(response.iter("response_label"))


def read_parts(root: Element, page: Page) -> CanvasItem:
    """The pieces of an item."""
    meta: dict[str, str] = {}
    for each in root.iter("qtimetadatafield"):  # said twice, the first word counts
        meta.setdefault(text_of(each.find("fieldlabel")), text_of(each.find("fieldentry")))
    responses = [each for each in root.iterfind("presentation//*") if str(each.tag).startswith("response_")
                 and each.tag not in ("response_label", "response_na")]
    return CanvasItem(root, page, meta, responses, list(_conditions(root)))


def material_html(page: Page, material: Element, where: str) -> str:
    """A `material` as HTML: its texts, pictures and sounds."""
    page.where = where
    parts = []
    for each in material.iter():
        if each.tag in ("mattext", "matemtext"):
            parts.append(_text_html(page, each, where))
        elif each.tag == "matimage":
            parts.append(page.picture(each.get("uri"), each.get("label") or text_of(each),
                                      each.get("width"), each.get("height")))
        elif each.tag == "mataudio":
            parts.append(page.part(each.makeelement("audio", src=each.get("uri") or "")))
        elif each.tag == "matvideo":
            page.problem(_("An embedded object of type %(type)s cannot be kept.", type="video"))
    return "".join(parts)


def _text_html(page: Page, element: Element, where: str) -> str:
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    text = (element.text or "") + inner
    if len(text) > LONGEST_TEXT:
        raise Refused(_("a text is too long"))
    if (element.get("texttype") or "text/plain").lower() != "text/html" and not inner:
        return plain_to_html(text) if "\n\n" in text.strip() else _bare(plain_to_html(text))
    return page_html(page, text, where)


def page_html(page: Page, text: str, where: str) -> str:
    """HTML that stands in a file as text, as HTML of the bank."""
    if not text.strip():
        return ""
    try:
        root = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused(_("a text is damaged")) from error
    if depth_of(root) > DEEPEST:
        raise Refused(_("the XML is nested too deeply"))
    return page.html(root, where)


def _bare(paragraph: str) -> str:
    """One paragraph without its tags: such texts stand side by side."""
    return paragraph.removeprefix("<p>").removesuffix("</p>") if paragraph.count("<p>") == 1 else paragraph


def _conditions(root: Element) -> Iterator[Condition]:
    for element in root.iter("respcondition"):
        found = Condition()
        for setter in element.iterfind("setvar"):
            number = read_number(text_of(setter))
            if number is not None and not text_of(setter).startswith("-"):
                found.score = max(found.score, number)
        for test in element.iterfind("conditionvar//*"):
            if test.tag == "varequal" or test.tag in _LIMITS:
                negated = any(above.tag == "not" for above in test.iterancestors())
                about = test.get("respident") or ""
                found.comparisons.append(Comparison(test.tag, about, text_of(test), negated, test))
        yield found


def _guess(root: Element, responses: list[Element]) -> str:
    """The type of an item of QTI 1.2 that does not name it."""
    if not responses:
        return "text_only_question"
    first = responses[0]
    if first.tag == "response_xy":
        return "hot_spot_question"
    if first.tag == "response_num":
        return "numerical_question"
    if first.tag == "response_str" or first.find(".//render_fib") is not None:
        return _guess_entry(root, responses)
    if first.get("rcardinality") == "Ordered":
        return "ordering_question"
    if len(responses) > 1:
        return "matching_question"
    return "multiple_answers_question" if first.get("rcardinality") == "Multiple" else "multiple_choice_question"


def _guess_entry(root: Element, responses: list[Element]) -> str:
    fib = responses[0].find(".//render_fib")
    if len(responses) > 1:
        return "embedded_blanks"
    if fib is not None and fib.get("fibtype") in ("Decimal", "Integer"):
        return "calculated_question" if root.find(".//calculated") is not None else "numerical_question"
    return "short_answer_question" if root.find(".//varequal") is not None else "essay_question"
