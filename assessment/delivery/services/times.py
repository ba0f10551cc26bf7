"""How long a candidate has, and whether the window of the sitting leaves it to him."""

from datetime import timedelta

from sqlalchemy import select

from assessment.delivery.models import Accommodation, Candidate, Exam, Sitting
from lms.core.db import db
from lms.core.i18n import _


def minutes_of(exam: Exam, accommodation: Accommodation | None) -> int:
    """How many minutes a candidate has from his start, breaks included."""
    given = accommodation.extra_minutes + accommodation.break_minutes if accommodation else 0
    return exam.time_limit_minutes + given


def window_minutes(sitting: Sitting) -> int:
    """The whole minutes from the opening of a sitting to its end."""
    return (sitting.closes_at - sitting.opens_at) // timedelta(minutes=1)


def too_short(window: int, needed: int) -> str:
    """What is said where the window leaves less than somebody needs."""
    return _("The window of the exam has %(window)s minutes, but %(needed)s are needed: make it longer first.",
             window=window, needed=needed)


def find_too_short(exam: Exam, sitting: Sitting) -> list[str]:
    """What stands against publishing: each candidate for whom the window is too short. The caller has authorised."""
    window = window_minutes(sitting)
    rows = db.session.execute(select(Candidate.number, Accommodation).join(
        Accommodation, Accommodation.candidate_id == Candidate.id).where(
        Candidate.sitting_id == sitting.id).order_by(Candidate.number)).tuples()
    return [_("Candidate %(number)s: %(why)s", number=number, why=too_short(window, minutes_of(exam, granted)))
            for number, granted in rows if minutes_of(exam, granted) > window]
