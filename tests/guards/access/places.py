"""The guard's world: one of everything in one school, and a person of every role in every kind of place."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import delete, select, update

from assessment.bank.models import Item
from assessment.bank.stimuli_models import Stimulus
from assessment.delivery.models import Attempt, Exam
from content_repo.curation.models import Collection
from content_repo.works.models import Work
from lms.core.db import db
from lms.identity.models import Person
from lms.organisations.models import Membership, Organisation
from tests.factories.identity import make_person
from tests.factories.organisations import add_member, make_organisation
from tests.factories.works import make_work
from tests.guards.access.reading import PLACES, Fact, Who
from tests.guards.world import World, make_world

OWNER, CANDIDATE, CATALOGUER = "owner", "candidate", "librarian of the school"
ANONYMOUS = Who("anonymous")
ROLES = ("student", "teacher", "librarian", "administrator")
PEOPLE = [Who(OWNER, "teacher", "school"), Who(CANDIDATE, "student", "school"),
          *(Who(f"{role} of the {place}", role, place) for place in PLACES for role in ROLES)]
"""The owner made what can be made, the candidate sat; everybody else is one of each role in each place."""


@dataclass(frozen=True)
class Thing:
    """What stands in the holes of an address (or in what is sent), and what the second reading knows of it."""

    values: dict[str, Any]
    fact: Fact


@dataclass
class Places:
    """Ids of people by key and of places by name, the things by name, and the small world under them."""

    people: dict[str, UUID]
    organisations: dict[str, UUID]
    things: dict[str, Thing]
    base: World
    codes: dict[str, str]


def make_places(app: Flask) -> Places:
    """Build it, committed. More things are added by `tests/guards/access/more.py`."""
    base = make_world(app)
    with app.test_request_context():
        organisations = _make_tree(base)
        people = {who.key: make_person(who.role, organisations[who.place]).id for who in PEOPLE[2:]}
        people |= {OWNER: base.people["teacher"], CANDIDATE: base.people["student"]}
        _bring_to_school(base, organisations, people)
        ids = {name: row.id for name, row in organisations.items()}
        things = {**_exams(base), **_works(base, people, ids["school"]), **_rest(base)}
        places = Places(people, ids, things, base, {name: row.code for name, row in organisations.items()})
        from tests.guards.access.more import add_things
        add_things(places)
        db.session.commit()
        return places


def _make_tree(base: World) -> dict[str, Organisation]:
    """The school of the small world gets a department and the ministry above it, and foreigners beside it."""
    school = db.session.get_one(Organisation, db.session.get_one(Exam, base.values["exam_id"][0]).organisation_id)
    ministry = make_organisation("ministry")
    made = {"ministry": ministry, "department": make_organisation("department", parent=ministry),
            "foreign department": make_organisation("department", parent=ministry), "school": school}
    made["foreign school"] = make_organisation("school", parent=made["foreign department"])
    made["second school"] = make_organisation("school", parent=made["department"])
    made["class"] = make_organisation("class", parent=school)
    school.parent_id = made["department"].id
    db.session.flush()
    return made


def _bring_to_school(base: World, made: dict[str, Organisation], people: dict[str, UUID]) -> None:
    """All things belong to the school; the candidate is its pupil, the theses are its librarian's."""
    school = made["school"].id
    pupil = db.session.get_one(Person, people[CANDIDATE])
    db.session.execute(delete(Membership).where(Membership.person_id == pupil.id))
    add_member(made["school"], pupil, "student")
    for model in (Work, Collection, Item, Stimulus):
        db.session.execute(update(model).values(organisation_id=school))
    db.session.execute(update(Work).where(Work.kind == "thesis").values(owner_id=people[CATALOGUER]))
    db.session.flush()


def _exams(base: World) -> dict[str, Thing]:
    over, running, draft = base.values["exam_id"]
    [(_draft, candidate)] = base.pairs["candidate_id"]
    [(_over, version)] = base.pairs["version_id"]
    fact = Fact(OWNER, "school")
    sits = Fact(OWNER, "school", person=CANDIDATE)
    [attempt] = base.values["attempt_id"]
    mine = db.session.scalars(select(Attempt.id).where(
        Attempt.exam_id == running, Attempt.person_id == base.people["student"])).one()
    return {
        "exam": Thing({"exam_id": over, "version_id": version}, fact),
        "running exam": Thing({"exam_id": running, "attempt_id": mine}, fact),
        "draft exam": Thing({"exam_id": draft, "candidate_id": candidate, "number": 1}, fact),
        "my exam": Thing({"exam_id": running, "attempt_id": mine}, sits),
        "result": Thing({"attempt_id": attempt}, sits),
    }


def _works(base: World, people: dict[str, UUID], school: UUID) -> dict[str, Thing]:
    names = ("draft work", "submitted work", "returned work", "published work", "withdrawn work", "draft thesis",
             "published thesis")
    files = dict(base.pairs["file_id"])
    things = {}
    for name, work_id in zip(names, base.values["work_id"], strict=True):
        state, kind = name.split()
        fact = Fact(CATALOGUER, "school", state, marks=frozenset({"catalogued"})) if kind == "thesis" else Fact(
            OWNER, "school", state)
        things[name] = Thing({"work_id": work_id, "file_id": files[work_id]}, fact)
    own = make_work("lecture", "submitted", db.session.get_one(Person, people[CATALOGUER]))
    own.organisation_id = school
    db.session.flush()
    things["librarian's deposit"] = Thing({"work_id": own.id}, Fact(CATALOGUER, "school", "submitted"))
    return things


def _rest(base: World) -> dict[str, Thing]:
    """Items, the collection, and what the owner has begun."""
    first = {name: values[0] for name, values in base.values.items() if values}
    ready, draft = base.values["item_id"][0], base.values["item_id"][-1]
    published = base.values["work_id"][3]
    begun = Fact(OWNER, person=OWNER)
    return {
        "ready item": Thing({"item_id": ready}, Fact(OWNER, "school", "ready")),
        "draft item": Thing({"item_id": draft}, Fact(OWNER, "school", "draft")),
        "stimulus": Thing({"stimulus_id": first["stimulus_id"]}, Fact(OWNER, "school", "ready")),
        "collection": Thing({"collection_id": first["collection_id"], "work_id": published}, Fact("", "school")),
        "video": Thing({"asset_id": first["asset_id"]}, Fact("", "school", person=OWNER)),
        "import": Thing({"batch_id": first["batch_id"], "sha256": first["sha256"]}, begun),
        "export": Thing({"export_id": first["export_id"]}, begun),
        "upload": Thing({"upload_id": first["upload_id"]}, begun), "job": Thing({"job_id": first["job_id"]}, begun),
        "sign-in": Thing({"sign_in_id": first["sign_in_id"]}, Fact("", person=OWNER)),
    }
