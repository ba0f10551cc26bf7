"""Who may do what with exams and attempts."""

from typing import Any

from sqlalchemy import ColumnElement, select

from assessment.delivery.models import Exam, RoomInvigilator, Sitting
from lms.core.i18n import _l
from lms.core.permissions import BELOW, OWN, OWN_ORGANISATION, SIGNED_IN, Actor, Scope, rule, to


def _sits(actor: Actor, _role: str, attempt: Any) -> bool:
    return actor.person_id is not None and getattr(attempt, "person_id", None) == actor.person_id


def _watches(actor: Actor, _role: str, room: Any) -> bool:
    return actor.person_id is not None and actor.person_id in getattr(room, "invigilator_ids", ())


def _where_watches(actor: Actor, _role: str, model: Any) -> ColumnElement[bool]:
    watched = select(RoomInvigilator.room_id).where(RoomInvigilator.person_id == actor.person_id)
    condition: ColumnElement[bool] = model.id.in_(watched)
    return condition


def _made_exam(actor: Actor, _role: str, room: Any) -> bool:
    return actor.person_id is not None and getattr(room, "owner_id", None) == actor.person_id


def _where_made_exam(actor: Actor, _role: str, model: Any) -> ColumnElement[bool]:
    own = select(Sitting.id).join(Exam, Exam.id == Sitting.exam_id).where(Exam.owner_id == actor.person_id)
    condition: ColumnElement[bool] = model.sitting_id.in_(own)
    return condition


CANDIDATE = Scope("candidate", _l("that they sit themselves"), _sits)
WATCHES = Scope("room-watched", _l("that they watch"), _watches, _where_watches)
OF_OWN_EXAM = Scope("room-of-own-exam", _l("of an exam of their own"), _made_exam, _where_made_exam)
_KEEPS = (*to(SIGNED_IN, scope=OWN), *to("administrator", scope=BELOW))

MAKERS = ("teacher", "administrator")

rule("exam:create", _l("Make an exam"), to(*MAKERS))
rule("exam:list", _l("See the list of exams"), to(*MAKERS))
rule("exam:read", _l("Look at an exam and its candidates"), _KEEPS, to("teacher", scope=OWN_ORGANISATION))
rule("exam:edit", _l("Change an exam"), _KEEPS)
rule("exam:publish", _l("Publish an exam"), _KEEPS)
rule("exam:approve", _l("Approve an exam that another person proposed"), to("administrator", scope=BELOW))
rule("exam:close", _l("Close an exam"), _KEEPS)
rule("exam:invigilate", _l("Invigilate an exam"), _KEEPS)
rule("room:list", _l("See the exam rooms that one watches"), to(SIGNED_IN))
rule("room:watch", _l("Watch an exam room and act in it"), to(SIGNED_IN, scope=WATCHES),
     to(SIGNED_IN, scope=OF_OWN_EXAM), to("administrator", scope=BELOW))
rule("board:list", _l("Have boards of the exams of today"), to("administrator"))
rule("board:read", _l("See how the exams of an organisation go"), to("administrator", scope=BELOW))
rule("attempt:list", _l("See one's own exams"), to(SIGNED_IN))
rule("attempt:register", _l("Register for an exam"), to("student"))
rule("attempt:sit", _l("Sit an exam"), to(SIGNED_IN, scope=CANDIDATE))
