"""Rooms of an exam's sitting: their seats, networks and start codes, how they begin, and who watches them."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from assessment.delivery.models import Candidate, Exam, Room, RoomInvigilator, Sitting
from assessment.delivery.networks import is_network, normal_network
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.sittings import get_sitting
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import Actor, authorize
from lms.organisations import services as organisations

MOST_ROOMS, MOST_SEATS, MOST_WATCHERS = 2_000, 1_000, 20
CODE_SIGNS, CODE_LENGTH = "23456789", 6
STARTS = ("clock", "invigilator")
STAFF = ("teacher", "administrator")


@dataclass(frozen=True)
class RoomDraft:
    """What is said about a room; `addresses` are networks as CIDR, none for anywhere."""

    name: str
    seats: int
    place: str = ""
    addresses: Sequence[str] = ()
    start_code: str = ""


@dataclass(frozen=True)
class RoomRow:
    """A room of the list: how many sit in it, and who watches it, by name."""

    room: Room
    seated: int
    watchers: list[organisations.PersonRef]


def list_rooms(actor: Actor, exam_id: UUID, *, sitting_id: UUID | None = None) -> list[RoomRow]:
    """The rooms of a sitting, the first if none is named, by name, at most MOST_ROOMS."""
    sitting = get_sitting(get_exam(actor, exam_id).id, sitting_id)
    rooms = db.session.scalars(select(Room).where(Room.sitting_id == sitting.id).order_by(Room.name, Room.id)).all()
    counted = db.session.execute(select(Candidate.room_id, func.count()).where(
        Candidate.sitting_id == sitting.id, Candidate.room_id.is_not(None)).group_by(Candidate.room_id))
    seated = {room_id: count for room_id, count in counted}  # noqa: C416  rows are no pairs for a type checker
    watchers = _watchers([room.id for room in rooms])
    return [RoomRow(room, seated.get(room.id, 0), watchers.get(room.id, [])) for room in rooms]


def _watchers(room_ids: Sequence[UUID]) -> dict[UUID, list[organisations.PersonRef]]:
    person = db.metadata.tables["person"]
    rows = db.session.execute(select(RoomInvigilator.room_id, person.c.id, person.c.name)
                              .join(person, person.c.id == RoomInvigilator.person_id)
                              .where(RoomInvigilator.room_id.in_(room_ids)).order_by(person.c.name, person.c.id))
    found: dict[UUID, list[organisations.PersonRef]] = {}
    for room_id, person_id, name in rows:
        found.setdefault(room_id, []).append(organisations.PersonRef(person_id, name))
    return found


def get_room(actor: Actor, exam_id: UUID, room_id: UUID) -> RoomRow:
    """One room of an exam; raises NotFound."""
    _exam, room = _load(actor, exam_id, room_id)
    seated = db.session.scalar(select(func.count()).where(Candidate.room_id == room.id)) or 0
    return RoomRow(room, seated, _watchers([room.id]).get(room.id, []))


def add_room(actor: Actor, exam_id: UUID, draft: RoomDraft, *, sitting_id: UUID | None = None) -> Room:
    """A new room in a sitting; raises Invalid, Conflict where the exam is over."""
    exam = _to_edit(actor, exam_id)
    sitting = get_sitting(exam.id, sitting_id)
    _check(sitting.id, draft)
    room = Room(sitting_id=sitting.id, organisation_id=exam.organisation_id)
    _apply(room, draft)
    db.session.add(room)
    db.session.flush()
    audit.record(actor, "exam:edit", ("exam", exam.id), room=room.name, seats=room.seats)
    return room


def edit_room(actor: Actor, exam_id: UUID, room_id: UUID, draft: RoomDraft) -> Room:
    """Change a room; raises Invalid, also where somebody sits on a seat that would be gone."""
    exam, room = _load_to_edit(actor, exam_id, room_id)
    _check(room.sitting_id, draft, room)
    before = {"name": room.name, "seats": room.seats}
    _apply(room, draft)
    db.session.flush()
    audit.record(actor, "exam:edit", ("exam", exam.id), before=before, after={"name": room.name, "seats": room.seats})
    return room


def remove_room(actor: Actor, exam_id: UUID, room_id: UUID) -> UUID:
    """Take out a room in which nobody sits and nothing happened; the id of its sitting. Raises Conflict."""
    exam, room = _load_to_edit(actor, exam_id, room_id)
    if db.session.scalar(select(Candidate.id).where(Candidate.room_id == room.id).limit(1)) or room.opened_at:
        raise Conflict(_("Candidates sit in this room. Give them other seats first."))
    for watcher in db.session.scalars(select(RoomInvigilator).where(RoomInvigilator.room_id == room.id)).all():
        db.session.delete(watcher)
    db.session.flush()
    db.session.delete(room)
    audit.record(actor, "exam:edit", ("exam", exam.id), removed_room=room.name)
    return room.sitting_id


def set_start(actor: Actor, exam_id: UUID, start_by: str, *, sitting_id: UUID | None = None) -> Sitting:
    """Say who lets the candidates begin: the clock, or the invigilator of each room. Raises Invalid, Conflict."""
    exam = _to_edit(actor, exam_id)
    if start_by not in STARTS:
        raise Invalid(_("Choose who lets the candidates begin."))
    sitting = get_sitting(exam.id, sitting_id)
    if exam.state != "draft" and start_by != sitting.start_by:
        raise Conflict(_("This exam is published: take it back before you change it."))
    sitting.start_by = start_by
    audit.record(actor, "exam:edit", ("exam", exam.id), start_by=start_by)
    return sitting


def make_start_code() -> str:
    """A code to read out in a room: digits that nobody mishears."""
    return "".join(choice(CODE_SIGNS) for _place in range(CODE_LENGTH))


def search_invigilators(actor: Actor, exam_id: UUID, text: str) -> list[organisations.PersonRef]:
    """Staff of the exam's organisation and those below whose name holds every word; 20 at most."""
    exam = _to_edit(actor, exam_id)
    person = db.metadata.tables["person"]
    words = searchable(text[:200]).split()[:8]
    if not words:
        return []
    named = [person.c.search_name.contains(word, autoescape=True) for word in words]
    rows = db.session.execute(_staff(exam).where(*named).order_by(person.c.name, person.c.id).limit(20))
    return [organisations.PersonRef(row.id, row.name) for row in rows]


