"""The pages: a teacher makes an exam step by step, a pupil sits it."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from assessment.bank.content import EXAM_TYPES
from assessment.bank.models import Item
from assessment.delivery import services
from assessment.delivery.models import Exam
from lms.core.clock import now, shifted
from lms.core.db import db
from tests.factories.bank import make_item, make_stimulus
from tests.factories.curriculum import make_subject, make_topic
from tests.factories.delivery import FOUR_TYPES, Candidate, SetExam, make_exam
from tests.factories.identity import make_person
from tests.factories.organisations import make_class, make_school

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SignIn = Callable[[object], FlaskClient]


def local(moment: object) -> str:
    """A moment as a datetime-local field sends it."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")  # type: ignore[attr-defined]


def made(app: Flask, **options: Any) -> SetExam:
    """An exam, made in a context of its own: requests of a client must not share one."""
    with app.app_context():
        return make_exam(**options)


def candidate(app: Flask, client: FlaskClient, given: SetExam, device: str = "device-1") -> Candidate:
    """The first student at work."""
    with app.app_context():
        return Candidate(client, given, given.students[0], device=device)


def person_id(app: Flask, role: str, organisation_id: UUID | None = None) -> UUID:
    """Somebody else, of a school of his own or of this one."""
    with app.app_context():
        school = SimpleNamespace(id=organisation_id) if organisation_id else make_school()
        person = make_person(role, school)
        db.session.commit()
        return person.id


def basics(subject_id: UUID, **changes: object) -> dict[str, object]:
    """The first step's fields."""
    fields = {"title": "Kiểm tra 45 phút", "subject_id": str(subject_id), "time_limit_minutes": "45",
              "opens_at": local(now() - timedelta(hours=1)), "closes_at": local(now() + timedelta(hours=4)),
              "instructions": "Không dùng tài liệu.", "shuffle": "y", "release": "after_close"}
    return {**fields, **changes}


def test_teacher_makes_an_exam_step_by_step(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        school, subject = make_school(), make_subject()
        teacher, topic = make_person("teacher", school), make_topic(subject)
        group = make_class(school, students=2, name="12A1")
        for kind in FOUR_TYPES:
            make_item(kind, owner=teacher, topic=topic, organisation=school)
        db.session.commit()
        subject_id, topic_id, group_id, teacher_id = subject.id, topic.id, group.id, teacher.id
    client = sign_in(teacher_id)

    answer = client.post("/exams/new", data=basics(subject_id))
    assert answer.status_code == 302
    exam_id = answer.location.split("/")[2]
    for kind in FOUR_TYPES:
        row = {"topic_id": str(topic_id), "level": "know", "type": kind, "count": "1", "points": ""}
        assert client.post(f"/exams/{exam_id}/plan", data=row).status_code == 302
    assert "12A1" in client.get(f"/exams/{exam_id}/candidates").text
    assert client.post(f"/exams/{exam_id}/draw").location == f"/exams/{exam_id}/form"
    assert client.get(f"/exams/{exam_id}/form").text.count("<fieldset") == 4
    assert client.post(f"/exams/{exam_id}/candidates", data={"classes": str(group_id)}).status_code == 302
    assert client.post(f"/exams/{exam_id}/publish").status_code == 302
    with app.app_context():
        assert db.session.get_one(Exam, UUID(exam_id)).state == "published"
    assert client.get(f"/exams/{exam_id}").text.count("000001") == 1


def test_times_are_read_on_the_vietnamese_clock(app: Flask, sign_in: SignIn) -> None:
    given = made(app, publish=False)
    fields = basics(given.exam.subject_id, opens_at="2030-05-20T07:30", closes_at="2030-05-20T09:00:30")
    assert sign_in(given.teacher.id).post(f"/exams/{given.exam.id}/edit", data=fields).status_code == 302
    with app.app_context():
        sitting = services.get_sitting(given.exam.id)
        assert sitting.opens_at == datetime(2030, 5, 20, 0, 30, tzinfo=UTC)
        assert sitting.closes_at == datetime(2030, 5, 20, 2, 0, 30, tzinfo=UTC)


def test_wrong_basics_come_back_with_reasons(app: Flask, sign_in: SignIn) -> None:
    given = made(app, publish=False)
    client, subject_id = sign_in(given.teacher.id), given.exam.subject_id
    short = basics(subject_id, closes_at=local(now() - timedelta(minutes=50)), time_limit_minutes="60")
    for fields in (basics(subject_id, title=""), basics(subject_id, opens_at="soon"), short):
        answer = client.post("/exams/new", data=fields)
        assert answer.status_code == 422
        assert "field-error" in answer.text


def test_plan_shows_what_the_bank_has_and_a_row_can_be_removed(app: Flask, sign_in: SignIn) -> None:
    given = made(app, publish=False)
    client = sign_in(given.exam.owner_id)
    page = client.get(f"/exams/{given.exam.id}/plan")
    assert page.status_code == 200
    assert client.post(f"/exams/{given.exam.id}/plan/1/remove").status_code == 302
    with app.app_context():
        plan = services.get_plan(given.teacher, given.exam.id)
    assert len(plan.rows) == 3
    assert plan.papers == []


def test_exam_that_is_not_ready_says_what_is_missing(app: Flask, sign_in: SignIn) -> None:
    given = made(app, publish=False)
    with app.app_context():
        services.set_draw_rows(given.teacher, given.exam.id, [])
        db.session.commit()
    answer = sign_in(given.exam.owner_id).post(f"/exams/{given.exam.id}/publish")
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["", "/edit", "/plan", "/form", "/candidates"])
def test_pages_are_for_teachers_of_the_school_only(app: Flask, sign_in: SignIn, path: str) -> None:
    given = made(app)
    address = f"/exams/{given.exam.id}{path}"
    student, stranger = given.students[0].id, person_id(app, "teacher")
    assert sign_in(given.exam.owner_id).get(address).status_code == 200
    assert sign_in(student).get(address).status_code == 403
    assert sign_in(stranger).get(address).status_code == 403


