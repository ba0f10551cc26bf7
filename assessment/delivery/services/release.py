"""When the results of an exam are out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.models import Exam, Transition
from lms.core import clock
from lms.core.db import db


def is_released(exam_id: UUID) -> bool:
    """Whether who handed in an exam may see his result now. Internal, for marking: no actor.

    At once is for practice: in any other exam those who still sit could be told, so there it means after closing.
    """
    exam = db.session.get(Exam, exam_id)
    if exam is None or exam.release == "never":
        return False
    if exam.state != "closed":
        return exam.release == "at_once" and exam.level == "practice"
    return exam.release != "at_time" or (exam.release_at is not None and exam.release_at <= clock.now())


def released_since(exam: Exam) -> datetime | None:
    """Since when the results of a closed exam are out, None while they are not. Internal: no actor."""
    if exam.state != "closed" or not is_released(exam.id):
        return None
    closed_at = db.session.scalar(select(func.max(Transition.at)).where(
        Transition.subject_kind == "exam", Transition.subject_id == exam.id, Transition.to_state == "closed"))
    return max((moment for moment in (closed_at, exam.release_at) if moment), default=None)
