"""Two departments under one ministry, each with a school, for tests of how far a role reaches."""

from dataclasses import dataclass
from typing import Any

from lms.organisations.models import Organisation
from tests.factories.identity import make_person
from tests.factories.organisations import make_organisation, make_school


@dataclass(frozen=True)
class Side:
    """A department with its school, and who works there."""

    department: Organisation
    school: Organisation
    administrator: Any
    librarian: Any
    teacher: Any


@dataclass(frozen=True)
class TwoSides:
    """What one side must see and the other must not, and the ministry above both."""

    ministry: Organisation
    own: Side
    foreign: Side


def make_two_sides() -> TwoSides:
    """Both sides, flushed."""
    ministry = make_organisation("ministry")
    return TwoSides(ministry, _make_side(ministry), _make_side(ministry))


def _make_side(ministry: Organisation) -> Side:
    department = make_organisation("department", parent=ministry)
    school = make_school(parent=department)
    return Side(department, school, make_person("administrator", department), make_person("librarian", department),
                make_person("teacher", school))
