"""Candidates from a file: looked at first, and all of them or nobody."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.models import Candidate, Exam, Room
from assessment.delivery.services import lists, rooms
from assessment.delivery.services.rooms import RoomDraft
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.permissions import Refused
from lms.identity.models import Person, PersonCode
from lms.organisations.models import Organisation
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_person
from tests.factories.organisations import make_school

SignIn = Callable[[object], FlaskClient]


def make_pupil(given: SetExam, name: str, email: str | None = None) -> Person:
    """A pupil of the school that the exam belongs to."""
    organisation_id = db.session.get_one(Exam, given.exam.id).organisation_id
    person = make_person("student", db.session.get_one(Organisation, organisation_id))
    person.name, person.email = name, email
    db.session.commit()
    return person


def listed(given: SetExam) -> list[tuple[str, str | None, int | None]]:
    """(number, room, seat) of every candidate by number."""
    sitting = services.get_sitting(given.exam.id)
    rows = db.session.execute(select(Candidate.number, Room.name, Candidate.seat)
                              .outerjoin(Room, Room.id == Candidate.room_id)
                              .where(Candidate.sitting_id == sitting.id).order_by(Candidate.number))
    return [(number, name, seat) for number, name, seat in rows]


def read(given: SetExam, text: str) -> list[lists.ListedCandidate]:
    """What the list would add."""
    return lists.read_candidates(given.teacher, given.exam.id, text.encode())


def problems(given: SetExam, text: str) -> list[str]:
    """Where a list is refused."""
    with pytest.raises(Invalid) as refused:
        lists.import_candidates(given.teacher, given.exam.id, text.encode())
    return [each.where for each in refused.value.problems]


def test_a_list_gives_numbers_rooms_and_seats(context: Flask) -> None:
    given = make_exam(students=1, publish=False)
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("P1", 5))
    make_pupil(given, "Nguyễn Văn Hùng", "hung@example.org")
    make_pupil(given, "Trần Thị Hoà")
    text = "Số báo danh;Họ tên;Email;Phòng thi;Chỗ\n1000123;Nguyễn Văn Hùng;HUNG@example.org;P1;3\n;trần thị hoà;;;\n"
    assert [each.name for each in read(given, text)] == ["Nguyễn Văn Hùng", "Trần Thị Hoà"]
    assert listed(given) == [("000001", None, None)], "looking adds nobody"
    assert lists.import_candidates(given.teacher, given.exam.id, text.encode()) == 2
    assert listed(given) == [("000001", None, None), ("1000123", "P1", 3), ("1000124", None, None)]


def workbook(*rows: list[object]) -> bytes:
    """The bytes of a workbook with these rows."""
    book, stream = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_finds_pupils_by_their_code(context: Flask) -> None:
    given = make_exam(students=1, publish=False)
    pupil = make_pupil(given, "Giàng A Páo")
    db.session.add(PersonCode(person_id=pupil.id, kind="pupil", code="0123456789", issuer="moet"))
    db.session.commit()
    text = lists.as_csv(workbook(["Mã định danh", "SBD"], ["0123456789", 1234567]))
    assert lists.import_candidates(given.teacher, given.exam.id, text) == 1
    assert listed(given)[-1] == ("1234567", None, None)
    assert problems(given, "Mã định danh\n0123456789\n999\n") == [
        "dòng 2, cột “pupil_code”", "dòng 3, cột “pupil_code”"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", workbook(["name"], ["=1+1"])])
def test_a_damaged_workbook_or_a_formula_is_refused(context: Flask, content: bytes) -> None:
    with pytest.raises(Invalid):
        lists.as_csv(content)


def test_one_wrong_line_and_nobody_is_added_and_each_is_named(context: Flask) -> None:
    given = make_exam(students=1, publish=False)
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("P1", 2))
    for name in ("Lê An", "Lê Bình", "Lê Chi", "Lê Dũng", "Phạm Em", "Phạm Em"):
        make_pupil(given, name)
    text = ("sbd,name,room,seat\n7,Lê An,P1,1\n7,Lê Bình,P1,1\n1,Lê Chi,P9,1\nx,Lê Dũng,P1,3\n,Phạm Em,,\n,Không Ai,,\n"
            ",Lê An,,\n")
    assert problems(given, text) == [
        "dòng 3, cột “number”", "dòng 3, cột “seat”", "dòng 4, cột “number”", "dòng 4, cột “room”",
        "dòng 5, cột “number”", "dòng 5, cột “seat”", "dòng 6, cột “name”", "dòng 7, cột “name”",
        "dòng 8, cột “name”"]
    assert listed(given) == [("000001", None, None)]


def test_a_name_that_differs_by_a_tone_mark_is_another_persons(context: Flask) -> None:
    given = make_exam(students=1, publish=False)
    make_pupil(given, "Nguyễn Hùng")
    assert problems(given, "name\nNguyễn Hưng\n") == ["dòng 2, cột “name”"]
    assert problems(given, "họ tên\nNguyen Hung\n") == ["dòng 2, cột “name”"]


def test_pupils_of_another_school_and_colleagues_are_not_found(context: Flask) -> None:
    given = make_exam(students=1, publish=False)
    stranger = make_person("student", make_school())
    stranger.email = "stranger@example.org"
    db.session.commit()
    assert problems(given, "email\nstranger@example.org\n") == ["dòng 2, cột “email”"]
    with pytest.raises(Refused):
        lists.read_candidates(given.students[0], given.exam.id, b"name\nX")


def test_a_published_exam_makes_ready_for_those_who_come_later(context: Flask) -> None:
    given = make_exam(students=1)
    late = make_pupil(given, "Đỗ Muộn")
    lists.import_candidates(given.teacher, given.exam.id, "name\nĐỗ Muộn".encode())
    attempts = services.list_candidates(given.teacher, given.exam.id)
    assert {row.attempt.state for row in attempts if row.attempt and row.candidate.person_id == late.id} == {"ready"}


def test_the_page_shows_what_a_file_would_add_before_it_adds_it(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(students=1, publish=False)
        make_pupil(given, "Vũ Thị Xem")
    client, path = sign_in(given.teacher.person_id), f"/exams/{given.exam.id}/candidates/list"
    page = client.post(path, data={"text": "name\nVũ Thị Xem", "action": "check"})
    assert page.status_code == 200
    assert "Vũ Thị Xem" in page.text
    with app.app_context():
        assert len(listed(given)) == 1
    assert client.post(path, data={"text": "name\nVũ Thị Xem", "action": "import"}).status_code == 302
    with app.app_context():
        assert len(listed(given)) == 2
    refused = client.post(path, data={"text": "name\nVũ Thị Xem", "action": "import"})
    assert refused.status_code == 422
