"""Organisations: the tree, who sees which class, memberships by hand and by claim."""

import pytest
from flask import Flask

from lms.core.db import db
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from lms.organisations import services
from lms.organisations.models import Membership
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class, make_organisation, make_school


@pytest.fixture
def department(context: Flask):
    return make_organisation("department", parent=make_organisation("ministry"))


def test_ancestors_are_told_from_the_nearest_up(department) -> None:
    school = make_school(parent=department)
    room = make_class(school)
    assert services.ancestors(room.id) == [school.id, department.id, department.parent_id]
    assert services.ancestors(department.parent_id) == []


def test_a_loop_in_the_tree_ends(department) -> None:
    school = make_school(parent=department)
    department.parent_id = school.id
    db.session.flush()
    assert services.ancestors(school.id) == [department.id]


def test_a_teacher_sees_every_class_of_his_school_and_no_other(department) -> None:
    school, other = make_school(parent=department), make_school(parent=department)
    mine, _theirs = make_class(school, name="12A1"), make_class(other, name="12B1")
    teacher = make_actor(make_person("teacher", school))
    assert [row.id for row in services.list_classes(teacher)] == [mine.id]


def test_a_student_sees_his_own_class_only(department) -> None:
    school = make_school(parent=department)
    mine = make_class(school)
    make_class(school)
    student = make_actor(make_person("student", mine))
    assert [row.id for row in services.list_classes(student)] == [mine.id]


def test_an_administrator_sees_all_classes_by_name(department) -> None:
    school = make_school(parent=department)
    make_class(school, name="12B"), make_class(school, name="12A")
    assert [row.name for row in services.list_classes(make_actor(make_person("administrator")))] == [
        "12A",
        "12B",
    ]


def test_members_are_listed_by_role_for_staff_of_the_school(department) -> None:
    school = make_school(parent=department)
    room = make_class(school, students=2)
    teacher = make_person("teacher", school)
    add_member(room, teacher, "teacher")
    actor = make_actor(teacher)
    assert len(services.list_class_members(actor, room.id)) == 2
    assert [m.id for m in services.list_class_members(actor, room.id, role="teacher")] == [teacher.id]


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_members_are_not_for_people_of_elsewhere(department, role: str) -> None:
    room = make_class(make_school(parent=department), students=1)
    actor = make_actor(make_person(role, make_school(parent=department)))
    with pytest.raises(Forbidden):
        services.list_class_members(actor, room.id)


def test_members_are_not_for_a_student_of_the_same_class(department) -> None:
    room = make_class(make_school(parent=department), students=1)
    with pytest.raises(Forbidden):
        services.list_class_members(make_actor(make_person("student", room)), room.id)


def test_a_teacher_who_studies_elsewhere_is_a_student_there(department) -> None:
    elsewhere = make_class(make_school(parent=department), students=1)
    teacher = make_person("teacher", make_school(parent=department))
    add_member(elsewhere, teacher, "student")
    actor = make_actor(teacher)
    assert elsewhere.id in actor.organisation_ids - actor.staff_ids
    assert services.list_classes(actor) == []
    with pytest.raises(Forbidden):
        services.list_class_members(actor, elsewhere.id)
    add_member(elsewhere, teacher, "teacher")
    assert [each.id for each in services.list_classes(make_actor(teacher))] == [elsewhere.id]


def test_an_unknown_class_is_not_found(context: Flask) -> None:
    with pytest.raises(NotFound):
        services.list_class_members(SYSTEM, new_id())


def test_ensuring_again_changes_nothing(context: Flask) -> None:
    first = services.ensure_organisation(SYSTEM, code="S1", name="Trường A", kind="school")
    again = services.ensure_organisation(SYSTEM, code="S1", name="Trường B", kind="school")
    assert first.id == again.id
    assert services.organisation_names([first.id, new_id()]) == {first.id: "Trường A"}
    person = make_person("student")
    for _time in range(2):
        services.add_member(SYSTEM, first.id, person_id=person.id, role="student")
    assert db.session.query(Membership).count() == 1
    services.end_membership(SYSTEM, first.id, person_id=person.id, role="student")
    assert services.organisation_ids_of(person.id) == frozenset()


def test_only_administrators_change_the_tree(context: Flask) -> None:
    with pytest.raises(Forbidden):
        services.add_organisation(make_actor(make_person("teacher")), code="X", name="X", kind="school")


@pytest.mark.parametrize("wrong", [{"kind": "club"}, {"kind": "school", "parent_id": new_id()}])
def test_a_wrong_kind_or_parent_is_refused(context: Flask, wrong: dict) -> None:
    with pytest.raises(Invalid):
        services.add_organisation(SYSTEM, code="X", name="X", **wrong)


def test_an_unknown_role_is_refused(context: Flask) -> None:
    with pytest.raises(Invalid):
        services.add_member(SYSTEM, make_school().id, person_id=make_person().id, role="owner")


def test_claims_replace_claims_and_leave_other_memberships(context: Flask) -> None:
    old, new, room = make_school(), make_school(), make_class()
    person = make_person("student", room)
    services.replace_claimed_memberships(person.id, old.id, ["student"])
    services.replace_claimed_memberships(person.id, new.id, ["student", "teacher"])
    assert services.organisation_ids_of(person.id) == {new.id, room.id}
    services.replace_claimed_memberships(person.id, None, ["student"])
    assert services.organisation_ids_of(person.id) == {room.id}


def test_a_code_finds_its_organisation(context: Flask) -> None:
    school = make_school()
    found = services.find_organisation_by_code(school.code)
    assert found is not None
    assert found.id == school.id
    assert services.find_organisation_by_code("") is None
    assert services.get_organisation(SYSTEM, school.id).lineage == (school.id,)
    assert [o.id for o in services.list_organisations(SYSTEM, kind="school")] == [school.id]
