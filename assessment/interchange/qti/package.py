"""Packages: a zip with a manifest, items in the order of their test, what they share, and the pictures."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

from assessment.bank.content import number_text, read_number
from assessment.interchange.qti import canvas
from assessment.interchange.qti.archive import LARGEST_XML, Archive, resolve
from assessment.interchange.qti.body import Page
from assessment.interchange.qti.files import Kept, NoFiles, PackageFiles
from assessment.interchange.qti.items import read_item
from assessment.interchange.qti.tree import ATTRIBUTE, LARGEST_ITEM, Broken, Element, parse, text_of
from assessment.interchange.questions import FileProblem, MediaSink, Parsed, ParsedStimulus, Refused
from lms.core.i18n import _

ITEM, TEST, STIMULUS = "assessmentItem", "assessmentTest", "assessmentStimulus"
MANIFEST = "imsmanifest.xml"
DEEPEST_SECTIONS = 20
_RULES = ("selection", "branchRule", "preCondition", "timeLimits")


def read_file(stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """The questions of one QTI 2 or 3 file that came alone."""
    try:
        root = parse(stream.read(LARGEST_ITEM + 1))
    except Broken as broken:
        yield FileProblem(broken.line, str(broken))
        return
    except Refused as refusal:
        yield FileProblem(1, str(refusal))
        return
    if root.tag == ITEM:
        yield read_item(root, NoFiles(media))
    elif root.tag == TEST:
        yield from _test_alone(root)
    elif root.tag == STIMULUS:
        yield _stimulus(root, "stimulus", Page(NoFiles(media)), "", "")
    else:
        items = list(root.iter(ITEM))
        for item in items:
            yield read_item(item, NoFiles(media))
        if not items:
            yield FileProblem(1, _("this is no QTI item: its root is <%(tag)s>", tag=str(root.tag)[:60]))


def _test_alone(root: Element) -> Iterator[Parsed]:
    names = [reference.get("href") or "?" for reference in root.iter("assessmentItemRef")]
    if not names:
        yield FileProblem(root.sourceline or 1, _("this test holds no questions"))
    else:
        yield FileProblem(root.sourceline or 1, _(
            "this is a test that only names its %(n)s questions (%(names)s…); export it as a package (zip) with them",
            n=len(names), names=", ".join(names[:3])[:100]))


def read_package(stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """The questions of a zip, in the order of its test, then of its manifest; each file's fault is its own."""
    try:
        archive = Archive(stream)
    except Refused as refusal:
        yield FileProblem(0, str(refusal))
        return
    for reason in archive.left_out:
        yield FileProblem(0, reason)
    yield from _Package(archive, media).read()


