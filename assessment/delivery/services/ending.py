"""The end of a whole exam or a room: of few attempts in the request, of many by a job in steps.

Of many the log shuts every attempt before the request is answered: from then on what comes is late. What is left is
book-keeping: the event that ends each, its row, its receipt, its marks. The job takes them some at a time and goes on
where a try before it ended.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt, Exam, Sitting
from assessment.delivery.services.following import UNFINISHED, bring_exam_in_step, bring_in_step
from assessment.delivery.services.settling import close_by_clock
from lms.core import clock
from lms.core.db import after_commit, db, transaction
from lms.core.errors import Unavailable
from lms.core.i18n import _l
from lms.core.jobs import Job, RunningJob, enqueue, find_job
from lms.core.permissions import Actor

ATTEMPTS_A_REQUEST = 300
"""More than that are ended by a job: nobody waits for a page meanwhile."""
ATTEMPTS_A_STEP = 100
PRIORITY = 30
STRAGGLERS = timedelta(seconds=5)
"""So long after an exam was closed it is looked once more: a door knows for a second what it read before."""


def end_exam(actor: Actor, exam: Exam) -> None:
    """End every attempt of an exam that was closed in this transaction. The caller has authorised."""
    moment = clock.now()
    own = Attempt.exam_id == exam.id
    some = select(Attempt.id).where(own, Attempt.state.in_(UNFINISHED)).limit(ATTEMPTS_A_REQUEST + 1)
    if len(db.session.scalars(some).all()) > ATTEMPTS_A_REQUEST:
        _stop_rows(own, moment)
        after_commit(partial(_tell_shut, [(each, None) for each in _sittings(exam.id)], moment))
        _queue_exam(exam.id, actor.person_id, moment)
        return
    bring_exam_in_step(exam.id)
    running = select(Attempt).where(own, Attempt.state == "in_progress")
    close_by_clock(actor, db.session.scalars(running.order_by(Attempt.id).with_for_update()).all(), moment)
    publish_roots(exam.id)
    _queue_exam(exam.id, actor.person_id, moment, delay=STRAGGLERS)


def end_attempts(actor: Actor, room_id: UUID, running: Sequence[Attempt]) -> None:
    """End these attempts of a room, whose rows are in step and kept from others. The caller has authorised."""
    moment = clock.now()
    if len(running) <= ATTEMPTS_A_REQUEST:
        return close_by_clock(actor, running, moment)
    ids = [attempt.id for attempt in running]
    _stop_rows(Attempt.id.in_(ids), moment)
    after_commit(partial(_tell_shut, [(running[0].sitting_id, ids)], moment))
    enqueue("assessment.end_attempts", priority=PRIORITY, subject=("ending-room", room_id),
            attempt_ids=[str(each) for each in ids], **_by(actor.person_id, moment))
    return None


def _stop_rows(which: Any, moment: datetime) -> None:
    """From that moment on the time is up, whoever settles the row: by it late answers are weighed."""
    running = (which, Attempt.state == "in_progress", Attempt.deadline > moment)
    locked = select(Attempt.id).where(*running).order_by(Attempt.id).with_for_update()
    db.session.execute(update(Attempt).where(Attempt.id.in_(locked)).values(deadline=moment)
                       .execution_options(synchronize_session=False))


def publish_roots(exam_id: UUID) -> None:
    """Have the roots of the receipts of a closed exam published. Internal: the caller has authorised."""
    enqueue("assessment.publish_roots", subject=("exam", exam_id), exam_id=str(exam_id))


def find_ending(kind: str, subject_id: UUID) -> Job | None:
    """The job that ends the attempts of an exam ("exam") or a room ("room"), until it has done so: None where few were
    ended at once. Internal: the caller has authorised.
    """
    job = find_job((f"ending-{kind}", subject_id))
    return job if job and job.state != "done" and not job.arguments.get("again") else None


def end_exam_in_steps(job: RunningJob, exam_id: UUID, *, actor_id: UUID | None, moment: datetime,
                      again: bool = False) -> int:
    """The job of a closed exam; how many attempts it looked at. `again` is the look for who slipped in behind the end.

    A try that broke off is gone on with. Who queued it was authorised then. Raises Unavailable where one is left.
    """
    for sitting_id in _sittings(exam_id):
        event_log().shut(sitting_id, moment=moment)
    seen = _end_all(job, Attempt.exam_id == exam_id, Actor(person_id=actor_id))
    if not again:
        with transaction():
            publish_roots(exam_id)
            _queue_exam(exam_id, actor_id, moment, delay=STRAGGLERS)
    return seen


def end_attempts_in_steps(job: RunningJob, attempt_ids: Sequence[UUID], *, actor_id: UUID | None,
                          moment: datetime) -> int:
    """The job of a large room: those who were at work in it when it was ended; as above."""
    sitting_id = db.session.scalar(select(Attempt.sitting_id).where(Attempt.id.in_(attempt_ids)).limit(1))
    if sitting_id is None:
        return 0
    event_log().shut(sitting_id, attempt_ids, moment=moment)
    return _end_all(job, Attempt.id.in_(attempt_ids), Actor(person_id=actor_id))


def _end_all(job: RunningJob, which: Any, actor: Actor) -> int:
    unfinished = select(func.count()).select_from(Attempt).where(which, Attempt.state.in_(UNFINISHED))
    many, seen, last = db.session.scalar(unfinished) or 0, 0, None
    while some := _end_some(which, last, actor):
        seen, last = seen + len(some), some[-1]
        job.progress(seen / max(seen, many), _l("Tests are being handed in"))
    left = select(Attempt.id).where(which, Attempt.state == "in_progress").limit(1)
    if db.session.scalar(left) is not None:
        raise Unavailable(_l("Some tests could not be handed in yet. It is tried again in a moment."),
                          service="event-log")
    return seen


def _end_some(which: Any, last: UUID | None, actor: Actor) -> Sequence[UUID]:
    """One step: who has begun by the log only, or has handed in himself, is brought in step first."""
    with transaction():
        after = [Attempt.id > last] if last else []
        some = db.session.scalars(
            select(Attempt).where(which, Attempt.state.in_(UNFINISHED), *after).order_by(Attempt.id)
            .limit(ATTEMPTS_A_STEP).with_for_update().execution_options(populate_existing=True)).all()
        bring_in_step(some)
        close_by_clock(actor, some, clock.now())
        return [attempt.id for attempt in some]


def _sittings(exam_id: UUID) -> Sequence[UUID]:
    return db.session.scalars(select(Sitting.id).where(Sitting.exam_id == exam_id).order_by(Sitting.id)).all()


def _queue_exam(exam_id: UUID, actor_id: UUID | None, moment: datetime, *, delay: timedelta = timedelta()) -> None:
    enqueue("assessment.end_exam", priority=PRIORITY, subject=("ending-exam", exam_id), delay=delay,
            exam_id=str(exam_id), again=bool(delay), **_by(actor_id, moment))


def _by(actor_id: UUID | None, moment: datetime) -> dict[str, Any]:
    return {"actor_id": str(actor_id) if actor_id else None, "moment": moment.isoformat()}


def _tell_shut(places: Sequence[tuple[UUID, Sequence[UUID] | None]], moment: datetime) -> None:
    """Where the log does not answer nobody can save either; the job tells it before it does anything else."""
    with suppress(Unavailable):
        for sitting_id, attempt_ids in places:
            event_log().shut(sitting_id, attempt_ids, moment=moment)
