"""The tree changes and stays a tree: history, old codes, mergers, refusals that are audited."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, PlatformError
from lms.core.permissions import SYSTEM, may
from lms.organisations import services
from lms.organisations.models import Membership, Organisation
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class, make_organisation, make_school


@pytest.fixture
def ministry(context: Flask) -> Organisation:
    return make_organisation("ministry")


@pytest.fixture
def departments(ministry: Organisation) -> tuple[Organisation, Organisation]:
    return make_organisation("department", parent=ministry), make_organisation("department", parent=ministry)


def audited(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def test_a_new_organisation_begins_its_history(departments) -> None:
    made = services.add_organisation(SYSTEM, code=" S-1 ", name="Trường  THPT Sông Hồng", kind="school",
                                     parent_id=departments[0].id, valid_from=date(1990, 9, 5), reason="QĐ 12")
    assert (made.code, made.name) == ("S-1", "Trường THPT Sông Hồng")
    [event] = services.list_history(SYSTEM, made.id)
    assert (event.kind, event.effective_on, event.reason) == ("founded", date(1990, 9, 5), "QĐ 12")
    assert audited("organisation:founded")[-1].after["code"] == "S-1"


@pytest.mark.parametrize(("kind", "above"), [
    ("school", "class"), ("class", "department"), ("class", "ministry"), ("department", "school"),
    ("faculty", "school"), ("university", "school"), ("ministry", "ministry")])
def test_each_kind_stands_only_where_it_may(context: Flask, kind: str, above: str) -> None:
    with pytest.raises(services.TreeRefused) as refused:
        services.add_organisation(SYSTEM, code="X", name="X", kind=kind, parent_id=make_organisation(above).id)
    assert refused.value.problems[0].where == "parent_id"


def test_a_code_leads_to_one_place_only(departments) -> None:
    school = make_school(parent=departments[0])
    services.rename_organisation(SYSTEM, school.id, name=school.name, code="NEW-1")
    old = services.list_former_codes(SYSTEM, school.id)[0].code
    for taken in ("NEW-1", old):
        with pytest.raises(services.TreeRefused, match=taken):
            services.add_organisation(SYSTEM, code=taken, name="Khác", kind="school", parent_id=departments[0].id)
    services.rename_organisation(SYSTEM, school.id, name=school.name, code=old)
    assert services.find_organisation_by_code(old).id == school.id, "its own former code may return"
    assert services.find_organisation_by_code("NEW-1").id == school.id


@pytest.mark.parametrize("wrong", [
    {"code": ""}, {"code": "a b"}, {"code": "x" * 61}, {"name": " "}, {"name": "x" * 201}, {"name": "a\x07b"},
    {"year": "2026"}, {"year": "2026-2028"}, {"valid_from": date(2999, 1, 1)}, {"reason": "x" * 501}])
def test_bad_words_are_refused_by_field(ministry, wrong) -> None:
    told = {"code": "OK", "name": "Được", "kind": "department", "parent_id": ministry.id, **wrong}
    with pytest.raises(Invalid) as refused:
        services.add_organisation(SYSTEM, **told)
    assert refused.value.problems


def test_a_renamed_school_is_found_by_its_old_code_and_known_as_of_a_day(departments) -> None:
    school = make_school("Trường PTTH Cũ", parent=departments[0])
    old_code = school.code
    services.rename_organisation(SYSTEM, school.id, name="Trường THPT Mới", code="M-1", effective_on=date(2020, 1, 1))
    assert services.find_organisation_by_code(old_code).name == "Trường THPT Mới"
    assert services.get_organisation_as_of(SYSTEM, school.id, date(2019, 5, 1)).name == "Trường PTTH Cũ"
    assert services.get_organisation_as_of(SYSTEM, school.id, date(2020, 1, 1)).name == "Trường THPT Mới"
    found = services.search_organisations(SYSTEM, "ptth cu").items + services.search_organisations(SYSTEM, "moi").items
    assert [each.ref.id for each in found] in ([school.id], [school.id, school.id])


def test_a_moved_school_takes_its_classes_and_changes_its_administrators(departments) -> None:
    first, second = departments
    school = make_school(parent=first)
    room = make_class(school)
    boss = make_actor(make_person("administrator", second))
    assert not may(boss, "organisation:manage", services.find_organisation(room.id))
    services.move_organisation(SYSTEM, school.id, parent_id=second.id, effective_on=date(2024, 8, 1))
    assert may(boss, "organisation:manage", services.find_organisation(room.id))
    then = services.get_organisation_as_of(SYSTEM, school.id, date(2024, 7, 31))
    assert then.parent_id == first.id
    assert then.parent_name == first.name


def test_a_circle_is_refused_and_the_refusal_is_audited(app: Flask, sign_in) -> None:
    with app.app_context():
        university = make_organisation("university", parent=make_organisation("ministry"))
        faculty = make_organisation("faculty", parent=university)
        boss, university_id, faculty_id = make_person("administrator"), university.id, faculty.id
        code = faculty.code
        with pytest.raises(services.TreeRefused):
            services.move_organisation(SYSTEM, university_id, parent_id=university_id)
        db.session.commit()
        client = sign_in(boss)
    answer = client.post(f"/organisations/{university_id}/move", data={"parent_id": code})
    assert answer.status_code == 422
    assert "vòng" in answer.text
    with app.app_context():
        assert db.session.get(Organisation, university_id).parent_id not in (university_id, faculty_id)
        event = audited("organisation:manage")[-1]
        assert event.refused
        assert event.subject_id == str(university_id)
    api = client.post(f"/api/v1/organisations/{university_id}/move", json={"parent_id": str(faculty_id)})
    assert api.status_code == 409
    with app.app_context():
        assert len([each for each in audited("organisation:manage") if each.refused]) >= 2


def test_a_merger_shows_first_what_would_change(departments) -> None:
    one, two = make_school(parent=departments[0]), make_school(parent=departments[0])
    make_class(one), make_class(one)
    both, only = make_person("teacher", one), make_person("student", one)
    add_member(two, both, "teacher")
    seen = services.preview_merge(SYSTEM, one.id, two.id)
    assert (seen.members, seen.already, seen.children, seen.things) == (1, 1, 2, 0)
    with pytest.raises(Invalid, match=one.code):
        services.merge_organisations(SYSTEM, one.id, two.id, confirm="ja")
    assert services.organisation_ids_of(only.id) == {one.id}, "looking changes nothing"


def test_a_merger_brings_people_classes_things_and_the_code_over(departments) -> None:
    one, two = make_school("Một", parent=departments[0]), make_school("Hai", parent=departments[1])
    room, person = make_class(one), make_person("teacher", one)
    services.merge_organisations(SYSTEM, one.id, two.id, confirm=one.code, reason="NQ 1")
    assert services.organisation_ids_of(person.id) == {two.id}
    assert services.ancestors(room.id)[0] == two.id
    assert services.find_organisation_by_code(one.code).id == two.id
    assert two.id in services.lineage(one.id), "its things stand below the successor"
    teacher = make_actor(person)
    assert teacher.organisation_ids == {one.id, two.id}, "and belong to the colleagues of now"
    assert one.id not in [each.ref.id for each in services.list_children(SYSTEM, two.id).items]
    ended = db.session.scalars(select(Membership).where(Membership.organisation_id == one.id)).all()
    assert [row.ends_on is not None for row in ended] == [True]
    assert [event.kind for event in services.list_history(SYSTEM, two.id)] == ["merged"]
    with pytest.raises(services.TreeRefused):
        services.reopen_organisation(SYSTEM, one.id)


def test_a_chain_of_mergers_leads_to_the_last(departments) -> None:
    schools = [make_school(parent=departments[0]) for _each in range(3)]
    for row, into in (schools[:2], schools[1:]):
        services.merge_organisations(SYSTEM, row.id, into.id, confirm=row.code)
    assert services.find_organisation_by_code(schools[0].code).id == schools[2].id
    person = make_person("teacher", schools[2])
    assert make_actor(person).organisation_ids == {each.id for each in schools}


def test_what_cannot_be_merged(departments) -> None:
    school = make_school(parent=departments[0])
    for into in (school, departments[0], make_class(school), make_organisation("university")):
        with pytest.raises(services.TreeRefused):
            services.merge_organisations(SYSTEM, school.id, into.id, confirm=school.code)


def test_closing_ends_memberships_and_opening_brings_them_back(departments) -> None:
    school = make_school(parent=departments[0])
    room, pupil = make_class(school), make_person("student")
    add_member(room, pupil, "student")
    with pytest.raises(services.TreeRefused, match="1"):
        services.close_organisation(SYSTEM, school.id)
    services.close_organisation(SYSTEM, room.id, reason="hết năm")
    assert services.organisation_ids_of(pupil.id) == frozenset()
    with pytest.raises(Conflict):
        services.add_member(SYSTEM, room.id, person_id=pupil.id, role="student")
    services.close_organisation(SYSTEM, room.id)
    services.close_organisation(SYSTEM, school.id)
    with pytest.raises(services.TreeRefused):
        services.reopen_organisation(SYSTEM, room.id)
    services.reopen_organisation(SYSTEM, school.id)
    services.reopen_organisation(SYSTEM, room.id)
    assert services.organisation_ids_of(pupil.id) == {room.id}
    assert [event.kind for event in services.list_history(SYSTEM, room.id)] == ["reopened", "closed"]


def test_a_membership_has_a_period(departments) -> None:
    school, person = make_school(parent=departments[0]), make_person("teacher")
    services.add_member(SYSTEM, school.id, person_id=person.id, role="teacher")
    services.end_membership(SYSTEM, school.id, person_id=person.id, role="teacher")
    assert services.positions_of(person.id) == frozenset()
    assert len(services.places_of(person.id)) == 1, "it stays as history"
    with clock.shifted(timedelta(days=400)):
        services.add_member(SYSTEM, school.id, person_id=person.id, role="teacher")
        assert {each.role for each in services.positions_of(person.id)} == {"teacher"}
        assert [place.is_active for place in services.places_of(person.id)] == [True, False]
    row = db.session.scalars(select(Membership).where(Membership.ends_on.is_(None))).one()
    row.ends_on = row.starts_on + timedelta(days=30)
    with clock.shifted(timedelta(days=401)):
        assert services.positions_of(person.id), "planned to end"
    with clock.shifted(timedelta(days=440)):
        assert services.positions_of(person.id) == frozenset()


def test_one_open_membership_of_a_role_in_a_place(departments) -> None:
    from sqlalchemy.exc import IntegrityError

    person = make_person("teacher", departments[0])
    with pytest.raises(IntegrityError), db.session.begin_nested():
        add_member(departments[0], person, "teacher")


def test_nobody_takes_his_own_administration_away(departments) -> None:
    boss = make_person("administrator", departments[0])
    with pytest.raises(Conflict):
        services.end_membership(make_actor(boss), departments[0].id, person_id=boss.id, role="administrator")


@pytest.mark.parametrize("act", ["rename", "move", "merge", "close", "reopen", "add", "member", "end"])
def test_another_departments_administrator_changes_nothing(departments, act: str) -> None:
    mine, other = departments
    school, twin = make_school(parent=mine), make_school(parent=mine)
    foreign, pupil = make_actor(make_person("administrator", other)), make_person("student")
    acts = {
        "rename": lambda: services.rename_organisation(foreign, school.id, name="X"),
        "move": lambda: services.move_organisation(foreign, school.id, parent_id=other.id),
        "merge": lambda: services.merge_organisations(foreign, school.id, twin.id, confirm=school.code),
        "close": lambda: services.close_organisation(foreign, school.id),
        "reopen": lambda: services.reopen_organisation(foreign, school.id),
        "add": lambda: services.add_organisation(foreign, code="X", name="X", kind="class", parent_id=school.id),
        "member": lambda: services.add_member(foreign, school.id, person_id=pupil.id, role="student"),
        "end": lambda: services.end_membership(foreign, school.id, person_id=pupil.id, role="student"),
    }
    with pytest.raises(Forbidden):
        acts[act]()


def test_an_administrator_does_not_move_the_ground_he_stands_on(departments) -> None:
    boss = make_actor(make_person("administrator", departments[0]))
    for attempt in (
        lambda: services.close_organisation(boss, departments[0].id),
        lambda: services.merge_organisations(boss, departments[0].id, departments[1].id, confirm=departments[0].code),
        lambda: services.move_organisation(boss, departments[0].id, parent_id=departments[1].id),
        lambda: services.add_organisation(boss, code="R", name="Gốc", kind="department"),
        lambda: services.load_departments(boss),
    ):
        with pytest.raises(Forbidden):
            attempt()


MOVES = st.lists(st.tuples(st.sampled_from(["move", "merge", "close"]), st.integers(0, 7), st.integers(0, 7)),
                 max_size=15)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_sequence_of_changes_makes_a_circle(app: Flask, moves) -> None:
    with app.app_context():
        ministry = make_organisation("ministry")
        two = [make_organisation("department", parent=ministry) for _each in range(2)]
        four = [make_school(parent=two[number % 2]) for number in range(4)]
        nodes = [*two, *four, make_class(four[0]), make_class(four[1])]
        for act, first, second in moves:
            row, into = nodes[first], nodes[second]
            with suppress(PlatformError):
                if act == "move":
                    services.move_organisation(SYSTEM, row.id, parent_id=into.id)
                elif act == "merge":
                    services.merge_organisations(SYSTEM, row.id, into.id, confirm=row.code)
                else:
                    services.close_organisation(SYSTEM, row.id)
        for node in nodes:
            assert services.walk_up(node.id)[-1] == ministry.id
            assert services.find_organisation_by_code(node.code) is not None
        db.session.rollback()


def test_departments_of_today_and_codes_of_before(context: Flask) -> None:
    assert services.load_departments(SYSTEM) == 34
    assert services.load_departments(SYSTEM) == 0, "again changes nothing"
    rows = services.list_organisations(SYSTEM, kind="department")
    assert len(rows) == 34
    for old, now in (("SGD-02", "SGD-08"), ("SGD-74", "SGD-79"), ("SGD-77", "SGD-79"), ("27", "SGD-24"),
                     ("01", "SGD-01")):
        assert services.find_organisation_by_code(old).code == now
    known = {services.find_organisation_by_code(f"SGD-{code:02}") for code in range(1, 97)} - {None}
    assert len(known) == 34
    lao_cai = services.find_organisation_by_code("15")
    assert services.get_organisation_as_of(SYSTEM, lao_cai.id, date(2024, 9, 1)).name.endswith("Yên Bái")
    assert services.get_organisation_as_of(SYSTEM, lao_cai.id, date(2025, 7, 1)).name.endswith("Lào Cai")


def test_a_department_that_was_renamed_by_people_keeps_its_name(context: Flask) -> None:
    services.load_departments(SYSTEM)
    row = services.find_organisation_by_code("SGD-46")
    services.rename_organisation(SYSTEM, row.id, name="Sở GD&ĐT Huế")
    services.load_departments(SYSTEM)
    assert services.find_organisation_by_code("SGD-46").name == "Sở GD&ĐT Huế"
