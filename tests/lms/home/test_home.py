"""Home pages: each role sees its desk, and a desk costs the same whatever it holds."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import event

from lms.core import clock
from lms.core.db import db
from lms.core.jobs import Job
from lms.core.permissions import ANONYMOUS
from lms.home import services
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam
from tests.factories.organisations import make_class, make_school
from tests.factories.reach import make_two_sides
from tests.factories.works import make_work

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(("state", "hour", "status"), [
    ("draft", 1, "draft"), ("published", -2, "upcoming"), ("published", 0, "running"),
    ("published", 1, "running"), ("published", 2, "over"), ("closed", 1, "over")])
def test_where_an_exam_stands(state, hour, status):
    opens, closes = NOON, NOON + timedelta(hours=2)
    assert services.exam_status(state, opens, closes, NOON + timedelta(hours=hour)) == status


@pytest.mark.parametrize(("names", "grade"), [
    (["THPT số 2", "Lớp 12A1"], 12), (["9B"], 9), (["12A1", "12 Toán"], 12), (["12A1", "11B2"], None),
    (["Đội tuyển Toán"], None), ([], None)])
def test_a_class_tells_the_grade(names, grade):
    assert services.grade_from(names) == grade


@pytest.mark.usefixtures("context")
def test_a_student_without_lectures_of_his_grade_sees_the_newest():
    make_work("lecture", "published", grade="10")
    pupil = make_person("student", organisation=make_class(make_school(), name="12A1"))
    desk = services.student_desk(make_actor(pupil))
    assert desk.grade is None
    assert desk.lectures.total == 1


@pytest.mark.usefixtures("context")
def test_a_student_finds_what_is_over_under_past():
    finished = make_finished_exam(3, close=True)
    desk = services.student_desk(make_actor(finished.students[0]))
    assert [mine.exam.id for mine in desk.past] == [finished.exam.id]
    assert desk.now == desk.upcoming == []


@pytest.mark.usefixtures("context")
def test_a_teacher_sees_what_is_not_finished():
    teacher = make_person("teacher", organisation=make_school())
    for state in ("draft", "returned", "submitted", "published"):
        make_work("lecture", state, owner=teacher, title=f"Bài {state}")
    make_work("lecture", "draft", title="Bài của người khác")
    desk = services.teacher_desk(make_actor(teacher))
    assert [work.title for work in desk.drafts] == ["Bài draft"]
    assert [work.title for work in desk.returned] == ["Bài returned"]
    assert (desk.submitted, desk.published, desk.running) == (1, 1, 0)


@pytest.mark.usefixtures("context")
def test_a_librarian_sees_the_oldest_first():
    with clock.frozen(NOON):
        first = make_work("lecture", "submitted", title="Cũ nhất")
    make_work("lecture", "submitted", title="Mới hơn")
    desk = services.librarian_desk(make_actor(make_person("librarian")))
    assert desk.waiting.items[0].work.id == first.id
    assert desk.since == NOON


@pytest.mark.usefixtures("context")
def test_an_administrator_sees_what_failed():
    db.session.add(Job(name="content_repo.transcode", arguments={}, state="failed"))
    make_school()
    desk = services.administrator_desk(make_actor(make_person("administrator")))
    assert desk.failed.total == 1
    assert (desk.people, desk.schools) == (1, 1)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("role", ["teacher", "librarian"])
def test_a_longer_list_costs_no_more_statements(role):
    person = make_person(role, organisation=make_school())
    actor = make_actor(person)
    desk = {"teacher": services.teacher_desk, "librarian": services.librarian_desk}[role]

    def fill(count):
        for state in ("draft", "returned", "submitted", "published") * count:
            make_work("lecture", state, owner=person)
        db.session.flush()
        db.session.expire_all()

    fill(1)
    few = _statements(lambda: desk(actor))
    fill(3)
    assert _statements(lambda: desk(actor)) == few


def _statements(act):
    """How many statements `act` sends."""
    seen = []

    def count(*arguments):
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", count)
    act()
    event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


@pytest.mark.usefixtures("context")
def test_everybody_may_see_what_is_published_and_nothing_else():
    make_work("lecture", "published", title="Công khai")
    make_work("lecture", "submitted", title="Chưa duyệt")
    desk = services.visitor_desk(ANONYMOUS)
    assert [work.title for work in desk.newest] == ["Công khai"]
    assert desk.counts == {"lecture": 1}


def test_the_first_page_offers_to_sign_in(client):
    page = html.fromstring(client.get("/").text)
    assert page.xpath("//main//a[starts-with(@href, '/sign-in')]")
    assert page.xpath("//main//input[@name='q']")


@pytest.mark.parametrize("role", ["student", "teacher", "librarian", "administrator"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_role_has_a_home(app, sign_in, role, language):
    with app.app_context():
        person = make_person(role, organisation=make_school(), name="Nguyễn Thị Hoa")
        db.session.commit()
        client = sign_in(person)
    answer = client.get(f"/?lang={language}")
    assert answer.status_code == 200
    assert "Hoa" in html.fromstring(answer.text).xpath("string(//h1)")


def test_somebody_with_two_roles_has_two_desks(app, sign_in):
    with app.app_context():
        from lms.identity.models import RoleAssignment
        person = make_person("teacher", organisation=make_school())
        db.session.add(RoleAssignment(person_id=person.id, role="librarian"))
        db.session.commit()
        client = sign_in(person)
    page = html.fromstring(client.get("/").text)
    assert len(page.xpath("//p[@class='desk-role']")) == 2


def test_somebody_without_a_role_sees_the_public_page(app, sign_in):
    with app.app_context():
        person = make_person(None)
        db.session.commit()
        client = sign_in(person)
    answer = client.get("/")
    assert answer.status_code == 200
    assert not html.fromstring(answer.text).xpath("//main//a[starts-with(@href, '/sign-in')]")


@pytest.mark.usefixtures("context")
def test_a_department_sees_its_own_desk():
    """Its schools, its people, its deposits; the platform's jobs are the ministry's."""
    sides = make_two_sides()
    make_work("lecture", "submitted", sides.own.teacher, sides.own.school)
    make_work("lecture", "submitted", sides.foreign.teacher, sides.foreign.school)
    desk = services.administrator_desk(make_actor(sides.own.administrator))
    assert (desk.failed, desk.queued, desk.schools, desk.people) == (None, None, 1, 3)
    assert services.librarian_desk(make_actor(sides.own.librarian)).waiting.total == 1
    whole = services.administrator_desk(make_actor(make_person("administrator", sides.ministry)))
    assert (whole.schools, whole.failed.total) == (2, 0)
