"""What every answer has in common: pages for errors, problem+json for programs, safe headers, two languages."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from lms.core.db import db
from lms.core.errors import Conflict, Invalid, PlatformError, Problem, Unavailable
from lms.core.i18n import _
from lms.core.web import safe_next

FAULTS = {
    "conflict": lambda: Conflict(_("There is no such job.")),
    "invalid": lambda: Invalid("Two things", [Problem("line 3", "no key"), Problem("line 9", "<b>two keys</b>")]),
    "down": lambda: Unavailable("The store rests", service="storage"),
    "crash": lambda: RuntimeError("password=hunter2"),
    "database": lambda: OperationalError("SELECT secret", {}, Exception("connection refused")),
}


@pytest.fixture
def faulty(app: Flask) -> Iterator[FlaskClient]:
    """A client for whom `/health?fault=...` fails in a chosen way."""
    usual = app.view_functions["core.health"]

    def fail() -> object:
        from flask import request
        raise FAULTS[request.args["fault"]]()

    app.view_functions["core.health"] = fail
    yield app.test_client()
    app.view_functions["core.health"] = usual


@pytest.mark.parametrize(("fault", "status"), [("conflict", 409), ("invalid", 422), ("down", 503), ("crash", 500),
                                               ("database", 503)])
def test_an_error_is_a_page_without_its_insides(faulty: FlaskClient, fault: str, status: int) -> None:
    answer = faulty.get(f"/health?fault={fault}", headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert "<main" in answer.text
    for inside in ("Traceback", "hunter2", "SELECT secret", "RuntimeError"):
        assert inside not in answer.text


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_program_gets_problem_json(faulty: FlaskClient, fault: str) -> None:
    answer = faulty.get(f"/health?fault={fault}", headers={"Accept": "application/json"})
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    assert "hunter2" not in answer.text


def test_problems_name_their_place_and_are_escaped(faulty: FlaskClient) -> None:
    page = faulty.get("/health?fault=invalid", headers={"Accept": "text/html"}).text
    assert "line 3" in page
    assert "&lt;b&gt;two keys" in page


def test_what_is_down_says_when_to_come_back(faulty: FlaskClient) -> None:
    assert faulty.get("/health?fault=down").headers["Retry-After"] == "10"


def test_vietnamese_is_the_default_and_english_a_switch(app: Flask) -> None:
    client = app.test_client()
    assert '<html lang="vi"' in client.get("/").text
    client.post("/language", data={"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/").text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    client.post("/language", data={"language": "xx"})
    assert '<html lang="vi"' in client.get("/").text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
                                    "", None, "/a\n/b"])
def test_going_on_never_leaves_the_platform(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_every_answer_has_safe_headers(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


def test_only_the_page_packages_are_served(client: FlaskClient) -> None:
    assert client.get("/npm/bootstrap/dist/css/bootstrap.min.css").status_code == 200
    for path in ("axe-core/axe.min.js", "bootstrap/../axe-core/axe.min.js", "../pyproject.toml", ".package-lock.json"):
        assert client.get(f"/npm/{path}").status_code == 404


def test_metrics_are_for_this_machine_only(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404


def test_a_failed_request_leaves_nothing_behind(app: Flask) -> None:
    from lms.core.outbox import OutboxChange, mark_changed
    usual = app.view_functions["core.set_theme"]

    def half_done() -> object:
        mark_changed("work", "1")
        db.session.flush()
        raise PlatformError("no")

    app.view_functions["core.set_theme"] = half_done
    try:
        assert app.test_client().post("/theme").status_code == 500
    finally:
        app.view_functions["core.set_theme"] = usual
    with app.app_context():
        assert db.session.query(OutboxChange).count() == 0


def test_the_api_describes_itself(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    assert "/api/v1/jobs/{job_id}" in spec["paths"]
    assert client.get("/api/v1/docs").status_code == 200
