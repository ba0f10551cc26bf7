"""CSV and XLSX files of the one layout, read row by row; formulas are refused and never computed."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl import load_workbook

from assessment.interchange import questions as q
from assessment.interchange.decoding import decode
from assessment.interchange.prolog import PROLOG, root_of
from assessment.interchange.sheets.rows import FORMULA, HEADINGS_WITHIN, Row, find_headings, no_headings, read_rows
from lms.core.errors import Invalid
from lms.core.i18n import _

SEPARATORS = ";,\t"
MOST_COLUMNS = 60
LARGEST_UNPACKED = 200 * 1024**2
MOST_RATIO = 200
MOST_EMPTY = 1_000


def looks_like_table(text: str) -> bool:
    """Whether one of the first lines is a row of headings."""
    return _separator(text) is not None


def _separator(text: str) -> str | None:
    lines = text.splitlines()[:HEADINGS_WITHIN]
    counted: Counter[str] = Counter()
    for sign in SEPARATORS:
        for row in csv.reader(lines, delimiter=sign):
            if len(row) <= MOST_COLUMNS and (found := find_headings(row)):
                counted[sign] = max(counted[sign], len(found))
    return counted.most_common(1)[0][0] if counted else None


def read_csv(stream: BinaryIO, media: q.MediaSink) -> Iterator[q.Parsed]:
    """Every row of a CSV file."""
    text = decode(stream.read(q.LARGEST_TEXT + 1))
    separator = _separator(text[:200_000]) if text is not None else None
    if text is None or separator is None:
        yield q.FileProblem(0, _("this is not a text file in UTF-8; save it again as UTF-8"))
        return
    csv.field_size_limit(q.LARGEST_TEXT)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        yield from read_rows(_lines(rows), media)
    except csv.Error as error:
        yield q.FileProblem(rows.line_num, _("the table is broken here: %(reason)s", reason=str(error)[:100]))


def _lines(rows: Any) -> Iterator[Row]:
    """Rows with the line at which each begins."""
    begins = 1
    for row in rows:
        yield begins, row[:MOST_COLUMNS]
        begins = rows.line_num + 1


def read_xlsx(stream: BinaryIO, media: q.MediaSink) -> Iterator[q.Parsed]:
    """Every row of every sheet that has headings."""
    if reason := _hostile(stream):
        yield q.FileProblem(0, reason)
        return
    stream.seek(0)
    try:
        yield from _sheets(stream, media)
    except q.Refused as refusal:
        yield q.FileProblem(0, str(refusal))
    except Exception as error:  # openpyxl lets through what its parsers raise for a broken workbook
        yield q.FileProblem(0, _("the workbook is damaged: %(reason)s", reason=type(error).__name__))


def read_first_sheet(stream: BinaryIO) -> list[list[str]]:
    """The rows of the first sheet of a workbook as texts; raises Invalid for what is hostile, damaged or a formula."""
    if reason := _hostile(stream):
        raise Invalid(reason)
    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
        try:
            rows = [cells for _number, cells in _cells(book.worksheets[0])]
        finally:
            book.close()
    except Exception as error:  # as above
        raise Invalid(_("the workbook is damaged: %(reason)s", reason=type(error).__name__)) from None
    wrong = next((number for number, cells in enumerate(rows, start=1) if FORMULA in cells), 0)
    if wrong:
        raise Invalid(_("Line %(line)s has a formula: write its value instead.", line=wrong))
    return rows


def _hostile(stream: BinaryIO) -> str | None:
    """Why a workbook is not opened at all: too much in it, or a document type in its XML."""
    try:
        with ZipFile(stream) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if len(entries) > 2_000 or unpacked > LARGEST_UNPACKED or unpacked > MOST_RATIO * max(packed, 10_000):
                return _("the workbook unpacks to far more than it holds")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        root_of(part.read(PROLOG))
    except q.Refused as refusal:
        return str(refusal)
    except Exception as error:  # what zipfile and its decompressors raise for a damaged archive
        return _("the workbook is damaged: %(reason)s", reason=type(error).__name__)
    return None


def _sheets(stream: BinaryIO, media: q.MediaSink) -> Iterator[q.Parsed]:
    book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    try:
        tables = [sheet for sheet in book.worksheets if _has_headings(sheet)]
        if not tables:
            yield no_headings()
        for sheet in tables:
            yield from read_rows(_cells(sheet), media, str(sheet.title)[:60])
    finally:
        book.close()


def _has_headings(sheet: Any) -> bool:
    rows = sheet.iter_rows(min_row=1, max_row=HEADINGS_WITHIN, max_col=MOST_COLUMNS, values_only=True)
    return any(find_headings([_said(value) for value in row]) for row in rows)


def _cells(sheet: Any) -> Iterator[Row]:
    empty = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        cells = [_text(cell) for cell in row]
        empty = 0 if any(cells) else empty + 1
        if empty > MOST_EMPTY:
            return
        yield number, cells


def _text(cell: Any) -> str:
    """A cell as text; a formula becomes a text that no field takes, so that its row is refused by name."""
    if cell.data_type == "f":
        return FORMULA
    return _said(cell.value)


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Đ" if value else "S"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
