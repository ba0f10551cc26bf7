"""What an invigilator sees and does: the board, the steps of a room, time, messages, incidents, seats."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Adjustment, Attempt, Candidate, Evidence, Transition
from assessment.delivery.models import Candidate as Registered
from assessment.delivery.services import boards, control, incidents, messages, watching
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from tests.factories.delivery import Candidate as Writing
from tests.factories.delivery import SetExam, make_exam
from tests.factories.rooms import make_invigilator, make_room

pytestmark = pytest.mark.usefixtures("context")


def seat_of(given: SetExam, student: int = 0) -> Registered:
    """The registration of a student."""
    return db.session.scalars(select(Candidate).where(Candidate.person_id == given.students[student].id)).one()


def begin(given: SetExam, student: int = 0) -> Attempt:
    """A student at work."""
    attempt = services.start_attempt(given.students[student], given.exam.id, device=f"device-{student}")
    db.session.commit()
    return attempt


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def listen(*arguments: object) -> None:
        seen.append(str(arguments[2]))
    event.listen(db.engine, "before_cursor_execute", listen)
    yield seen
    event.remove(db.engine, "before_cursor_execute", listen)


def test_board_tells_who_is_in_and_how_far(app: Flask, client: FlaskClient) -> None:
    given = make_exam(students=3)
    room = make_room(given)
    writing = Writing(client, given, given.students[1])
    writing.answer("single_choice", "o1")
    writing.answer("single_choice", "o2")
    messages.read_notices(writing.token, writing.id, hidden=True, waiting=2)
    board = boards.get_board(make_invigilator(room), room.id)
    assert board.counts == {"ready": 2, "in_progress": 1, "submitted": 0, "offline": 0}
    row = board.rows[1]
    assert (row.answered, row.items, row.saved, row.line, row.left_page) == (1, 4, 2, "online", True)
    assert row.seen is not None
    assert row.seen.waiting == 2
    with shifted(timedelta(minutes=2)):
        later = boards.get_board(given.teacher, room.id)
        assert later.rows[1].line == "offline"
        assert later.counts["offline"] == 1


def test_evidence_is_counted_by_kind_and_tells_of_nothing_ordinary() -> None:
    given = make_exam()
    room = make_room(given)
    attempt = begin(given)
    db.session.add_all(Evidence(sitting_id=attempt.sitting_id, attempt_id=attempt.id, kind=kind)
                       for kind in ("began", "left", "returned", "left", "second_tab"))
    assert boards.get_board(given.teacher, room.id).rows[0].evidence == {"left": 2, "second_tab": 1}


def test_board_takes_the_same_number_of_statements_for_any_room() -> None:
    counts = []
    for students in (2, 5):
        given = make_exam(students=students)
        room = make_room(given)
        for student in range(students):
            begin(given, student)
        boards.get_board(given.teacher, room.id)  # fills what is remembered of the paper
        with statements() as seen:
            boards.get_board(given.teacher, room.id)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_invigilator_reaches_his_room_only() -> None:
    given = make_exam()
    room, other = make_room(given), make_room(given, name="Phòng 102", seated=False)
    invigilator = make_invigilator(room)
    assert watching.get_watched_room(invigilator, room.id).room.name == "Phòng 101"
    assert [row.id for _exam, _sitting, row in watching.list_watched_rooms(invigilator)] == [room.id]
    with pytest.raises(Forbidden):
        watching.get_watched_room(invigilator, other.id)
    with pytest.raises(Forbidden):
        services.get_exam(invigilator, given.exam.id)
    with pytest.raises(Forbidden):
        watching.get_watched_room(given.students[0], room.id)
    with pytest.raises(NotFound):
        watching.get_watched_room(invigilator, given.exam.id)


def test_pause_stops_the_clock_and_what_is_written_meanwhile_counts(client: FlaskClient) -> None:
    given = make_exam(minutes=50)
    room = make_room(given)
    writing = Writing(client, given, given.students[0])
    before = db.session.get_one(Attempt, writing.id).deadline
    assert before is not None
    invigilator = make_invigilator(room)
    control.pause_room(invigilator, room.id, reason="Mất điện")
    db.session.commit()
    with shifted(timedelta(minutes=55)):
        assert writing.answer("single_choice", "o1").status_code == 200
        services.close_due_attempts()
        assert db.session.get_one(Attempt, writing.id).state == "in_progress"
    with shifted(timedelta(minutes=60)):
        stood = control.resume_room(invigilator, room.id)
        db.session.commit()
    attempt = db.session.get_one(Attempt, writing.id)
    assert attempt.deadline is not None
    assert abs(stood - timedelta(minutes=60)) < timedelta(seconds=2)
    assert abs(attempt.deadline - before - timedelta(minutes=60)) < timedelta(seconds=2)
    assert event_log().get_head(attempt.sitting_id, attempt.id).deadline == attempt.deadline
    ledger = db.session.scalars(select(Adjustment)).all()
    assert {line.code for line in ledger} == {"pause"}
    assert abs(sum(line.seconds for line in ledger) - 3600) < 2


def test_every_step_of_a_room_is_in_the_log_with_actor_and_reason() -> None:
    given = make_exam()
    room = make_room(given, state="waiting")
    invigilator = make_invigilator(room)
    control.open_room(invigilator, room.id)
    with pytest.raises(Conflict):
        control.resume_room(invigilator, room.id)
    with pytest.raises(Invalid):
        control.pause_room(invigilator, room.id, reason=" ")
    begin(given)
    assert control.end_room(invigilator, room.id, reason="Hết giờ") == 1
    db.session.commit()
    assert db.session.scalars(select(Attempt)).one().state == "submitted"
    steps = db.session.scalars(select(Transition).where(Transition.subject_id == room.id).order_by(Transition.at)).all()
    assert [(step.to_state, step.reason) for step in steps] == [("open", ""), ("ended", "Hết giờ")]
    assert {step.actor_id for step in steps} == {invigilator.person_id}


@pytest.mark.parametrize("paused", ["here", "there"])
def test_who_is_moved_keeps_his_time_whichever_room_stands(paused: str) -> None:
    given = make_exam(students=1)
    here = make_room(given)
    beside = make_room(given, name="Bên cạnh", seated=False)
    attempt = begin(given)
    before = attempt.deadline
    assert before is not None
    standing = here if paused == "here" else beside
    control.pause_room(given.teacher, standing.id, reason="Mất điện")
    db.session.commit()
    with shifted(timedelta(minutes=10)):
        control.move_candidate(given.teacher, here.id, seat_of(given).id, to_room_id=beside.id, seat=1)
        db.session.commit()
    with shifted(timedelta(minutes=15)):
        control.resume_room(given.teacher, standing.id)
        db.session.commit()
    stood = timedelta(minutes=10 if paused == "here" else 5)
    assert abs(db.session.get_one(Attempt, attempt.id).deadline - before - stood) < timedelta(seconds=3)


def test_room_that_is_paused_can_be_ended() -> None:
    given = make_exam()
    room = make_room(given)
    begin(given)
    control.pause_room(given.teacher, room.id, reason="Mất mạng")
    assert control.end_room(given.teacher, room.id, reason="Dừng thi") == 1


def test_time_for_one_and_for_all() -> None:
    given = make_exam(students=2)
    room = make_room(given)
    first, second = begin(given, 0), begin(given, 1)
    before = first.deadline, second.deadline
    control.give_time(given.teacher, room.id, minutes=5, code="device", candidate_id=seat_of(given, 0).id)
    control.give_time(given.teacher, room.id, minutes=10, code="power", reason="Mất điện 10 phút")
    db.session.commit()
    gained = [attempt.deadline - was for attempt, was in zip((first, second), before, strict=True)]  # type: ignore[operator]
    assert gained == [timedelta(minutes=15), timedelta(minutes=10)]
    assert sorted((line.scope, line.seconds, line.code) for line in db.session.scalars(select(Adjustment))) == [
        ("attempt", 300, "device"), ("room", 600, "power")]


def test_log_that_was_away_learns_the_new_deadline_from_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    given = make_exam()
    room = make_room(given)
    attempt = begin(given)
    before = attempt.deadline
    assert before is not None

    def away(*_deadline: object) -> None:
        raise Unavailable("away")
    with monkeypatch.context() as patched:
        patched.setattr(event_log(), "move_deadlines", away)
        control.give_time(given.teacher, room.id, minutes=10, code="power")
        db.session.commit()
    assert attempt.deadline == before + timedelta(minutes=10)
    assert event_log().get_head(attempt.sitting_id, attempt.id).deadline == before
    services.close_due_attempts()
    assert event_log().get_head(attempt.sitting_id, attempt.id).deadline == before + timedelta(minutes=10)


@pytest.mark.parametrize(("minutes", "code", "where"), [(0, "power", "minutes"), (1000, "power", "minutes"),
                                                        (5, "because", "code")])
def test_time_that_makes_no_sense_is_refused(minutes: int, code: str, where: str) -> None:
    given = make_exam()
    room = make_room(given)
    with pytest.raises(Invalid) as refused:
        control.give_time(given.teacher, room.id, minutes=minutes, code=code)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_message_reaches_whom_it_is_for(client: FlaskClient) -> None:
    given = make_exam(students=2)
    room = make_room(given)
    first, second = (Writing(client, given, student, device=f"d{n}") for n, student in enumerate(given.students))
    messages.send_message(given.teacher, room.id, text="Còn 10 phút.")
    messages.send_message(given.teacher, room.id, text="Em ngồi lại chỗ cũ.", candidate_id=seat_of(given, 1).id)
    db.session.commit()
    assert [each.text for each in messages.read_notices(first.token, first.id).messages] == ["Còn 10 phút."]
    told = messages.read_notices(second.token, second.id)
    assert {each.text for each in told.messages} == {"Còn 10 phút.", "Em ngồi lại chỗ cũ."}
    assert (told.room, told.state, told.epoch_holds) == ("open", "open", True)
    assert told.remaining_ms > 0
    with pytest.raises(Forbidden):
        messages.read_notices(first.token, second.id)
    with pytest.raises(Invalid):
        messages.send_message(given.teacher, room.id, text=" " * 5)


def test_incident_needs_what_its_code_says() -> None:
    given = make_exam()
    room = make_room(given)
    candidate = seat_of(given)
    incidents.record_incident(given.teacher, room.id, code="power")
    incidents.record_incident(given.teacher, room.id, code="warning", note="Trao đổi bài", candidate_id=candidate.id)
    for wrong in ({"code": "nothing"}, {"code": "other"}, {"code": "warning"}):
        with pytest.raises(Invalid):
            incidents.record_incident(given.teacher, room.id, **wrong)
    db.session.commit()
    assert [row.number for row in incidents.list_incidents(given.teacher, room.id)] == [candidate.number, ""]
    assert incidents.list_incidents(given.teacher, room.id, candidate_id=candidate.id).total == 1
    assert boards.get_board(given.teacher, room.id).rows[0].incidents == 1


def test_outage_lies_within_what_has_been() -> None:
    given = make_exam()
    room = make_room(given)
    began = now() - timedelta(minutes=20)
    incidents.record_outage(given.teacher, room.id, began_at=began, ended_at=began + timedelta(minutes=5),
                            code="network", reason="Đứt cáp")
    assert len(incidents.list_outages(given.teacher, room.id)) == 1
    for begins, ends in ((began, began), (began, now() + timedelta(hours=1)), (began - timedelta(days=1), began)):
        with pytest.raises(Invalid):
            incidents.record_outage(given.teacher, room.id, began_at=begins, ended_at=ends, code="network")


def test_seats_are_one_each_and_within_the_sitting() -> None:
    given, elsewhere = make_exam(students=2), make_exam()
    room, beside = make_room(given), make_room(given, name="Phòng 102", seats=2, seated=False)
    foreign = make_room(elsewhere, name="Phòng 9")
    candidate = seat_of(given)
    with pytest.raises(Conflict):
        control.move_candidate(given.teacher, room.id, candidate.id, to_room_id=room.id, seat=2)
    with pytest.raises(Invalid):
        control.move_candidate(given.teacher, room.id, candidate.id, to_room_id=beside.id, seat=3)
    with pytest.raises(Forbidden):
        control.move_candidate(given.teacher, room.id, candidate.id, to_room_id=foreign.id, seat=2)
    control.move_candidate(given.teacher, room.id, candidate.id, to_room_id=beside.id, seat=2)
    assert (candidate.room_id, candidate.seat) == (beside.id, 2)
    with pytest.raises(NotFound):
        control.move_candidate(given.teacher, room.id, candidate.id, to_room_id=room.id, seat=5)


def test_one_is_let_in_again_or_ended() -> None:
    given = make_exam()
    room = make_room(given)
    candidate, invigilator = seat_of(given), make_invigilator(room)
    with pytest.raises(Conflict):
        control.let_in_again(invigilator, room.id, candidate.id)
    attempt = begin(given)
    control.let_in_again(invigilator, room.id, candidate.id, reason="Hỏng máy")
    assert (attempt.epoch, attempt.device) == (2, "")
    with pytest.raises(Invalid):
        control.end_attempt(invigilator, room.id, candidate.id, reason="")
    control.end_attempt(invigilator, room.id, candidate.id, reason="Đình chỉ")
    assert attempt.state == "submitted"
