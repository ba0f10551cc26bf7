"""Things of the rooms that keep organisations and people. A new room adds its own here."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Exam
from assessment.marking.models import ItemMark
from lms.core.db import db
from lms.identity.models import Person
from lms.organisations.models import Organisation
from tests.factories.identity import make_person
from tests.factories.marking import make_hand_exam
from tests.factories.organisations import add_member
from tests.guards.access.reading import Fact

if TYPE_CHECKING:
    from tests.guards.access.places import Places


def add_things(places: "Places") -> None:
    """Put them into the world: every place as a thing, a person of one place and one of two."""
    from tests.guards.access.places import OWNER, Thing

    places.things["hand exam"] = Thing(_hand_exam(places), Fact(OWNER, "school"))
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


def _hand_exam(places: "Places") -> dict[str, UUID]:
    """An exam with an essay that waits for a person; it is the teacher's of the school."""
    sat = make_hand_exam()
    exam = db.session.get_one(Exam, sat.exam.id)
    exam.owner_id, exam.organisation_id = places.people["owner"], places.organisations["school"]
    waiting = db.session.scalars(select(ItemMark).where(ItemMark.state == "waiting",
                                                        ItemMark.item_version_id == sat.version_id)).first()
    assert waiting is not None
    db.session.flush()
    return {"exam_id": exam.id, "item_version_id": sat.version_id, "attempt_id": waiting.attempt_id,
            "form_item_id": waiting.form_item_id}
