"""More time for everybody of a published exam: its effect is counted before, its line stays in the ledger."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt
from assessment.delivery.services.emergencies import Change, list_changes, make_change, preview_change
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

SignIn = Callable[[object], FlaskClient]
WINDOW = Change("window", 30, "power", "Mất điện cả trường")
LIMIT = Change("time", 15, "other", "Đặt sai thời gian")


def test_effect_is_counted_before_and_nothing_is_done(context: Flask) -> None:
    given = make_exam(students=3)
    services.start_attempt(given.students[0], given.exam.id, device="d")
    sitting = services.get_sitting(given.exam.id)
    effect = preview_change(given.teacher, given.exam.id, WINDOW)
    assert (effect.ready, effect.in_progress, effect.submitted) == (2, 1, 0)
    assert effect.closes_at == sitting.closes_at + timedelta(minutes=30)
    assert list_changes(given.teacher, given.exam.id).total == 0


@pytest.mark.parametrize(("change", "limit"), [(WINDOW, 50), (LIMIT, 65)])
def test_who_works_and_who_has_not_begun_have_more_time(context: Flask, change: Change, limit: int) -> None:
    given = make_exam(students=2)
    attempt = services.start_attempt(given.students[0], given.exam.id, device="d")
    db.session.commit()
    assert attempt.deadline is not None
    before, closed = attempt.deadline, services.get_my_exam(given.students[1], given.exam.id).closes_at
    assert make_change(given.teacher, given.exam.id, change).time_limit_minutes == limit
    db.session.commit()
    later = timedelta(minutes=change.minutes)
    assert db.session.get_one(Attempt, attempt.id).deadline == before + later
    assert event_log().get_head(attempt.sitting_id, attempt.id).deadline == before + later
    waiting = services.get_my_exam(given.students[1], given.exam.id)
    assert (waiting.closes_at, waiting.minutes) == (closed + later, limit)
    [made] = list_changes(given.teacher, given.exam.id)
    assert (made.line.seconds, made.line.reason, made.line.actor_id) == (
        change.minutes * 60, change.reason, given.teacher.person_id)


@pytest.mark.parametrize("change", [Change("title", 5, "power", "x"), Change("window", 0, "power", "x"),
                                    Change("window", 5, "whim", "x"), Change("window", 5, "power", " "),
                                    Change("time", 600, "power", "x")])
def test_what_is_not_on_the_list_or_has_no_reason_is_refused(context: Flask, change: Change) -> None:
    given = make_exam()
    with pytest.raises(Invalid):
        make_change(given.teacher, given.exam.id, change)


def test_drafts_and_exams_of_others_are_not_changed_so(context: Flask) -> None:
    draft = make_exam(publish=False)
    with pytest.raises(Conflict):
        make_change(draft.teacher, draft.exam.id, WINDOW)
    given = make_exam()
    with pytest.raises(Forbidden):
        make_change(make_actor(make_person("teacher", make_school())), given.exam.id, WINDOW)


def test_the_page_shows_what_it_will_do_and_does_it_when_confirmed(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(students=2)
    client, base = sign_in(given.teacher.id), f"/exams/{given.exam.id}"
    assert f"{base}/more-time" in client.get(base).text
    fields = {"kind": "window", "minutes": "20", "code": "network", "reason": "Mất mạng"}
    assert client.post(f"{base}/more-time", data=fields | {"reason": ""}).status_code == 422
    shown = client.post(f"{base}/more-time", data=fields)
    assert shown.status_code == 200
    assert f"{base}/more-time/confirm" in shown.text
    with app.app_context():
        assert list_changes(given.teacher, given.exam.id).total == 0
    assert client.post(f"{base}/more-time/confirm", data=fields).status_code == 302
    assert "Mất mạng" in client.get(f"{base}/more-time").text


def test_the_page_of_the_dry_run_shows_every_step(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = make_exam(publish=False)
    client, page = sign_in(given.teacher.id), f"/exams/{given.exam.id}/dry-run"
    assert page in client.get(f"/exams/{given.exam.id}").text
    assert "<table" not in client.get(page).text
    assert client.post(page).status_code == 302
    assert client.get(page).text.count("<tr>") == 11
