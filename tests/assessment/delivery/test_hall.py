"""Rooms, seats, start codes, invigilators who open rooms, and what single candidates are granted."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.models import Accommodation, Adjustment, Attempt, Candidate, Room
from assessment.delivery.services import accommodations, control, rooms, seating
from assessment.delivery.services.accommodations import AccommodationDraft
from assessment.delivery.services.rooms import RoomDraft
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Refused
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

SignIn = Callable[[object], FlaskClient]


def seats_of(exam_id: object) -> list[tuple[str, int]]:
    """(room, seat) of every candidate by number."""
    sitting = services.get_sitting(exam_id)
    rows = db.session.execute(select(Room.name, Candidate.seat).join(Room, Room.id == Candidate.room_id)
                              .where(Candidate.sitting_id == sitting.id).order_by(Candidate.number))
    return [(name, seat) for name, seat in rows]


def candidates_of(exam_id: object) -> list[Candidate]:
    sitting = services.get_sitting(exam_id)
    return list(db.session.scalars(select(Candidate).where(Candidate.sitting_id == sitting.id)
                                   .order_by(Candidate.number)))


def test_seats_are_given_room_by_room_and_too_few_are_refused_whole(context: Flask) -> None:
    given = make_exam(students=5, publish=False)
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 2))
    with pytest.raises(Conflict, match="2"):
        seating.seat_candidates(given.teacher, given.exam.id, order="number")
    assert seats_of(given.exam.id) == []
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("B", 10))
    assert seating.seat_candidates(given.teacher, given.exam.id, order="number").placed == 5
    assert seats_of(given.exam.id) == [("A", 1), ("A", 2), ("B", 1), ("B", 2), ("B", 3)]


def test_mixing_keeps_classes_apart_as_long_as_it_can() -> None:
    people = [(uuid4(), group) for group, count in (("a", 5), ("b", 3), ("c", 2)) for _place in range(count)]
    group_of = dict(people)
    mixed = seating.mix(people)
    assert sorted(mixed) == sorted(group_of)
    groups = [group_of[each] for each in mixed]
    assert all(one != two for one, two in pairwise(groups))
    assert [Counter(groups)[each] for each in "abc"] == [5, 3, 2]
    assert len(seating.mix([(uuid4(), "a") for _place in range(4)])) == 4


def test_a_separate_room_is_left_to_the_hand_and_stays_alone(context: Flask) -> None:
    given = make_exam(students=3, publish=False)
    first = candidates_of(given.exam.id)[0]
    apart = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 5))
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("B", 5))
    accommodations.grant_accommodation(given.teacher, given.exam.id, first.id, AccommodationDraft(separate_room=True))
    seating.seat_one(given.teacher, given.exam.id, first.id, room_id=apart.id, seat=1)
    done = seating.seat_candidates(given.teacher, given.exam.id, order="number")
    assert (done.placed, done.apart) == (3, [])
    assert seats_of(given.exam.id) == [("A", 1), ("B", 1), ("B", 2)]


def test_a_taken_seat_and_a_seat_that_is_not_there_are_refused(context: Flask) -> None:
    given = make_exam(students=2, publish=False)
    room = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 2))
    one, two = candidates_of(given.exam.id)
    seating.seat_one(given.teacher, given.exam.id, one.id, room_id=room.id, seat=2)
    with pytest.raises(Conflict, match=one.number):
        seating.seat_one(given.teacher, given.exam.id, two.id, room_id=room.id, seat=2)
    with pytest.raises(Invalid):
        seating.seat_one(given.teacher, given.exam.id, two.id, room_id=room.id, seat=3)
    with pytest.raises(Invalid) as refused:
        rooms.edit_room(given.teacher, given.exam.id, room.id, RoomDraft("A", 1))
    assert [problem.where for problem in refused.value.problems] == ["seats"]
    with pytest.raises(Conflict):
        rooms.remove_room(given.teacher, given.exam.id, room.id)


def test_each_fault_of_a_room_is_named(context: Flask) -> None:
    given = make_exam(publish=False)
    rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 2))
    with pytest.raises(Invalid) as refused:
        rooms.add_room(given.teacher, given.exam.id, RoomDraft(" A ", 0, addresses=["here"], start_code="x" * 21))
    assert sorted({problem.where for problem in refused.value.problems}) == ["addresses", "name", "seats", "start_code"]


def test_the_invigilator_opens_the_room_and_reads_out_the_code(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(publish=False)
        room = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 5, start_code="246813"))
        rooms.set_start(given.teacher, given.exam.id, "invigilator")
        with pytest.raises(Invalid, match="chỗ ngồi"):
            services.publish_exam(given.teacher, given.exam.id)
        db.session.rollback()
        room = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 5, start_code="246813"))
        rooms.set_start(given.teacher, given.exam.id, "invigilator")
        seating.seat_candidates(given.teacher, given.exam.id, order="number")
        services.publish_exam(given.teacher, given.exam.id)
        db.session.commit()
        room_id = room.id
    client, start = sign_in(given.students[0].person_id), f"/exams/{given.exam.id}/start"
    assert "A, chỗ 1" in client.get(start).text
    assert client.post(start, data={"code": "246813"}).status_code == 409
    with app.app_context():
        control.open_room(given.teacher, room_id)
        db.session.commit()
    wrong = client.post(start, data={"code": "246814"})
    assert wrong.status_code == 422
    assert "không phải mã bắt đầu" in wrong.text
    assert client.post(start, data={"code": " 246813 "}).status_code == 302


def test_what_is_granted_moves_the_own_deadline_and_must_fit_the_window(context: Flask) -> None:
    given = make_exam(students=2, publish=False, minutes=50)
    one, two = candidates_of(given.exam.id)
    accommodations.grant_accommodation(given.teacher, given.exam.id, one.id, AccommodationDraft(25, 10))
    with pytest.raises(Invalid) as refused:
        accommodations.grant_accommodation(given.teacher, given.exam.id, two.id, AccommodationDraft(300))
    assert "350" in refused.value.problems[0].message
    services.publish_exam(given.teacher, given.exam.id)
    own, usual = (services.start_attempt(student, given.exam.id, device="d") for student in given.students)
    assert own.deadline - own.started_at == timedelta(minutes=85)
    assert usual.deadline - usual.started_at == timedelta(minutes=50)
    with pytest.raises(Conflict):
        accommodations.grant_accommodation(given.teacher, given.exam.id, one.id, AccommodationDraft(5))


def test_a_window_that_became_too_short_for_one_stands_against_publishing(context: Flask) -> None:
    given = make_exam(publish=False, minutes=50)
    only = candidates_of(given.exam.id)[0]
    accommodations.grant_accommodation(given.teacher, given.exam.id, only.id, AccommodationDraft(60))
    sitting = services.get_sitting(given.exam.id)
    sitting.closes_at = sitting.opens_at + timedelta(minutes=100)
    with pytest.raises(Invalid, match=only.number):
        services.publish_exam(given.teacher, given.exam.id)


def test_a_window_that_the_ledger_moved_stays_open_for_that_room(context: Flask) -> None:
    given = make_exam(students=2, publish=False, closes_in=timedelta(minutes=55))
    one, _two = candidates_of(given.exam.id)
    room = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 5))
    seating.seat_one(given.teacher, given.exam.id, one.id, room_id=room.id, seat=1)
    services.publish_exam(given.teacher, given.exam.id)
    sitting = services.get_sitting(given.exam.id)
    db.session.add(Adjustment(sitting_id=sitting.id, scope="room", scope_id=room.id, seconds=1800, code="outage"))
    db.session.flush()
    with clock.shifted(timedelta(minutes=60)):
        services.close_due_attempts()
        late = services.start_attempt(given.students[0], given.exam.id, device="d")
        assert late.deadline == sitting.closes_at + timedelta(minutes=30)
        with pytest.raises(Conflict):
            services.start_attempt(given.students[1], given.exam.id, device="d")


def test_only_staff_below_the_exam_watch_a_room_and_only_its_maker_says_who(context: Flask) -> None:
    given = make_exam(publish=False)
    room = rooms.add_room(given.teacher, given.exam.id, RoomDraft("A", 5))
    stranger = make_person("teacher", make_school())
    with pytest.raises(NotFound):
        rooms.add_invigilator(given.teacher, given.exam.id, room.id, stranger.id)
    with pytest.raises(Refused):
        rooms.add_room(make_actor(stranger), given.exam.id, RoomDraft("B", 5))
    rooms.add_invigilator(given.teacher, given.exam.id, room.id, given.teacher.id)
    rooms.add_invigilator(given.teacher, given.exam.id, room.id, given.teacher.id)
    assert [each.id for each in rooms.get_room(given.teacher, given.exam.id, room.id).watchers] == [given.teacher.id]
    rooms.remove_invigilator(given.teacher, given.exam.id, room.id, given.teacher.id)
    assert rooms.get_room(given.teacher, given.exam.id, room.id).watchers == []
    rooms.remove_room(given.teacher, given.exam.id, room.id)
    assert rooms.list_rooms(given.teacher, given.exam.id) == []


def test_a_teacher_makes_rooms_and_grants_time_on_the_pages(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(students=3, publish=False)
        candidate_id = candidates_of(given.exam.id)[0].id
        db.session.commit()
    client, base = sign_in(given.teacher.person_id), f"/exams/{given.exam.id}"
    assert client.post(f"{base}/rooms", data={"name": "Phòng 1", "seats": "x"}).status_code == 422
    assert client.post(f"{base}/rooms", data={"name": "Phòng 1", "seats": "20"}).status_code == 302
    assert client.post(f"{base}/rooms/seats", data={"order": "name"}).status_code == 302
    page = client.get(f"{base}/rooms").text
    assert "3 trên 3" in page
    granted = {"extra_minutes": "15", "break_minutes": "0", "large_print": "y", "reason": "Khiếm thị"}
    assert client.post(f"{base}/candidates/{candidate_id}", data=granted).status_code == 302
    with app.app_context():
        kept = db.session.get_one(Accommodation, candidate_id)
        assert (kept.extra_minutes, kept.large_print, kept.reason) == (15, True, "Khiếm thị")
        assert db.session.scalar(select(Attempt.id)) is None
    assert "Khiếm thị" in client.get(f"{base}/candidates/{candidate_id}").text
