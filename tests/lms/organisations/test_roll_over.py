"""A school turns its year: proposed, edited, done once however often it is asked for, undone while nothing changed."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.permissions import SYSTEM
from lms.organisations import services
from lms.organisations.calendar import school_year
from lms.organisations.models import Membership, Organisation
from tests.factories.curation import make_collection
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_organisation, make_school

YEAR = "2026-2027"


@pytest.fixture
def school(context: Flask) -> Organisation:
    """Grades 10 to 12, one class each with two pupils and a teacher, who belong to the school too."""
    school = make_school(parent=make_organisation("department"))
    for grade in (10, 11, 12):
        room = services.add_organisation(SYSTEM, code=f"{school.code}-{grade}A1", name=f"{grade}A1", kind="class",
                                         parent_id=school.id, year=YEAR)
        for role in ("student", "student", "teacher"):
            person = make_person(role, room)
            add_member(school, person, role)
    return school


def members(name: str, year: str, role: str = "student") -> list[str]:
    statement = (select(Membership).join(Organisation, Organisation.id == Membership.organisation_id)
                 .where(Organisation.name == name, Organisation.school_year == year, Membership.role == role,
                        services.is_active()))
    return [str(row.person_id) for row in db.session.scalars(statement)]


def open_classes(school: Organisation) -> set[tuple[str, str]]:
    rows = db.session.scalars(select(Organisation).where(Organisation.parent_id == school.id,
                                                         Organisation.closed_at.is_(None)))
    return {(row.name, row.school_year) for row in rows}


def test_the_proposal(school) -> None:
    plan = services.plan_roll_over(SYSTEM, school.id)
    assert [(each.name, each.next_name, each.pupils) for each in plan.classes] == [
        ("10A1", "11A1", 2), ("11A1", "12A1", 2), ("12A1", "", 2)]
    assert plan.new_names == ["10A1"]
    assert (plan.from_year, plan.to_year) == (YEAR, "2027-2028")
    assert plan.counts == {"up": 4, "leave": 2, "other": 0, "closed": 3, "begun": 3}


@pytest.mark.parametrize(("names", "goes"), [
    (["6A", "9B"], {"6A": "7A", "9B": ""}), (["1A", "5C"], {"1A": "2A", "5C": ""}),
    (["Chồi"], {"Chồi": "Chồi"}), (["Lớp 10 Toán"], {"Lớp 10 Toán": "Lớp 11 Toán"})])
def test_the_last_grade_depends_on_the_school(context: Flask, names, goes) -> None:
    school = make_school()
    for name in names:
        services.add_organisation(SYSTEM, code=f"{school.code}-{names.index(name)}", name=name, kind="class",
                                  parent_id=school.id, year=YEAR)
    assert {each.name: each.next_name for each in services.plan_roll_over(SYSTEM, school.id).classes} == goes


def test_everybody_goes_up_and_the_last_grade_leaves(school) -> None:
    tenth, twelfth = members("10A1", YEAR), members("12A1", YEAR)
    teacher = members("10A1", YEAR, "teacher")
    done = services.do_roll_over(SYSTEM, school.id, from_year=YEAR)
    assert done.state == "done"
    assert members("11A1", "2027-2028") == tenth
    assert members("11A1", "2027-2028", "teacher") == teacher
    assert members("10A1", YEAR) == members("10A1", "2027-2028") == []
    assert open_classes(school) == {("10A1", "2027-2028"), ("11A1", "2027-2028"), ("12A1", "2027-2028")}
    assert services.organisation_ids_of(UUID(twelfth[0])) == frozenset(), "not at the school either"
    assert services.organisation_ids_of(UUID(tenth[0])) >= {school.id}
    old = services.find_organisation_by_code(f"{school.code}-10A1")
    assert old is not None
    assert not old.is_open, "exams of last year still point at it"


def test_twice_is_once(school) -> None:
    first = services.do_roll_over(SYSTEM, school.id, from_year=YEAR)
    count = db.session.scalar(select(func.count()).select_from(Membership))
    assert services.do_roll_over(SYSTEM, school.id, from_year=YEAR).id == first.id
    assert db.session.scalar(select(func.count()).select_from(Membership)) == count
    with pytest.raises(Conflict):
        services.save_names(SYSTEM, school.id, from_year=YEAR, names={}, new=[])


def test_names_and_pupils_are_edited_before(school) -> None:
    plan = services.plan_roll_over(SYSTEM, school.id)
    room = plan.classes[0]
    first, second = (each.id for each in services.list_class_members(SYSTEM, room.id))
    services.save_names(SYSTEM, school.id, from_year=YEAR, names={room.id: "11 Toán"}, new=["10A1", "10A2"])
    services.save_exceptions(SYSTEM, school.id, room.id, others={first: "10A2", second: services.LEAVES})
    plan = services.plan_roll_over(SYSTEM, school.id)
    assert plan.counts == {"up": 2, "leave": 3, "other": 1, "closed": 3, "begun": 4}
    services.do_roll_over(SYSTEM, school.id, from_year=YEAR)
    assert members("10A2", "2027-2028") == [str(first)]
    assert members("11 Toán", "2027-2028") == []
    assert services.organisation_ids_of(second) == frozenset()


@pytest.mark.parametrize("new", [["11A1"], ["10A1", "10A1"], ["x" * 61]])
def test_names_that_cannot_be(school, new) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_names(SYSTEM, school.id, from_year=YEAR, names={}, new=new)
    assert refused.value.problems[0].where == new[0]


def test_a_pupil_cannot_go_where_nothing_will_be(school) -> None:
    room = services.plan_roll_over(SYSTEM, school.id).classes[0]
    pupil = services.list_class_members(SYSTEM, room.id)[0]
    with pytest.raises(Invalid):
        services.save_exceptions(SYSTEM, school.id, room.id, others={pupil.id: "99Z"})


def test_it_is_undone_to_the_last_membership(school) -> None:
    before = {(row.id, row.ends_on) for row in db.session.scalars(select(Membership))}
    done = services.do_roll_over(SYSTEM, school.id, from_year=YEAR)
    services.undo_roll_over(SYSTEM, school.id, done.id)
    db.session.expire_all()
    assert {(row.id, row.ends_on) for row in db.session.scalars(select(Membership))} == before
    assert open_classes(school) == {("10A1", YEAR), ("11A1", YEAR), ("12A1", YEAR)}
    services.undo_roll_over(SYSTEM, school.id, done.id)
    assert services.do_roll_over(SYSTEM, school.id, from_year=YEAR).state == "done", "and can be done again"


@pytest.mark.parametrize("change", ["member", "rename", "close", "use"])
def test_it_is_not_undone_once_something_has_changed(school, change) -> None:
    done = services.do_roll_over(SYSTEM, school.id, from_year=YEAR)
    room = services.find_organisation_by_code(f"{school.code}-2027-10A1")
    if change == "member":
        services.add_member(SYSTEM, room.id, person_id=make_person("student").id, role="student")
    elif change == "rename":
        services.rename_organisation(SYSTEM, room.id, name="10 Văn")
    elif change == "close":
        services.close_organisation(SYSTEM, room.id)
    else:
        make_collection(organisation=room)
    with pytest.raises(Conflict):
        services.undo_roll_over(SYSTEM, school.id, done.id)
    assert services.find_organisation_by_code(f"{school.code}-2027-11A1").is_open


def test_only_those_who_administer_the_school(school) -> None:
    for person in (make_person("teacher", school), make_person("administrator", make_school())):
        with pytest.raises(Forbidden):
            services.do_roll_over(make_actor(person), school.id, from_year=YEAR)
        with pytest.raises(Forbidden):
            services.plan_roll_over(make_actor(person), school.id)


def test_years_are_told_by_the_vietnamese_day() -> None:
    assert school_year(date(2026, 7, 31)) == "2025-2026"
    assert school_year(date(2026, 8, 1)) == "2026-2027"
