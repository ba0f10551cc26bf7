"""Organisations and memberships for tests."""

from itertools import count
from typing import Any

from lms.core.db import db
from lms.organisations.models import Membership, Organisation

_numbers = count(1)


def make_organisation(kind: str = "school", name: str | None = None, parent: Organisation | None = None,
                      code: str | None = None) -> Organisation:
    """An organisation, flushed."""
    number = next(_numbers)
    row = Organisation(code=code or f"{kind.upper()}-{number:04}", name=name or f"{kind} {number}", kind=kind,
                       parent_id=parent.id if parent else None)
    db.session.add(row)
    db.session.flush()
    return row


def make_school(name: str | None = None, parent: Organisation | None = None) -> Organisation:
    """A school, under `parent` if given."""
    return make_organisation("school", name or f"Trường THPT Số {next(_numbers)}", parent)


def make_class(school: Organisation | None = None, students: int = 0, name: str | None = None,
               teacher: Any = None) -> Organisation:
    """A class in a school (made if none is given), with `students` students and perhaps a teacher."""
    row = make_organisation("class", name or f"12A{next(_numbers)}", school or make_school())
    if teacher is not None:
        add_member(row, teacher, "teacher")
    if students:
        from tests.factories.identity import make_person

        for _each in range(students):
            make_person("student", organisation=row)
    return row


def add_member(organisation: Organisation, person: Any, role: str) -> Membership:
    """A membership, flushed."""
    row = Membership(person_id=person.id, organisation_id=organisation.id, role=role)
    db.session.add(row)
    db.session.flush()
    return row
