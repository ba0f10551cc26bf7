"""Who sits where: candidates dealt over the seats of the rooms, by number, by name, or so that classes are mixed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Accommodation, Attempt, Candidate, Room
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.sittings import find_candidate, get_sitting
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity

ORDERS = ("number", "name", "mixed")


@dataclass(frozen=True)
class Seated:
    """What became of a seating: how many have a seat, and who needs a separate room and has none yet, by number."""

    placed: int
    apart: list[str]


def mix(groups: Sequence[tuple[UUID, object]]) -> list[UUID]:
    """The ids of (id, group) so that neighbours are of different groups as long as that can be done.

    Each time the largest group that is not the last one's gives its next.
    """
    waiting: dict[object, list[UUID]] = {}
    for each, group in groups:
        waiting.setdefault(group, []).append(each)
    left = Counter({group: len(ids) for group, ids in waiting.items()})
    taken: dict[object, int] = dict.fromkeys(waiting, 0)
    mixed: list[UUID] = []
    last: object = None
    while +left:
        group = next((each for each, count in left.most_common() if count and (each != last or len(+left) == 1)))
        mixed.append(waiting[group][taken[group]])
        taken[group] += 1
        left[group] -= 1
        last = group
    return mixed


def seat_candidates(actor: Actor, exam_id: UUID, *, order: str, anew: bool = False,
                    sitting_id: UUID | None = None) -> Seated:
    """Give seats to those of a sitting who have none, or to all `anew`, room by room; raises Conflict where seats are
    too few.

    Who is granted a separate room is left out: he is placed by hand.
    """
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if order not in ORDERS:
        raise Invalid(_("Choose an order."))
    if exam.state == "closed" or (anew and exam.state != "draft"):
        raise Conflict(_("Once the exam is published, only those without a seat are given one."))
    sitting = get_sitting(exam.id, sitting_id)
    people = list(db.session.scalars(select(Candidate).where(Candidate.sitting_id == sitting.id)))
    apart = set(db.session.scalars(select(Accommodation.candidate_id).join(
        Candidate, Candidate.id == Accommodation.candidate_id).where(
        Candidate.sitting_id == sitting.id, Accommodation.separate_room)))
    if anew:
        _clear([person for person in people if person.id not in apart])
    waiting = [person for person in people if person.room_id is None and person.id not in apart]
    _place(sitting.id, people, _ordered(waiting, order))
    audit.record(actor, "exam:edit", ("exam", exam.id), seated=len(waiting), order=order)
    return Seated(sum(person.room_id is not None for person in people),
                  sorted(person.number for person in people if person.id in apart and person.room_id is None))


def _clear(people: Sequence[Candidate]) -> None:
    for person in people:
        person.room_id = person.seat = None
    db.session.flush()


def _place(sitting_id: UUID, people: Sequence[Candidate], waiting: Sequence[Candidate]) -> None:
    free = list(_free_seats(sitting_id, people))
    if len(free) < len(waiting):
        raise Conflict(_("There are %(free)s free seats for %(waiting)s candidates. Add rooms or seats.",
                         free=len(free), waiting=len(waiting)))
    for person, (room_id, seat) in zip(waiting, free, strict=False):
        person.room_id, person.seat = room_id, seat
    db.session.flush()


def _free_seats(sitting_id: UUID, people: Sequence[Candidate]) -> Iterator[tuple[UUID, int]]:
    """Each free seat, room by room. A room in which somebody sits apart is his alone."""
    taken = {(person.room_id, person.seat) for person in people}
    alone = set(db.session.scalars(select(Candidate.room_id).join(
        Accommodation, Accommodation.candidate_id == Candidate.id).where(
        Candidate.sitting_id == sitting_id, Accommodation.separate_room)))
    rooms = db.session.scalars(select(Room).where(Room.sitting_id == sitting_id, Room.state == "waiting")
                               .order_by(Room.name, Room.id))
    for room in rooms:
        if room.id not in alone:
            yield from ((room.id, seat) for seat in range(1, room.seats + 1) if (room.id, seat) not in taken)


def _ordered(waiting: Sequence[Candidate], order: str) -> list[Candidate]:
    by_number = sorted(waiting, key=lambda person: person.number)
    if order == "name":
        names = identity.person_names(person.person_id for person in waiting)
        return sorted(by_number, key=lambda person: names.get(person.person_id, "").split()[::-1])
    if order == "mixed":
        by_id = {person.id: person for person in by_number}
        return [by_id[each] for each in mix([(person.id, person.class_id) for person in by_number])]
    return by_number


def seat_one(actor: Actor, exam_id: UUID, candidate_id: UUID, *, room_id: UUID, seat: int) -> None:
    """Give one candidate this seat; raises Invalid, Conflict where it is taken."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    candidate, sitting = find_candidate(exam.id, candidate_id)
    room = db.session.get(Room, room_id)
    if room is None or room.sitting_id != sitting.id:
        raise Conflict(_("This room is not one of the candidate's sitting."))
    if exam.state == "closed":
        raise Conflict(_("This exam is closed."))
    if not 1 <= seat <= room.seats:
        raise Invalid(_("This room has the seats 1 to %(seats)s.", seats=room.seats))
    taken = db.session.scalar(select(Candidate.number).where(
        Candidate.room_id == room_id, Candidate.seat == seat, Candidate.id != candidate_id))
    if taken is not None:
        raise Conflict(_("Candidate %(number)s has this seat.", number=taken))
    if db.session.scalar(select(Attempt.id).where(
            Attempt.candidate_id == candidate.id, Attempt.state == "in_progress").limit(1)):
        raise Conflict(
            _("This candidate is writing: move him on the board of his room, where his clock goes with him."))
    candidate.room_id, candidate.seat = room_id, seat
    db.session.flush()
    audit.record(actor, "exam:edit", ("exam", exam.id), seated=str(candidate_id), room=room.name, seat=seat)
