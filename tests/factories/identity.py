"""People for tests."""

from itertools import count
from typing import Any

from lms.core.db import db
from lms.identity.models import Person, RoleAssignment
from tests.factories.organisations import add_member

_numbers = count(1)


def make_person(role: str | None = "teacher", organisation: Any = None, name: str | None = None) -> Person:
    """A person with one role (None: without), a member of `organisation` if given, flushed."""
    person = Person(name=name or f"Người {next(_numbers)}")
    db.session.add(person)
    db.session.flush()
    if role and organisation:
        add_member(organisation, person, role)
    elif role:
        db.session.add(RoleAssignment(person_id=person.id, role=role))
    db.session.flush()
    return person


def make_actor(person: Person) -> Any:
    """The actor that this person's sign-in would make."""
    from lms.identity.services import find_signed_in, start_sign_in

    signed_in = find_signed_in(str(start_sign_in(person.id).id))
    assert signed_in is not None
    return signed_in.actor
