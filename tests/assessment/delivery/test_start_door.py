"""The door for starts: one append begins an attempt, and its row follows the log."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import event as database_event

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import event_hash
from assessment.delivery.models import Adjustment, Attempt, Candidate, Exam, Room, Sitting, Transition
from assessment.delivery.services import attempts
from assessment.delivery.services.adjusting import adjust_deadline
from assessment.delivery.start_door import StartDoor
from lms.core.clock import now, shifted
from lms.core.db import db, transaction
from lms.core.signing import sign
from tests.factories.delivery import SetExam, make_exam

SOON = timedelta(minutes=10)
JSON = {"Accept": "application/json"}


@pytest.fixture
def passed_on(app: Flask) -> Iterator[list[str]]:
    """The starts that the door let through to Flask."""
    door, paths = app.wsgi_app._inner, []  # type: ignore[attr-defined]
    assert isinstance(door, StartDoor)
    inner = door._inner

    def watch(environ: dict[str, Any], start_response: object) -> object:
        if environ["REQUEST_METHOD"] == "POST":
            paths.append(str(environ["PATH_INFO"]))
        return inner(environ, start_response)  # type: ignore[arg-type]

    door._inner = watch  # type: ignore[assignment]
    door._gates._known.clear()
    yield paths
    door._inner = inner


class Waiting:
    """A candidate whose page waits: his browser, and the token that it was given."""

    def __init__(self, app: Flask, sign_in: Any, **options: Any) -> None:
        with app.app_context():
            self.given: SetExam = make_exam(**{"opens_in": SOON, **options})
        self.app, self.client = app, sign_in(self.given.students[0].id)
        page = html.fromstring(self.client.get(f"/exams/{self.given.exam.id}/start").text)
        self.token = str(page.xpath("//form/@data-token")[0])

    def start(self, **form: str) -> Any:
        """The click on "Begin now"."""
        return self.client.post(f"/exams/{self.given.exam.id}/start", data=form,
                                headers={**JSON, "X-Exam-Ready": self.token})

    def attempt(self) -> Attempt:
        """The row as it is now."""
        return db.session.scalars(select_attempt(self.given.exam.id)).one()


def select_attempt(exam_id: UUID) -> Any:
    return db.select(Attempt).where(Attempt.exam_id == exam_id)


@pytest.fixture
def waiting(app: Flask, sign_in: Any, passed_on: list[str]) -> Waiting:
    """A candidate before the bell."""
    return Waiting(app, sign_in)


def test_one_append_begins_and_the_row_follows(waiting: Waiting, passed_on: list[str]) -> None:
    with shifted(SOON):
        told = waiting.start().get_json()
        assert passed_on == []
        assert told["state"] | {"server_time": ""} == {
            "state": "open", "epoch_holds": True, "seq": 0, "hash": told["state"]["hash"], "remaining_ms": 50 * 60_000,
            "since_receipt_ms": 0, "server_time": "", "answers": {}, "plays": {}, "sections": None}
        with waiting.app.app_context():
            assert waiting.attempt().state == "ready"
            attempts.close_due_attempts()
            attempt = waiting.attempt()
            head = event_log().get_head(attempt.sitting_id, attempt.id)
            assert (attempt.state, attempt.deadline, attempt.epoch) == ("in_progress", head.deadline, 1)
            assert attempts.holds(attempt, cookie(waiting))
            told_by = db.session.scalars(db.select(Transition).where(Transition.subject_id == attempt.id)).all()
            assert [row.to_state for row in told_by] == ["in_progress"]


def cookie(waiting: Waiting) -> str:
    found = waiting.client.get_cookie("exam_device", path="/exams")
    assert found is not None
    return str(found.value)


def test_a_start_asks_the_database_nothing_once_the_room_is_known(app: Flask, waiting: Waiting) -> None:
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    with shifted(SOON):
        with app.app_context():
            sitting = services.get_sitting(waiting.given.exam.id)
            app.wsgi_app._inner._gates.of(sitting.id, None)
        database_event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        assert waiting.start().status_code == 200
    assert [each for each in statements if "attempt_head" not in each and "exam_event" not in each] == []


def test_what_the_door_gives_saves_and_submits(waiting: Waiting) -> None:
    with shifted(SOON):
        told = waiting.start().get_json()
        with waiting.app.app_context():
            attempt_id = waiting.attempt().id
        payload = json.dumps({"submit": True, "ms": 5, "unanswered": 4})
        event = {"seq": 1, "prev": told["state"]["hash"], "payload": payload}
        saved = waiting.client.post(f"/api/v1/attempts/{attempt_id}/events", json={"events": [event]},
                                    headers={"Authorization": f"Bearer {told['token']}"}).get_json()
        assert saved["acks"][0]["hash"] == event_hash(told["state"]["hash"], 1, payload)
        page = waiting.client.get(f"/exams/{waiting.given.exam.id}/submitted")
        assert page.status_code == 200
        with waiting.app.app_context():
            assert (waiting.attempt().state, waiting.attempt().ended_by) == ("submitted", "candidate")


def test_the_second_start_goes_on_with_the_first(waiting: Waiting, passed_on: list[str]) -> None:
    with shifted(SOON):
        first = waiting.start().get_json()
        second = waiting.start().get_json()
    assert len(passed_on) == 1
    assert second["state"]["hash"] == first["state"]["hash"]
    assert second["key"] == first["key"]


def test_two_starts_at_once_begin_once(waiting: Waiting) -> None:
    told: list[Any] = []
    with shifted(SOON):
        threads = [threading.Thread(target=lambda: told.append(waiting.start().get_json())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({each["state"]["hash"] for each in told}) == 1


def test_before_the_bell_and_after_the_end_the_route_refuses(waiting: Waiting, passed_on: list[str]) -> None:
    assert waiting.start().status_code == 409
    with shifted(timedelta(hours=4)):
        assert waiting.start().status_code == 409
    assert len(passed_on) == 2


def test_another_browser_is_refused_even_before_the_row_follows(waiting: Waiting, sign_in: Any) -> None:
    with shifted(SOON):
        waiting.start()
        other = sign_in(waiting.given.students[0].id)
        page = other.post(f"/exams/{waiting.given.exam.id}/start", headers=JSON)
        assert page.status_code == 409
        stolen = other.post(f"/exams/{waiting.given.exam.id}/start", headers={**JSON, "X-Exam-Ready": waiting.token})
        assert stolen.status_code == 409


@pytest.mark.parametrize("spoil", [lambda token: token[:-2], lambda token: "x", lambda token: ""])
def test_a_forged_token_opens_no_door(waiting: Waiting, passed_on: list[str], spoil: Any) -> None:
    waiting.token = spoil(waiting.token)
    with shifted(SOON):
        assert waiting.start().status_code == 200  # the route knows the candidate by his session
    assert len(passed_on) == 1


def test_a_token_is_good_for_its_exam_and_browser_only(app: Flask, sign_in: Any, waiting: Waiting,
                                                       passed_on: list[str]) -> None:
    other = Waiting(app, sign_in)
    other.token, mine = waiting.token, other.given.exam.id
    with shifted(SOON):
        other.start()
    assert passed_on == [f"/exams/{mine}/start"]
    with app.app_context():
        assert waiting.attempt().state == "ready"
        assert event_log().find_head(waiting.attempt().sitting_id, waiting.attempt().id) is None


def test_a_token_of_another_purpose_is_none(waiting: Waiting, passed_on: list[str]) -> None:
    with waiting.app.app_context():
        waiting.token = sign("attempt", {"a": waiting.attempt().id.hex})
    with shifted(SOON):
        waiting.start()
    assert len(passed_on) == 1


def room_for(waiting: Waiting, state: str, code: str = "") -> UUID:
    """Seats the candidate in a room of this state, and makes his page anew."""
    with waiting.app.app_context():
        sitting = db.session.scalars(db.select(Sitting).join(Exam).where(Exam.id == waiting.given.exam.id)).one()
        room = Room(sitting_id=sitting.id, name="101", seats=24, state=state, start_code=code)
        db.session.add(room)
        db.session.flush()
        seated = db.session.scalars(db.select(Candidate).where(Candidate.sitting_id == sitting.id)).one()
        seated.room_id, seated.seat = room.id, 1
        db.session.commit()
        room_id = room.id
    page = html.fromstring(waiting.client.get(f"/exams/{waiting.given.exam.id}/start").text)
    waiting.token = str(page.xpath("//form/@data-token")[0])
    return room_id


def test_the_start_code_is_asked_for_at_the_door(waiting: Waiting, passed_on: list[str]) -> None:
    room_for(waiting, "waiting", "246813")
    with shifted(SOON):
        assert waiting.start(code="111111").status_code == 422
        assert waiting.start(code=" 246813 ").status_code == 200
    assert len(passed_on) == 1


def test_who_guesses_at_the_start_code_waits_also_with_the_right_one(waiting: Waiting, passed_on: list[str]) -> None:
    room_for(waiting, "waiting", "246813")
    with shifted(SOON):
        for guess in range(5):
            assert waiting.start(code=f"11111{guess}").status_code == 422
        waits = waiting.start(code="246813")
        assert waits.status_code == 429
        assert "15 giây" in waits.text
    with shifted(SOON + timedelta(seconds=16)):
        assert waiting.start(code="246813").status_code == 200


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_a_room_that_stands_lets_nobody_begin(waiting: Waiting, passed_on: list[str], state: str) -> None:
    room_for(waiting, state)
    with shifted(SOON):
        assert waiting.start().status_code == 409
    assert len(passed_on) == 1


def test_a_start_behind_a_pause_stands_still_with_the_room(waiting: Waiting) -> None:
    room_id = room_for(waiting, "open")
    with shifted(SOON):
        with waiting.app.app_context():
            sitting_id = db.session.get_one(Room, room_id).sitting_id
            waiting.app.wsgi_app._inner._gates.of(sitting_id, room_id)  # type: ignore[attr-defined]
            with transaction():
                adjust_deadline(waiting.given.teacher, "room", room_id, 6 * 3600, "pause", "mất điện")
        assert waiting.start().status_code == 200
        with waiting.app.app_context():
            with transaction():
                services.bring_exam_in_step(waiting.given.exam.id)
            attempt = waiting.attempt()
            left = attempt.deadline - now()
            assert timedelta(hours=6, minutes=49) < left <= timedelta(hours=6, minutes=50)
            assert event_log().get_head(attempt.sitting_id, attempt.id).deadline == attempt.deadline


def test_time_given_before_the_start_moves_the_window_only(waiting: Waiting) -> None:
    with waiting.app.app_context():
        sitting = services.get_sitting(waiting.given.exam.id)
        db.session.add(Adjustment(sitting_id=sitting.id, scope="sitting", scope_id=sitting.id, seconds=600, code="x"))
        db.session.commit()
    with shifted(SOON):
        assert waiting.start().get_json()["state"]["remaining_ms"] == 50 * 60_000
        with waiting.app.app_context():
            with transaction():
                services.bring_exam_in_step(waiting.given.exam.id)
            assert waiting.attempt().deadline - waiting.attempt().started_at == timedelta(minutes=50)


def test_the_last_second_of_the_window(waiting: Waiting, passed_on: list[str]) -> None:
    with waiting.app.app_context():
        closes_at = services.get_sitting(waiting.given.exam.id).closes_at
        left = closes_at - now()
    with shifted(left - timedelta(seconds=1)):
        assert 0 < waiting.start().get_json()["state"]["remaining_ms"] <= 1_000
    assert passed_on == []


def test_who_has_begun_at_the_door_keeps_the_exam_from_being_taken_back(waiting: Waiting) -> None:
    with shifted(SOON):
        waiting.start()
        with waiting.app.app_context(), pytest.raises(Exception, match=r"begun|bắt đầu"):
            services.withdraw_exam(waiting.given.teacher, waiting.given.exam.id)


@pytest.mark.parametrize("change", ["seb", "sections"])
def test_a_start_that_needs_more_gets_no_token(app: Flask, sign_in: Any, change: str) -> None:
    waiting = Waiting(app, sign_in)
    with app.app_context():
        exam = db.session.get_one(Exam, waiting.given.exam.id)
        if change == "seb":
            exam.integrity = {"seb": True}
        else:
            exam.sections = [{"part": 1, "minutes": 10, "one_way": True}]
        db.session.commit()
    page = html.fromstring(waiting.client.get(f"/exams/{waiting.given.exam.id}/start").text)
    assert "".join(page.xpath("//form/@data-token")) == ""


def test_a_token_of_a_publication_that_was_taken_back_opens_no_door(waiting: Waiting, passed_on: list[str]) -> None:
    with waiting.app.app_context():
        services.withdraw_exam(waiting.given.teacher, waiting.given.exam.id)
        services.publish_exam(waiting.given.teacher, waiting.given.exam.id)
        db.session.commit()
    with shifted(SOON):
        told = waiting.start().get_json()
        assert len(passed_on) == 1
        with waiting.app.app_context():
            assert told["attempt"] == str(waiting.attempt().id)
            assert waiting.attempt().state == "in_progress"


def test_a_longer_limit_counts_once_for_who_begun_before_it(waiting: Waiting) -> None:
    with shifted(SOON):
        waiting.start()
        with waiting.app.app_context():
            sitting = services.get_sitting(waiting.given.exam.id)
            db.session.get_one(Exam, waiting.given.exam.id).time_limit_minutes += 10
            db.session.add(Adjustment(sitting_id=sitting.id, scope="sitting", scope_id=sitting.id, seconds=600,
                                      code="x"))
            db.session.commit()
            with transaction():
                services.bring_exam_in_step(waiting.given.exam.id)
            assert waiting.attempt().deadline - waiting.attempt().started_at == timedelta(minutes=60)


def test_a_room_that_asks_for_a_network_has_no_quick_start(waiting: Waiting, passed_on: list[str]) -> None:
    room_id = room_for(waiting, "open")
    with waiting.app.app_context():
        db.session.get_one(Room, room_id).addresses = ["10.1.2.0/24"]
        db.session.commit()
    with shifted(SOON):
        assert waiting.start().status_code == 403
    assert len(passed_on) == 1
