"""Elements of one question: their texts, files, answers and numbers."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from lxml import etree

from assessment.interchange.building import Answer, percent
from assessment.interchange.questions import Found, MediaSink, Refused
from assessment.interchange.tags import tagged
from assessment.interchange.texts import OpenFile, Texts, bytes_of
from lms.core.i18n import _

Element = Any  # an element of lxml, which has no types
class Question:
    """One `question` element, with what its type needs of it."""

    def __init__(self, element: Element, category: str, sink: MediaSink) -> None:
        self.element = element
        self.kind = (element.get("type") or "").strip().lower()
        self.found = Found(element.sourceline or 0, self.kind, text_of(element.find("name")), category)
        self.texts = Texts(sink)
        self.notes: list[str] = []
        self._files = files_of(element.find("questiontext"))

    def html(self, path: str) -> str:
        """HTML of a child such as `questiontext`."""
        return self.html_of(self.element.find(path))

    def html_of(self, element: Element | None) -> str:
        """HTML of an element in its own format, its files put in."""
        if element is None:
            return ""
        text = text_of(element)
        return self.texts.html(text, element.get("format") or "html", files_of(element)) if text else ""

    def with_media(self, text: str) -> str:
        """A text that points to the files of `questiontext`."""
        return self.texts.with_media(text, self._files)

    def address_of(self, address: str) -> str:
        """The `media:` address of one file of `questiontext`."""
        replaced = self.with_media(f'src="{address}"')
        return replaced[5:-1]

    @property
    def general(self) -> str:
        """What is said afterwards, whatever was answered."""
        return self.html("generalfeedback")

    def answers(self, *, html: bool = True) -> list[Answer]:
        """The `answer` elements; with `html` their texts are HTML, else what a candidate would type."""
        return [Answer(self.html_of(each) if html else text_of(each).strip(), percent(each.get("fraction")),
                       self.html_of(each.find("feedback")), (each.findtext("tolerance") or "0").strip() or "0")
                for each in self.element.findall("answer")]

    def word(self, path: str, default: str = "") -> str:
        """The text of a child such as `usecase` or `single`, lower case."""
        return (self.element.findtext(path) or default).strip().lower()

    def is_set(self, path: str, default: bool = False) -> bool:
        """Whether a child says yes."""
        return self.word(path, "1" if default else "0") in ("1", "true", "yes")

    def whole(self, path: str) -> int | None:
        """The whole number of a child, None where there is none."""
        text = self.word(path)
        return int(text) if re.fullmatch(r"\d{1,9}", text) else None

    @property
    def points(self) -> str:
        """How much it is worth, without trailing zeros."""
        return plain_number(self.word("defaultgrade", "1"), "1")

    def metadata(self) -> dict[str, Any]:
        """Tags, number and points; a tag such as `NB` or `level:apply` is the level."""
        said = tagged([text_of(each) for each in self.element.iterfind("tags/tag")])
        if idnumber := " ".join((self.element.findtext("idnumber") or "").split())[:100]:
            said["idnumber"] = idnumber
        if self.element.find("defaultgrade") is not None and self.points != "1":
            said["points"] = self.points
        return said


def plain_number(text: str, otherwise: str) -> str:
    """A number as Moodle writes it (`1.0000000`), short; `otherwise` where it is none."""
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,20})?", text):
        return otherwise
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def text_of(element: Element | None) -> str:
    """What stands in the `text` child; HTML that was put there without CDATA is taken as it is."""
    text = element.find("text") if element is not None else None
    if text is None:
        return ""
    if not len(text):
        return text.text or ""
    return (text.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in text)


def files_of(element: Element | None) -> dict[str, OpenFile]:
    """The `file` children, opened when a text asks for them, under the name by which it does."""
    if element is None:
        return {}
    return {name: partial(_open, each, name) for name, each in _named_files(element)}


def _named_files(element: Element) -> Iterator[tuple[str, Element]]:
    for each in element.findall("file"):
        name = (each.get("name") or "").strip()
        path = (each.get("path") or "/").strip("/")
        yield f"{path}/{name}" if path else name, each


def _open(element: Element, name: str) -> bytes:
    if (element.get("encoding") or "base64").lower() != "base64":
        raise Refused(_("the picture %(name)s is damaged: it is not base64", name=name[-80:]))
    return bytes_of(element.text or "", name)
