"""QTI 1.2 as Canvas writes it, item by item: where the file breaks, what came before is kept."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import BinaryIO

from assessment.bank.markup import plain_text
from assessment.interchange.building import Built, finish
from assessment.interchange.qti.archive import LARGEST_XML
from assessment.interchange.qti.body import Page
from assessment.interchange.qti.canvas_parts import DETAILS, CanvasItem, read_parts
from assessment.interchange.qti.canvas_types import BUILDERS
from assessment.interchange.qti.details import apply_details, read_details
from assessment.interchange.qti.drafts import Draft, together, verdict
from assessment.interchange.qti.files import Files, NoFiles
from assessment.interchange.qti.sources import source_of
from assessment.interchange.qti.tree import Broken, Element, local, parse, stream_items, text_of
from assessment.interchange.qti.variables import check_draws
from assessment.interchange.questions import (
    FileProblem,
    Found,
    MediaSink,
    Parsed,
    ParsedQuestion,
    ParsedStimulus,
    Refused,
    refuse,
)
from lms.core.i18n import _

_WANTED = frozenset(("item", "bankentry_item"))
_MOST_LINES = 10_000
_ITEM_START = re.compile(rb"<item[\s>]")


def read_file(stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """The questions of a QTI 1.2 file that came alone."""
    yield from read(stream, NoFiles(media))


def read(stream: BinaryIO, files: Files, position: str = "") -> Iterator[Parsed]:
    """The questions of a QTI 1.2 file; `position` names it within a package."""
    stimuli: set[str] = set()
    count = 0
    try:
        for element, around in stream_items(stream, _WANTED):
            count += 1
            category, parent = _headings(around)
            parsed = _read_item(element, files, category, _place(position, element))
            yield _bound(parsed, parent, stimuli, element)
    except Broken as broken:
        yield FileProblem(broken.line, str(broken), position)
        stream.seek(0)
        yield from _salvage(stream.read(LARGEST_XML), count, files, position, stimuli)
    except Refused as refusal:
        yield FileProblem(1, str(refusal), position)


def _salvage(data: bytes, done: int, files: Files, position: str, stimuli: set[str]) -> Iterator[Parsed]:
    """The questions of a broken file from the first that was not read: each by itself, good or refused."""
    starts = [match.start() for match in _ITEM_START.finditer(data)]
    line, counted = 1, 0
    for start, limit in list(zip(starts, [*starts[1:], len(data)], strict=False))[done:]:
        line, counted = line + data.count(b"\n", counted, start), start
        found = Found(line, "item", _title(data[start:start + 2_000]), "", position)
        end = data.find(b"</item>", start, limit)
        try:
            if end < 0:
                raise Refused(_("the question is cut off or not closed"))
            above = b"\n" * min(line - 1, _MOST_LINES)  # so that the lines that are told are those of the file
            element = parse(above + data[start:end + len(b"</item>")])
            yield _bound(_read_item(element, files, "", position), "", stimuli, element)
        except Broken as broken:
            yield refuse(replace(found, line=broken.line or line), str(broken))
        except Refused as refusal:
            yield refuse(found, str(refusal))


def _title(head: bytes) -> str:
    match = re.search(rb"title\s*=\s*[\"']([^\"']{1,200})", head.split(b">")[0])
    return match[1].decode("utf-8", "replace") if match else ""


def _place(position: str, element: Element) -> str:
    return _("%(file)s, line %(line)s", file=position, line=element.sourceline) if position else ""


def _headings(around: list[Element]) -> tuple[str, str]:
    """The titles of the sections around an item, and the stimulus that a whole section belongs to."""
    sections = [each for each in around if local(each.tag) in ("section", "assessment")]
    titles = [each.get("title") or "" for each in sections]
    if any(titles[1:]):
        titles = titles[1:]
    parent = next((found for each in reversed(sections) if (found := each.get("parent_stimulus_item_ident"))), "")
    return " / ".join(title for title in titles if title)[:200], parent


def _bound(parsed: Parsed, parent: str, stimuli: set[str], element: Element) -> Parsed:
    """The question with the stimulus that it points to, if that came before."""
    if isinstance(parsed, ParsedStimulus):
        stimuli.add(parsed.ref)
        return parsed
    if not isinstance(parsed, ParsedQuestion):
        return parsed
    fields = {text_of(each.find("fieldlabel")): text_of(each.find("fieldentry"))
              for each in element.iter("qtimetadatafield")}
    wanted = fields.get("parent_stimulus_item_ident") or parent
    if not wanted or not parsed.type:
        return parsed
    if wanted in stimuli:
        return replace(parsed, stimulus=wanted)
    return replace(parsed, notes=(*parsed.notes, _("the text that this question belongs to is not in the file")))


def _read_item(element: Element, files: Files, category: str, position: str) -> Parsed:
    title = element.get("title") or ""
    source = source_of(element)
    if element.tag == "bankentry_item":
        found = Found(element.sourceline or 1, "bankentry_item", title, category, position)
        return refuse(found, _("the file only names a question of another bank; export that bank too"), "", source)
    page = Page(files)
    item = read_parts(element, page)
    found = Found(element.sourceline or 1, item.kind, title, category, position)
    try:
        if item.kind == "text_only_question":
            return _stimulus(item, element, category, position, source)
        return check_draws(finish(found, _build(item, page), source))
    except Refused as refusal:
        return refuse(found, str(refusal), escape(text_of(element.find("presentation")))[:2000], source)


def _build(item: CanvasItem, page: Page) -> Built:
    builder = BUILDERS.get(item.kind)
    if builder is None:
        raise Refused(_("type not supported: %(type)s", type=item.kind[:60]))
    details = read_details(item.meta.get(DETAILS, ""))
    draft: Draft = builder(item)
    explanation = _explanation(item)
    key = draft.key | ({"explanation": explanation} if explanation else {})
    if item.root.find(".//displayfeedback") is None and not item.conditions and draft.type not in (
            "essay", "file_upload", "hotspot"):
        page.note(_("the file does not say how the answer is marked"))
    metadata = {"points": item.meta["points_possible"]} if item.meta.get("points_possible") else {}
    return apply_details(Built(draft.type, draft.content, key, tuple(page.notes), tuple(page.problems),
                               tuple(page.unsure), metadata), details)


def _explanation(item: CanvasItem) -> str:
    names = {label.get("ident") or "": plain_text(item.text(label, "explanation"), limit=120)
             for response in item.responses for label in item.labels(response)}
    said: list[tuple[str, str]] = []
    for feedback in item.root.iter("itemfeedback"):
        ident = (feedback.get("ident") or "").removesuffix("_fb")
        for material in feedback.iter("flow_mat", "solution", "hint"):
            text = item.text(material, "explanation")
            if text:
                said.append((names.get(ident) or verdict(ident), text))
    return together(said, item.page)


def _stimulus(item: CanvasItem, element: Element, category: str, position: str, source: str) -> ParsedStimulus:
    """A text without a question: a stimulus, whether questions point to it or not."""
    body = item.text(element.find("presentation"), "body")
    told = element.get("instructions")
    page = item.page
    if told:
        page.note(_("the instructions of the text stand before it"))
        body = f"<p>{escape(told)}</p>{body}"
    return ParsedStimulus(element.get("ident") or "", (element.get("title") or "")[:200], {"body": body},
                          element.sourceline or 0, category, tuple(page.problems), tuple(page.notes), source, position)
