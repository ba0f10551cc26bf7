"""The pages and the API of the tree: who sees what, foreign administrators, no more statements for longer lists."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.core.db import db
from lms.organisations import services
from lms.organisations.models import Organisation
from tests.factories.identity import make_person
from tests.factories.organisations import make_class, make_organisation, make_school


@pytest.fixture
def world(app: Flask) -> SimpleNamespace:
    """Two departments, a school with a class in each, and people."""
    with app.app_context():
        ministry = make_organisation("ministry", "Bộ")
        found = SimpleNamespace()
        for side in ("own", "foreign"):
            department = make_organisation("department", f"Sở {side}", parent=ministry)
            school = make_school(f"Trường {side}", parent=department)
            room = make_class(school, students=2, name="10A1")
            rooms = {"department": department, "school": school, "room": room}
            setattr(found, side, SimpleNamespace(**{name: row.id for name, row in rooms.items()},
                                                 **{f"{name}_code": row.code for name, row in rooms.items()},
                                                 pupil=make_person("student", room).id,
                                                 boss=make_person("administrator", department).id))
        found.ministry = ministry.id
        found.teacher = make_person("teacher", db.session.get(Organisation, found.own.school)).id
        found.student = make_person("student", db.session.get(Organisation, found.own.school)).id
        found.top = make_person("administrator", ministry).id
        db.session.commit()
    return found


@pytest.fixture
def boss(world, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(world.own.boss)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


PAGES = ["", "/{school}", "/{school}?closed=1", "/{school}/members", "/{school}/members?role=student&ended=1&q=x",
         "/{school}/history?on=2020-01-01", "/new", "/new?parent={school_code}", "/{school}/rename", "/{school}/move",
         "/{school}/merge", "/{school}/close", "/{school}/roll-over", "/{school}/roll-over/classes/{room}", "/import",
         "?q=truong", "?kind=class", "?at={room}", "?q=khong-co"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_opens_for_those_who_administer(world, sign_in, path: str, language: str) -> None:
    client = sign_in(world.top if path == "/new" else world.own.boss)
    client.set_cookie("language", language)
    answer = client.get("/organisations" + path.format(**vars(world.own)))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", [
    "/{school}/members", "/{room}/members", "/new?parent={school_code}", "/{school}/rename", "/{school}/move",
    "/{school}/merge", "/{school}/close", "/{school}/roll-over", "/{school}/roll-over/classes/{room}"])
def test_foreign_pages_are_refused(world, boss, path: str) -> None:
    assert boss.get("/organisations" + path.format(**vars(world.foreign))).status_code == 403


@pytest.mark.parametrize(("path", "form"), [
    ("/{school}/rename", {"name": "X", "code": "Y"}), ("/{school}/move", {"parent_id": "{own}"}),
    ("/{school}/merge", {"into_id": "{own}", "confirm": "{school_code}"}), ("/{school}/close", {}),
    ("/{room}/reopen", {}), ("/{room}/members/end", {"person_id": "{pupil}", "role": "student"}),
    ("/{school}/roll-over/do", {"from_year": "2026-2027"}), ("/{school}/roll-over/names", {"from_year": "2026-2027"}),
    ("/{school}/roll-over/classes/{room}", {}), ("/new?parent={school_code}", {"kind": "class", "name": "X"})])
def test_foreign_forms_are_refused(app, world, boss, path: str, form: dict) -> None:
    words = {**vars(world.foreign), "own": world.own.department_code}
    answer = boss.post("/organisations" + path.format(**words),
                       data={name: value.format(**words) for name, value in form.items()})
    assert answer.status_code == 403
    with app.app_context():
        assert services.ancestors(world.foreign.room)[0] == world.foreign.school
        assert services.organisation_ids_of(world.foreign.pupil) == {world.foreign.room}


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/{school}/members", None), ("POST", "/{school}/rename", {"name": "X"}),
    ("POST", "/{school}/move", {"parent_id": "{department}"}), ("POST", "/{school}/close", {}),
    ("GET", "/{school}/merge?into_id={school}", None), ("POST", "/{school}/reopen", None),
    ("POST", "/{school}/merge", {"into_id": "{school}", "confirm": "x"}),
    ("POST", "", {"code": "X", "name": "X", "kind": "class", "parent_id": "{school}"})])
def test_the_api_refuses_foreign_places(world, boss, method: str, path: str, body: dict | None) -> None:
    words = vars(world.foreign)
    told = {name: value.format(**words) for name, value in body.items()} if body is not None else None
    answer = boss.open("/api/v1/organisations" + path.format(**words), method=method, json=told)
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


def test_the_api_lists_what_one_administers(world, boss) -> None:
    found = boss.get("/api/v1/organisations?managed=true").get_json()
    assert {each["id"] for each in found["items"]} == {
        str(world.own.department), str(world.own.school), str(world.own.room)}
    everything = boss.get("/api/v1/organisations?text=truong").get_json()
    assert everything["total"] == 2, "which schools there are is no secret"


def test_the_api_changes_what_one_administers(app, world, boss) -> None:
    made = boss.post("/api/v1/organisations", json={"code": "S-2", "name": "Trường Hai", "kind": "school",
                                                    "parent_id": str(world.own.department)})
    assert made.status_code == 201
    second = made.get_json()["id"]
    url = f"/api/v1/organisations/{world.own.school}"
    assert boss.post(f"{url}/rename", json={"name": "Trường Một", "code": "S-1"}).get_json()["code"] == "S-1"
    seen = boss.get(f"{url}/merge?into_id={second}").get_json()
    assert seen == {"members": 2, "already": 0, "children": 1, "things": 0}
    assert boss.post(f"{url}/merge", json={"into_id": second, "confirm": "no"}).status_code == 422
    assert boss.post(f"{url}/merge", json={"into_id": second, "confirm": "S-1"}).status_code == 200
    assert [each["kind"] for each in boss.get(f"{url}/history").get_json()] == ["merged", "renamed"]
    assert boss.get(f"/api/v1/organisations/{second}/members").get_json()["total"] == 2
    assert boss.post(f"/api/v1/organisations/{second}/close", json={}).status_code == 409
    assert boss.get(f"/api/v1/organisations/{second}/children").get_json()["total"] == 1


def test_students_see_the_tree_and_nobody_in_it(world, sign_in) -> None:
    student = sign_in(world.student)
    assert student.get("/organisations").status_code == 200
    assert student.get(f"/organisations/{world.own.school}").status_code == 200
    assert student.get(f"/organisations/{world.own.school}/members").status_code == 403
    assert student.get(f"/organisations/{world.own.school}/rename").status_code == 403
    teacher = sign_in(world.teacher)
    assert teacher.get(f"/organisations/{world.own.room}/members").status_code == 200
    assert teacher.get(f"/organisations/{world.foreign.room}/members").status_code == 403


def test_the_forms_work_from_end_to_end(app, world, boss) -> None:
    new = boss.post(f"/organisations/new?parent={world.own.school_code}", follow_redirects=True, data={
        "kind": "class", "parent_id": world.own.school_code, "name": "10A2", "code": "NEW-10A2"})
    assert "10A2" in new.text
    taken = boss.post(f"/organisations/new?parent={world.own.school_code}", data={
        "kind": "class", "parent_id": world.own.school_code, "name": "10A3", "code": "NEW-10A2"})
    assert taken.status_code == 422
    assert "NEW-10A2" in taken.text
    merge = boss.get(f"/organisations/{world.own.room}/merge?into_id=NEW-10A2")
    assert "không thể hoàn tác" in merge.text
    done = boss.post(f"/organisations/{world.own.room}/merge", follow_redirects=True,
                     data={"into_id": "NEW-10A2", "confirm": world.own.room_code})
    assert done.status_code == 200
    with app.app_context():
        assert services.find_organisation_by_code(world.own.room_code).code == "NEW-10A2"


def test_a_file_is_imported_on_the_page(world, boss) -> None:
    text = f"code,name,kind,parent\nP-1,Trường P,school,{world.own.department_code}\n,,,\nP-2,,school,x\n"
    bad = boss.post("/organisations/import", data={"file": (BytesIO(text.encode()), "a.csv")})
    assert bad.status_code == 422
    assert "dòng 4" in bad.text
    good = text.rsplit("\n", 2)[0]
    assert boss.post("/organisations/import", data={"file": (BytesIO(good.encode()), "a.csv")}).status_code == 302


def test_the_year_is_turned_on_the_page(app, world, boss) -> None:
    base = f"/organisations/{world.own.school}/roll-over"
    with app.app_context():
        from lms.core.permissions import SYSTEM
        year = services.plan_roll_over(SYSTEM, world.own.school).from_year
    wrong = boss.post(f"{base}/names", data={"from_year": year, f"name-{world.own.room}": "11A1", "new": "11A1"})
    assert wrong.status_code == 422
    assert boss.post(f"{base}/names", data={"from_year": year, f"name-{world.own.room}": "11 Văn",
                                            "new": "10A1\n10A2"}).status_code == 302
    assert "11 Văn" in boss.get(base).text
    assert boss.post(f"{base}/classes/{world.own.room}", data={f"pupil-{world.own.pupil}": "10A2"}).status_code == 302
    for _time in range(2):
        assert boss.post(f"{base}/do", data={"from_year": year}).status_code == 302
    with app.app_context():
        names = services.organisation_names(services.organisation_ids_of(world.own.pupil))
        assert set(names.values()) == {"10A2"}


@pytest.mark.parametrize("path", ["/organisations", "/organisations/{school}", "/organisations/{room}/members",
                                  "/organisations?q=lop", "/people", "/organisations/{school}/roll-over"])
def test_a_longer_list_costs_no_more_statements(app, world, boss, path: str) -> None:
    url = path.format(**vars(world.own))
    boss.get(url)
    with statements(app) as few:
        boss.get(url)
    with app.app_context():
        school, room = (db.session.get(Organisation, each) for each in (world.own.school, world.own.room))
        for number in range(8):
            make_class(school, students=1, name=f"11A{number} lop")
            make_person("student", room)
        db.session.commit()
    with statements(app) as many:
        boss.get(url)
    assert len(many) <= len(few)
