"""XML from outside: no entities, no DTD of others, nothing fetched, bounded; and all ages of QTI in one spelling."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from assessment.interchange.questions import Refused
from lms.core.i18n import _

Element = Any  # an element of lxml, which has no types
LARGEST_ITEM = 8 * 2**20
DEEPEST = 100
MOST_ELEMENTS = 50_000
ATTRIBUTE, INSTRUCTION = "data-lms", "lms-details"
"""Where our own writer says what QTI has no words for: an attribute in QTI 3, an instruction in QTI 2."""
_SAFE = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False,
         "remove_comments": True}
_DASH = re.compile(r"-([a-z0-9])")


class Broken(Refused):
    """XML that cannot be read to its end; says at which line (0: unknown)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse(data: bytes, most: int = LARGEST_ITEM) -> Element:
    """The root of a document in the spelling of QTI 2; raises Broken (with the line) or Refused."""
    if len(data) > most:
        raise Refused(_("the file is too large"))
    parser = etree.XMLParser(**_SAFE, remove_pis=False, dtd_validation=False, attribute_defaults=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Broken(broken_text(error), error.lineno or 0) from error
    except (ValueError, LookupError) as error:
        raise Broken(_("this is not XML that can be read"), 0) from error
    check_document(root)
    _take_instructions(root)
    return respell(root)


def _take_instructions(root: Element) -> None:
    """Keep the text of our own processing instructions as an attribute of where they stand; forget all others."""
    for each in root.iter(etree.ProcessingInstruction):
        if each.target == INSTRUCTION and each.getparent() is not None:
            each.getparent().set(ATTRIBUTE, each.text or "")
    etree.strip_tags(root, etree.ProcessingInstruction)


def stream_items(stream: BinaryIO, wanted: frozenset[str]) -> Iterator[tuple[Element, list[Element]]]:
    """Each element whose name is wanted, respelt, with the elements around it (outermost first); then forgotten.

    Raises Broken where the XML breaks: what came before it was already handed out.
    """
    try:
        events = etree.iterparse(stream, events=("start", "end"), recover=False, attribute_defaults=False,
                                 remove_pis=True, **_SAFE)
        around: list[Element] = []
        for event, element in events:
            if event == "start":
                if not around:
                    check_document(element)
                if len(around) > DEEPEST:
                    raise Refused(_("the XML is nested too deeply"))
                around.append(element)
                continue
            around.pop()
            if local(element.tag) in wanted and not any(local(each.tag) in wanted for each in around):
                respell(element)
                yield element, around
                element.clear()
    except etree.XMLSyntaxError as error:
        raise Broken(broken_text(error), error.lineno or 0) from error
    except (ValueError, LookupError) as error:
        raise Broken(_("this is not XML that can be read"), 0) from error


def broken_text(error: etree.XMLSyntaxError) -> str:
    """The words for XML that breaks somewhere."""
    reason = re.sub(r"(?:, line \d+)?, column \d+\Z", "", str(error.msg))
    return _("the XML is broken here: %(reason)s", reason=reason[:200])


def check_document(root: Element) -> None:
    """Refuse entities, whose only use here is to smuggle or to swell; a DTD that declares none is not looked at."""
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise Refused(_("the file declares entities (DOCTYPE), which is not allowed"))


def respell(root: Element) -> Element:
    """The tree with names as QTI 2 spells them, without namespaces: `qti-item-body` becomes `itemBody`."""
    count = 0
    for element in root.iter():
        count += 1
        if not isinstance(element.tag, str):
            if element.tag is etree.Entity:
                raise Refused(_("the file uses an entity that it does not define: %(name)s", name=element.text))
            continue
        name = local(element.tag)
        is_new = name.startswith("qti-")
        element.tag = camel(name[4:]) if is_new else name
        _respell_attributes(element, dashed=is_new)
    if count > MOST_ELEMENTS:
        raise Refused(_("the XML has more than %(n)s elements", n=MOST_ELEMENTS))
    if depth_of(root) > DEEPEST:
        raise Refused(_("the XML is nested too deeply"))
    return root


def _respell_attributes(element: Element, *, dashed: bool) -> None:
    for key, value in list(element.attrib.items()):
        name = local(key)
        wanted = camel(name) if dashed and not name.startswith(("data-", "aria-")) else name
        if wanted != key:
            del element.attrib[key]
            if not key.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                element.set(wanted, value)


def depth_of(root: Element) -> int:
    """How deep elements lie in elements."""
    deepest, depth = 0, 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def local(tag: object) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def camel(name: str) -> str:
    """`response-identifier` as `responseIdentifier`."""
    return _DASH.sub(lambda match: match[1].upper(), name)


def text_of(element: Element | None) -> str:
    """All text inside an element, blanks collapsed; empty for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def numbers_of(text: str | None) -> list[float]:
    """The numbers of a list such as `10,20,5`; empty when any is none."""
    try:
        found = [float(part) for part in re.split(r"[,\s]+", (text or "").strip()) if part]
    except ValueError:
        return []
    return found if all(abs(number) < 1e6 for number in found) else []
