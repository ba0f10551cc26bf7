"""The paper before the bell: sealed while candidates wait, opened by a key that the start gives and nothing else."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from lms.core.clock import shifted
from tests.factories.delivery import SetExam, make_exam

SOON = timedelta(minutes=10)
AT_START = timedelta(minutes=11)


def made(app: Flask, **options: Any) -> SetExam:
    """An exam, made in a context of its own."""
    with app.app_context():
        return make_exam(**options)


def opened(bundle: bytes, key: str, form: str) -> dict[str, Any]:
    """What the waiting page does (see static/player/waiting.js)."""
    text = AESGCM(base64.b64decode(key)).decrypt(bundle[:12], bundle[12:], form.encode())
    return dict(json.loads(text))


def test_the_sealed_page_is_the_page_of_the_attempt(app: Flask, sign_in: Any) -> None:
    given = made(app, opens_in=SOON)
    student = sign_in(given.students[0].id)
    bundle = student.get(f"/exams/{given.exam.id}/bundle")
    assert bundle.status_code == 200
    assert b"exam-player" not in bundle.data
    assert given.paper.items[0].form_item_id.hex not in bundle.data.hex()
    early = student.post(f"/exams/{given.exam.id}/start", headers={"Accept": "application/json"})
    assert early.status_code == 409
    assert b"key" not in early.data
    with shifted(AT_START):
        start = student.post(f"/exams/{given.exam.id}/start", headers={"Accept": "application/json"}).get_json()
        page = student.get(f"/exams/{given.exam.id}/attempt").text
    sealed = opened(bundle.data, start["key"], start["form"])["page"]
    assert start["state"]["seq"] == 0
    assert start["token"]
    assert start["token"] not in sealed
    for item in given.paper.items:
        assert str(item.form_item_id) in sealed
    assert sealed.count("<fieldset") == page.count("<fieldset")


def test_neither_before_its_time_nor_for_strangers(app: Flask, sign_in: Any) -> None:
    given, other = made(app, opens_in=timedelta(hours=2)), made(app)
    student = sign_in(given.students[0].id)
    assert student.get(f"/exams/{given.exam.id}/bundle").status_code == 409
    assert student.get(f"/exams/{other.exam.id}/bundle").status_code == 404


def test_the_key_of_one_form_opens_no_other(app: Flask, sign_in: Any) -> None:
    given, other = made(app), made(app)
    student, stranger = sign_in(given.students[0].id), sign_in(other.students[0].id)
    bundle = student.get(f"/exams/{given.exam.id}/bundle").data
    start = stranger.post(f"/exams/{other.exam.id}/start", headers={"Accept": "application/json"}).get_json()
    with pytest.raises(InvalidTag):
        opened(bundle, start["key"], start["form"])


def test_the_worker_may_control_the_page_of_an_attempt(app: Flask, sign_in: Any) -> None:
    given = made(app)
    script = sign_in(given.students[0].id).get("/exams/player-worker.js")
    assert script.headers["Service-Worker-Allowed"] == "/exams/"
    assert script.mimetype == "text/javascript"