@pytest.mark.parametrize("act", ["publish", "close", "withdraw", "draw"])
def test_colleague_may_look_on_but_not_act(app: Flask, sign_in: SignIn, act: str) -> None:
    given = made(app)
    client = sign_in(person_id(app, "teacher", given.exam.organisation_id))
    assert client.get(f"/exams/{given.exam.id}").status_code == 200
    assert client.post(f"/exams/{given.exam.id}/{act}").status_code in (403, 409)


def player(client: FlaskClient, exam_id: object) -> dict[str, Any]:
    """What the player's page carries."""
    page = client.get(f"/exams/{exam_id}/attempt")
    assert page.status_code == 200
    root = html.fromstring(page.text).xpath("//*[@data-behaviour='exam-player']")[0]
    return {"state": json.loads(root.get("data-state")), "token": root.get("data-token"), "url": root.get("data-url"),
            "texts": json.loads(root.get("data-texts")), "page": page.text}


@pytest.mark.parametrize("path", ["", "/candidates"])
def test_many_candidates_come_in_pages_with_their_totals(app: Flask, sign_in: SignIn, path: str) -> None:
    given = made(app, students=53)
    teacher = sign_in(given.teacher.person_id)
    first, second, beyond = (html.fromstring(teacher.get(f"/exams/{given.exam.id}{path}?page={number}").text)
                             for number in (1, 2, 9))
    rows = [len(page.xpath("//table//tbody/tr")) for page in (first, second, beyond)]
    assert rows == [50, 3, 0]
    assert second.xpath("string(//table//tbody/tr[1]/td[1])") == "000051"
    assert all("53" in page.text_content() for page in (first, second, beyond))
    assert first.xpath("//nav[@class='pages']//a[@rel='next']/@href") == [f"/exams/{given.exam.id}{path}?page=2"]


def test_pupil_sits_the_exam(app: Flask, sign_in: SignIn) -> None:
    given = made(app)
    exam_id, client = given.exam.id, sign_in(given.students[0].id)
    assert given.exam.title in client.get("/exams/mine").text
    assert client.get(f"/exams/{exam_id}/attempt").location.endswith("/start")
    assert client.get(f"/exams/{exam_id}/start").status_code == 200
    assert client.post(f"/exams/{exam_id}/start").location.endswith("/attempt")
    shown = player(client, exam_id)
    assert shown["page"].count("<fieldset") == 4
    assert "explanation" not in shown["page"]
    assert shown["state"]["seq"] == 0


