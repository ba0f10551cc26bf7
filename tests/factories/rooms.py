"""Rooms of a sitting with their candidates seated."""

from sqlalchemy import select

from assessment.delivery.models import Candidate, Room, RoomInvigilator, Sitting
from lms.core.db import db
from lms.core.permissions import Actor
from tests.factories.delivery import SetExam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school


def make_room(given: SetExam, *, name: str = "Phòng 101", state: str = "open", seats: int = 40,
              seated: bool = True) -> Room:
    """A room of the exam's sitting in which all its candidates sit, in the order of their numbers. Commits."""
    sitting = db.session.scalars(select(Sitting).where(Sitting.exam_id == given.exam.id)).one()
    room = Room(sitting_id=sitting.id, organisation_id=given.exam.organisation_id, name=name, seats=seats, state=state)
    db.session.add(room)
    db.session.flush()
    people = select(Candidate).where(Candidate.sitting_id == sitting.id).order_by(Candidate.number)
    for seat, candidate in enumerate(db.session.scalars(people).all() if seated else (), start=1):
        candidate.room_id, candidate.seat = room.id, seat
    db.session.commit()
    db.session.refresh(room)
    db.session.expunge(room)
    return room


def make_invigilator(room: Room) -> Actor:
    """A teacher of another school who watches this room, and no other. Commits."""
    person = make_person("teacher", make_school())
    db.session.add(RoomInvigilator(room_id=room.id, person_id=person.id))
    db.session.commit()
    return make_actor(person)
