"""Candidates from a CSV or XLSX file: looked at first, then all of them, or nobody and what is wrong where."""

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from assessment.delivery.models import Candidate, Exam, Room, Sitting
from assessment.delivery.services.candidates import next_number
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.sittings import get_sitting
from assessment.interchange.sheets.reader import read_first_sheet
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import Actor, authorize
from lms.organisations import services as organisations

MOST_BYTES, MOST_LINES, MOST_PROBLEMS = 300_000, 2_000, 100
LONGEST_NUMBER, SHORTEST_NUMBER = 12, 6
WAYS = ("pupil_code", "email", "name")
"""The columns by which a pupil is found, the surest first."""
Found = dict[str, list[tuple[UUID, str]]]


@dataclass
class ListedCandidate:
    """A line of a list, understood: who it is, his number (0 for the next free one), and his seat if it names one."""

    line: int
    person_id: UUID
    name: str
    number: int = 0
    room: Room | None = None
    seat: int | None = None


def as_csv(content: bytes) -> bytes:
    """A file as the lines of a CSV file: the first sheet of a workbook, anything else as it is. Pure: no actor.

    Raises Invalid for a workbook that cannot be read.
    """
    if not content.startswith(b"PK"):
        return content
    lines = StringIO()
    csv.writer(lines).writerows(read_first_sheet(BytesIO(content)))
    return lines.getvalue().encode()


def read_candidates(actor: Actor, exam_id: UUID, content: bytes, *,
                    sitting_id: UUID | None = None) -> list[ListedCandidate]:
    """What a list would add to a sitting, and nothing done; raises Invalid with every problem by line and column.

    Its columns: pupil code, email or name, and if wanted number, room and seat. People are pupils of the exam's
    organisation.
    """
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if exam.state == "closed":
        raise Conflict(_("This exam is closed."))
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than 300 kB. Split it."))
    columns = organisations.columns_of(content)
    rows = organisations.read_rows(content, {next((each for each in WAYS if each in columns), "name")})
    if len(rows) > MOST_LINES:
        raise Invalid(_("The file has more than %(count)s lines. Split it.", count=MOST_LINES))
    return _Reader(exam, get_sitting(exam.id, sitting_id), rows).read()


def import_candidates(actor: Actor, exam_id: UUID, content: bytes, *, sitting_id: UUID | None = None) -> int:
    """Put everybody of a list on the list of a sitting, with their seats; how many. Raises Invalid as the preview."""
    listed = read_candidates(actor, exam_id, content, sitting_id=sitting_id)
    exam = get_exam(actor, exam_id)
    sitting = get_sitting(exam.id, sitting_id)
    highest = max([next_number(exam.id) - 1, *(each.number for each in listed)])
    for each in listed:
        if not each.number:
            highest += 1
        number = str(each.number or highest).zfill(SHORTEST_NUMBER)
        db.session.add(Candidate(sitting_id=sitting.id, person_id=each.person_id, number=number, seat=each.seat,
                                 room_id=each.room.id if each.room else None))
    db.session.flush()
    if exam.state == "published":
        make_attempts(exam, sitting)
    audit.record(actor, "exam:edit", ("exam", exam.id), registered=len(listed))
    return len(listed)


