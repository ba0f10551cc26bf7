"""Answers that come in a file: sealed by the page of one attempt, through the same checks, late, and only once."""

import base64
import json
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Head, event_hash
from lms.core.clock import shifted
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from tests.factories.delivery import Candidate, SetExam, make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

LATER = timedelta(hours=1)


def sealed(candidate: Candidate, events: list[dict[str, Any]], *, attempt: str = "") -> bytes:
    """What the page makes of events (see static/player/recovery.js)."""
    nonce, key = os.urandom(12), base64.b64decode(services.recovery_key(candidate.id))
    data = AESGCM(key).encrypt(nonce, json.dumps({"events": events}).encode(), str(candidate.id).encode())
    return json.dumps({"kind": "lms-recovery", "version": 1, "attempt": attempt or str(candidate.id),
                       "nonce": base64.b64encode(nonce).decode(), "sealed": base64.b64encode(data).decode()}).encode()


def chain(candidate: Candidate, *payloads: dict[str, Any]) -> list[dict[str, Any]]:
    """Events behind what the candidate has on the server."""
    events, seq, prev = [], candidate.seq, candidate.prev
    for payload in payloads:
        text = json.dumps(payload)
        seq += 1
        events.append({"seq": seq, "prev": prev, "payload": text})
        prev = event_hash(prev, seq, text)
    return events


def work(client: FlaskClient) -> tuple[SetExam, Candidate, list[dict[str, Any]]]:
    """A candidate who wrote two answers and handed in without a line."""
    given = make_exam()
    candidate = Candidate(client, given, given.students[0])
    item = candidate.item("short_numeric")
    events = chain(candidate, {"item": item, "response": "3,5", "ms": 1200},
                   {"item": item, "response": "4,5", "ms": 2400}, {"submit": True, "ms": 3600, "unanswered": 3})
    return given, candidate, events


def head_of(candidate: Candidate) -> Head:
    """Where the log stands."""
    return event_log().get_head(candidate.attempt.sitting_id, candidate.id)


@pytest.fixture
def context(app: Flask) -> Any:
    """For tests of the service alone."""
    with app.app_context():
        yield


def test_what_a_file_has_is_kept_marked_late_and_only_once(context: None, client: FlaskClient) -> None:
    given, candidate, events = work(client)
    with shifted(LATER):
        services.close_due_attempts()
        taken = services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, events))
        again = services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, events))
    assert (taken.new, taken.known, taken.late) == (3, 0, 3)
    assert (again.new, again.known) == (0, 3)
    assert services.verify_exam(given.exam.id) == (1, [])
    assert head_of(candidate).last_seq == 4  # the clock's own event stands before them


def test_what_the_server_has_already_is_known(context: None, client: FlaskClient) -> None:
    given, candidate, events = work(client)
    candidate.client.post(f"/api/v1/attempts/{candidate.id}/events", json={"events": events[:1]},
                          headers={"Authorization": f"Bearer {candidate.token}"})
    with shifted(LATER):
        taken = services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, events))
    assert (taken.new, taken.known, taken.late) == (2, 1, 2)


def test_what_another_device_has_answered_since_is_not_undone(context: None, client: FlaskClient) -> None:
    given, candidate, _events = work(client)
    cut_off = chain(candidate, {"item": candidate.item("short_numeric"), "response": "3,5", "ms": 1200},
                    {"item": candidate.item("single_choice"), "response": candidate.label("single_choice", "o1"),
                     "ms": 1400})
    candidate.answer("short_numeric", "7,5")  # in a second browser, after the first was cut off
    with shifted(LATER):
        services.close_due_attempts()
        taken = services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, cut_off))
        again = services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, cut_off))
    assert (taken.new, taken.known, taken.older) == (1, 0, 1)
    assert (again.new, again.known, again.older) == (0, 1, 1)


def test_while_the_time_runs_the_page_sends_by_itself(context: None, client: FlaskClient) -> None:
    given, candidate, events = work(client)
    with pytest.raises(Invalid):
        services.take_back_answers(given.teacher, given.exam.id, sealed(candidate, events))
    assert head_of(candidate).last_seq == 0


def test_a_changed_or_foreign_file_is_refused_whole(context: None, client: FlaskClient) -> None:
    given, candidate, events = work(client)
    other = make_exam()
    file = sealed(candidate, events)
    changed = json.loads(file)
    changed["sealed"] = base64.b64encode(b"x" + base64.b64decode(changed["sealed"])[1:]).decode()
    gap, unfit = [events[0], events[2]], chain(candidate, {"item": "another", "response": "1", "ms": 1})
    stranger = Candidate(client, other, other.students[0])
    with shifted(LATER):
        for bad in (json.dumps(changed).encode(), file[:-40], b"", b"[]", b'{"kind": 1}', b"\xff",
                    sealed(candidate, gap), sealed(candidate, unfit), sealed(candidate, [{"seq": "1"}]),
                    sealed(stranger, events, attempt=str(candidate.id)), sealed(stranger, [])):
            with pytest.raises(Invalid):
                services.take_back_answers(given.teacher, given.exam.id, bad)
    assert head_of(candidate).last_seq == 0


def test_only_who_invigilates_takes_files_back(context: None, client: FlaskClient) -> None:
    given, candidate, events = work(client)
    stranger = make_actor(make_person("teacher", make_school()))
    with shifted(LATER), pytest.raises(Forbidden):
        services.take_back_answers(stranger, given.exam.id, sealed(candidate, events))


def test_the_page_takes_a_file_and_says_what_came_of_it(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    with app.app_context():
        given, candidate, events = work(client)
        file = sealed(candidate, events)
        teacher_id = given.teacher.id
        db.session.commit()
    teacher = sign_in(teacher_id)
    address = f"/exams/{given.exam.id}/recovery"
    assert teacher.get(address).status_code == 200
    early = teacher.post(address, data={"file": (BytesIO(file), "bai-lam.json")})
    assert early.status_code == 422
    with shifted(LATER):
        answer = teacher.post(address, data={"file": (BytesIO(file), "bai-lam.json")}, follow_redirects=True)
    assert answer.status_code == 200
    assert "3" in answer.text


def test_files_are_taken_by_the_command_and_what_is_wrong_is_said_by_name(app: Flask, client: FlaskClient,
                                                                          tmp_path: Path) -> None:
    with app.app_context():
        _given, candidate, events = work(client)
        good, bad = tmp_path / "good.json", tmp_path / "bad.json"
        with shifted(LATER):
            services.close_due_attempts()
        good.write_bytes(sealed(candidate, events))
    bad.write_text("{}")
    with shifted(LATER):
        result = app.test_cli_runner().invoke(args=["exam", "take-recovery", str(bad), str(good)])
        again = app.test_cli_runner().invoke(args=["exam", "take-recovery", str(good)])
    assert result.exit_code == 1
    assert "bad.json: " in result.output
    assert "good.json: 3 new entries, 3 of them late, 0 known before" in result.output
    assert (again.exit_code, "0 new entries" in again.output) == (0, True)