def _staff(exam: Exam) -> Select[Any]:
    person = db.metadata.tables["person"]
    held = [person.c.id.in_(organisations.people_with(role, exam.organisation_id)) for role in STAFF]
    return select(person.c.id, person.c.name).where(or_(*held))


def add_invigilator(actor: Actor, exam_id: UUID, room_id: UUID, person_id: UUID) -> None:
    """Let somebody of the staff watch a room; nothing happens where he does. Raises NotFound, Conflict."""
    exam, room = _load_to_edit(actor, exam_id, room_id)
    if db.session.scalar(_staff(exam).where(db.metadata.tables["person"].c.id == person_id)) is None:
        raise NotFound(_("There is no such person."))
    if db.session.get(RoomInvigilator, (room.id, person_id)) is not None:
        return
    if len(_watchers([room.id]).get(room.id, [])) >= MOST_WATCHERS:
        raise Conflict(_("A room has at most %(most)s invigilators.", most=MOST_WATCHERS))
    db.session.add(RoomInvigilator(room_id=room.id, person_id=person_id))
    audit.record(actor, "exam:edit", ("exam", exam.id), room=room.name, invigilator=str(person_id))


def remove_invigilator(actor: Actor, exam_id: UUID, room_id: UUID, person_id: UUID) -> None:
    """From now on this person does not watch the room."""
    exam, room = _load_to_edit(actor, exam_id, room_id)
    watcher = db.session.get(RoomInvigilator, (room.id, person_id))
    if watcher is not None:
        db.session.delete(watcher)
        audit.record(actor, "exam:edit", ("exam", exam.id), room=room.name, no_invigilator=str(person_id))


def _to_edit(actor: Actor, exam_id: UUID) -> Exam:
    """Rooms may change until the exam is over: a line breaks, a colleague falls ill."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if exam.state == "closed":
        raise Conflict(_("This exam is closed."))
    return exam


def _load_to_edit(actor: Actor, exam_id: UUID, room_id: UUID) -> tuple[Exam, Room]:
    _to_edit(actor, exam_id)
    return _load(actor, exam_id, room_id)


def _load(actor: Actor, exam_id: UUID, room_id: UUID) -> tuple[Exam, Room]:
    exam, room = get_exam(actor, exam_id), db.session.get(Room, room_id)
    sitting = db.session.get(Sitting, room.sitting_id) if room else None
    if room is None or sitting is None or sitting.exam_id != exam.id:
        raise NotFound(_("There is no such room."))
    return exam, room


def _check(sitting_id: UUID, draft: RoomDraft, room: Room | None = None) -> None:
    name = draft.name.strip()
    same = select(Room.id).where(Room.sitting_id == sitting_id, Room.name == name)
    highest = db.session.scalar(select(func.max(Candidate.seat)).where(Candidate.room_id == room.id)) if room else 0
    count = db.session.scalar(select(func.count()).where(Room.sitting_id == sitting_id)) or 0
    checks = [
        (0 < len(name) <= 60, "name", _("A room needs a name of at most 60 characters.")),
        (db.session.scalar(same) in (None, room.id if room else None), "name", _("Another room has this name.")),
        (1 <= draft.seats <= MOST_SEATS, "seats", _("A room has 1 to %(most)s seats.", most=MOST_SEATS)),
        (draft.seats >= (highest or 0), "seats", _("Somebody sits on seat %(seat)s.", seat=highest)),
        (room is not None or count < MOST_ROOMS, "name", _("A sitting has at most %(most)s rooms.", most=MOST_ROOMS)),
        (len(draft.place) <= 200, "place", _("The place is too long.")),
        (len(draft.start_code) <= 20, "start_code", _("A start code has at most 20 characters.")),
        *((is_network(each), "addresses", _("“%(text)s” is no address and no network.", text=each[:60]))
          for each in draft.addresses)]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("Please check the room."), problems=problems)


def _apply(room: Room, draft: RoomDraft) -> None:
    room.name, room.place, room.seats = draft.name.strip(), draft.place.strip(), draft.seats
    room.addresses = [normal_network(each) for each in draft.addresses]
    room.start_code = draft.start_code.strip()
