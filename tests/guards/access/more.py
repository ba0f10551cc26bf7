"""Things of the rooms that keep organisations and people. A new room adds its own here."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from assessment.bank.banks_models import BankExport, BankMember, ItemComment
from assessment.delivery.models import Candidate, Exam, Room, RoomInvigilator, Sitting
from assessment.marking.models import Appeal, AttemptResult, ItemMark
from lms.core import clock
from lms.core.db import db
from lms.identity.models import Person
from lms.organisations.models import Organisation
from tests.factories.bank import make_item
from tests.factories.banks import make_bank
from tests.factories.identity import make_person
from tests.factories.marking import make_hand_exam
from tests.factories.organisations import add_member
from tests.guards.access.reading import Fact

if TYPE_CHECKING:
    from tests.guards.access.places import Places, Thing


def add_things(places: "Places") -> None:
    """Put them into the world: every place as a thing, a person of one place and one of two."""
    from tests.guards.access.places import OWNER, Thing

    places.things["hand exam"] = Thing(_hand_exam(places), Fact(OWNER, "school"))
    places.things |= {name: Thing(*made) for name, made in _banks(places).items()}
    for name, organisation_id in places.organisations.items():
        places.things[name] = Thing({"organisation_id": organisation_id}, Fact(place=name))
    places.things["room"] = _room(places)
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


def _room(places: "Places") -> "Thing":
    """A room of the running exam, watched by a teacher of another school, in which one candidate sits."""
    from tests.guards.access.places import OWNER, Thing

    exam = db.session.get_one(Exam, places.things["running exam"].values["exam_id"])
    sitting = db.session.scalars(select(Sitting).where(Sitting.exam_id == exam.id)).one()
    room = Room(sitting_id=sitting.id, organisation_id=exam.organisation_id, name="P1", seats=5, state="open")
    db.session.add(room)
    db.session.flush()
    watcher = "teacher of the foreign school"
    db.session.add(RoomInvigilator(room_id=room.id, person_id=places.people[watcher]))
    candidate = db.session.scalars(select(Candidate).where(Candidate.sitting_id == sitting.id)).first()
    assert candidate is not None
    candidate.room_id, candidate.seat = room.id, 1
    db.session.flush()
    return Thing({"room_id": room.id, "candidate_id": candidate.id, "step": "pause"},
                 Fact(OWNER, "school", marks=frozenset({f"watched by {watcher}"})))


def _banks(places: "Places") -> dict[str, tuple[dict[str, UUID], Fact]]:
    """An open bank with an item under review, a secure one with an approved item, a remark and a wish to export."""
    school = db.session.get_one(Organisation, places.organisations["school"])
    roles = {"manager": "owner", "author": "owner", "content_reviewer": "teacher of the school",
             "language_reviewer": "librarian of the school", "approver": "teacher of the department",
             "reader": "teacher of the foreign school"}
    marks = frozenset(f"{role}: {key}" for role, key in roles.items())
    found = {}
    owner, other = db.session.get_one(Person, places.people["owner"]), make_person("teacher", school)
    for kind, state, name in (("open", "content_review", "item in review"), ("secure", "ready", "secure item")):
        bank = make_bank(kind, school=school)
        for role, key in roles.items():
            db.session.add(BankMember(bank_id=bank.id, person_id=places.people[key], role=role, added_by=None))
        item = make_item(owner=owner, organisation=school, state=state)
        item.bank_id, item.is_secure = bank.id, bank.is_secure
        remark = ItemComment(item_id=item.id, item_version_id=item.current_version_id, part="prompt",
                             person_id=owner.id, words={"text": "?"}, settled_at=None, settled_by=None)
        wish = BankExport(bank_id=bank.id, requested_by=other.id, reason="In", item_ids=[str(item.id)],
                          decided_by=None, decided_at=None, expires_at=clock.now() + timedelta(days=1), used_at=None)
        db.session.add_all([remark, wish])
        db.session.flush()
        kept = marks | ({"secure"} if bank.is_secure else set())
        found[f"{kind} bank"] = ({"bank_id": bank.id, "export_id": wish.id}, Fact(place="school", marks=kept))
        found[name] = ({"item_id": item.id, "other_id": item.id, "comment_id": remark.id},
                       Fact("owner", "school", state, marks=kept))
    return found


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
            "form_item_id": waiting.form_item_id, "appeal_id": _appeal(waiting).id}


def _appeal(mark: ItemMark) -> Appeal:
    """A request to look again at this answer."""
    exam_id = db.session.get_one(AttemptResult, mark.attempt_id).exam_id
    appeal = Appeal(attempt_id=mark.attempt_id, exam_id=exam_id, form_item_id=mark.form_item_id, text="Vì sao?")
    db.session.add(appeal)
    db.session.flush()
    return appeal
