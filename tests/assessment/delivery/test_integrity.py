"""Browsers and networks of an exam, and what pages tell of themselves."""

import plistlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import seb, services
from assessment.delivery.services import integrity
from assessment.delivery.services.integrity import Rules
from lms.core.clock import shifted
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.switches import FeatureSwitch
from tests.factories.delivery import Candidate, SetExam, make_exam

SignIn = Callable[[object], FlaskClient]
ROOM = "203.0.113.0/24"


def set_exam(app: Flask, rules: Rules) -> SetExam:
    """A published exam that asks this of a browser."""
    with app.app_context():
        given = make_exam(publish=False)
        integrity.set_integrity(given.teacher, given.exam.id, rules)
        services.publish_exam(given.teacher, given.exam.id)
        db.session.commit()
        return given


def begin(client: FlaskClient, given: SetExam, **sent: object):
    return client.post(f"/exams/{given.exam.id}/start", **sent)


def test_only_the_network_of_the_room_gets_in(app: Flask, sign_in: SignIn) -> None:
    given = set_exam(app, Rules(addresses=[ROOM]))
    client = sign_in(given.students[0].person_id)
    refused = begin(client, given)
    assert refused.status_code == 403
    assert "mạng của phòng thi" in refused.text
    assert begin(client, given, environ_base={"REMOTE_ADDR": "203.0.113.77"}).status_code == 302


def test_safe_exam_browser_shows_the_key_of_the_file_of_this_exam(app: Flask, sign_in: SignIn) -> None:
    given = set_exam(app, Rules(seb=True))
    client = sign_in(given.students[0].person_id)
    page = client.get(f"/exams/{given.exam.id}/start").text
    assert f"/exams/{given.exam.id}/exam.seb" in page
    file = client.get(f"/exams/{given.exam.id}/exam.seb")
    assert file.mimetype == "application/seb"
    settings = plistlib.loads(file.data)
    assert settings["startURL"].endswith(f"/exams/{given.exam.id}/start")
    sent = seb.request_hash(settings["startURL"], seb.config_key(settings))
    assert begin(client, given).status_code == 403
    assert begin(client, given, headers={seb.CONFIG_HEADER: "0" * 64}).status_code == 403
    assert begin(client, given, headers={seb.CONFIG_HEADER: sent}).status_code == 302


def test_a_modern_engine_sends_its_key_with_the_form(app: Flask, sign_in: SignIn) -> None:
    version = "ab" * 32
    given = set_exam(app, Rules(seb=True, exam_keys=[version.upper()]))
    client = sign_in(given.students[0].person_id)
    settings = plistlib.loads(client.get(f"/exams/{given.exam.id}/exam.seb").data)
    config = seb.request_hash(settings["startURL"], seb.config_key(settings))
    exam = seb.request_hash(settings["startURL"], version)
    assert begin(client, given, data={"seb_config_key": config}).status_code == 403
    assert begin(client, given, data={"seb_config_key": config, "seb_exam_key": exam}).status_code == 302


class Sitter:
    """A candidate in Safe Exam Browser: his client, and what his browser makes of its key for a page of the exam."""

    def __init__(self, app: Flask, sign_in: SignIn) -> None:
        self.given = set_exam(app, Rules(seb=True))
        self.client = sign_in(self.given.students[0].person_id)
        self.at = f"/exams/{self.given.exam.id}"
        self.settings = plistlib.loads(self.client.get(f"{self.at}/exam.seb").data)

    def hashed(self, page: str) -> str:
        return seb.request_hash(self.settings["startURL"].removesuffix("start") + page, seb.config_key(self.settings))

    def headers(self, page: str) -> dict[str, str]:
        return {seb.CONFIG_HEADER: self.hashed(page)}

    def post(self, page: str, **sent: object):
        return self.client.post(f"{self.at}/{page}", **sent)

    def opens(self, **sent: object) -> str:
        """Which page stands at the address of the test: the test, or the one before it."""
        text = self.client.get(f"{self.at}/attempt", **sent).text
        assert ("exam-player" in text) != ("data-send-keys" in text)
        return "test" if "exam-player" in text else "check"

    def forget(self) -> None:
        """A copy of the browser that has shown no keys lately."""
        self.client.delete_cookie("exam_browser", path="/exams")


@pytest.fixture
def sitter(app: Flask, sign_in: SignIn) -> Sitter:
    """At work, begun by a modern engine."""
    made = Sitter(app, sign_in)
    assert made.post("start", data={"seb_config_key": made.hashed("start")}).status_code == 302
    return made


def test_a_modern_engine_shows_its_keys_at_every_load_of_the_test(sitter: Sitter) -> None:
    assert sitter.opens() == "test", "just begun"
    with shifted(timedelta(minutes=3)):
        assert sitter.opens() == "check"
        shown = sitter.post("attempt", data={"seb_config_key": sitter.hashed("attempt")})
        assert shown.status_code == 303
        assert sitter.opens() == "test"


