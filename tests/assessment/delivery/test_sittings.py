"""Several sittings of an exam: the same paper at several times, each with candidates and rooms of its own."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.models import Adjustment, Attempt, Candidate, Exam, Incident, Room, Sitting
from assessment.delivery.services import (
    accommodations,
    dealing,
    dry_run,
    emergencies,
    lists,
    moving,
    registration,
    rooms,
    seating,
    starting,
    windows,
)
from assessment.delivery.services.attempts import close_due_attempts
from assessment.delivery.services.emergencies import Change
from assessment.delivery.services.rooms import RoomDraft
from assessment.delivery.services.windows import SittingDraft
from lms.core import jobs
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import SYSTEM, Actor, Refused
from lms.organisations.models import Organisation
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_actor, make_person

SignIn = Callable[[object], FlaskClient]
LATER = timedelta(hours=4)


def draft(name: str = "Ca 2", *, after: timedelta = LATER, hours: float = 3, **more: object) -> SittingDraft:
    """A sitting that opens so long from now."""
    opens_at = now() + after
    return SittingDraft(name, opens_at, opens_at + timedelta(hours=hours), **more)  # type: ignore[arg-type]


def school_of(given: SetExam) -> Organisation:
    return db.session.get_one(Organisation, db.session.get_one(Exam, given.exam.id).organisation_id)


def with_two(students: int = 1, others: int = 1, **more: object) -> tuple[SetExam, Sitting, list[Actor]]:
    """An exam in draft with a second sitting of its own candidates."""
    given = make_exam(students=students, publish=False)
    sitting = windows.add_sitting(given.teacher, given.exam.id, draft(**more))  # type: ignore[arg-type]
    people = [make_person("student", school_of(given)) for _number in range(others)]
    services.register_people(given.teacher, given.exam.id, [each.id for each in people], sitting_id=sitting.id)
    db.session.commit()
    return given, sitting, [make_actor(person) for person in people]


def attempt_of(student: Actor) -> Attempt:
    return db.session.scalars(select(Attempt).where(Attempt.person_id == student.id)).one()


def candidate_of(student: Actor) -> Candidate:
    return db.session.scalars(select(Candidate).where(Candidate.person_id == student.id)).one()


def test_each_sitting_has_its_window_and_everybody_one_attempt_in_his(context: Flask) -> None:
    given, second, [other] = with_two()
    services.publish_exam(given.teacher, given.exam.id)
    first = services.get_sitting(given.exam.id)
    assert (first.name, second.name) == ("Ca thi 1", "Ca 2")
    assert attempt_of(given.students[0]).sitting_id == first.id
    assert attempt_of(other).sitting_id == second.id
    assert services.get_my_exam(given.students[0], given.exam.id).status == "open"
    assert services.get_my_exam(other, given.exam.id).status == "upcoming"
    with pytest.raises(Conflict):
        services.start_attempt(other, given.exam.id, device="d")
    with shifted(LATER):
        assert services.get_my_exam(given.students[0], given.exam.id).status == "missed"
        assert services.start_attempt(other, given.exam.id, device="d").state == "in_progress"


def test_numbers_run_on_and_nobody_is_on_two_lists(context: Flask) -> None:
    given, second, [other] = with_two(students=2)
    assert candidate_of(other).number == "000003"
    first = services.get_sitting(given.exam.id)
    for sitting_id in (first.id, second.id):
        assert services.register_people(given.teacher, given.exam.id, [other.id], sitting_id=sitting_id) == 0
    name = services.list_candidates(given.teacher, given.exam.id, sitting_id=second.id).items[0].name
    with pytest.raises(Invalid) as refused:
        lists.import_candidates(given.teacher, given.exam.id, f"name,number\n{name},1".encode(), sitting_id=first.id)
    assert {problem.where for problem in refused.value.problems} == {"dòng 2, cột “name”", "dòng 2, cột “number”"}
    assert services.list_candidates(given.teacher, given.exam.id, sitting_id=second.id).total == 1
    assert services.count_states(given.teacher, given.exam.id)["ready"] == 3
    assert services.count_states(given.teacher, given.exam.id, sitting_id=second.id)["ready"] == 1


def test_rooms_seats_and_starts_are_of_one_sitting(context: Flask) -> None:
    given, second, [other] = with_two()
    exam_id, first = given.exam.id, services.get_sitting(given.exam.id)
    mine = rooms.add_room(given.teacher, exam_id, RoomDraft("A", 5))
    theirs = rooms.add_room(given.teacher, exam_id, RoomDraft("A", 5), sitting_id=second.id)
    assert seating.seat_candidates(given.teacher, exam_id, order="number", sitting_id=second.id).placed == 1
    assert (candidate_of(other).room_id, candidate_of(given.students[0]).room_id) == (theirs.id, None)
    with pytest.raises(Conflict):
        seating.seat_one(given.teacher, exam_id, candidate_of(other).id, room_id=mine.id, seat=2)
    rooms.set_start(given.teacher, exam_id, "invigilator", sitting_id=second.id)
    assert (first.start_by, second.start_by) == ("clock", "invigilator")
    assert [row.room.id for row in rooms.list_rooms(given.teacher, exam_id)] == [mine.id]
    assert [row.room.id for row in rooms.list_rooms(given.teacher, exam_id, sitting_id=second.id)] == [theirs.id]


def test_what_a_sitting_lacks_is_said_with_its_name(context: Flask) -> None:
    given = make_exam(publish=False)
    sitting = windows.add_sitting(given.teacher, given.exam.id, draft("Ca chiều"))
    with pytest.raises(Invalid, match="Ca chiều: "):
        services.publish_exam(given.teacher, given.exam.id)
    sitting.register_until = now() + timedelta(hours=1)
    assert services.publish_exam(given.teacher, given.exam.id).state == "published"


def test_a_sitting_must_hold_the_longest_time_of_its_own_candidates(context: Flask) -> None:
    given, second, [other] = with_two(hours=1)
    extra = accommodations.AccommodationDraft(extra_minutes=60)
    with pytest.raises(Invalid):
        accommodations.grant_accommodation(given.teacher, given.exam.id, candidate_of(other).id, extra)
    mine = candidate_of(given.students[0])
    assert accommodations.grant_accommodation(given.teacher, given.exam.id, mine.id, extra).extra_minutes == 60
    with pytest.raises(Invalid) as refused:
        moving.move_to_sitting(given.teacher, given.exam.id, mine.id, second.id)
    assert [problem.where for problem in refused.value.problems] == ["sitting_id"]


def test_the_dry_run_is_for_all_sittings_and_ends_when_one_changes(context: Flask) -> None:
    given, second, [other] = with_two()
    accommodations.grant_accommodation(given.teacher, given.exam.id, candidate_of(other).id,
                                       accommodations.AccommodationDraft(extra_minutes=20))
    report = dry_run.run_dry(given.teacher, given.exam.id)
    assert (report.holds, report.number, report.minutes) == (True, candidate_of(other).number, 70)
    assert next(step for step in report.steps if step.code == "window").of == 2
    exam = db.session.get_one(Exam, given.exam.id)
    second.closes_at += timedelta(minutes=5)
    db.session.flush()
    again = dry_run.read_report(exam)
    assert again is not None
    assert not again.fresh
    second.closes_at = second.opens_at + timedelta(minutes=55)
    db.session.flush()
    assert not dry_run.run_dry(given.teacher, given.exam.id).holds


def test_the_exam_is_closed_when_its_last_sitting_is_over(context: Flask) -> None:
    given, _second, [_other] = with_two()
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    for hours, state in ((3.5, "published"), (6.9, "published"), (7.1, "closed")):
        with shifted(timedelta(hours=hours)):
            close_due_attempts()
            db.session.expire_all()
            assert db.session.get_one(Exam, given.exam.id).state == state
            db.session.commit()


def test_more_time_for_one_sitting_or_a_longer_limit_for_all_that_are_not_over(context: Flask) -> None:
    given, second, [other] = with_two(students=2)
    services.publish_exam(given.teacher, given.exam.id)
    later = Change("window", 15, "power", "Mất điện", second.id)
    effect = emergencies.make_change(given.teacher, given.exam.id, later)
    assert (effect.ready, effect.closes_at) == (1, second.closes_at + timedelta(minutes=15))
    assert not services.get_my_exam(given.students[0], given.exam.id).given
    assert services.get_my_exam(other, given.exam.id).closes_at == second.closes_at + timedelta(minutes=15)
    longer = Change("time", 10, "power", "Đề dài")
    assert emergencies.preview_change(given.teacher, given.exam.id, longer).ready == 3
    with shifted(timedelta(hours=3, minutes=30)):
        assert emergencies.make_change(given.teacher, given.exam.id, longer).ready == 1
    assert [line.scope_id for line in db.session.scalars(select(Adjustment))] == [second.id, second.id]
    assert {made.sitting for made in emergencies.list_changes(given.teacher, given.exam.id)} == {"Ca 2"}
    with pytest.raises(NotFound):
        emergencies.preview_change(given.teacher, given.exam.id, Change("window", 5, "power", "x", uuid4()))


def test_a_candidate_is_moved_and_the_page_of_his_old_sitting_begins_nothing(context: Flask) -> None:
    given, second, [_other] = with_two()
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    student, exam_id = given.students[0], given.exam.id
    kept = starting.read_ready_token(starting.make_ready_token(services.get_my_exam(student, exam_id), "device"))
    before = attempt_of(student).id
    with pytest.raises(Invalid):
        moving.move_to_sitting(given.teacher, exam_id, candidate_of(student).id, second.id)
    moving.move_to_sitting(given.teacher, exam_id, candidate_of(student).id, second.id, reason="Trùng lịch thi")
    db.session.commit()
    moved = attempt_of(student)
    assert (moved.sitting_id, candidate_of(student).number) == (second.id, "000001")
    assert moved.id != before
    assert services.get_my_exam(student, exam_id).status == "upcoming"
    assert starting.begin(kept, starting.read_gate(kept.sitting_id, kept.room_id), code="") is None
    with shifted(LATER):
        assert services.start_attempt(student, exam_id, device="d").id == moved.id
        db.session.commit()
        with pytest.raises(Conflict):
            moving.move_to_sitting(given.teacher, exam_id, candidate_of(student).id,
                                   services.get_sitting(exam_id).id, reason="Lại đổi")


def test_pupils_register_for_one_of_the_sittings(context: Flask) -> None:
    given, second, _others = with_two(register_until=now() + timedelta(hours=2), places=2)
    first = services.get_sitting(given.exam.id)
    first.register_until, first.places = now() + timedelta(minutes=30), 5
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    pupil = make_actor(make_person("student", school_of(given)))
    assert [(each.sitting.name, each.left) for each in registration.list_registrations(pupil)] == [
        ("Ca thi 1", 4), ("Ca 2", 1)]
    assert registration.register_myself(pupil, given.exam.id, sitting_id=second.id).sitting_id == second.id
    db.session.commit()
    with pytest.raises(Conflict):
        registration.register_myself(pupil, given.exam.id, sitting_id=first.id)
    shown = registration.list_registrations(pupil)
    assert [(each.is_mine, each.elsewhere) for each in shown] == [(False, True), (True, False)]
    late = make_actor(make_person("student", school_of(given)))
    with pytest.raises(Conflict):
        registration.register_myself(late, given.exam.id, sitting_id=second.id)
    registration.withdraw_myself(pupil, given.exam.id)
    db.session.commit()
    assert registration.register_myself(late, given.exam.id, sitting_id=second.id).number == "000003"


@pytest.mark.parametrize(("changed", "where"), [
    ({"name": ""}, "name"), ({"name": "Ca thi 1"}, "name"), ({"name": "x" * 61}, "name"), ({"hours": -1}, "closes_at"),
    ({"hours": 0.5}, "closes_at"), ({"after": timedelta(days=-400_000)}, "opens_at"), ({"places": 3}, "places"),
    ({"register_until": now() + timedelta(days=9)}, "register_until")])
def test_a_wrong_sitting_is_refused_by_field(context: Flask, changed: dict[str, object], where: str) -> None:
    given, _second, _others = with_two()
    with pytest.raises(Invalid) as refused:
        windows.add_sitting(given.teacher, given.exam.id, draft(**{"name": "Ca 3"} | changed))  # type: ignore[arg-type]
    assert where in {problem.where for problem in refused.value.problems}
    assert len(services.list_sittings(given.exam.id)) == 2


def test_sittings_change_in_draft_only_and_by_its_makers(context: Flask) -> None:
    given, second, [other] = with_two()
    exam_id = given.exam.id
    with pytest.raises(Refused):
        windows.add_sitting(other, exam_id, draft("Ca 3"))
    edited = windows.edit_sitting(given.teacher, exam_id, second.id, draft("Ca tối", after=timedelta(hours=8)))
    assert (edited.id, edited.name) == (second.id, "Ca tối")
    with pytest.raises(NotFound):
        windows.edit_sitting(SYSTEM, make_exam(publish=False).exam.id, second.id, draft())
    services.publish_exam(given.teacher, exam_id)
    for act in (lambda: windows.add_sitting(given.teacher, exam_id, draft("Ca 3")),
                lambda: windows.edit_sitting(given.teacher, exam_id, second.id, draft()),
                lambda: windows.remove_sitting(given.teacher, exam_id, second.id)):
        with pytest.raises(Conflict):
            act()


def test_a_sitting_is_taken_out_when_nobody_is_registered_and_nothing_is_on_record(context: Flask) -> None:
    given, second, [other] = with_two()
    exam_id = given.exam.id
    with pytest.raises(Conflict):
        windows.remove_sitting(given.teacher, exam_id, second.id)
    rooms.add_room(given.teacher, exam_id, RoomDraft("A", 5), sitting_id=second.id)
    services.remove_candidate(given.teacher, exam_id, candidate_of(other).id)
    noted = Incident(sitting_id=second.id, code="other")
    db.session.add(noted)
    db.session.flush()
    with pytest.raises(Conflict):
        windows.remove_sitting(given.teacher, exam_id, second.id)
    db.session.delete(noted)
    windows.remove_sitting(given.teacher, exam_id, second.id)
    db.session.commit()
    assert [each.name for each in services.list_sittings(exam_id)] == ["Ca thi 1"]
    assert db.session.scalars(select(Room)).all() == []
    with pytest.raises(Conflict):
        windows.remove_sitting(given.teacher, exam_id, services.get_sitting(exam_id).id)


def test_basics_of_an_exam_with_several_sittings_leave_their_times(context: Flask, sign_in: SignIn) -> None:
    given, second, _others = with_two()
    first = services.get_sitting(given.exam.id)
    times = [(each.opens_at, each.closes_at) for each in (first, second)]
    db.session.commit()
    browser = sign_in(given.teacher.id)
    page = browser.get(f"/exams/{given.exam.id}/edit").text
    assert 'name="opens_at"' not in page
    assert f"/exams/{given.exam.id}/sittings" in page
    fields = {"title": "Tên mới", "subject_id": str(given.exam.subject_id), "time_limit_minutes": "50",
              "level": "class_test", "release": "after_close", "review": "key", "late_policy": "outage"}
    assert browser.post(f"/exams/{given.exam.id}/edit", data=fields).status_code == 302
    long = browser.post(f"/exams/{given.exam.id}/edit", data=fields | {"time_limit_minutes": "200"})
    assert long.status_code == 422
    assert "Ca 2: " in long.text
    early = (now() + timedelta(hours=3, minutes=30)).strftime("%Y-%m-%dT%H:%M")
    shown = fields | {"release": "at_time", "release_at": early}
    assert browser.post(f"/exams/{given.exam.id}/edit", data=shown).status_code == 422
    db.session.expire_all()
    assert db.session.get_one(Exam, given.exam.id).title == "Tên mới"
    assert [(each.opens_at, each.closes_at) for each in services.list_sittings(given.exam.id)] == times


def test_the_list_of_exams_shows_each_once_with_all_of_its_time(context: Flask) -> None:
    given, second, _others = with_two()
    [(exam, span)] = services.list_exams(given.teacher)
    first = services.get_sitting(given.exam.id)
    assert exam.id == given.exam.id
    assert (span.opens_at, span.closes_at, span.sittings) == (first.opens_at, second.closes_at, 2)


def test_pages_are_about_the_sitting_that_their_address_names(context: Flask, sign_in: SignIn) -> None:
    given, second, _others = with_two()
    exam_id, second_id, foreign = given.exam.id, second.id, make_exam(publish=False).exam.id
    name = services.list_candidates(given.teacher, exam_id, sitting_id=second.id).items[0].name
    elsewhere = services.get_sitting(foreign).id
    db.session.commit()
    browser = sign_in(given.teacher.id)
    for page in ("candidates", "rooms", "candidates/list", ""):
        address = f"/exams/{exam_id}/{page}".rstrip("/")
        assert browser.get(f"{address}?sitting={second_id}").status_code == 200
        for wrong in (uuid4(), "x", elsewhere):
            assert browser.get(f"{address}?sitting={wrong}").status_code == 404
    assert name in browser.get(f"/exams/{exam_id}/candidates?sitting={second_id}").text
    assert name not in browser.get(f"/exams/{exam_id}/candidates").text
    added = browser.post(f"/exams/{exam_id}/rooms?sitting={second_id}", data={"name": "B", "seats": "3"})
    assert added.status_code == 302
    assert str(second_id) in added.headers["Location"]
    assert db.session.scalars(select(Room.sitting_id)).all() == [second_id]


def test_many_of_a_second_sitting_are_made_ready_by_its_job(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    given, second, others = with_two(others=3)
    monkeypatch.setattr(dealing, "ATTEMPTS_A_REQUEST", 2)
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    assert dealing.find_making(given.exam.id) is not None
    jobs.run_all()
    assert dealing.find_making(given.exam.id) is None
    assert {attempt_of(each).sitting_id for each in others} == {second.id}


def test_the_paper_of_a_school_exam_stays_with_its_makers_until_the_last_sitting_opens(context: Flask) -> None:
    given, _second, _others = with_two()
    exam = db.session.get_one(Exam, given.exam.id)
    exam.level, exam.state = "school", "published"
    db.session.commit()
    reader = make_actor(make_person("teacher", school_of(given)))
    with pytest.raises(Refused):
        services.get_exam_with_paper(reader, exam.id)
    with shifted(LATER + timedelta(minutes=1)):
        assert services.get_exam_with_paper(reader, exam.id).id == exam.id
    assert services.get_exam_with_paper(SYSTEM, exam.id).id == exam.id