def test_rule_5_paper_is_not_readable_before_the_start(app: Flask, sign_in: SignIn) -> None:
    given = made(app, opens_in=timedelta(hours=1), closes_in=timedelta(hours=5))
    client = sign_in(given.students[0].id)
    assert client.post(f"/exams/{given.exam.id}/start").status_code == 409
    for address in (f"/exams/{given.exam.id}/start", "/exams/mine"):
        text = unescape(client.get(address).text)
        assert not any(item.content["prompt"][3:-4] in text for item in given.paper.items)


def test_rule_5_no_key_is_on_the_player_page(app: Flask, sign_in: SignIn) -> None:
    """Neither a key, nor an id as the item was written, which would often tell it; of any type."""
    with app.app_context():
        given = make_exam(kinds=EXAM_TYPES)
    client = sign_in(given.students[0].id)
    client.post(f"/exams/{given.exam.id}/start")
    page = unescape(player(client, given.exam.id)["page"])
    for word in ("correct", "accepted", "explanation", "model_answer"):
        assert word not in page
    assert not re.findall(r'(?:value|data-(?:option|chip|line|card|group|marker))="[ota][1-9]\d?"', page)


def test_reload_shows_what_was_answered(app: Flask, sign_in: SignIn) -> None:
    given = made(app)
    client = sign_in(given.students[0].id)
    client.post(f"/exams/{given.exam.id}/start")
    device = client.get_cookie("exam_device", path="/exams")
    assert device is not None
    writer = candidate(app, client, given, device.value)
    label = writer.label("single_choice", "o2")
    for said in ("o2", label):
        writer.answer("single_choice", said)
        seen = player(client, given.exam.id)
        assert seen["state"]["answers"] == {
            writer.item("single_choice"): {"response": label, "late": False, "seq": writer.seq}}
        with app.app_context():
            assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}
    assert '"o2"' not in seen["page"], "an id as the item was written says which option was written second"


def test_another_browser_is_told_to_ask_the_teacher(app: Flask, sign_in: SignIn) -> None:
    given = made(app)
    exam_id, student = given.exam.id, given.students[0].id
    first, second = sign_in(student), sign_in(student)
    first.post(f"/exams/{exam_id}/start")
    assert second.get(f"/exams/{exam_id}/attempt").status_code == 409
    assert second.post(f"/exams/{exam_id}/enter").status_code == 409
    with app.app_context():
        attempt_id = services.get_my_exam(given.students[0], exam_id).attempt.id
    sign_in(given.exam.owner_id).post(f"/exams/{exam_id}/attempts/{attempt_id}/hand-over")
    assert second.get(f"/exams/{exam_id}/attempt").status_code == 200
    assert second.post(f"/exams/{exam_id}/enter").status_code == 302
    assert player(second, exam_id)["state"]["seq"] == 0
    assert first.get(f"/exams/{exam_id}/attempt").status_code == 409


def test_submitted_page_is_a_receipt(app: Flask, sign_in: SignIn) -> None:
    given = made(app)
    client = sign_in(given.students[0].id)
    writer = candidate(app, client, given)
    writer.answer("single_choice", "o2")
    writer.submit()
    page = client.get(f"/exams/{given.exam.id}/submitted").text
    assert writer.prev in page
    assert client.get(f"/exams/{given.exam.id}/attempt").location.endswith("/submitted")
    assert client.get(f"/exams/{given.exam.id}/start").location.endswith("/submitted")


def test_submitted_page_tells_which_answers_came_too_late(app: Flask, sign_in: SignIn) -> None:
    given = made(app, minutes=10)
    client = sign_in(given.students[0].id)
    writer = candidate(app, client, given)
    with shifted(timedelta(minutes=11)):
        writer.answer("single_choice", "o2")
        page = client.get(f"/exams/{given.exam.id}/submitted")
    assert page.status_code == 200
    assert "tone-warning" in page.text


def test_somebody_who_is_not_registered_finds_nothing(app: Flask, sign_in: SignIn) -> None:
    given = made(app)
    client = sign_in(person_id(app, "student"))
    for path in ("start", "attempt", "submitted"):
        assert client.get(f"/exams/{given.exam.id}/{path}").status_code == 404
    assert client.post(f"/exams/{given.exam.id}/start").status_code == 404


def test_expired_session_leads_to_sign_in_and_back(app: Flask, client: FlaskClient) -> None:
    given = made(app)
    answer = client.get(f"/exams/{given.exam.id}/attempt")
    assert answer.status_code == 302
    assert f"/exams/{given.exam.id}/attempt" in unescape(answer.location).replace("%2F", "/")


