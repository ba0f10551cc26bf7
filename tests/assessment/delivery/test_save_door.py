"""The door for saves: plain saves are answered there, everything else by the route behind it, and both say the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery.save_door import SaveDoor
from lms.core.clock import shifted
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
