"""The curriculum as other rooms read it. Reference data: reading takes no actor."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _, current_locale
from lms.core.permissions import Actor, authorize
from lms.curriculum import permissions as permissions
from lms.curriculum.models import Outcome, Subject, Topic

GRADES = range(1, 13)
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class SubjectRef:
    """A subject, named in the reader's language."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True)
class Loaded:
    """How many rows of each kind the data files hold."""

    subjects: int
    topics: int
    outcomes: int


def list_subjects() -> list[SubjectRef]:
    """Every subject in the programme's order."""
    rows = db.session.scalars(select(Subject).order_by(Subject.position, Subject.code))
    return [_ref(row) for row in rows]


def find_subject_by_code(code: str) -> SubjectRef | None:
    """The subject with this code, or None."""
    row = db.session.scalar(select(Subject).where(Subject.code == code))
    return _ref(row) if row else None


def get_subject_by_code(code: str) -> SubjectRef:
    """The subject with this code; raises NotFound."""
    found = find_subject_by_code(code)
    if found is None:
        raise NotFound(_("There is no subject with the code “%(code)s”.", code=code))
    return found


def subject_names(ids: list[UUID] | set[UUID]) -> dict[UUID, str]:
    """Localized names by id; unknown ids are left out."""
    rows = db.session.scalars(select(Subject).where(Subject.id.in_(set(ids))))
    return {row.id: _ref(row).name for row in rows}


def list_topics(subject_id: UUID, grade: int | None = None) -> list[Topic]:
    """Topics of a subject in teaching order; with `grade`, those of the grade and those of no grade."""
    statement = select(Topic).where(Topic.subject_id == subject_id)
    if grade is not None:
        statement = statement.where(or_(Topic.grade == grade, Topic.grade.is_(None)))
    return list(db.session.scalars(statement.order_by(Topic.grade.desc(), Topic.position, Topic.name)))


def topic_names(ids: list[UUID] | set[UUID]) -> dict[UUID, str]:
    """Names of topics by id; unknown ids are left out."""
    statement = select(Topic.id, Topic.name).where(Topic.id.in_(set(ids)))
    return {row.id: row.name for row in db.session.execute(statement)}


def list_outcomes(subject_id: UUID, grade: int | None = None) -> list[Outcome]:
    """Outcomes of a subject by code, of one grade if given."""
    statement = select(Outcome).where(Outcome.subject_id == subject_id)
    if grade is not None:
        statement = statement.where(Outcome.grade == grade)
    return list(db.session.scalars(statement.order_by(Outcome.grade, Outcome.code)))


def find_or_add_topic(subject_id: UUID, name: str, grade: int | None = None) -> Topic:
    """The topic of this name (and grade, if given) in the subject, added after the others if it is new."""
    name = " ".join(name.split())
    statement = select(Topic).where(Topic.subject_id == subject_id, Topic.name == name)
    if grade is not None:
        statement = statement.where(Topic.grade == grade)
    found = db.session.scalar(statement.order_by(Topic.position).limit(1))
    return found or _add_topic(subject_id, name, grade, position=len(list_topics(subject_id)) + 1)


def load_curriculum(actor: Actor) -> Loaded:
    """Write the shipped subjects, topics and outcomes; running it again changes nothing."""
    authorize(actor, "curriculum:load")
    for position, entry in enumerate(_data("subjects.json")):
        _save_subject(entry, position)
    topics = {entry["key"]: _save_topic(entry, place) for place, entry in enumerate(_data("topics.json"))}
    for entry in _data("outcomes.json"):
        _save_outcome(entry, topics[entry["topic"]])
    audit.record(actor, "curriculum:load")
    return Loaded(len(_data("subjects.json")), len(topics), len(_data("outcomes.json")))


@cache
def _data(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded


def _ref(row: Subject) -> SubjectRef:
    return SubjectRef(row.id, row.code, row.name_en if current_locale() == "en" else row.name_vi)


def _save_subject(entry: dict[str, Any], position: int) -> None:
    row = db.session.scalar(select(Subject).where(Subject.code == entry["code"]))
    if row is None:
        row = Subject(code=entry["code"])
        db.session.add(row)
    row.name_vi, row.name_en, row.position = entry["vi"], entry["en"], position
    db.session.flush()


def _save_topic(entry: dict[str, Any], position: int) -> Topic:
    subject = get_subject_by_code(entry["subject"])
    row = find_or_add_topic(subject.id, entry["name"], entry["grade"])
    row.position = position
    return row


def _add_topic(subject_id: UUID, name: str, grade: int | None, position: int) -> Topic:
    row = Topic(subject_id=subject_id, name=name, grade=grade, position=position)
    db.session.add(row)
    db.session.flush()
    return row


def _save_outcome(entry: dict[str, Any], topic: Topic) -> None:
    row = db.session.scalar(select(Outcome).where(Outcome.code == entry["code"]))
    if row is None:
        row = Outcome(code=entry["code"])
        db.session.add(row)
    row.subject_id, row.topic_id, row.grade = topic.subject_id, topic.id, topic.grade or 12
    row.text = entry["text"]
    db.session.flush()