@dataclass
class _Entry:
    """One file to be read, and under which heading."""

    name: str
    category: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class _Package:
    def __init__(self, archive: Archive, media: MediaSink) -> None:
        self.archive, self.media = archive, media
        self.kept: dict[str, Kept] = {}
        self.stimuli: dict[str, ParsedStimulus] = {}
        self.told: set[str] = set()
        self.problems: list[FileProblem] = []
        self.read_names: set[str] = set()

    def read(self) -> Iterator[Parsed]:
        entries = list(self._entries())
        yield from self._drain()
        for entry in entries:
            if entry.name not in self.read_names:
                self.read_names.add(entry.name)
                yield from self._read(entry)
                yield from self._drain()
        self._say_unlisted()
        yield from self._drain()

    def _say_unlisted(self) -> None:
        """Name items that lie in the package and that neither manifest nor test knows."""
        for name in self.archive.names:
            if name.endswith(".xml") and name not in self.read_names and self._kind_of(name) == "item":
                self.problems.append(FileProblem(0, _(
                    "this question is in the package, but not in its manifest; it was not read"), name))

    def _drain(self) -> Iterator[FileProblem]:
        found, self.problems = self.problems, []
        yield from found

    def _entries(self) -> Iterator[_Entry]:
        """Files that may hold questions: of the tests, of the manifest, and where there is none all XML."""
        listed = self._listed()
        tests = [entry for entry in listed if entry.metadata.get("kind") == "test"]
        known = {entry.name: entry for entry in listed}
        for test in tests:
            for found in self._of_test(test.name, 0, set()):
                yield _Entry(found.name, found.category, known.get(found.name, found).metadata | found.metadata)
        yield from (entry for entry in listed if entry.metadata.get("kind") != "test")

    def _listed(self) -> list[_Entry]:
        manifests = sorted((name for name in self.archive.names if posixpath.basename(name) == MANIFEST), key=len)
        entries = self._of_manifest(manifests[0]) if manifests else []
        if entries:
            return entries
        if not manifests:
            self.problems.append(FileProblem(0, _("the package has no %(name)s; all its XML files were looked at",
                                                  name=MANIFEST)))
        return [_Entry(name, metadata={"kind": self._kind_of(name)}) for name in self.archive.names
                if name.endswith((".xml", ".xml.qti")) and posixpath.basename(name) != MANIFEST]

    def _of_manifest(self, name: str) -> list[_Entry]:
        root = self._parse(name)
        if root is None:
            return []
        entries = []
        for resource in root.iter("resource"):
            kind = (resource.get("type") or "").lower()
            href = resource.get("href") or next((file.get("href") or "" for file in resource.iterfind("file")), "")
            if ("imsqti" not in kind and "associatedcontent" not in kind) or not href or "stimulus" in kind:
                continue
            try:
                path = resolve(name, href)
            except Refused as refusal:
                self.problems.append(FileProblem(resource.sourceline or 0, str(refusal), MANIFEST))
                continue
            if path.endswith((".xml", ".qti")) and "assessment_meta" not in path:
                is_test = "test" in kind or "section" in kind
                entries.append(_Entry(path, metadata=_metadata(resource) | {"kind": "test" if is_test else ""}))
        return _without_copies(entries)

    def _of_test(self, name: str, depth: int, seen: set[str]) -> Iterator[_Entry]:
        """The items of a test or section in order; a section that leads back to itself ends there."""
        if name in seen or depth > DEEPEST_SECTIONS:
            self.problems.append(FileProblem(0, _("“%(name)s” leads back to itself", name=name[-100:]), name))
            return
        root = self._parse(name)
        if root is None:
            return
        if root.tag == ITEM:
            yield _Entry(name)
            return
        for reference in root.iter("assessmentItemRef", "assessmentSectionRef"):
            try:
                path = resolve(name, reference.get("href") or "")
            except Refused as refusal:
                self.problems.append(FileProblem(reference.sourceline or 0, str(refusal), name))
                continue
            if reference.tag == "assessmentSectionRef":
                yield from self._of_test(path, depth + 1, seen | {name})
            else:
                yield _Entry(path, _section_of(reference), _points_of(reference))
        self._say_rules(root, name)

    def _say_rules(self, root: Element, name: str) -> None:
        """Say which rules of a test, that decide who gets which question, are not kept."""
        found = sorted({each.tag for each in root.iter(*_RULES)})
        if found:
            self.problems.append(FileProblem(root.sourceline or 0, _(
                "the questions of this test are read, its rules are not: %(names)s", names=", ".join(found)), name))

    def _read(self, entry: _Entry) -> Iterator[Parsed]:
        try:
            data = self.archive.read(entry.name, LARGEST_XML)
        except Refused as refusal:
            yield FileProblem(0, str(refusal), entry.name)
            return
        files = PackageFiles(self.archive, entry.name, self.media, self.kept, self._share)
        if b"<questestinterop" in data[:4096]:
            yield from canvas.read(BytesIO(data), files, position=entry.name)
            return
        root = self._parse(entry.name, data)
        if root is None or root.tag in (TEST, "assessmentSection", "manifest"):
            return
        if root.tag not in (ITEM, STIMULUS):
            self.problems.append(FileProblem(1, _("this is no QTI item: its root is <%(tag)s>",
                                                  tag=str(root.tag)[:60]), entry.name))
            return
        if root.tag == ITEM:
            metadata = {name: value for name, value in entry.metadata.items() if name != "kind"}
            question = read_item(root, files, category=entry.category, position=entry.name, metadata=metadata)
            if question.stimulus and question.stimulus not in self.told:
                self.told.add(question.stimulus)
                yield self.stimuli[question.stimulus]
            yield question

    def _share(self, name: str, title: str) -> str:
        """Read a shared text once; raises Refused when it cannot be had."""
        if name not in self.stimuli:
            data = self.archive.read(name, LARGEST_ITEM)
            try:
                root = parse(data)
            except Broken as broken:
                raise Refused(_("“%(name)s”, line %(line)s: %(reason)s", name=name[-100:], line=broken.line,
                                reason=str(broken))) from broken
            page = Page(PackageFiles(self.archive, name, self.media, self.kept))
            self.stimuli[name] = _stimulus(root, name, page, title, name)
        return name

    def _parse(self, name: str, data: bytes | None = None) -> Element | None:
        try:
            return parse(data if data is not None else self.archive.read(name, LARGEST_ITEM))
        except Broken as broken:
            self.problems.append(FileProblem(broken.line, str(broken), name))
        except Refused as refusal:
            self.problems.append(FileProblem(0, str(refusal), name))
        return None

    def _kind_of(self, name: str) -> str:
        """`test`, `item` or nothing, by how a file begins."""
        try:
            head = self.archive.read(name, LARGEST_XML)[:4096].replace(b"\0", b"")
        except Refused:
            return ""
        if b"assessmentTest" in head or b"qti-assessment-test" in head:
            return "test"
        return "item" if b"assessmentItem " in head or b"qti-assessment-item " in head else ""