@pytest.mark.parametrize("sent", ["", "start", "enter", "0" * 64])
def test_another_browser_that_has_all_cookies_does_not_open_the_test(sitter: Sitter, sent: str) -> None:
    sitter.forget()
    key = sent if len(sent) in (0, 64) else sitter.hashed(sent)
    assert sitter.opens() == "check"
    refused = sitter.post("attempt", data={"seb_config_key": key})
    assert refused.status_code == 403
    assert "Safe Exam Browser" in refused.text
    assert sitter.opens() == "check"


def test_an_engine_that_sends_headers_sees_nothing_of_it(app: Flask, sign_in: SignIn) -> None:
    sitter = Sitter(app, sign_in)
    assert sitter.post("start", headers=sitter.headers("start")).status_code == 302
    sitter.forget()
    assert sitter.opens(headers=sitter.headers("attempt")) == "test"
    assert sitter.opens(headers=sitter.headers("start")) == "check", "not sent anew behind a redirection"
    assert sitter.post("attempt", headers=sitter.headers("attempt")).status_code == 303
    assert sitter.opens(headers=sitter.headers("start")) == "test"


def test_keys_shown_for_one_attempt_open_no_other(app: Flask, sign_in: SignIn, sitter: Sitter) -> None:
    other = Sitter(app, sign_in)
    other.post("start", data={"seb_config_key": other.hashed("start")})
    cookie = sitter.client.get_cookie("exam_browser", path="/exams")
    assert cookie is not None
    other.client.set_cookie("exam_browser", cookie.value, path="/exams")
    assert other.opens() == "check"
    other.client.set_cookie("exam_browser", "forged", path="/exams")
    assert other.opens() == "check"


@pytest.mark.parametrize("engine", ["modern", "classic"])
def test_either_engine_takes_over_from_the_page_at_the_address_of_the_test(app: Flask, sign_in: SignIn, sitter: Sitter,
                                                                           engine: str) -> None:
    with app.app_context():
        attempt = services.get_my_exam(sitter.given.students[0], sitter.given.exam.id).attempt
        services.hand_over_attempt(sitter.given.teacher, attempt.id, reason="máy hỏng")
        db.session.commit()
    sitter.client = sign_in(sitter.given.students[0].person_id)
    assert 'name="seb_config_key"' in sitter.client.get(f"{sitter.at}/attempt").text
    assert sitter.post("enter", data={"seb_config_key": sitter.hashed("start")}).status_code == 403
    sent = {"data": {"seb_config_key": sitter.hashed("attempt")}} if engine == "modern" else {
        "headers": sitter.headers("enter")}
    assert sitter.post("enter", **sent).status_code == 302
    assert sitter.opens() == "test"


def test_rules_say_what_is_wrong_with_each_entry(app: Flask) -> None:
    with app.app_context():
        given = make_exam(publish=False)
        with pytest.raises(Invalid) as refused:
            integrity.set_integrity(given.teacher, given.exam.id,
                                    Rules(addresses=["10.0.0.300", ROOM], exam_keys=["abc"]))
        assert [problem.where for problem in refused.value.problems] == ["addresses", "exam_keys"]
        assert "10.0.0.300" in refused.value.problems[0].message
        services.publish_exam(given.teacher, given.exam.id)
        with pytest.raises(Conflict):
            integrity.set_integrity(given.teacher, given.exam.id, Rules())


def test_what_a_page_tells_is_shown_to_the_invigilator(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    given = set_exam(app, Rules(watermark=True))
    with app.app_context():
        sitter = Candidate(client, given, given.students[0])
        db.session.commit()
        teacher_id = given.teacher.person_id

    def tell(*events: dict[str, object], token: str = sitter.token) -> int:
        return client.post(f"/api/v1/attempts/{sitter.id}/evidence", json={"events": list(events)},
                           headers={"Authorization": f"Bearer {token}"}).status_code

    assert tell({"kind": "left"}, {"kind": "returned", "ms": 12_000}, {"kind": "pasted"}) == 204
    assert tell({"kind": "cheated"}) == 422
    assert tell(*[{"kind": "left"}] * 21) == 422
    assert tell({"kind": "left"}, token="forged") == 401
    teacher = sign_in(teacher_id)
    page = teacher.get(f"/exams/{given.exam.id}/evidence").text
    assert "Dán" in page
    assert "không phải kết luận" in page
    assert ">12<" in page
    assert "Đã rời trang" in teacher.get(f"/exams/{given.exam.id}/evidence/{sitter.id}").text


def test_a_switch_turns_evidence_off_and_answers_go_on(app: Flask, client: FlaskClient) -> None:
    given = set_exam(app, Rules())
    with app.app_context():
        sitter = Candidate(client, given, given.students[0])
        db.session.add(FeatureSwitch(name="evidence", reason="too much at once"))
        db.session.commit()
    app.extensions.pop("lms.switches", None)
    sent = client.post(f"/api/v1/attempts/{sitter.id}/evidence", json={"events": [{"kind": "left"}]},
                       headers={"Authorization": f"Bearer {sitter.token}"})
    assert sent.status_code == 204
    with app.app_context():
        assert integrity.list_evidence(given.teacher, given.exam.id).total == 0
