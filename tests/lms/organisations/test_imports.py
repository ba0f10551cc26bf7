"""Organisations and members from files: all of it or nothing, faults told by line and column."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from lms.core.permissions import SYSTEM
from lms.identity import services as identity
from lms.identity.models import Person
from lms.identity.services.administration import MembersImported
from lms.organisations import services
from lms.organisations.models import Organisation
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_class, make_organisation, make_school

GOOD = """code,name,kind,parent,school_year
S-1,Trường THPT Sông Lô,school,D-1,
S-1-10A1,10A1,class,S-1,2026-2027
"""


@pytest.fixture
def department(context: Flask) -> Organisation:
    return make_organisation("department", code="D-1", parent=make_organisation("ministry"))


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Organisation))


def test_a_file_is_imported_once(department) -> None:
    assert services.import_organisations(SYSTEM, GOOD.encode()) == services.ImportResult(2, 0)
    assert services.import_organisations(SYSTEM, GOOD.encode()) == services.ImportResult(0, 2)
    assert services.find_organisation_by_code("S-1-10A1").school_year == "2026-2027"


def test_vietnamese_columns_semicolons_and_a_byte_order_mark(department) -> None:
    text = "Mã;Tên;Loại;Cấp trên\nS-2;Trường THPT Ba Bể;Trường;D-1\n"
    assert services.import_organisations(SYSTEM, text.encode("utf-8-sig")).added == 1


def test_an_address_alone_makes_nobody_a_member(department) -> None:
    room = make_class(make_school(parent=department))
    pupil = make_person("student", room, "Kẻ Mạo Danh")
    pupil.email = "hoa@example.edu.vn"
    boss = make_actor(make_person("administrator", department))
    line = f"{room.code},teacher,Cô Hoa,{pupil.email}"
    with pytest.raises(Invalid) as refused:
        identity.import_members(boss, f"organisation,role,name,email\n{line}\n".encode())
    assert refused.value.problems[0].where == "dòng 2, cột “email”"
    assert "teacher" not in services.memberships_of(pupil.id)[room.id]


@pytest.mark.parametrize(("line", "where"), [
    ("S-3,,school,D-1,", "dòng 3, cột “name”"), ("S 3,Ba,school,D-1,", "dòng 3, cột “code”"),
    ("S-3,Ba,club,D-1,", "dòng 3, cột “kind”"), ("S-3,Ba,school,NOWHERE,", "dòng 3, cột “parent”"),
    ("S-3,Ba,class,D-1,", "dòng 3, cột “parent”"), ("D-1,Khác,school,D-1,", "dòng 3, cột “code”"),
    ("S-3,Ba,class,S-9,2026", "dòng 3, cột “school_year”"), ("S-3,Ba", "dòng 3")])
def test_one_bad_line_and_nothing_is_done(department, line: str, where: str) -> None:
    before = count()
    text = f"code,name,kind,parent,school_year\nS-9,Trường Chín,school,D-1,\n{line}\n"
    with pytest.raises(Invalid) as refused:
        services.import_organisations(SYSTEM, text.encode())
    assert [problem.where for problem in refused.value.problems] == [where]
    assert count() == before


@pytest.mark.parametrize("content", [b"", b"code,name\n", b"\xff\xfe\x00", "mã,tên\n1,2\n".encode("utf-16"),
                                     b'code,name,kind\n"open,b,c\n', b"code,name,kind\n", b"PK\x03\x04\x00\x00"])
def test_what_is_no_such_file(context: Flask, content: bytes) -> None:
    with pytest.raises(Invalid):
        services.import_organisations(SYSTEM, content)


def test_a_foreign_place_is_told_by_its_line(department) -> None:
    boss = make_actor(make_person("administrator", make_organisation("department")))
    with pytest.raises(Invalid) as refused:
        services.import_organisations(boss, GOOD.encode())
    assert refused.value.problems[0].where == "dòng 2, cột “parent”"
    with pytest.raises(Forbidden):
        services.import_organisations(make_actor(make_person("teacher", department)), GOOD.encode())


def test_members_are_imported_once(department) -> None:
    school = make_school(parent=department)
    room = make_class(school)
    known = make_person("teacher", school, "Cô Hoa")
    known.email = "hoa@example.edu.vn"
    text = (f"organisation,role,name,email\n{room.code},học sinh,Lê Văn An,\n"
            f"{room.code},teacher,Cô Hoa,HOA@example.edu.vn\n")
    boss = make_actor(make_person("administrator", department))
    assert identity.import_members(boss, text.encode()) == MembersImported(1, 2)
    assert identity.import_members(boss, text.encode()) == MembersImported(0, 0)
    assert room.id in services.organisation_ids_of(known.id)


@pytest.mark.parametrize(("line", "where"), [
    ("NOWHERE,student,An,", "organisation"), ("{room},king,An,", "role"), ("{room},student,,", "name"),
    ("{room},student,An,a b", "email"), ("{foreign},student,An,", "organisation")])
def test_one_bad_member_and_nobody_is_added(department, line: str, where: str) -> None:
    room, foreign = make_class(make_school(parent=department)), make_school(parent=make_organisation("department"))
    boss = make_actor(make_person("administrator", department))
    before = db.session.scalar(select(func.count()).select_from(Person))
    bad = line.format(room=room.code, foreign=foreign.code)
    with pytest.raises(Invalid) as refused:
        identity.import_members(boss, f"organisation,role,name,email\n{room.code},student,Bình,\n{bad}\n".encode())
    assert refused.value.problems[0].where == f"dòng 3, cột “{where}”"
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_the_commands(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        make_organisation("department", code="D-1")
        db.session.commit()
    runner = app.test_cli_runner()
    (tmp_path / "tree.csv").write_text(GOOD, "utf-8")
    (tmp_path / "people.csv").write_text("organisation,role,name\nS-1-10A1,student,Lê An\n", "utf-8")
    (tmp_path / "bad.csv").write_text("code,name,kind,parent\nX,,school,D-1\n", "utf-8")
    assert "2 organisations added" in runner.invoke(args=["organisations", "import", str(tmp_path / "tree.csv")]).output
    assert "1 people and 1 memberships" in runner.invoke(
        args=["organisations", "import", str(tmp_path / "people.csv")]).output
    bad = runner.invoke(args=["organisations", "import", str(tmp_path / "bad.csv")])
    assert bad.exit_code == 1
    assert "name" in bad.output
    turn = ["organisations", "roll-over", "S-1", "--from", "2026-2027"]
    assert "10A1 -> 11A1 (1 pupils)" in runner.invoke(args=[*turn, "--dry-run"]).output
    for _time in range(2):
        assert "2026-2027 is rolled over" in runner.invoke(args=turn).output
    assert runner.invoke(args=["organisations", "roll-over", "NOWHERE", "--from", "2026-2027"]).exit_code == 1
    assert "34 departments" in runner.invoke(args=["organisations", "load-departments"]).output