def _stimulus(root: Element, ref: str, page: Page, title: str, position: str) -> ParsedStimulus:
    """A shared text: a QTI 3 stimulus, or an HTML page or fragment of older ones."""
    body = next((each for each in (root.find("stimulusBody"), root.find("body"), root) if each is not None), root)
    content: dict[str, Any] = {}
    for part in [each for each in body.iter("div") if each.get("class") in ("lms-audio", "lms-transcript")]:
        inside = page.html(part, "body")
        if part.get("class") == "lms-transcript":
            content["transcript"] = inside
        elif sound := re.search(r'src="([^"]+)"', inside):
            content["audio"] = {"src": sound[1], "plays": _plays(part)}
        page.marks[part] = ""
    content["body"] = page.html(body, "body")
    name = title or root.get("title") or text_of(root.find("head/title")) or posixpath.basename(ref)
    return ParsedStimulus(ref, name[:200], content, root.sourceline or 0, "", tuple(page.problems), tuple(page.notes),
                          content["body"], position)


def _plays(part: Element) -> int | None:
    """How often a recording may be heard, where our own writer said so."""
    match = re.fullmatch(r'\{"plays": (\d{1,3})\}', part.get(ATTRIBUTE) or "")
    return int(match[1]) if match else None


def _points_of(reference: Element) -> dict[str, Any]:
    """The weight of an item in its test, as its points; {} where it is the usual one."""
    weight = reference.find("weight")
    worth = read_number(weight.get("value") or "") if weight is not None else None
    return {"points": number_text(worth)} if worth is not None and 0 < worth <= 1000 and worth != 1 else {}


def _section_of(reference: Element) -> str:
    titles = [each.get("title") or "" for each in reference.iterancestors() if each.tag == "assessmentSection"]
    return " / ".join(title for title in reversed(titles) if title)[:200]


def _metadata(resource: Element) -> dict[str, Any]:
    """What the manifest says of an item, in the words of the bank."""
    found: dict[str, Any] = {}
    for keyword in resource.iterfind("metadata//keyword"):
        name, _colon, value = text_of(keyword).partition(":")
        if name in ("level", "topic") and value:
            found[name] = value.strip()
        elif text_of(keyword):
            found.setdefault("tags", []).append(text_of(keyword)[:100])
    return found


def _without_copies(entries: list[_Entry]) -> list[_Entry]:
    """Canvas writes its quizzes twice; the copy in its own words says more than the one for everybody."""
    own = {posixpath.basename(entry.name).removesuffix(".xml.qti") for entry in entries
           if entry.name.startswith("non_cc_assessments/")}
    return [entry for entry in entries if entry.name.startswith("non_cc_assessments/")
            or posixpath.basename(posixpath.dirname(entry.name)) not in own]
