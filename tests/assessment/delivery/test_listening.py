"""Recordings with limited plays: no address on the page, the sound for a play that was saved, and only in its time."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from assessment.assembly.services import DrawRow, SetWish
from assessment.bank.media import keep_many_media
from assessment.bank.media_bytes import sound_seconds
from assessment.bank.models import Item
from assessment.delivery import services
from lms.core.clock import shifted
from lms.core.db import db
from tests.assessment.bank.test_media_bytes import picture, wav
from tests.factories.bank import make_stimulus
from tests.factories.delivery import Candidate, SetExam, make_exam

SECOND_PLAY = timedelta(minutes=5)


@pytest.fixture
def listening(app: Flask, client: FlaskClient) -> tuple[SetExam, Candidate, str]:
    """An exam about a recording that may be heard twice, a candidate at work, and the recording."""
    with app.app_context():
        given = make_exam(kinds=("short_numeric", "single_choice"), publish=False)
        teacher = given.teacher
        items = list(db.session.scalars(select(Item).where(Item.owner_id == teacher.person_id)))
        kept, drawing = keep_many_media(teacher, [("a.wav", wav()), ("a.png", picture())])
        make_stimulus(SimpleNamespace(id=teacher.person_id), subject=SimpleNamespace(id=items[0].subject_id),
                      items=items, audio={"src": kept.src, "plays": 2},
                      body=f'<p>Nghe rồi xem <img src="{drawing.src}" alt="Bến cảng"></p>')
        services.set_draw_rows(teacher, given.exam.id, [DrawRow(given.exam.subject_id, 1, sets=SetWish())])
        services.draw_exam_form(teacher, given.exam.id, seed=1)
        services.publish_exam(teacher, given.exam.id)
        db.session.commit()
        return given, Candidate(client, given, given.students[0]), str(kept.id)


def fetch(sitter: Candidate, recording: str, token: str | None = None):
    return sitter.client.get(f"/api/v1/attempts/{sitter.id}/recordings/{recording}",
                             headers={"Authorization": f"Bearer {token or sitter.token}"})


def play(sitter: Candidate, recording: str) -> int:
    return sitter.post(sitter.event({"play": recording, "ms": 1})).status_code


def test_each_play_is_asked_for_and_the_one_too_many_gets_nothing(app, listening, sign_in):
    given, sitter, recording = listening
    assert fetch(sitter, recording).status_code == 409, "no play has begun"
    assert play(sitter, recording) == 200
    for _again in range(2):  # a broken line or a reload
        answer = fetch(sitter, recording)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/wav", wav())
        assert answer.headers["Cache-Control"] == "private, no-store"
    with shifted(SECOND_PLAY):
        assert fetch(sitter, recording).status_code == 409, "the time of this play is over"
        assert play(sitter, recording) == 200
        assert fetch(sitter, recording).status_code == 200
        assert play(sitter, recording) == 200, "kept as evidence"
        refused = fetch(sitter, recording)
        assert (refused.status_code, "nghe đủ số lần" in refused.get_json()["detail"]) == (409, True)
    with app.app_context():
        [row] = services.list_candidates(given.teacher, given.exam.id)
        assert row.extra_plays == 1
    assert sitter.state()["plays"] == {recording: 3}
    assert "Đòi nghe quá 1 lượt" in sign_in(given.teacher.id).get(f"/exams/{given.exam.id}").text


def test_the_sound_is_for_the_device_that_holds_the_attempt(app, listening):
    given, sitter, recording = listening
    play(sitter, recording)
    assert fetch(sitter, recording, "x" * 40).status_code == 401
    assert fetch(sitter, str(UUID(int=7))).status_code == 404
    with app.app_context():
        services.hand_over_attempt(given.teacher, sitter.id, reason="")
        db.session.commit()
    assert fetch(sitter, recording).status_code == 409
    assert sitter.submit().status_code == 409


def test_after_the_end_there_is_no_sound(listening):
    _given, sitter, recording = listening
    play(sitter, recording)
    sitter.submit()
    assert fetch(sitter, recording).status_code == 409


def test_the_candidates_page_has_no_address_of_the_sound(app, listening, sign_in):
    given, _sitter, recording = listening
    client = sign_in(given.students[0].id)
    client.set_cookie("exam_device", "device-1", path="/exams")
    page = client.get(f"/exams/{given.exam.id}/attempt").text
    assert f'data-media="{recording}"' in page
    assert f"/items/media/{recording}" not in page
    teacher = sign_in(given.teacher.id)
    assert f"/items/media/{recording}?t=" in teacher.get(f"/exams/{given.exam.id}/form").text


def test_the_length_of_a_sound_is_read_from_its_bytes():
    assert sound_seconds(wav()) == pytest.approx(0.1, abs=0.1)
    assert sound_seconds(b"junk") is None


def test_a_picture_on_the_paper_is_named_by_its_place(app, listening, sign_in):
    given, _sitter, _recording = listening
    reader = sign_in(given.students[0].id)
    reader.set_cookie("exam_device", "device-1", path="/exams")
    page = reader.get(f"/exams/{given.exam.id}/attempt").text
    [address] = html.fromstring(page).xpath("//img[@alt='Bến cảng']/@src")
    assert "/items/media/" not in page
    shown = app.test_client().get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert "item" not in str(shown.headers).lower()
    for other in (address.replace("/pictures/", "/pictures/1"), address[:-4], address.split("?")[0]):
        assert app.test_client().get(other).status_code == 403
