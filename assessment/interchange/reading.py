"""One question file of unknown kind: what it is, by its content and not by its name, and what is in it."""

import re
from io import BytesIO

from assessment.interchange.gift import read_gift
from assessment.interchange.moodle_xml import read_moodle_xml
from assessment.interchange.questions import MOST_QUESTIONS, FileProblem, ImportReport
from lms.core.i18n import _

_AIKEN = re.compile(r"^\s*ANSWER\s*:", re.I | re.M)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_question_file(file: str, data: bytes) -> ImportReport:
    """The report of one file (GIFT or Moodle XML); whatever the bytes are, it never raises for them."""
    report = _read(file, data)
    if len(report.questions) > MOST_QUESTIONS:
        del report.questions[MOST_QUESTIONS:]
        too_many = _("the file has more than %(n)s questions; please split it", n=MOST_QUESTIONS)
        report.problems.append(FileProblem(0, too_many))
    return report


def _read(file: str, data: bytes) -> ImportReport:
    if not data.strip():
        return _unreadable(file, _("the file is empty"))
    if _looks_like_xml(data):
        return read_moodle_xml(file, BytesIO(data))
    text = _decode(data)
    if text is None:
        return _unreadable(file, _("this is not a text file in UTF-8; save it again as UTF-8"))
    if _AIKEN.search(text) and "{" not in text:
        return _unreadable(file, _("files in the Aiken format are not supported yet"))
    return read_gift(file, text)


def _unreadable(file: str, reason: str) -> ImportReport:
    return ImportReport(file, problems=[FileProblem(0, reason)])


def _looks_like_xml(data: bytes) -> bool:
    head = data[:200].replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", *_WIDE_MARKS):
        head = head.removeprefix(mark)
    head = head.lstrip()
    return re.match(rb"<[?!a-zA-Z_]", head) is not None


def _decode(data: bytes) -> str | None:
    try:
        text = data.decode("utf-16" if data.startswith(_WIDE_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
