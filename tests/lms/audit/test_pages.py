"""The audit's pages, export and API: names and words for people, the same rights everywhere."""

import csv
import io
import json
from uuid import uuid4

import pytest
from flask import Flask
from lxml import html

from lms.core import audit
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_organisation, make_school


@pytest.fixture
def scene(app: Flask) -> dict:
    """A department with a school, another school; an event at each; who administers what."""
    with app.app_context():
        ministry, department = make_organisation("ministry"), make_organisation("department")
        school, foreign = make_school("THPT Trong", department), make_school("THPT Ngoài")
        people = {"local": make_person("administrator", organisation=department),
                  "ministry": make_person("administrator", organisation=ministry),
                  "teacher": make_person("teacher", organisation=school, name="Trần Thị Bình")}
        db.session.commit()
        given = {name: person.id for name, person in people.items()}
        mark = str(uuid4())
        with transaction():
            actor = make_actor(db.session.merge(people["teacher"]))
            audit.record(actor, "item:move", ("item", mark), before={"state": "draft"}, after={"state": "ready"},
                         organisation_id=school.id)
            audit.record(SYSTEM, "exam:publish", ("exam", mark), organisation_id=foreign.id, refused=True,
                         reason="=1+1", title="<script>alert(1)</script>")
        given |= {"mark": mark, "school": school.code, "department": department.code}
        db.session.remove()
    return given


def _shown(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    main = html.fromstring(answer.text).find(".//main")
    return " ".join(main.text_content().split())


def test_the_page_says_who_did_what(scene: dict, sign_in) -> None:
    client = sign_in(scene["ministry"])
    page = _shown(client, f"/audit?subject={scene['mark']}")
    for words in ("Trần Thị Bình", "Chuyển trạng thái câu hỏi", "THPT Trong", "draft", "ready", "Bị từ chối",
                  "Lý do: =1+1", "<script>alert(1)</script>"):
        assert words in page, words
    assert "Move a question to another state" in _shown(client, f"/audit?subject={scene['mark']}&lang=en")


def test_an_administrator_of_a_department_sees_and_exports_what_is_below_it(scene: dict, sign_in) -> None:
    client = sign_in(scene["local"])
    page = _shown(client, f"/audit?subject={scene['mark']}")
    assert "Trần Thị Bình" in page
    assert "THPT Ngoài" not in page
    told = client.get(f"/api/v1/audit?subject={scene['mark']}").json
    assert [event["action"] for event in told["items"]] == ["item:move"]
    lines = client.post("/audit/export", data={"form": "jsonl", "subject": scene["mark"]}).text.splitlines()
    assert [json.loads(line)["organisation"] for line in lines] == ["THPT Trong"]


@pytest.mark.parametrize(("asked", "shown"), [
    ("action=item:move", 1), ("action=nothing:here", 0), ("refused=1", 1), ("organisation={school}", 1),
    ("organisation={department}", 1), ("since=2020-01-01", 2), ("until=2020-01-01", 0), ("person={teacher}", 1),
    ("subject=item:{mark}", 1)])
def test_each_filter(scene: dict, sign_in, asked: str, shown: int) -> None:
    client = sign_in(scene["ministry"])
    path = "/audit?" + asked.format(**scene) + ("" if "subject=" in asked else f"&subject={scene['mark']}")
    tree = html.fromstring(client.get(path).text)
    assert len(tree.xpath('//ol[@class="audit"]/li')) == shown


@pytest.mark.parametrize("asked", ["person=An", "since=yesterday", "until=2026-13-40", "organisation=NONE-1",
                                   "after=1-x", "since=2026-02-02&until=2026-01-01", "since=0001-01-01"])
def test_what_cannot_be_understood_is_said_and_nothing_is_listed(scene: dict, sign_in, asked: str) -> None:
    client = sign_in(scene["ministry"])
    tree = html.fromstring(client.get("/audit?" + asked).text)
    assert tree.xpath('//main//ul[@class="rows"]//strong')
    assert not tree.xpath('//ol[@class="audit"]')
    assert client.get("/api/v1/audit?" + asked).status_code == 422
    assert client.post("/audit/export?", data={"form": "csv", **dict(part.split("=") for part in asked.split("&"))}
                       ).status_code == 422


def test_the_csv_is_no_formula_and_its_export_is_an_event(scene: dict, app: Flask, sign_in) -> None:
    client = sign_in(scene["ministry"])
    answer = client.post("/audit/export", data={"form": "csv", "subject": scene["mark"]})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["reason"] for row in rows] == ["'=1+1", ""]
    assert json.loads(rows[1]["before"]) == {"state": "draft"}
    with app.app_context():
        wanted = audit.EventFilter(actor_id=scene["ministry"], actions=("audit:export",))
        assert audit.list_events(SYSTEM, wanted).items[0].details["asked"] == {"subject": scene["mark"]}


def test_the_api_goes_on_where_it_stopped(scene: dict, sign_in) -> None:
    client = sign_in(scene["ministry"])
    first = client.get(f"/api/v1/audit?subject={scene['mark']}&limit=1").json
    second = client.get(f"/api/v1/audit?subject={scene['mark']}&limit=1&after={first['next']}").json
    assert [first["items"][0]["action"], second["items"][0]["action"]] == ["exam:publish", "item:move"]
    assert second["next"] is None
    assert second["items"][0]["actor"] == "Trần Thị Bình"


@pytest.mark.parametrize("path", ["/audit", "/audit/export", "/api/v1/audit"])
def test_the_audit_is_for_administrators(scene: dict, sign_in, path: str) -> None:
    assert sign_in(scene["teacher"]).get(path).status_code == 403


def test_no_name_stands_in_an_address(scene: dict, sign_in) -> None:
    tree = html.fromstring(sign_in(scene["ministry"]).get(f"/audit?subject={scene['mark']}").text)
    assert not [link for link in tree.xpath("//main//a/@href") if "B%C3%ACnh" in link or "Bình" in link]


def test_another_days_export_needs_a_recent_sign_in(scene: dict, app: Flask, sign_in) -> None:
    from datetime import timedelta

    from lms.core import clock
    client = sign_in(scene["ministry"])
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        assert client.get("/audit").status_code == 200
        assert client.get("/audit/export").status_code == 302
        assert client.post("/audit/export", data={"form": "csv"}).status_code == 401