class _Reader:
    """Understands the lines of one list; what it looks up, it asks for once."""

    def __init__(self, exam: Exam, sitting: Sitting, rows: Sequence[organisations.Row]) -> None:
        self.rows, self.problems = rows, list[Problem]()
        self.known = _people(exam, rows)
        self.rooms = {room.name: room for room in db.session.scalars(select(Room).where(Room.sitting_id == sitting.id))}
        there = db.session.scalars(select(Candidate).join(Sitting, Sitting.id == Candidate.sitting_id)
                                   .where(Sitting.exam_id == exam.id)).all()
        self.people = {each.person_id for each in there}
        self.numbers = {int(each.number) for each in there}
        self.seats = {(each.room_id, each.seat) for each in there}

    def read(self) -> list[ListedCandidate]:
        """Every line, or Invalid with the problems of all."""
        listed = [found for row in self.rows if (found := self._read(row))]
        if self.problems:
            raise Invalid(_("Nothing was imported. Please correct these lines:"), self.problems[:MOST_PROBLEMS])
        return listed

    def _read(self, row: organisations.Row) -> ListedCandidate | None:
        person = self._person(row)
        if person is None:
            return None
        found = ListedCandidate(row.line, *person)
        found.number = self._number(row)
        found.room, found.seat = self._seat(row)
        return found

    def _person(self, row: organisations.Row) -> tuple[UUID, str] | None:
        column = next((each for each in WAYS if row.get(each)), "name")
        known = self.known[column][_SPELLINGS[column](row.get(column))]
        if len(known) != 1:
            several = _("%(count)s pupils are called so: give the e-mail address or the pupil code.", count=len(known))
            self._wrong(row, column, several if known else _("No pupil of the exam's organisation is meant by this."))
            return None
        if row.get("name") and searchable(row.get("name")) != searchable(known[0][1]):
            self._wrong(row, "name", _("The code or address belongs to somebody of another name."))
        if known[0][0] in self.people:
            self._wrong(row, column, _("This pupil is on the list already."))
        self.people.add(known[0][0])
        return known[0]

    def _number(self, row: organisations.Row) -> int:
        text = row.get("number")
        if not text:
            return 0
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text)):
            self._wrong(row, "number", _("A candidate number has 1 to %(most)s digits.", most=LONGEST_NUMBER))
            return 0
        if int(text) in self.numbers:
            self._wrong(row, "number", _("Another candidate has this number."))
        self.numbers.add(int(text))
        return int(text)

    def _seat(self, row: organisations.Row) -> tuple[Room | None, int | None]:
        name, text = row.get("room"), row.get("seat")
        if not name and not text:
            return None, None
        room = self.rooms.get(name)
        if room is None:
            self._wrong(row, "room", _("The sitting has no room of this name."))
            return None, None
        seat = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
        if not 1 <= seat <= room.seats:
            self._wrong(row, "seat", _("This room has the seats 1 to %(seats)s.", seats=room.seats))
        elif (room.id, seat) in self.seats:
            self._wrong(row, "seat", _("Another candidate has this seat."))
        self.seats.add((room.id, seat))
        return room, seat

    def _wrong(self, row: organisations.Row, column: str, message: str) -> None:
        self.problems.append(organisations.at(row.line, column, message))


def _people(exam: Exam, rows: Sequence[organisations.Row]) -> dict[str, Found]:
    """The pupils of the exam's organisation whom the lines may mean, by each way to find them."""
    found: dict[str, Found] = {way: defaultdict(list) for way in WAYS}
    if exam.organisation_id is None:
        return found
    person, code = db.metadata.tables["person"], db.metadata.tables["person_code"]
    emails = {row.get("email") for row in rows if row.get("email")}
    names = {searchable(row.get("name")) for row in rows if row.get("name")}
    codes = {row.get("pupil_code") for row in rows if row.get("pupil_code")}
    pupils = organisations.people_with("student", exam.organisation_id)
    meant: ColumnElement[bool] = or_(person.c.email.in_({*emails, *(each.lower() for each in emails)}),
                                     person.c.search_name.in_(names))
    for row in db.session.execute(select(person.c.id, person.c.name, person.c.email).where(
            person.c.id.in_(pupils), meant)):
        if row.email:
            found["email"][row.email.lower()].append((row.id, row.name))
        found["name"][_spelt(row.name)].append((row.id, row.name))
    for row in db.session.execute(select(person.c.id, person.c.name, code.c.code).join(
            code, code.c.person_id == person.c.id).where(
            person.c.id.in_(pupils), code.c.kind == "pupil", code.c.code.in_(codes))):
        found["pupil_code"][row.code].append((row.id, row.name))
    return found


def _spelt(name: str) -> str:
    """A name as it is compared: tone marks count, for Hùng is not Hưng; capitals and ways to encode it do not."""
    return " ".join(normalize("NFC", name).lower().split())


_SPELLINGS: dict[str, Callable[[str], str]] = {"pupil_code": str, "email": str.lower, "name": _spelt}
