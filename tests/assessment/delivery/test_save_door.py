"""The door for saves: plain saves are answered there, everything else by the route behind it, and both say the same."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt
from assessment.delivery.save_door import SaveDoor
from lms.core.clock import shifted
from lms.core.db import db
from tests.factories.delivery import Candidate, make_exam


@pytest.fixture
def passed_on(app: Flask) -> Iterator[list[str]]:
    """The paths that the door let through to Flask."""
    door, paths = app.wsgi_app, []
    assert isinstance(door, SaveDoor), "the door stands in front of everything"
    inner = door._inner

    def watch(environ: dict[str, object], start_response: object) -> object:
        paths.append(str(environ["PATH_INFO"]))
        return inner(environ, start_response)  # type: ignore[arg-type]

    door._inner = watch  # type: ignore[assignment]
    yield paths
    door._inner = inner


@pytest.fixture
def writer(context: Flask, client: FlaskClient) -> Candidate:
    """A candidate who has saved once: token and paper are known to this process."""
    given = make_exam(minutes=10)
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o1")
    return writer


def test_plain_save_does_not_reach_flask(writer: Candidate, passed_on: list[str]) -> None:
    response = writer.answer("single_choice", "o2")
    assert response.status_code == 200
    assert response.get_json()["acks"][0]["hash"] == writer.prev
    assert passed_on == []
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_door_and_route_say_the_same(app: Flask, writer: Candidate, passed_on: list[str]) -> None:
    event = writer.answer_event("single_choice", "o2")
    at_the_door = writer.post(event).get_json()
    door = app.wsgi_app
    app.wsgi_app = door._inner  # type: ignore[attr-defined, method-assign]
    try:
        behind = writer.post(event).get_json()
    finally:
        app.wsgi_app = door  # type: ignore[method-assign]
    assert at_the_door.keys() == behind.keys()
    assert at_the_door["acks"] == behind["acks"]


def test_late_and_refused_saves_go_to_the_route_and_submissions_do_not(writer: Candidate, passed_on: list[str]) -> None:
    assert writer.post(writer.event("nonsense")).status_code == 422
    with shifted(timedelta(minutes=11)):
        writer.seq, writer.prev = writer.state()["seq"], writer.state()["hash"]
        assert writer.answer("single_choice", "o2").status_code == 409
    writer.seq, writer.prev = writer.state()["seq"], writer.state()["hash"]
    assert writer.submit().status_code == 200
    assert sum(path.endswith("/events") for path in passed_on) == 2


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}])
def test_without_a_token_the_route_refuses(writer: Candidate, passed_on: list[str], headers: dict[str, str]) -> None:
    response = writer.client.post(f"/api/v1/attempts/{writer.id}/events", data=b"{}", headers=headers)
    assert response.status_code == 401
    assert len(passed_on) == 1


def test_other_addresses_pass(writer: Candidate, passed_on: list[str]) -> None:
    assert writer.client.get(f"/api/v1/attempts/{writer.id}/events").status_code == 405
    assert writer.client.post("/api/v1/attempts/not-a-uuid-but-thirty-six-letters-xx/events").status_code == 404
    assert len(passed_on) == 2


def test_body_beyond_all_measure_is_not_read(writer: Candidate) -> None:
    response = writer.client.post(f"/api/v1/attempts/{writer.id}/events", data=b"x" * 700_000,
                                  headers={"Authorization": f"Bearer {writer.token}"})
    assert response.status_code == 413


def ask_time(writer: Candidate):
    """A page whose clock has run out asks once more."""
    return writer.client.post(f"/api/v1/attempts/{writer.id}/events", json={"events": []},
                              headers={"Authorization": f"Bearer {writer.token}"})


def test_page_asks_at_the_door_how_much_time_is_left_and_nothing_is_written(writer: Candidate,
                                                                             passed_on: list[str]) -> None:
    before = writer.state()
    passed_on.clear()
    told = ask_time(writer).get_json()
    assert passed_on == []
    assert told["acks"] == []
    assert 590_000 < told["remaining_ms"] <= 600_000
    assert (writer.state()["seq"], writer.state()["hash"]) == (before["seq"], before["hash"])
    with shifted(timedelta(minutes=11)):
        assert ask_time(writer).get_json()["remaining_ms"] == 0


def test_page_of_a_test_that_was_taken_over_is_told_so(writer: Candidate) -> None:
    attempt = db.session.get_one(Attempt, UUID(str(writer.id)))
    event_log().hand_over(attempt.sitting_id, attempt.id)
    assert (ask_time(writer).status_code, ask_time(writer).get_json()["reason"]) == (409, "other_device")


def test_page_of_a_test_that_was_handed_in_is_told_so(writer: Candidate) -> None:
    writer.submit()
    assert (ask_time(writer).status_code, ask_time(writer).get_json()["reason"]) == (409, "submitted")
