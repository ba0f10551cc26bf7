"""A QTI package: manifest, one test in the order of the questions, items, shared texts, pictures and sounds."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from assessment.interchange.qti.tree import ATTRIBUTE
from assessment.interchange.writers.base import ExportItem, ExportStimulus, MediaSource
from assessment.interchange.writers.qti.items import write_item
from assessment.interchange.writers.qti.texts import MATHML, QTI, Element, Formulas, Texts, make, qti
from assessment.interchange.writers.qti.versions import Version

AT_ONCE = 100
"""Questions whose formulas are translated together."""
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_CAPITAL = re.compile(r"[A-Z]")
_WITHOUT_DASH = frozenset(("id", "class"))


@dataclass
class _Resource:
    """A row of the manifest."""

    identifier: str
    kind: str
    href: str
    needs: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)


class PackageWriter:
    """Writes one package as the questions come; only the manifest waits for the end."""

    def __init__(self, out: BinaryIO, media: MediaSource, version: Version) -> None:
        self.zip = ZipFile(out, "w", ZIP_DEFLATED)
        self.media, self.version = media, version
        self.formulas = Formulas()
        self.resources: list[_Resource] = []
        self.files: dict[str, str | None] = {}
        self.drawn: dict[str, str] = {}
        self.stimuli: dict[str, tuple[str, str]] = {}
        self.needs: list[str] = []
        self.sections: list[tuple[str, list[tuple[str, str]]]] = []

    def write(self, items: Iterable[ExportItem]) -> None:
        """Write all of it."""
        number = 0
        for chunk in _chunks(items):
            self.formulas.learn(text for item in chunk for text in _texts_of((
                item.content, item.key, item.stimulus.content if item.stimulus else {})))
            for item in chunk:
                number += 1
                self._write_item(item, number)
            self.formulas = Formulas()
        self._write_test()
        self._write_manifest()
        self.zip.close()

    def _write_item(self, item: ExportItem, number: int) -> None:
        identifier = f"i{number}-" + re.sub(r"[^A-Za-z0-9_-]", "", item.id)[:60]
        name = f"items/item{number:05}.xml"
        self.needs = []
        texts = self._texts()
        stimulus = self._stimulus(item.stimulus) if item.stimulus else None
        root = write_item(item, identifier, texts, self.version, stimulus)
        root.set(f"{{{XML}}}lang", item.language or "vi")
        self.zip.writestr(name, document(root, self.version))
        keywords = [f"level:{item.level}"] if item.level else []
        keywords += [f"topic:{item.metadata['topic']}"] if item.metadata.get("topic") else []
        keywords += [str(tag) for tag in item.metadata.get("tags", ())]
        kind = f"imsqti_item_xml{self.version.kind}"
        self.resources.append(_Resource(identifier, kind, name, list(dict.fromkeys(self.needs)), keywords))
        if not self.sections or self.sections[-1][0] != item.category:
            self.sections.append((item.category, []))
        self.sections[-1][1].append((identifier, name))

    def _texts(self) -> Texts:
        return Texts(self.formulas, lambda src: self._file(src, "../"), lambda words: self._draw(words, "../"),
                     self.version)

    def _draw(self, words: str, above: str) -> str:
        """The address of a picture of these words, which is drawn into the package once."""
        if words not in self.drawn:
            address = f"media/label{len(self.drawn) + 1:05}.svg"
            self.zip.writestr(address, _picture_of(words))
            self.resources.append(_Resource(_identifier(address), "webcontent", address))
            self.drawn[words] = address
        self.needs.append(_identifier(self.drawn[words]))
        return above + self.drawn[words]

    def _file(self, src: str, above: str) -> str | None:
        """The address of a picture or sound, which is copied into the package once; None when it is gone."""
        if src not in self.files:
            self.files[src] = self._copy(src)
        name = self.files[src]
        if name is None:
            return None
        self.needs.append(_identifier(name))
        return above + name

    def _copy(self, src: str) -> str | None:
        try:
            name, data = self.media.open(src)
        except KeyError:
            return None
        end = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())[:8] or "bin"
        address = f"media/file{len(self.files) + 1:05}.{end}"
        self.zip.writestr(address, data)
        self.resources.append(_Resource(_identifier(address), "webcontent", address))
        return address

    def _stimulus(self, stimulus: ExportStimulus) -> Element:
        """What points to a shared text, which is written once."""
        if stimulus.ref not in self.stimuli:
            self.stimuli[stimulus.ref] = self._write_stimulus(stimulus)
        identifier, name = self.stimuli[stimulus.ref]
        self.needs.append(identifier)
        if self.version.is_dashed:
            return qti("assessmentStimulusRef", identifier=identifier, href=f"../{name}", title=stimulus.title or None)
        return make("div", make("object", stimulus.title, data=f"../{name}", type="text/html"))

    def _write_stimulus(self, stimulus: ExportStimulus) -> tuple[str, str]:
        number = len(self.stimuli) + 1
        identifier = f"stimulus{number}"
        before, self.needs = self.needs, []
        texts = self._texts()
        parts = [*_sound(stimulus.content, texts), *texts.blocks(stimulus.content.get("body") or "")]
        if self.version.is_dashed:
            name, kind = f"stimuli/{identifier}.xml", "imsqti_stimulus_xmlv3p0"
            root = qti("assessmentStimulus", qti("stimulusBody", parts), identifier=identifier,
                       title=stimulus.title or identifier)
            self.zip.writestr(name, document(root, self.version))
        else:
            name, kind = f"stimuli/{identifier}.html", "webcontent"
            root = make("html", make("head", make("title", stimulus.title)), make("body", parts))
            self.zip.writestr(name, document(root, self.version, "http://www.w3.org/1999/xhtml"))
        self.resources.append(_Resource(identifier, kind, name, list(dict.fromkeys(self.needs))))
        self.needs = before
        return identifier, name

    def _write_test(self) -> None:
        sections = []
        for number, (title, rows) in enumerate(self.sections, start=1):
            references = [qti("assessmentItemRef", identifier=identifier, href=name) for identifier, name in rows]
            sections.append(qti("assessmentSection", references, identifier=f"section{number}", title=title or "-",
                                visible="true"))
        if not sections:
            sections = [qti("assessmentSection", identifier="section1", title="-", visible="true")]
        root = qti("assessmentTest", qti("testPart", sections, identifier="part1", navigationMode="nonlinear",
                                         submissionMode="simultaneous"), identifier="test", title="-")
        self.zip.writestr("test.xml", document(root, self.version))
        needs = [identifier for _title, rows in self.sections for identifier, _name in rows]
        kind = f"imsqti_test_xml{self.version.kind}"
        self.resources.insert(0, _Resource("test", kind, "test.xml", needs))

    def _write_manifest(self) -> None:
        resources = make("resources", [_row(resource) for resource in self.resources])
        root = make("manifest", make("metadata", make("schema", self.version.package_schema),
                                         make("schemaversion", self.version.package_version)),
                    make("organizations"), resources, identifier="manifest")
        text = etree.tostring(_spaced(root, self.version.package_space), encoding="UTF-8", xml_declaration=True)
        self.zip.writestr("imsmanifest.xml", text)


def write_package(version: Version, items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """Write the questions as a package of this version of QTI."""
    PackageWriter(out, media, version).write(items)


def document(root: Element, version: Version, space: str = "") -> bytes:
    """The file of a root element, in the spelling and namespace of a version."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(QTI):
            name = element.tag.removeprefix(QTI)
            element.tag = f"qti-{dashed(name)}" if version.is_dashed else name
            if version.is_dashed:
                for key, value in list(element.attrib.items()):
                    if dashed(key) != key and not key.startswith("{"):
                        del element.attrib[key]
                        element.set(dashed(key), value)
    made = _spaced(root, space or version.space, "" if space else version.schema)
    return bytes(etree.tostring(made, encoding="UTF-8", xml_declaration=True))