def test_only_a_page_that_needs_it_has_a_looser_policy(app: Flask, sign_in: SignIn) -> None:
    for kinds, loose in ((("maths", "oral"), True), (("essay",), False)):
        given = made(app, kinds=kinds)
        sitter = candidate(app, sign_in(given.students[0].person_id), given)
        sitter.client.set_cookie("exam_device", "device-1", path="/exams")
        page = sitter.client.get(f"/exams/{given.exam.id}/attempt")
        assert page.status_code == 200
        assert ("style-src-attr 'unsafe-inline'" in page.headers["Content-Security-Policy"]) is loose
        assert ("microphone=(self)" in page.headers["Permissions-Policy"]) is loose


def test_the_player_is_light() -> None:
    root = Path(__file__).parents[3]
    scripts = [*(root / "assessment/delivery/static/player").rglob("*.js"),
               *(root / "lms/shell/static/js").glob("*.js"), *(root / "assessment/bank/static/items").glob("*.js")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in scripts) < 60_000
    katex = sum(len(gzip.compress((root / "node_modules/katex/dist" / name).read_bytes()))
                for name in ("katex.min.js", "katex.min.css", "contrib/mhchem.min.js"))
    assert katex < 130_000


def test_a_file_is_sent_in_pieces_by_the_token_of_the_attempt(app: Flask, client: FlaskClient) -> None:
    given = made(app, kinds=("file_upload", "essay"))
    sitter = candidate(app, client, given)
    bearer, base = {"Authorization": f"Bearer {sitter.token}"}, f"/api/v1/attempts/{sitter.id}/files"
    wanted = {"item": sitter.item("file_upload"), "name": "bai.pdf", "size": 9}
    for wrong in ({"name": "bai.exe"}, {"item": sitter.item("essay")}, {"size": 6 * 1024**2}):
        assert client.post(base, json={**wanted, **wrong}, headers=bearer).status_code in (413, 422)
    begun = client.post(base, json=wanted, headers=bearer)
    assert begun.status_code == 201
    address = f"{base}/{begun.get_json()['id']}"
    other = {"Authorization": "Bearer nothing"}
    assert client.patch(f"{address}?offset=0", data=b"%PDF-1.7\n", headers=other).status_code == 401
    assert client.patch(f"{address}?offset=3", data=b"x", headers=bearer).status_code == 409
    assert client.patch(f"{address}?offset=0", data=b"%PDF-1.7\n", headers=bearer).get_json() == {"offset": 9}
    found = client.get(address, headers=bearer).get_json()
    assert found["name"] == "bai.pdf"
    assert found["url"]
    assert sitter.answer("file_upload", {"files": [found["id"]]}).status_code == 200
    assert sitter.submit().status_code == 200
    assert client.post(base, json=wanted, headers=bearer).status_code == 409


def test_a_plan_of_whole_sets_by_its_page(app: Flask, sign_in: SignIn) -> None:
    given = made(app, publish=False)
    with app.app_context():
        items = list(db.session.scalars(select(Item).where(Item.subject_id == given.exam.subject_id)))[:2]
        owner, subject = SimpleNamespace(id=given.exam.owner_id), SimpleNamespace(id=given.exam.subject_id)
        make_stimulus(owner, subject=subject, items=items)
        services.set_draw_rows(given.teacher, given.exam.id, [])
        db.session.commit()
    client, address = sign_in(given.exam.owner_id), f"/exams/{given.exam.id}/plan"
    sent = {"add": "sets", "set-stimulus_id": "", "set-topic_id": "", "set-kind": "text", "set-language": "vi",
            "set-fewest": "2", "set-most": "5", "set-count": "1", "set-points": "", "set-bank_id": ""}
    assert client.post(address, data={**sent, "set-most": "1"}).status_code == 422
    assert client.post(address, data=sent).status_code == 302
    page = client.get(address).text
    assert "Đoạn trích (2)" in page
    assert client.post(f"/exams/{given.exam.id}/draw").status_code == 302
    with app.app_context():
        plan = services.get_plan(given.teacher, given.exam.id)
        assert [(planned.available, planned.row.sets.fewest) for planned in plan.rows if planned.row.sets] == [(1, 2)]
        assert (plan.items, plan.open_ended) == (2, False)
