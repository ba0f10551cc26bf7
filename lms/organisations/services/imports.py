"""Schools, faculties and classes from a CSV file: all of it, or nothing and a list of what is wrong where."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid, PlatformError, Problem
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import Actor, authorize
from lms.organisations.models import KINDS
from lms.organisations.services.changes import add_organisation
from lms.organisations.services.tree import find_organisation_by_code

MOST_ROWS, MOST_BYTES, MOST_PROBLEMS = 5_000, 2 * 1024**2, 100
HEADINGS = {
    "code": "code", "ma": "code", "ma don vi": "code",
    "name": "name", "ten": "name", "ten don vi": "name", "ho ten": "name", "ho va ten": "name",
    "kind": "kind", "loai": "kind", "parent": "parent", "cap tren": "parent", "ma cap tren": "parent",
    "school year": "school_year", "school_year": "school_year", "nam hoc": "school_year",
    "founded": "valid_from", "ngay thanh lap": "valid_from",
    "organisation": "organisation", "don vi": "organisation", "lop": "organisation", "ma lop": "organisation",
    "role": "role", "vai tro": "role", "email": "email", "e-mail": "email", "thu dien tu": "email",
    "tai khoan": "email", "number": "number", "so bao danh": "number", "sbd": "number",
    "pupil code": "pupil_code", "pupil_code": "pupil_code", "ma dinh danh": "pupil_code", "ma hoc sinh": "pupil_code",
    "room": "room", "phong": "room", "phong thi": "room", "seat": "seat", "cho": "seat", "cho ngoi": "seat",
}
"""What the first line of a file may call its columns, without tone marks."""
KIND_WORDS = {"so": "department", "so giao duc": "department", "truong": "school", "truong hoc": "school",
              "dai hoc": "university", "khoa": "faculty", "lop": "class", "lop hoc": "class"}


@dataclass(frozen=True)
class Row:
    """A line of a file: its number and its values by column, trimmed."""

    line: int
    values: dict[str, str]

    def get(self, column: str) -> str:
        """The value; empty where there is none."""
        return self.values.get(column, "")


@dataclass(frozen=True)
class ImportResult:
    """What an import did."""

    added: int
    unchanged: int


def read_rows(content: bytes, needed: set[str]) -> list[Row]:
    """The lines of a CSV file in UTF-8, with commas or semicolons; its first line names the columns.

    Raises Invalid naming the line and what is wrong. Pure: no actor.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than 2 MB. Split it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[:error.start].count(b"\n") + 1
        raise Invalid(_("The file is not in UTF-8."), [at(line, "", _("Save it as “CSV UTF-8”."))]) from None
    if "\0" in text:
        raise Invalid(_("The file is not a CSV file."))
    try:
        rows = list(_lines(text, needed))
    except csv.Error:
        raise Invalid(_("The file is not a CSV file.")) from None
    if not rows:
        raise Invalid(_("The file has no lines below its first."))
    return rows


def columns_of(content: bytes) -> set[str]:
    """The columns that the first line of a file names, as far as they are known. Pure: no actor."""
    first = content.decode("utf-8-sig", "replace").split("\n", 1)[0]
    return {HEADINGS.get(searchable(cell), "") for cell in first.replace(";", ",").split(",")} - {""}


def at(line: int, column: str, message: str) -> Problem:
    """A problem of a line, and of a column where it is one's. Pure: no actor."""
    if not column:
        return Problem(_("line %(line)s", line=line), message)
    return Problem(_("line %(line)s, column “%(column)s”", line=line, column=column), message)


def import_organisations(actor: Actor, content: bytes) -> ImportResult:
    """Add the organisations of a file with the columns code, name, kind, parent (a code, present or former).

    Those that are there with this name stay as they are. Raises Invalid with every problem; then nothing is done.
    """
    authorize(actor, "organisation:import")
    rows = read_rows(content, {"code", "name", "kind"})
    problems: list[Problem] = []
    added = 0
    with db.session.begin_nested() as point:
        for row in rows:
            try:
                added += _import_row(actor, row)
            except PlatformError as refused:
                problems += _told(row, refused)
            if len(problems) >= MOST_PROBLEMS:
                break
        if problems:
            point.rollback()
    if problems:
        raise Invalid(_("Nothing was imported. Please correct these lines:"), problems)
    audit.record(actor, "organisation:import", added=added, unchanged=len(rows) - added)
    return ImportResult(added, len(rows) - added)


def _import_row(actor: Actor, row: Row) -> bool:
    kind = KIND_WORDS.get(searchable(row.get("kind")), row.get("kind").lower())
    if kind not in KINDS:
        raise Invalid("", [Problem("kind", _("There is no kind of organisation called “%(kind)s”.",
                                             kind=row.get("kind")))])
    known = find_organisation_by_code(row.get("code")) if row.get("code") else None
    if known is not None and known.name == " ".join(row.get("name").split()) and known.kind == kind:
        return False
    add_organisation(actor, code=row.get("code"), name=row.get("name"), kind=kind, parent_id=_parent(row),
                     year=row.get("school_year") or None, valid_from=_day(row))
    return True


def _parent(row: Row) -> UUID | None:
    if not row.get("parent"):
        return None
    parent = find_organisation_by_code(row.get("parent"))
    if parent is None:
        raise Invalid("", [Problem("parent", _("No organisation has the code “%(code)s”.", code=row.get("parent")))])
    return parent.id


def _day(row: Row) -> date | None:
    if not row.get("valid_from"):
        return None
    try:
        return date.fromisoformat(row.get("valid_from"))
    except ValueError:
        raise Invalid("", [Problem("valid_from", _("A day is written like 2026-09-01."))]) from None


def _told(row: Row, refused: PlatformError) -> list[Problem]:
    """What a line was refused for, with its number."""
    if isinstance(refused, Forbidden) and not refused.problems and refused.status == 403:
        return [at(row.line, "parent", _("You do not manage this place."))]
    named = {"parent_id": "parent"}
    return [at(row.line, named.get(each.where, each.where), each.message) for each in refused.problems] or [
        at(row.line, "", refused.message)]


def _lines(text: str, needed: set[str]) -> Iterator[Row]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    columns = [HEADINGS.get(searchable(cell), "") for cell in next(reader, [])]
    missing = sorted(needed - set(columns))
    if missing:
        raise Invalid(_("The first line must name the columns."), [
            at(1, name, _("This column is missing.")) for name in missing])
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if reader.line_num > MOST_ROWS + 1:
            raise Invalid(_("The file has more than %(count)s lines. Split it.", count=MOST_ROWS))
        if len(cells) != len(columns):
            raise Invalid(_("The file is not a CSV file."), [at(reader.line_num, "", _(
                "It has %(found)s columns instead of %(wanted)s.", found=len(cells), wanted=len(columns)))])
        yield Row(reader.line_num, {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name})


