"""A session that ends in the middle of an exam takes nothing with it."""

import json
from datetime import timedelta

from flask import Flask
from lxml.html import document_fromstring

from assessment.delivery.candidate_views import DEVICE_COOKIE
from lms.core.clock import shifted
from lms.core.db import transaction
from lms.identity import services as identity
from tests.factories.delivery import Candidate, make_exam
from tests.faults.scenes import EXAM_KIND, answer_that_counts, seat_candidate


def test_the_attempt_outlives_the_session(app: Flask) -> None:
    candidate = seat_candidate(app)
    with shifted(timedelta(minutes=49)):
        assert candidate.answer(EXAM_KIND, "o3").status_code == 200
    assert answer_that_counts(app, candidate) == "o3"


def test_who_signs_in_again_goes_on_with_everything(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie(DEVICE_COOKIE, "device-1", path="/exams")
    with app.app_context():
        given = make_exam(kinds=[EXAM_KIND])
        student = given.students[0]
        candidate = Candidate(client, given, student, device="device-1")
    page = f"/exams/{given.exam.id}/attempt"
    assert client.get(page).status_code == 302, "nobody is signed in: it asks to"
    assert candidate.answer(EXAM_KIND, "o4").status_code == 200, "the page that is open goes on saving"
    with app.app_context(), transaction():
        sign_in_id = identity.start_sign_in(student.id).id
    with client.session_transaction() as session:
        session["_user_id"] = str(sign_in_id)
    player = document_fromstring(client.get(page).text).xpath("//*[@data-behaviour='exam-player']")[0]
    state = json.loads(player.get("data-state"))
    assert state["answers"][candidate.item(EXAM_KIND)]["response"] == (
        candidate.label(EXAM_KIND, "o4"))
    assert (state["seq"], state["hash"]) == (candidate.seq, candidate.prev)
