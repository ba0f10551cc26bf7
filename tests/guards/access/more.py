"""Things of the rooms that keep organisations and people. A new room adds its own here."""

from typing import TYPE_CHECKING

from lms.core.db import db
from lms.identity.models import Person
from lms.organisations.models import Organisation
from tests.factories.identity import make_person
from tests.factories.organisations import add_member
from tests.guards.access.reading import Fact

if TYPE_CHECKING:
    from tests.guards.access.places import Places


def add_things(places: "Places") -> None:
    """Put them into the world: every place as a thing, a person of one place and one of two."""
    from tests.guards.access.places import Thing

    for name, organisation_id in places.organisations.items():
        places.things[name] = Thing({"organisation_id": organisation_id}, Fact(place=name))
    school, foreign = (db.session.get_one(Organisation, places.organisations[name])
                       for name in ("school", "foreign school"))
    one, two = make_person("teacher", school), make_person("student", school)
    add_member(foreign, db.session.get_one(Person, two.id), "student")
    values = {"organisation_id": school.id}
    places.things["person"] = Thing({"person_id": one.id, **values}, Fact(place="school"))
    places.things["person of two places"] = Thing(
        {"person_id": two.id, **values}, Fact(place="school", marks=frozenset({"also foreign school"})))
    places.things["school and class"] = Thing(
        {"organisation_id": school.id, "class_id": places.organisations["class"]}, Fact(place="school"))
