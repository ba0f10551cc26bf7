"""One question file of unknown kind: what it is, by its content and not by its name, and what is in it.

`READERS` is the list of formats, the surest sign first. A format is added by a line there.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import BadZipFile, LargeZipFile, ZipFile

from assessment.interchange import aiken, gift, qti
from assessment.interchange.aiken import looks_like_aiken
from assessment.interchange.decoding import decode, looks_like_xml
from assessment.interchange.moodle.reader import read as read_moodle
from assessment.interchange.questions import FileProblem, ImportReport, MediaSink, Parsed, bounded
from assessment.interchange.sheets.reader import looks_like_table, read_csv, read_xlsx
from assessment.interchange.word.package import is_word
from assessment.interchange.word.reader import read as read_word
from lms.core.i18n import _

HEAD = 64 * 1024
MOST_MEMBERS = 20_000
_JSON = re.compile(r"\s*[\[{]\s*[\[{\"]")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """What a file shows of itself: its first 64 kB, their text where it is one, the names in it where it is a zip."""

    head: bytes
    text: str | None = None
    names: frozenset[str] = frozenset()

    @property
    def is_xml(self) -> bool:
        """Whether it begins as XML does, in any of its encodings."""
        return looks_like_xml(self.head)


@dataclass(frozen=True)
class Reader:
    """A format: its code, whether a file is of it, and what reads it. `read` may raise for nothing in the bytes."""

    code: str
    sniff: Callable[[Sample], bool]
    read: Callable[[BinaryIO, MediaSink], Iterator[Parsed]]


READERS: list[Reader] = [
    Reader("canvas_qti", lambda sample: sample.is_xml and qti.is_canvas(sample.head), qti.read_canvas),
    Reader("qti", lambda sample: sample.is_xml and qti.is_item(sample.head), qti.read_file),
    Reader("qti_package", lambda sample: qti.is_package(sample.names), qti.read_package),
    Reader("moodle_xml", lambda sample: sample.is_xml, read_moodle),
    Reader("docx", lambda sample: is_word(sample.names), read_word),
    Reader("xlsx", lambda sample: "xl/workbook.xml" in sample.names, read_xlsx),
    Reader("csv", lambda sample: sample.text is not None and looks_like_table(sample.text), read_csv),
    Reader("aiken", lambda sample: sample.text is not None and looks_like_aiken(sample.text), aiken.read),
    Reader("gift", lambda sample: sample.text is not None and not _JSON.match(sample.text), gift.read),
]


def read_question_file(file_name: str, stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """What is in a file, one by one; `stream` can seek. Whatever the bytes are, it never raises for them."""
    reader = find_reader(stream)
    if isinstance(reader, FileProblem):
        yield reader
        return
    count = 0
    try:
        for each in bounded(reader.read(stream, media)):
            count += 1
            yield each
    except Exception:  # the last net: a fault of a reader is a report, and one file does not stop a folder
        log.exception("a reader failed", extra={"format": reader.code})
        yield FileProblem(0, _("the file could not be read any further"))
    if not count:
        yield FileProblem(0, _("no question was found in this file"))


def report_on(file_name: str, stream: BinaryIO, media: MediaSink) -> ImportReport:
    """Everything that is in a file at once, for those who do not stream."""
    reader = find_reader(stream)
    report = ImportReport(file_name, reader.code if isinstance(reader, Reader) else "")
    return report.take(read_question_file(file_name, stream, media))


def find_reader(stream: BinaryIO) -> Reader | FileProblem:
    """The format of a file, or why it is none; `stream` stands at its beginning afterwards."""
    sample = _sample(stream)
    stream.seek(0)
    if not sample.head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return FileProblem(0, _("the file is empty"))
    for reader in READERS:
        if reader.sniff(sample):
            return reader
    return FileProblem(0, _("this is not a question file of a kind that is known here"))


def _sample(stream: BinaryIO) -> Sample:
    stream.seek(0)
    head = stream.read(HEAD)
    if not head.startswith(b"PK"):
        return Sample(head, decode(head))
    try:
        with ZipFile(stream) as archive:
            return Sample(head, names=frozenset(archive.namelist()[:MOST_MEMBERS]))
    except (BadZipFile, LargeZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return Sample(head)
