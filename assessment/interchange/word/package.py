"""A .docx file as it came from outside: opened with limits, its parts parsed without entities, its pictures found."""

import posixpath
from dataclasses import dataclass, field
from typing import BinaryIO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from lxml import etree

from assessment.interchange.questions import Refused
from lms.core.i18n import _

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DOCUMENT = "word/document.xml"
MOST_PARTS, LARGEST_PART, LARGEST_PICTURE, LARGEST_FILE = 5_000, 64 * 1024**2, 20 * 1024**2, 512 * 1024**2
HIGHEST_RATIO = 300
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": M[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}


@dataclass
class WordFile:
    """The parts of a Word file that a reader looks at."""

    archive: ZipFile
    document: etree._Element
    numbering: etree._Element | None
    styles: etree._Element | None
    targets: dict[str, str] = field(default_factory=dict)
    """Relation id -> name of a part in the archive; what lies outside the file is left out."""

    def picture(self, relation: str) -> tuple[str, bytes]:
        """Name and bytes of a picture; raises Refused when it lies outside or cannot be read."""
        name = self.targets.get(relation)
        if name is None:
            raise Refused(_("the picture is not in the file but only linked"))
        return posixpath.basename(name), _read(self.archive, name, LARGEST_PICTURE)


def open_word(stream: BinaryIO) -> WordFile:
    """The file, checked; raises Refused with the reason when it is no Word file or a hostile one."""
    try:
        archive = ZipFile(stream)
        _check(archive.infolist())
        document = _xml(archive, DOCUMENT)
        return WordFile(
            archive,
            document,
            _optional(archive, "word/numbering.xml"),
            _optional(archive, "word/styles.xml"),
            _targets(archive),
        )
    except (
        BadZipFile,
        LargeZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        EOFError,
        KeyError,
        RuntimeError,
    ) as error:
        raise Refused(_("the Word file is damaged or locked with a password")) from error


def is_word(names: frozenset[str]) -> bool:
    """Whether the names in a zip are those of a Word file."""
    return DOCUMENT in names


def _check(members: list[ZipInfo]) -> None:
    if len(members) > MOST_PARTS or sum(each.file_size for each in members) > LARGEST_FILE:
        raise Refused(_("the Word file is too large when it is unpacked"))
    for each in members:
        if each.file_size > 1024**2 and each.file_size > HIGHEST_RATIO * max(each.compress_size, 1):
            raise Refused(_("the Word file is too large when it is unpacked"))


def _read(archive: ZipFile, name: str, limit: int) -> bytes:
    """A part's bytes, never more than `limit`: what the archive says of its size is not believed."""
    try:
        with archive.open(name) as part:
            data = part.read(limit + 1)
    except Exception as error:  # damaged compression raises zlib.error, EOFError, BadZipFile and others
        raise Refused(_("the Word file is damaged or locked with a password")) from error
    if len(data) > limit:
        raise Refused(_("a part of the Word file is too large: %(name)s", name=name[-60:]))
    return data


def _xml(archive: ZipFile, name: str) -> etree._Element:
    data = _read(archive, name, LARGEST_PART)
    if _STRICT in data[:8_000]:
        for strict, usual in _TRANSITIONAL.items():
            data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(_("the Word file is damaged or locked with a password")) from error
    if root.getroottree().docinfo.doctype:
        raise Refused(_("the Word file declares entities, which are not read"))
    return root


def _optional(archive: ZipFile, name: str) -> etree._Element | None:
    return _xml(archive, name) if name in archive.namelist() else None


def _targets(archive: ZipFile) -> dict[str, str]:
    relations = _optional(archive, "word/_rels/document.xml.rels")
    found: dict[str, str] = {}
    names = set(archive.namelist())
    for each in relations if relations is not None else ():
        name = posixpath.normpath(posixpath.join("word", each.get("Target", ""))).lstrip("/")
        if each.get("TargetMode") != "External" and name in names:
            found[each.get("Id", "")] = name
    return found