def dashed(name: str) -> str:
    """`responseIdentifier` as `response-identifier`."""
    return _CAPITAL.sub(lambda match: f"-{match[0].lower()}", name)


def _spaced(root: Element, space: str, schema: str = "") -> Element:
    """A copy of the tree whose plain names stand in a namespace."""
    spaces: dict[str | None, str] = {None: space} | ({"m": MATHML, "xsi": XSI} if schema else {})
    made = etree.Element(f"{{{space}}}{root.tag}", nsmap=spaces)
    if schema:
        made.set(f"{{{XSI}}}schemaLocation", f"{space} {schema}")
    for name, value in root.attrib.items():
        made.set(name, value)
    made.text = root.text
    made.extend(list(root))
    for element in made.iterdescendants():
        if isinstance(element.tag, str) and not element.tag.startswith("{"):
            element.tag = f"{{{space}}}{element.tag}"
    return made


def _picture_of(words: str) -> bytes:
    """A line of words as SVG, as wide as its letters at most are."""
    text = make("text", words, x="8", y="22")
    text.set("font-family", "sans-serif")
    text.set("font-size", "16")
    root = make("svg", text, width=16 + 10 * len(words), height=32)
    return bytes(etree.tostring(_spaced(root, "http://www.w3.org/2000/svg"), encoding="UTF-8", xml_declaration=True))


def _row(resource: _Resource) -> Element:
    keywords = [make(f"{{{_LOM}}}keyword", make(f"{{{_LOM}}}string", word)) for word in resource.keywords]
    about = make("metadata", make(f"{{{_LOM}}}lom", make(f"{{{_LOM}}}general", keywords))) if keywords else None
    return make("resource", about, make("file", href=resource.href),
                [make("dependency", identifierref=need) for need in resource.needs],
                identifier=resource.identifier, type=resource.kind, href=resource.href)


def _sound(content: dict[str, Any], texts: Texts) -> list[Element]:
    """The recording of a shared text, how often it may be heard, and what is said in it."""
    audio = content.get("audio") or {}
    parts = []
    if audio.get("src"):
        made = make("div", texts.flow(f'<audio src="{audio["src"]}" controls></audio>'), class_="lms-audio")
        made.set(ATTRIBUTE, json.dumps({"plays": audio.get("plays")}))
        parts.append(made)
    if content.get("transcript"):
        parts.append(make("div", texts.flow(content["transcript"]), class_="lms-transcript"))
    return parts


def _identifier(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "-", name)


def _chunks(items: Iterable[ExportItem]) -> Iterator[list[ExportItem]]:
    rest = iter(items)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_of(each)
