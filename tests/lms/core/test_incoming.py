"""What arrives: bounded before it is read, and never what a database cannot hold."""

import json
from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.incoming import MOST_BYTES
from lms.core.jobs import Job
from lms.core.permissions import ANONYMOUS, may
from tests.factories.identity import make_person

SignIn = Callable[[UUID], FlaskClient]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def someone(app: Flask, sign_in: SignIn) -> Callable[[str], FlaskClient]:
    def make(role: str) -> FlaskClient:
        with app.app_context(), transaction():
            person_id = make_person(role).id
        return sign_in(person_id)
    return make


def test_nul_is_dropped_from_arguments_and_fields(app: Flask) -> None:
    with app.test_request_context("/?q=a%00b&q=%00c&%00n=1", method="POST", data={"title": "x\0y", "n": ["\0", "2"]}):
        from flask import request
        assert request.args.getlist("q") == ["ab", "c"]
        assert request.args["n"] == "1"
        assert request.form["title"] == "xy"
        assert request.form.getlist("n") == ["", "2"]


def test_nul_in_an_address_names_nothing(client: FlaskClient) -> None:
    assert client.get("/media/x/a%00b.m3u8").status_code == 404
    assert client.get("/npm/bootstrap/%00").status_code == 404


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\udfff\ud800"])
def test_json_that_no_text_can_hold_is_refused(someone: Callable[[str], FlaskClient], text: str) -> None:
    teacher = someone("teacher")
    for description in ({"title": text}, {"title": "x", "lecturers": ["a", text]}, {text: "x"}):
        body = json.dumps({"kind": "lecture", "description": description})
        answer = teacher.post("/api/v1/works", data=body, headers=JSON)
        assert answer.status_code == 400, answer.text
        assert answer.content_type == "application/problem+json"


def test_a_pair_of_surrogates_is_a_letter_like_any_other(someone: Callable[[str], FlaskClient]) -> None:
    body = json.dumps({"kind": "lecture", "description": {"title": "🙂 ổn"}})
    assert "\\ud83d" in body
    answer = someone("teacher").post("/api/v1/works", data=body, headers=JSON)
    assert answer.json["description"]["title"] == "🙂 ổn"


@pytest.mark.parametrize("depth", [600, 100_000])
def test_json_nested_without_end_is_refused(someone: Callable[[str], FlaskClient], depth: int) -> None:
    answer = someone("teacher").post("/api/v1/works", data="[" * depth + "]" * depth, headers=JSON)
    assert answer.status_code == 400


def test_a_page_beyond_all_pages_is_refused(client: FlaskClient) -> None:
    assert client.get("/api/v1/works?page=999999").status_code == 200
    for page in ("1000000", "9" * 30, "9" * 5000, "0", "-1", "x"):
        assert client.get("/api/v1/works", query_string={"page": page}).status_code == 422


@pytest.mark.usefixtures("csrf")  # which is what reads a form first
@pytest.mark.parametrize(("path", "data", "headers"), [
    ("/language", b"language=" + b"x" * MOST_BYTES, {"Content-Type": "application/x-www-form-urlencoded"}),
    ("/works/01890000-0000-7000-8000-000000000000/files", b"x" * (MOST_BYTES + 1),
     {"Content-Type": "multipart/form-data; boundary=x"}),
])
def test_a_large_body_is_refused_before_it_is_read(client: FlaskClient, path: str, data: bytes,
                                                   headers: dict[str, str]) -> None:
    assert client.post(path, data=data, headers=headers).status_code == 413


def test_large_json_is_refused_before_it_is_read(client: FlaskClient) -> None:
    assert client.post("/api/v1/works", data=b" " * (MOST_BYTES + 1), headers=JSON).status_code == 413


@pytest.mark.usefixtures("csrf")
def test_large_files_come_from_those_only_who_may_send_them(someone: Callable[[str], FlaskClient]) -> None:
    for role, status in (("student", 413), ("teacher", 422)):  # the teacher's is read, and lacks the token
        data = {"file": (BytesIO(b"x" * (MOST_BYTES + 1)), "a.pdf")}
        assert someone(role).post(f"/works/{new_id()}/files", data=data).status_code == status


def test_a_question_file_is_bounded_by_what_is_read_of_it(someone: Callable[[str], FlaskClient]) -> None:
    teacher = someone("teacher")
    for announced, status in ((None, 422), (202 * 1024**2, 413)):
        data = {"file": (BytesIO(b"x" * 1024**2), "a.gift")}
        said = {"CONTENT_LENGTH": str(announced)} if announced else {}
        assert teacher.post("/bank/import/", data=data, environ_overrides=said).status_code == status


def test_no_engine_writes_values_into_the_log(app: Flask) -> None:
    from assessment.delivery.current_log import event_log
    with app.app_context():
        assert db.engine.hide_parameters
        assert event_log()._engine.hide_parameters


def test_a_job_of_nobody_is_not_everybodys() -> None:
    assert not may(ANONYMOUS, "job:read", Job(name="x", owner_id=None))


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00",
                                   "2026-02-31", "x" * 5000])
def test_the_audit_of_a_day_that_is_none(someone: Callable[[str], FlaskClient], since: str) -> None:
    assert someone("administrator").get("/audit", query_string={"since": since}).status_code == 200
