"""The table as a page, and why somebody may or may not."""

from typing import Any

import pytest
from flask import Flask
from lxml import html

from lms.access import services
from lms.access.areas import area_of
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.permissions import BELOW, OWN_ORGANISATION, rules
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_organisation, make_school
from tests.factories.works import make_work


class Tree:
    """Two departments with a school each, their administrators, and a teacher of the first."""

    def __init__(self) -> None:
        ministry = make_organisation("ministry", "Bộ")
        self.department = make_organisation("department", "Sở Một", ministry)
        self.foreign = make_organisation("department", "Sở Hai", ministry)
        self.school = make_school("Trường Một", self.department)
        self.administrator = make_person("administrator", self.department)
        self.stranger = make_person("administrator", self.foreign)
        self.teacher = make_person("teacher", self.school, "Nguyễn Thị Hoa")
        self.exam = make_exam().exam
        db.session.merge(self.exam).organisation_id = self.school.id
        db.session.commit()


@pytest.fixture
def tree(context: Flask) -> Tree:
    return Tree()


def test_every_permission_has_its_area_and_its_words() -> None:
    assert [each for each in rules() if not area_of(each)] == []
    assert [each for each, rule in rules().items() if not str(rule.label)] == []


def test_the_table_holds_every_permission(tree: Tree) -> None:
    areas = services.get_table(make_actor(tree.teacher))
    assert {row.permission for area in areas for row in area.rows} == set(rules())


def test_one_role_has_what_everybody_has_too(tree: Tree) -> None:
    areas = services.get_table(make_actor(tree.teacher), role="student")
    rows = {row.permission for area in areas for row in area.rows}
    assert {"work:browse", "attempt:sit"} <= rows
    assert "exam:create" not in rows


def test_each_grant_is_told_with_its_two_halves(tree: Tree) -> None:
    told = services.explain_permission(make_actor(tree.administrator), tree.teacher.id, "exam:read", {"": tree.exam.id})
    halves = {(each.role, str(each.scope)): (each.has_role, each.in_scope) for each in told.reasons}
    assert told.allowed
    assert halves["teacher", str(OWN_ORGANISATION.label)] == (True, True)
    assert halves["administrator", str(BELOW.label)] == (False, False)
    assert told.thing is not None
    assert told.thing.way == ["Bộ", "Sở Một", "Trường Một"]
    assert [(each.role, each.way[-1]) for each in told.held] == [("teacher", "Trường Một")]


def test_a_refusal_says_which_half_fails(tree: Tree) -> None:
    asker = make_actor(tree.administrator)
    told = services.explain_permission(asker, tree.teacher.id, "exam:close", {"exam_id": tree.exam.id})
    assert not told.allowed
    assert ("signed-in", True, False) in [(each.role, each.has_role, each.in_scope) for each in told.reasons]


def test_nobody_asks_about_people_or_things_beyond_his_reach(tree: Tree) -> None:
    own, foreign = make_actor(tree.administrator), make_actor(tree.stranger)
    with pytest.raises(Forbidden):
        services.explain_permission(foreign, tree.teacher.id, "exam:read")
    with pytest.raises(Forbidden):
        services.explain_permission(make_actor(tree.teacher), tree.teacher.id, "exam:read")
    hidden = make_work("lecture", "draft", organisation=tree.foreign)
    with pytest.raises(NotFound):
        services.explain_permission(own, tree.teacher.id, "work:read", {"": hidden.id})
    assert [each.name for each in services.find_people(own, "thi hoa")] == ["Nguyễn Thị Hoa"]
    assert services.find_people(foreign, "thi hoa") == []


def test_what_is_no_permission_or_no_thing_of_it_is_refused(tree: Tree) -> None:
    asker = make_actor(tree.administrator)
    with pytest.raises(Invalid):
        services.explain_permission(asker, tree.teacher.id, "exam:fly")
    with pytest.raises(Invalid):
        services.explain_permission(asker, tree.teacher.id, "account:read", {"": tree.exam.id})
    with pytest.raises(NotFound):
        services.explain_permission(asker, tree.teacher.id, "work:read", {"": tree.exam.id})


@pytest.mark.parametrize("role", ["", "anyone", "signed-in", "student", "teacher", "librarian", "administrator", "x"])
def test_anybody_signed_in_reads_the_table(app: Flask, sign_in: Any, role: str) -> None:
    with app.app_context():
        person = make_person("student", make_school()).id
        db.session.commit()
    answer = sign_in(person).get(f"/permissions?role={role}", headers={"Accept-Language": "en"})
    page = html.fromstring(answer.text)
    assert answer.status_code == 200
    assert page.xpath("//th[@scope='row']/code[text()='work:browse']") or role in ("anyone", "x", "")
    assert not page.xpath("//a[contains(@href, '/permissions/why')]")


def test_the_page_of_reasons_finds_somebody_and_answers(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        tree = Tree()
        teacher, exam, client = tree.teacher.id, tree.exam.id, sign_in(tree.administrator)
    found = html.fromstring(client.post("/permissions/why", data={"name": "hoa", "act": "search"}).text)
    assert found.xpath(f"//input[@type='radio'][@value='{teacher}']")
    sent = {"name": "hoa", "person": str(teacher), "permission": "exam:read", "act": "explain",
            "thing": f"http://localhost/exams/{exam}?page=1"}
    answer = client.post("/permissions/why", data=sent)
    assert answer.status_code == 200
    assert "Trường Một" in html.fromstring(answer.text).xpath("string(//section[@aria-labelledby='answer'])")
    for thing in ("gì đó", "/exams/", "0" * 32):
        assert client.post("/permissions/why", data={**sent, "thing": thing}).status_code == 422
    assert client.post("/permissions/why", data={**sent, "person": "x"}).status_code == 422


def test_programs_read_the_same(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        tree = Tree()
        teacher, exam, client = tree.teacher.id, tree.exam.id, sign_in(tree.administrator)
        stranger = sign_in(tree.stranger)
    table = client.get("/api/v1/permissions?role=teacher").get_json()
    assert {"exam:create", "work:browse"} <= {row["permission"] for row in table}
    address = f"/api/v1/permissions/why?person={teacher}&permission=exam:read&thing=/exams/{exam}"
    assert client.get(address).get_json()["allowed"] is True
    assert stranger.get(address).status_code == 403
