"""PostgreSQL gone: what needs it says so, what does not goes on, and it works again at once when it is back."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import broker
from lms.core.db import db
from lms.identity import services as identity
from tests.faults.conftest import Lines
from tests.faults.scenes import EXAM_KIND, answer_that_counts, seat_candidate

ClientOf = Callable[[str], FlaskClient]


@pytest.mark.parametrize("role", ["student", "teacher", "librarian", "administrator"])
def test_pages_say_so_and_work_again_at_once(lines: Lines, client_of: ClientOf, role: str) -> None:
    client = client_of(role)
    assert client.get("/").status_code == 200
    lines["database"].cut()
    page = client.get("/")
    assert page.status_code == 503
    assert "Cơ sở dữ liệu" in page.text
    assert "Traceback" not in page.text
    assert page.headers["Retry-After"]
    lines["database"].mend()
    assert client.get("/").status_code == 200


def test_a_form_that_was_sent_changes_nothing(lines: Lines, client_of: ClientOf) -> None:
    client = client_of("teacher")
    lines["database"].cut()
    assert client.post("/account/language", data={"language": "en"}).status_code == 503


def test_a_line_cut_before_the_commit_is_told_too(lines: Lines, client_of: ClientOf,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    client, set_locale = client_of("teacher"), identity.set_locale

    def set_and_cut(*arguments: object) -> None:
        set_locale(*arguments)
        db.session.flush()
        lines["database"].cut()

    monkeypatch.setattr(identity, "set_locale", set_and_cut)
    page = client.post("/account/language", data={"language": "en"})
    assert page.status_code == 503
    assert "Cơ sở dữ liệu" in page.text


def test_programs_get_a_problem(lines: Lines, client: FlaskClient) -> None:
    lines["database"].cut()
    answer = client.get("/api/v1/works")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert client.get("/health").status_code == 503


@pytest.mark.parametrize("path", ["/sign-in", "/static/shell/js/bind.js", "/metrics",
                                  "/npm/katex/dist/katex.min.css", "/api/v1/openapi.json"])
def test_what_needs_no_database_goes_on(lines: Lines, client: FlaskClient, path: str) -> None:
    lines["database"].cut()
    assert client.get(path).status_code == 200


def test_a_save_is_refused_with_a_time_and_never_acknowledged(app: Flask, lines: Lines) -> None:
    candidate = seat_candidate(app)
    event = candidate.answer_event(EXAM_KIND, "o2")
    lines["database"].cut()
    refused = candidate.post(event)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "acks" not in refused.get_json()
    lines["database"].mend()
    assert answer_that_counts(app, candidate) == "o1"
    assert candidate.post(event).status_code == 200
    assert answer_that_counts(app, candidate) == "o2"


def test_the_first_save_after_a_restart_of_the_database_is_taken(app: Flask, lines: Lines) -> None:
    candidate = seat_candidate(app)
    lines["database"].cut()
    lines["database"].mend()
    assert candidate.answer(EXAM_KIND, "o2").status_code == 200
    assert answer_that_counts(app, candidate) == "o2"


def test_a_database_that_hangs_keeps_nobody_waiting_for_long(app: Flask, lines: Lines) -> None:
    candidate = seat_candidate(app)
    lines["database"].stall()
    event = candidate.answer_event(EXAM_KIND, "o3")
    assert candidate.post(event).status_code == 503
    lines["database"].mend()
    assert candidate.post(event).status_code == 200
    assert answer_that_counts(app, candidate) == "o3"


def test_workers_never_give_up_on_a_broker(app: Flask) -> None:
    assert broker.make_celery(app.extensions["lms.settings"]).conf.broker_connection_max_retries is None
