"""Saving an answer over HTTP. The names say which rule of an exam (design.md, section 4) a test holds."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as database_event

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.signing import sign
from tests.factories.delivery import Candidate, SetExam, make_exam


@pytest.fixture
def given(context: Flask) -> SetExam:
    return make_exam()


@pytest.fixture
def writer(client: FlaskClient, given: SetExam) -> Candidate:
    return Candidate(client, given, given.students[0])


def test_answer_is_acknowledged_with_hash_and_time_left(writer: Candidate) -> None:
    response = writer.answer("single_choice", "o2")
    body = response.get_json()
    assert response.status_code == 200
    assert body["acks"] == [{"seq": 1, "hash": writer.prev, "late": False}]
    assert 0 < body["remaining_ms"] <= 50 * 60_000


@pytest.mark.parametrize(("type", "response"), [
    ("single_choice", "o3"), ("multiple_response", ["o1", "o4"]), ("true_false", {"o1": True, "o2": False}),
    ("short_numeric", "-1,5"), ("single_choice", None)])
def test_every_type_of_response_comes_back_as_it_was_sent(writer: Candidate, type: str, response: object) -> None:
    assert writer.answer(type, response).status_code == 200
    final = services.final_responses([writer.id])
    assert final == {writer.id: {writer.item(type): response}}


def test_rule_3_the_newest_event_of_an_item_is_its_answer(writer: Candidate) -> None:
    for option in ("o1", "o4", "o2"):
        writer.answer("single_choice", option)
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}


def test_rule_3_replay_changes_nothing(writer: Candidate) -> None:
    event = writer.answer_event("single_choice", "o2")
    first, again = writer.post(event), writer.post(event)
    assert (first.status_code, again.status_code) == (200, 200)
    assert writer.state()["seq"] == 1


def test_rule_3_two_tabs_the_second_is_told_where_the_log_stands(client: FlaskClient, given: SetExam) -> None:
    one = Candidate(client, given, given.students[0])
    other = Candidate(client, given, given.students[0])
    one.answer("single_choice", "o1")
    refused = other.answer("single_choice", "o2")
    problem = refused.get_json()
    assert refused.status_code == 409
    assert (problem["reason"], problem["seq"], problem["hash"]) == ("conflict", 1, one.prev)
    other.seq, other.prev = problem["seq"], problem["hash"]
    assert other.answer("single_choice", "o2").status_code == 200


def test_many_events_in_one_message(writer: Candidate) -> None:
    events = [writer.answer_event("short_numeric", f"{n},5") for n in range(30)]
    assert len(writer.post(*events).get_json()["acks"]) == 30


def test_rule_1_late_answer_is_refused_kept_and_shown_as_late(writer: Candidate) -> None:
    writer.answer("single_choice", "o1")
    with shifted(timedelta(minutes=51)):
        response = writer.answer("single_choice", "o2")
        problem = response.get_json()
        assert response.status_code == 409
        assert problem["reason"] == "late"
        assert problem["acks"][0]["late"] is True
        assert problem["remaining_ms"] == 0
        answer = writer.state()["answers"][writer.item("single_choice")]
    assert answer == {"response": writer.label("single_choice", "o1"), "late": True, "seq": 2}
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o1"}


def test_rule_1_the_clients_clock_is_not_believed(writer: Candidate) -> None:
    with shifted(timedelta(minutes=51)):
        event = writer.event({"item": writer.item("single_choice"), "response": "o1", "ms": 0})
        assert writer.post(event).get_json()["reason"] == "late"


def test_rule_3_submission_is_one_more_event_and_ends_the_attempt(writer: Candidate) -> None:
    writer.answer("single_choice", "o1")
    assert writer.submit().status_code == 200
    db.session.expire_all()
    attempt = db.session.get_one(Attempt, writer.id)
    services.bring_exam_in_step(attempt.exam_id)
    assert (attempt.state, attempt.ended_by) == ("submitted", "candidate")
    refused = writer.answer("single_choice", "o2")
    assert refused.status_code == 409
    assert refused.get_json()["reason"] == "submitted"


def test_forged_token_is_refused(writer: Candidate) -> None:
    body, signature = writer.token.rsplit(".", 1)
    forged = f"{body}.{signature[::-1]}"
    assert writer.post(writer.answer_event("single_choice", "o1"), token=forged).status_code == 401


def test_token_made_for_something_else_is_refused(writer: Candidate) -> None:
    other = sign("upload", {"a": writer.id.hex})
    assert writer.post(writer.answer_event("single_choice", "o1"), token=other).status_code == 401


def test_token_of_another_attempt_is_refused(client: FlaskClient, context: Flask) -> None:
    given = make_exam(students=2)
    mine, other = (Candidate(client, given, student) for student in given.students)
    response = mine.post(mine.answer_event("single_choice", "o1"), token=other.token)
    assert response.status_code == 403
    assert mine.state()["seq"] == 0


def test_without_token_nobody_is_let_in(writer: Candidate) -> None:
    response = writer.client.post(f"/api/v1/attempts/{writer.id}/events", json={"events": []})
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"


def test_token_is_good_until_a_day_after_the_deadline(writer: Candidate) -> None:
    with shifted(timedelta(hours=23)):
        assert writer.answer("single_choice", "o1").status_code == 409
    with shifted(timedelta(hours=26)):
        assert writer.answer("single_choice", "o1").status_code == 401


def test_rule_6_saving_needs_no_session_and_survives_sign_out(writer: Candidate) -> None:
    writer.client.post("/sign-out")
    writer.client.delete_cookie("lms_session")
    assert writer.answer("single_choice", "o1").status_code == 200


def test_rule_6_the_save_asks_the_main_database_nothing(writer: Candidate) -> None:
    writer.answer("single_choice", "o1")
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    database_event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert writer.answer("single_choice", "o2").status_code == 200
    finally:
        database_event.remove(db.engine, "before_cursor_execute", note)
    assert seen == []


def test_rule_6_another_device_enters_by_the_teachers_word_only(client: FlaskClient, given: SetExam) -> None:
    student, teacher = given.students[0], given.teacher
    first = Candidate(client, given, student)
    first.answer("single_choice", "o1")
    assert services.find_desk(student, given.exam.id, device="device-2") is None
    services.hand_over_attempt(teacher, first.id, reason="máy hỏng")
    services.enter_exam(student, given.exam.id, device="device-2")
    db.session.commit()
    refused = first.answer("single_choice", "o3")
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "other_device")
    second = Candidate(client, given, student, device="device-2")
    assert second.state()["answers"][second.item("single_choice")]["response"] == second.label("single_choice", "o1")
    assert second.answer("single_choice", "o4").status_code == 200


def test_hand_over_of_which_only_the_log_knows_is_carried_through(client: FlaskClient, given: SetExam) -> None:
    first = Candidate(client, given, given.students[0])
    first.answer("single_choice", "o1")
    event_log().hand_over(first.attempt.sitting_id, first.id)  # and the power fails before the row is written
    assert first.answer("single_choice", "o3").get_json()["reason"] == "other_device"
    services.follow_log()
    db.session.commit()
    again = Candidate(client, given, given.students[0])  # the page is loaded anew
    assert again.answer("single_choice", "o4").status_code == 200


@pytest.mark.parametrize("payload", [
    "not json", "[]", '{"item": 3, "response": null, "ms": 0}', '{"submit": true, "more": 1}',
    '{"started": {}}', '{"auto_submit": true}', '{"item": "x", "response": "o1", "ms": 1}',
    '{"submit": true, "ms": -1}', '{"submit": true, "ms": 1e300}', '{"submit": "yes"}', '"\\ud800"'])
def test_event_that_no_player_writes_is_refused_with_a_reason(writer: Candidate, payload: str) -> None:
    response = writer.post(writer.event(payload))
    assert response.status_code == 422
    assert response.get_json()["problems"][0]["where"] == "events[0]"


@pytest.mark.parametrize(("type", "response"), [
    ("single_choice", "o9"), ("single_choice", ["o1"]), ("multiple_response", ["o1", "o1"]),
    ("multiple_response", "o1"), ("true_false", {"o1": "yes"}), ("true_false", {"o9": True}),
    ("short_numeric", 1.5), ("short_numeric", "1" * 300)])
def test_response_of_another_shape_than_its_item_is_refused(writer: Candidate, type: str,
                                                            response: object) -> None:
    assert writer.answer(type, response).status_code == 422


def test_item_of_another_form_is_refused(writer: Candidate) -> None:
    event = writer.event({"item": str(uuid4()), "response": "o1", "ms": 0})
    assert writer.post(event).status_code == 422


def test_giant_payload_and_giant_message_are_refused(writer: Candidate) -> None:
    assert writer.answer("short_numeric", "9" * 9_000).status_code == 422
    flood = [{"seq": 1, "prev": "0" * 64, "payload": "x" * 10_000}] * 64
    assert writer.post(*flood).status_code == 413


@pytest.mark.parametrize("event", [
    None, 7, {}, {"seq": 0, "prev": "0" * 64, "payload": "{}"}, {"seq": True, "prev": "0" * 64, "payload": "{}"},
    {"seq": 10**9, "prev": "0" * 64, "payload": "{}"}, {"seq": 1, "prev": "G" * 64, "payload": "{}"},
    {"seq": 1, "prev": None, "payload": "{}"}, {"seq": 1, "prev": "0" * 64, "payload": {}}])
def test_malformed_event_is_refused(writer: Candidate, event: object) -> None:
    assert writer.post(event).status_code == 422


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"events": 3}', b"\xff\xfe", b"[" * 100_000])
def test_malformed_body_is_refused(writer: Candidate, body: bytes) -> None:
    response = writer.client.post(f"/api/v1/attempts/{writer.id}/events", data=body,
                                  headers={"Authorization": f"Bearer {writer.token}"})
    assert response.status_code == 422


def test_event_from_the_future_is_a_gap(writer: Candidate) -> None:
    event = {**writer.answer_event("single_choice", "o1"), "seq": 5}
    assert writer.post(event).get_json()["reason"] == "gap"


def test_rule_3_what_is_stored_verifies(writer: Candidate) -> None:
    writer.answer("single_choice", "o1")
    writer.answer("short_numeric", "1,5")
    writer.submit()
    report = event_log().verify_chain(writer.attempt.sitting_id, writer.id)
    assert report.whole
    assert report.events == 4


def test_state_needs_the_token(writer: Candidate) -> None:
    assert writer.client.get(f"/api/v1/attempts/{writer.id}").status_code == 401
    assert writer.state()["state"] == "open"


def test_save_is_exempt_from_csrf_because_it_shows_a_token(csrf: None, writer: Candidate) -> None:
    assert writer.answer("single_choice", "o1").status_code == 200


def test_save_is_described(client: FlaskClient) -> None:
    spec = json.loads(client.get("/api/v1/openapi.json").data)
    described = spec["paths"]["/api/v1/attempts/{attempt_id}/events"]["post"]
    assert {"200", "401", "409", "422", "503"} <= described["responses"].keys()
    assert "requestBody" in described


def test_event_at_the_last_moment_counts(writer: Candidate) -> None:
    deadline = writer.attempt.deadline
    assert deadline is not None
    with shifted(deadline - now() - timedelta(milliseconds=50)):
        assert writer.answer("single_choice", "o1").status_code == 200
