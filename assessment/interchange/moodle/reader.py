"""Moodle XML, read as a stream: one question in memory at a time, no entities, no DTD, no network."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from lxml import etree

from assessment.interchange import building as b
from assessment.interchange.categories import topic_of
from assessment.interchange.moodle import drag, plain
from assessment.interchange.moodle.calculated import read_calculated
from assessment.interchange.moodle.cloze import read_cloze
from assessment.interchange.moodle.elements import Element, Question, text_of
from assessment.interchange.moodle.own import own_body, stimulus_mark
from assessment.interchange.prolog import PROLOG, root_of
from assessment.interchange.questions import (
    FileProblem,
    Found,
    MediaSink,
    Parsed,
    ParsedQuestion,
    ParsedStimulus,
    Refused,
    Unsure,
    refuse,
    unsupported,
)
from lms.core.i18n import _

Builder = Callable[[Question, str], b.Built]
_BUILDERS: dict[str, Builder] = {
    "multichoice": plain.read_choice, "multichoiceset": plain.read_choice_set, "truefalse": plain.read_true_false,
    "shortanswer": plain.read_text, "numerical": plain.read_numeric, "matching": plain.read_matching,
    "match": plain.read_matching, "ddmatch": plain.read_matching, "essay": plain.read_essay,
    "recordrtc": plain.read_recording, "ordering": plain.read_ordering, "kprime": plain.read_statements,
    "mtf": plain.read_statements, "gapselect": drag.read_words_into_text, "ddwtos": drag.read_words_into_text,
    "ddimageortext": drag.read_onto_picture, "ddmarker": drag.read_markers,
    "cloze": lambda question, prompt: read_cloze(prompt, question.general),
    "multianswer": lambda question, prompt: read_cloze(prompt, question.general),
    "calculated": read_calculated, "calculatedsimple": read_calculated, "calculatedmulti": read_calculated,
}


def read(stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """Every question of a Moodle XML file, taken or refused; where it breaks, what was read before stays."""
    try:
        _check_beginning(stream)
        yield from _Reading(media).read(stream)
    except etree.XMLSyntaxError as error:
        broken = _("the XML is broken here, and nothing after it could be read: %(reason)s",
                   reason=str(error.msg)[:200])
        yield FileProblem(error.lineno or 0, broken)
    except Refused as refusal:
        yield FileProblem(1, str(refusal))


def _check_beginning(stream: BinaryIO) -> None:
    root = root_of(stream.read(PROLOG))
    stream.seek(0)
    if root not in ("", "quiz"):
        raise Refused(_("this is not a Moodle question file: its root is <%(tag)s> and not <quiz>", tag=root[-60:]))


def _question_elements(stream: BinaryIO) -> Iterator[Element]:
    """Each `question` of the file in turn; it is forgotten when the next is asked for."""
    events = etree.iterparse(stream, events=("end",), tag="question", resolve_entities=False, load_dtd=False,
                             no_network=True, huge_tree=True, recover=False, remove_comments=True, remove_pis=True)
    for _event, element in events:
        root = element.getparent()
        if root is None or root.getparent() is not None:
            continue
        if root.getroottree().docinfo.internalDTD is not None:
            raise Refused(_("the file declares a document type (DOCTYPE), which is not allowed"))
        yield element
        element.clear()
        while element.getprevious() is not None:
            del root[0]


class _Reading:
    """The walk through one file: its category, and the description that may belong to what follows."""

    def __init__(self, media: MediaSink) -> None:
        self.media = media
        self.category = ""
        self.waiting: ParsedStimulus | None = None
        self.shared: ParsedStimulus | None = None
        self.marked = False
        self.refs: set[str] = set()

    def read(self, stream: BinaryIO) -> Iterator[Parsed]:
        """What is in the file, in its order."""
        for element in _question_elements(stream):
            kind = (element.get("type") or "").strip().lower()
            if kind == "category":
                yield from self._close()
                self.category = topic_of(text_of(element.find("category")))
            elif kind == "description":
                yield from self._close()
                self._open(Question(element, self.category, self.media))
            else:
                yield from self._take(Question(element, self.category, self.media))
        yield from self._close()

    def _open(self, question: Question) -> None:
        """A description waits for the questions that it belongs to."""
        mark = stimulus_mark(question.element)
        ref = mark or f"line-{question.found.line}"
        self.marked = mark is not None
        body = ""
        problems: tuple[str, ...] = ()
        try:
            body = question.html("questiontext")
        except Refused as refusal:
            problems = (str(refusal),)
        carried = own_body(question)
        content = carried.content if carried and carried.type == "stimulus" else {"body": body}
        title = " ".join(question.found.name.split())[:200]
        self.waiting = ParsedStimulus(ref, title, content, question.found.line, self.category,
                                      (*problems, *question.texts.problems), tuple(question.texts.notes), body)

    def _take(self, question: Question) -> Iterator[Parsed]:
        """A question, and before it the description that waits, if it is the first that belongs to it."""
        ref = stimulus_mark(question.element)
        unsure: tuple[Unsure, ...] = ()
        if ref is None and self.waiting is not None and not self.marked:
            ref = self.waiting.ref
        elif ref is None and self.shared is not None and not self.marked:
            ref = self.shared.ref
        if self.waiting is not None and ref == self.waiting.ref:
            yield self.waiting
            self.shared, self.waiting = self.waiting, None
            self.refs.add(ref)
        if ref not in self.refs:
            ref = None
        if ref is not None and not self.marked:
            unsure = (Unsure("stimulus", _("the description before it was taken as the text that it is about")),)
        yield read_element(question, ref, unsure)

    def _close(self) -> Iterator[ParsedQuestion]:
        """A description after which nothing came is named."""
        if self.waiting is not None:
            found = Found(self.waiting.line, "description", self.waiting.title, self.waiting.category)
            reason = _("a description without a question after it is not a question")
            yield refuse(found, reason, self.waiting.source)
        self.waiting = self.shared = None


def read_element(question: Question, stimulus: str | None = None, unsure: tuple[Unsure, ...] = ()) -> ParsedQuestion:
    """One question, taken or refused."""
    prompt = ""
    try:
        builder = _BUILDERS.get(question.kind)
        if builder is None:
            raise unsupported(question.kind)
        prompt = question.html("questiontext")
        b.check_count(len(question.element.findall("answer")))
        built = _carried(question) or builder(question, prompt)
        built = b.Built(built.type, built.content, built.key,
                        (*built.notes, *question.notes, *question.texts.notes),
                        tuple(question.texts.problems), (*built.unsure, *unsure), question.metadata())
        return b.finish(question.found, built, prompt, stimulus)
    except Refused as refusal:
        return refuse(question.found, str(refusal), prompt or text_of(question.element.find("questiontext"))[:2000])


def _carried(question: Question) -> b.Built | None:
    """What this platform wrote into a question, where it is one (and not the text that several share)."""
    built = own_body(question)
    return built if built is not None and built.type != "stimulus" else None
