"""Revision 0007 keeps what was there: roles in a place become memberships, and come back on the way down."""

from uuid import uuid4

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from lms.core.db import db
from lms.prepare import MIGRATIONS
from tests.guards.test_migrations import empty as empty


def rows(statement: str) -> list[tuple]:
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.rollback()
    return found


def test_roles_in_a_place_become_memberships_and_return(empty: Flask) -> None:
    person, place, room = (uuid4().hex for _each in range(3))
    now = "2026-03-05 01:02:03.000000" + ("+00:00" if empty.extensions["lms.settings"].is_full else "")
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS), revision="0006")
        insert = {
            "person": [{"id": person, "name": "Đỗ Thị Ánh", "locale": "vi"}],
            "organisation": [{"id": place, "code": "S-1", "name": "Trường Điện Biên", "kind": "school"},
                             {"id": room, "code": "S-1-1", "name": "10A1", "kind": "class", "parent_id": place}],
            "membership": [{"id": uuid4().hex, "person_id": person, "organisation_id": place, "role": "teacher",
                            "source": "claim"}],
            "role_assignment": [
                {"id": uuid4().hex, "person_id": person, "role": role, "organisation_id": where, "source": "platform"}
                for role, where in (("teacher", place), ("librarian", place), ("administrator", None))],
        }
        for table, told in insert.items():
            for each in told:
                names = ["created_at", *each]
                marks = ", ".join(f":{name}" for name in names)
                db.session.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"),
                                   {"created_at": now, **each})
        db.session.commit()
        upgrade(directory=str(MIGRATIONS), revision="0007")
        assert rows("SELECT role, source FROM membership ORDER BY role") == [
            ("librarian", "platform"), ("teacher", "claim")]
        assert rows("SELECT role FROM role_assignment") == [("administrator",)]
        assert [str(day) for (day,) in rows("SELECT starts_on FROM membership")] == ["2026-03-05"] * 2
        assert rows("SELECT search_name, school_year FROM organisation ORDER BY code") == [
            ("truong dien bien s-1", None), ("10a1 s-1-1", "2025-2026")]
        assert rows("SELECT search_name FROM person") == [("do thi anh",)]
        db.session.execute(text("UPDATE membership SET ends_on = '2026-04-01' WHERE role = 'librarian'"))
        db.session.commit()
        downgrade(directory=str(MIGRATIONS), revision="0006")
        assert rows("SELECT role FROM membership") == [("teacher",)], "the schema before knows present ones only"
        assert rows("SELECT role FROM role_assignment ORDER BY role") == [("administrator",), ("teacher",)]
        upgrade(directory=str(MIGRATIONS))
        assert rows("SELECT role FROM membership") == [("teacher",)]
        db.session.remove()
        db.engine.dispose()
