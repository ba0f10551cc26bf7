"""Moodle XML, read as a stream: one question in memory at a time, no entities, no DTD, no network."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from lxml import etree

from assessment.interchange import building as b
from assessment.interchange import questions as q
from assessment.interchange.gift import topic_of
from assessment.interchange.text_formats import to_html
from lms.core.i18n import _

Element = Any  # an element of lxml, which has no types


def read(stream: BinaryIO, _media: q.MediaSink) -> Iterator[q.Parsed]:
    """Every question of a Moodle XML file, taken or refused; where it breaks, what was read before stays."""
    category = ""
    try:
        for element in _question_elements(stream):
            if element.get("type") == "category":
                category = topic_of(_text_of(element.find("category")))
            else:
                yield _read_question(element, category)
    except etree.XMLSyntaxError as error:
        broken = _("the XML is broken here, and nothing after it could be read: %(reason)s",
                   reason=str(error.msg)[:200])
        yield q.FileProblem(error.lineno or 0, broken)
    except q.Refused as refusal:
        yield q.FileProblem(1, str(refusal))


def _question_elements(stream: BinaryIO) -> Iterator[Element]:
    """Each `question` of the file in turn; it is forgotten when the next is asked for."""
    events = etree.iterparse(stream, events=("start", "end"), resolve_entities=False, load_dtd=False,
                             no_network=True, huge_tree=False, recover=False, remove_comments=True,
                             remove_pis=True)
    depth = 0
    for event, element in events:
        if event == "start":
            depth += 1
            if depth == 1:
                _check_root(element)
            continue
        depth -= 1
        if depth == 1:
            if element.tag == "question":
                yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _check_root(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise q.Refused(_("the file declares a document type (DOCTYPE), which is not allowed"))
    if root.tag != "quiz":
        raise q.Refused(_("this is not a Moodle question file: its root is <%(tag)s> and not <quiz>",
                          tag=str(root.tag)[-60:]))


def _read_question(element: Element, category: str) -> q.ParsedQuestion:
    kind = (element.get("type") or "").strip().lower()
    found = q.Found(element.sourceline or 0, kind, _text_of(element.find("name")), category)
    try:
        return b.finish(found, _build(kind, element))
    except q.Refused as refusal:
        return q.refuse(found, str(refusal), _text_of(element.find("questiontext"))[:2000])


def _build(kind: str, element: Element) -> b.Built:
    builder = _BUILDERS.get(kind)
    if builder is None:
        raise q.unsupported(kind)
    b.check_count(len(element.findall("answer")))
    return builder(element, _html_of(element.find("questiontext")), _html_of(element.find("generalfeedback")))


def _build_choice(element: Element, prompt: str, general: str) -> b.Built:
    single = (element.findtext("single") or "true").strip().lower() in ("true", "1")
    answers = [b.Answer(_html_of(each), b.percent(each.get("fraction")), _html_of(each.find("feedback")))
               for each in element.findall("answer")]
    return b.build_choice(prompt, answers, single=single, general=general)


def _build_true_false(element: Element, prompt: str, general: str) -> b.Built:
    said = {}
    right = []
    for each in element.findall("answer"):
        word = _text_of(each).strip().lower()
        said[word] = _html_of(each.find("feedback"))
        if b.percent(each.get("fraction")) == b.FULL:
            right.append(word)
    if len(right) != 1 or right[0] not in ("true", "false"):
        raise q.Refused(_("the question does not say which of true and false is right"))
    return b.build_true_false(prompt, true=right[0] == "true", when_true=said.get("true", ""),
                              when_false=said.get("false", ""), general=general)


def _build_numeric(element: Element, prompt: str, general: str) -> b.Built:
    answers = [replace(answer, tolerance=(each.findtext("tolerance") or "0").strip())
               for answer, each in zip(_raw_answers(element), element.findall("answer"), strict=True)]
    notes = (_("units are not kept"),) if element.find("units/unit") is not None else ()
    return b.build_numeric(prompt, answers, general=general, notes=notes)


def _build_text(element: Element, prompt: str, general: str) -> b.Built:
    sensitive = (element.findtext("usecase") or "0").strip() == "1"
    return b.build_text(prompt, _raw_answers(element), case_sensitive=sensitive, general=general)


def _raw_answers(element: Element) -> list[b.Answer]:
    return [b.Answer(_text_of(each).strip(), b.percent(each.get("fraction")), _html_of(each.find("feedback")))
            for each in element.findall("answer")]


_BUILDERS: dict[str, Callable[[Element, str, str], b.Built]] = {
    "multichoice": _build_choice, "truefalse": _build_true_false, "numerical": _build_numeric,
    "shortanswer": _build_text,
}


def _html_of(element: Element | None) -> str:
    """The text of an element in its own format, as HTML not yet cleaned."""
    return "" if element is None else to_html(_text_of(element), element.get("format") or "html")


def _text_of(element: Element | None) -> str:
    """What stands in the `text` child; HTML that was put there without CDATA is taken as it is."""
    text = element.find("text") if element is not None else None
    if text is None:
        return ""
    inner = "".join(etree.tostring(child, encoding="unicode") for child in text)
    return (text.text or "") + inner
