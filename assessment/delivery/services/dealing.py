"""Attempts made ready before the bell: the codes of the paper dealt out by seat or number, of a large exam by a job."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt, Candidate, Exam, Sitting
from assessment.delivery.services.newest import usable_forms
from assessment.delivery.services.sittings import list_sittings
from lms.core.db import db, transaction
from lms.core.i18n import _l
from lms.core.jobs import Job, RunningJob, enqueue, find_jobs

ATTEMPTS_A_REQUEST = 300
"""More than that are made by a job: nobody waits for a page meanwhile."""
ATTEMPTS_A_STEP = 500
Waiting = Any
"""A candidate without an attempt: his id, who he is, his seat and his number."""


def make_attempts(exam: Exam, *sittings: Sitting) -> None:
    """An attempt for each candidate who has none, the codes dealt out by seat or number; of many, by a job.

    Harmless when repeated. The caller has authorised.
    """
    for sitting in sittings:
        some = db.session.execute(_waiting(sitting.id).limit(ATTEMPTS_A_REQUEST + 1)).all()
        if len(some) > ATTEMPTS_A_REQUEST:
            enqueue("assessment.make_attempts", priority=30, subject=("attempts", sitting.id),
                    sitting_id=str(sitting.id))
        elif some:
            _deal(exam.id, sitting.id, some)


def make_attempts_in_steps(job: RunningJob, sitting_id: UUID) -> int:
    """The job of a large exam; how many were made. A try that broke off is gone on with.

    Stops where the exam was closed, or taken back meanwhile. Who queued it was authorised then.
    """
    many = db.session.scalar(select(func.count()).select_from(_waiting(sitting_id).subquery())) or 0
    event_log().prepare(sitting_id, many)
    made, last = 0, None
    while some := _make_some(sitting_id, last):
        made, last = made + len(some), some[-1].id
        job.progress(made / max(made, many), _l("Tests are being made ready for the candidates"))
    return made


def find_making(exam_id: UUID) -> Job | None:
    """A job that makes attempts of an exam, until it has done so. Internal: the caller has authorised."""
    newest = find_jobs("attempts", (sitting.id for sitting in list_sittings(exam_id)))
    return next((job for job in newest.values() if job.state != "done"), None)


def _make_some(sitting_id: UUID, last: UUID | None) -> Sequence[Waiting]:
    """One step. The row of the exam is kept meanwhile: two jobs, or one who takes it back, wait for each other."""
    with transaction():
        exam = db.session.scalars(select(Exam).join(Sitting, Sitting.exam_id == Exam.id)
                                  .where(Sitting.id == sitting_id).with_for_update(of=Exam)).one()
        after = [Candidate.id > last] if last else []
        some = db.session.execute(
            _waiting(sitting_id).where(*after).order_by(Candidate.id).limit(ATTEMPTS_A_STEP)).all()
        if exam.state != "published" or not some:
            return []
        _deal(exam.id, sitting_id, some)
        return some


def _waiting(sitting_id: UUID) -> Any:
    there = select(Attempt.id).where(Attempt.candidate_id == Candidate.id).exists()
    return (select(Candidate.id, Candidate.person_id, Candidate.seat, Candidate.number)
            .where(Candidate.sitting_id == sitting_id, ~there))


def _deal(exam_id: UUID, sitting_id: UUID, some: Sequence[Waiting]) -> None:
    forms = usable_forms(exam_id)
    db.session.execute(insert(Attempt), [
        {"exam_id": exam_id, "sitting_id": sitting_id, "candidate_id": id, "person_id": person_id,
         "form_id": forms[(seat or int(number)) % len(forms)]} for id, person_id, seat, number in some])
