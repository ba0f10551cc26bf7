"""Administration of people: whom one sees, what one may give, and what stays out of reach."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.db import db
from lms.core.errors import Conflict, Forbidden
from lms.core.permissions import may, visible
from lms.identity import services
from lms.identity.models import Person, RoleAssignment
from lms.organisations import services as organisations
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class, make_organisation, make_school


@pytest.fixture
def world(app: Flask) -> SimpleNamespace:
    """A department with people of all sorts, and another."""
    with app.app_context():
        ministry = make_organisation("ministry")
        own, foreign = (make_organisation("department", parent=ministry) for _each in range(2))
        school, elsewhere = make_school(parent=own), make_school(parent=foreign)
        room = make_class(school)
        both = make_person("teacher", school, name="Ở cả hai nơi")
        add_member(elsewhere, both, "teacher")
        hidden = make_person("teacher", school, name="Quản trị ẩn")
        db.session.add(RoleAssignment(person_id=hidden.id, role="administrator"))
        minister = make_person("administrator", ministry, name="Ở Bộ")
        add_member(school, minister, "teacher")
        people = {"pupil": make_person("student", room, name="Nguyễn Văn Được"), "both": both, "hidden": hidden,
                  "minister": minister, "boss": make_person("administrator", own, name="Quản trị Sở"),
                  "foreign": make_person("teacher", elsewhere, name="Giáo viên lạ"),
                  "loose": make_person("teacher", name="Không đâu cả"), "teacher": make_person("teacher", school),
                  "top": make_person("administrator", name="Quản trị cao nhất")}
        places = {"own_code": own.code, "school": school.id, "school_code": school.code, "room": room.id,
                  "elsewhere": elsewhere.id, "elsewhere_code": elsewhere.code, "ministry_code": ministry.code}
        db.session.commit()
        return SimpleNamespace(**{name: person.id for name, person in people.items()}, **places)


@pytest.fixture
def boss(world, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(world.boss)


def test_the_list_and_the_single_answer_agree(app: Flask, world) -> None:
    with app.app_context():
        for who in ("boss", "foreign", "top", "teacher", "pupil"):
            actor = make_actor(db.session.get(Person, getattr(world, who)))
            for permission in ("person:read", "person:manage"):
                listed = {row.id for row in db.session.query(Person).filter(visible(actor, permission, Person))}
                assert listed == {row.id for row in db.session.query(Person) if may(actor, permission, row)}


def test_one_sees_the_people_of_ones_own_part(app: Flask, world, boss) -> None:
    page = boss.get("/people").text
    assert "Nguyễn Văn Được" in page
    assert "Ở cả hai nơi" in page
    for unseen in ("Giáo viên lạ", "Không đâu cả", "Quản trị cao nhất"):
        assert unseen not in page
        assert unseen not in boss.get("/people", query_string={"q": unseen}).text.split("</form>")[-1]
    told = boss.get("/api/v1/people").get_json()
    assert str(world.foreign) not in {each["id"] for each in told["items"]}
    assert "Nguyễn Văn Được" in boss.get("/people?q=duoc van").text


@pytest.mark.parametrize("path", ["/people/{foreign}", "/people/{loose}", "/people/{top}", "/api/v1/people/{foreign}"])
def test_others_are_not_to_be_seen(world, boss, path: str) -> None:
    assert boss.get(path.format(**vars(world))).status_code == 403


@pytest.mark.parametrize("path", ["/people", "/people/new", "/people/{pupil}", "/people/import", "/api/v1/people"])
def test_teachers_administer_nobody(world, sign_in, path: str) -> None:
    assert sign_in(world.teacher).get(path.format(**vars(world))).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", ["/people", "/people?role=student&organisation={school_code}", "/people/{pupil}",
                                  "/people/{both}", "/people/new?organisation={school_code}&q=duoc", "/people/import"])
def test_every_page_opens(world, boss, path: str, language: str) -> None:
    boss.set_cookie("language", language)
    assert boss.get(path.format(**vars(world))).status_code == 200


@pytest.mark.parametrize("who", ["both", "hidden", "minister"])
def test_who_reaches_further_is_not_managed(app: Flask, world, boss, who: str) -> None:
    person_id = getattr(world, who)
    assert boss.get(f"/people/{person_id}").status_code == 200
    assert boss.post(f"/people/{person_id}/name", data={"name": "X"}).status_code == 403
    assert boss.post(f"/people/{person_id}/sign-ins/end").status_code == 403
    with app.app_context():
        actor = make_actor(db.session.get(Person, world.boss))
        with pytest.raises(Forbidden):
            services.link_identity(actor, person_id, issuer="https://evil.example", subject="1")


@pytest.mark.parametrize(("who", "place", "role"), [
    ("pupil", "", "administrator"), ("pupil", "{ministry_code}", "administrator"), ("boss", "", "administrator"),
    ("boss", "{ministry_code}", "administrator"), ("pupil", "{elsewhere_code}", "teacher"),
    ("foreign", "{school_code}", "teacher"), ("minister", "{elsewhere_code}", "student")])
def test_nobody_gives_more_than_he_reaches(app: Flask, world, boss, who: str, place: str, role: str) -> None:
    person_id = getattr(world, who)
    with app.app_context():
        before = organisations.positions_of(person_id)
    answer = boss.post(f"/people/{person_id}/places", data={"organisation": place.format(**vars(world)), "role": role})
    assert answer.status_code == 403
    with app.app_context():
        assert organisations.positions_of(person_id) == before
        assert db.session.query(RoleAssignment).filter_by(person_id=person_id).count() == (
            1 if who in ("hidden", "top", "loose") else 0)


def test_a_role_is_given_and_taken_within_ones_part(app: Flask, world, boss) -> None:
    given = boss.post(f"/people/{world.pupil}/places", data={"organisation": world.own_code, "role": "administrator"})
    assert given.status_code == 302
    with app.app_context():
        assert make_actor(db.session.get(Person, world.pupil)).roles == {"student", "administrator"}
    ended = boss.post(f"/people/{world.pupil}/places/{world.room}/end", data={"role": "student"})
    assert ended.status_code == 302
    assert boss.post(f"/people/{world.both}/places/{world.elsewhere}/end", data={"role": "teacher"}).status_code == 403
    with app.app_context():
        assert make_actor(db.session.get(Person, world.pupil)).roles == {"administrator"}


def test_the_change_counts_at_the_next_request(world, sign_in, boss) -> None:
    teacher = sign_in(world.teacher)
    assert teacher.get(f"/organisations/{world.room}/members").status_code == 200
    boss.post(f"/people/{world.teacher}/places/{world.school}/end", data={"role": "teacher"})
    assert teacher.get(f"/organisations/{world.room}/members").status_code == 403


def test_somebody_new_is_added(app: Flask, world, boss) -> None:
    form = {"name": "Lê Thị Mới", "email": "moi@example.edu.vn", "role": "teacher", "organisation": world.school_code}
    assert boss.post(f"/people/new?organisation={world.school_code}", data=form).status_code == 302
    assert "Lê Thị Mới" in boss.get("/people?q=moi@example.edu.vn").text
    bad = boss.post(f"/people/new?organisation={world.school_code}", data={**form, "email": "x y"})
    assert bad.status_code == 422
    foreign = boss.post(f"/people/new?organisation={world.school_code}",
                        data={**form, "organisation": world.elsewhere_code})
    assert foreign.status_code in (403, 422)
    with app.app_context():
        assert db.session.query(Person).filter_by(name="Lê Thị Mới").count() == 1


def test_sign_ins_are_ended(world, sign_in, boss) -> None:
    pupil = sign_in(world.pupil)
    assert pupil.get("/account").status_code == 200
    assert boss.post(f"/people/{world.pupil}/sign-ins/end").status_code == 302
    assert pupil.get("/account").status_code == 302


def test_the_nationwide_see_and_take_all(app: Flask, world, sign_in) -> None:
    top = sign_in(world.top)
    assert "Giáo viên lạ" in top.get("/people").text + top.get("/people?page=2").text
    assert top.post(f"/people/{world.hidden}/roles/take", data={"role": "administrator"}).status_code == 302
    assert top.post(f"/people/{world.loose}/places", data={"role": "librarian"}).status_code == 302
    with app.app_context():
        assert make_actor(db.session.get(Person, world.hidden)).roles == {"teacher"}
        assert make_actor(db.session.get(Person, world.loose)).roles == {"teacher", "librarian"}
        actor = make_actor(db.session.get(Person, world.top))
        with pytest.raises(Conflict):
            services.take_role(actor, world.top, role="administrator")


def test_the_api_adds_and_moves_people(world, boss) -> None:
    made = boss.post("/api/v1/people", json={"name": "Qua API", "organisation_id": str(world.school),
                                             "role": "student"})
    assert made.status_code == 201
    url = f"/api/v1/people/{made.get_json()['id']}/places"
    assert boss.post(url, json={"organisation_id": str(world.room), "role": "student"}).status_code == 204
    assert boss.post(url, json={"organisation_id": str(world.elsewhere), "role": "student"}).status_code == 403
    assert boss.post(f"{url}/end", json={"organisation_id": str(world.school), "role": "student"}).status_code == 204
    assert boss.post("/api/v1/people", json={"name": "X", "organisation_id": str(world.elsewhere),
                                             "role": "student"}).status_code == 403
