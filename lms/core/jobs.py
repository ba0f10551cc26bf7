"""Jobs: the table is the queue, the message only wakes a worker.

`enqueue` writes a row in the caller's transaction and wakes a worker after the commit. A worker claims the
next row under a lease; a lease that runs out (a killed worker) puts the row back. A job is short
transactions, one a step, and can be run twice without harm.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, aliased, mapped_column

from lms.core import audit, clock, switches
from lms.core.db import Entity, Page, after_commit, db, paginate, transaction
from lms.core.errors import Conflict, NotFound, PlatformError, Unavailable
from lms.core.i18n import LOCALES, _l, current_locale
from lms.core.permissions import NATIONWIDE, OWN, SIGNED_IN, Actor, authorize, rule, to

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
TRIES = 3
BACKOFF_SECONDS = (5, 30, 120)
WAIT_SECONDS = 20
"""How long a job waits for a part that does not answer; that is no try."""
PROGRESS_EVERY = 0.7
KEEP_DONE = timedelta(days=30)

rule("job:manage", _l("Manage the platform's jobs"), to("administrator", scope=NATIONWIDE))
rule("job:read", _l("See how far a job is"), to(SIGNED_IN, scope=OWN), to("administrator", scope=NATIONWIDE))

Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}


class JobFailed(Exception):
    """The job cannot succeed as it stands; the message is for the person who waits for it."""

    def __init__(self, reason: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Job(Entity):
    """One piece of work, from enqueued to done."""

    __tablename__ = "job"
    name: Mapped[str] = mapped_column(index=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    priority: Mapped[int] = mapped_column(default=50)
    owner_id: Mapped[UUID | None]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None] = mapped_column(index=True)
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    progress: Mapped[float] = mapped_column(default=0.0)
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    finished_at: Mapped[datetime | None]

    @property
    def note(self) -> str:
        """What the job does now, in the reader's language."""
        return str(self.notes.get(current_locale(), ""))

    @property
    def reason(self) -> str:
        """Why it failed, in the reader's language."""
        return str(self.reasons.get(current_locale(), ""))


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register the function that does the jobs of this name."""
    def register(function: Handler) -> Handler:
        _handlers[name] = function
        return function
    return register


def handler_names() -> frozenset[str]:
    """The names that somebody handles."""
    return frozenset(_handlers)


def enqueue(name: str, *, priority: int = 50, owner: UUID | None = None,
            subject: tuple[str, Any] | None = None, delay: timedelta = timedelta(), **arguments: Any) -> Job:
    """Add a job to the current transaction; a lower priority number runs sooner. Arguments must be JSON."""
    job = Job(name=name, arguments=arguments, priority=priority, owner_id=owner, run_at=clock.now() + delay,
              subject_kind=subject[0] if subject else None, subject_id=str(subject[1]) if subject else None)
    db.session.add(job)
    after_commit(wake_worker)
    return job


def enqueue_periodic(name: str) -> None:
    """Queue the one row of a periodic job, unless it is queued or running already."""
    job = find_job(("schedule", name))
    if job is None:
        enqueue(name, subject=("schedule", name))
    elif job.state in ("done", "failed"):
        _requeue(job)


def wake_worker() -> None:
    """Tell a worker that there is work; if nobody hears it, the sweeper will."""
    try:
        current_app.extensions["lms.wake"]()
    except Exception as error:
        log.warning("wake-failed", error=type(error).__name__)


def find_job(subject: tuple[str, Any]) -> Job | None:
    """The newest job about this subject."""
    statement = select(Job).where(Job.subject_kind == subject[0], Job.subject_id == str(subject[1]))
    return db.session.scalar(statement.order_by(Job.id.desc()).limit(1))


def find_jobs(kind: str, ids: Iterable[Any]) -> dict[str, Job]:
    """The newest job about each of these subjects of one kind, by its id as text."""
    wanted = select(Job).where(Job.subject_kind == kind, Job.subject_id.in_([str(each) for each in ids]))
    return {job.subject_id: job for job in db.session.scalars(wanted.order_by(Job.id)) if job.subject_id}


def get_job(actor: Actor, job_id: UUID) -> Job:
    """The job, for its owner and for administrators."""
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(_l("There is no such job."))
    authorize(actor, "job:read", job)
    return job


def list_jobs(actor: Actor, *, state: str = "", page: int = 1) -> Page[Job]:
    """All jobs, newest first, of one state if given."""
    authorize(actor, "job:manage")
    statement = select(Job).order_by(Job.id.desc())
    return paginate(statement.where(Job.state == state) if state else statement, page, per_page=50)


def rerun_job(actor: Actor, job_id: UUID) -> Job:
    """Queue a finished or failed job again."""
    authorize(actor, "job:manage")
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(_l("There is no such job."))
    if job.state not in ("done", "failed"):
        raise Conflict(_l("This job has not ended yet."))
    audit.record(actor, "job:rerun", ("job", job.id), name=job.name)
    return _requeue(job)


def _requeue(job: Job) -> Job:
    job.state, job.tries, job.progress, job.run_at = "queued", 0, 0.0, clock.now()
    job.reasons, job.notes, job.finished_at = {}, {}, None
    after_commit(wake_worker)
    return job


@dataclass
class RunningJob:
    """What a handler gets: the job's id, its try as a fence, and a way to tell how far it is."""

    id: UUID
    tries: int
    _told: float = 0.0

    def progress(self, fraction: float, note: Any = "") -> None:
        """Say how far the job is (0 to 1); written at most every 0.7 s, and renews the lease."""
        if fraction < 1 and time.monotonic() - self._told < PROGRESS_EVERY:
            return
        self._told = time.monotonic()
        self.write(progress=min(1.0, max(0.0, fraction)), notes=_in_all_languages(note),
                   lease_until=clock.now() + LEASE)

    def write(self, **values: Any) -> bool:
        """Change the row if this try still holds it; says whether it did."""
        with transaction():
            changed = db.session.execute(
                update(Job).where(Job.id == self.id, Job.tries == self.tries, Job.state == "running")
                .values(**values))
            return bool(changed.rowcount)  # type: ignore[attr-defined]


def run_next() -> bool:
    """Claim and run the next due job; False if there is none."""
    running = _claim()
    if running is None:
        return False
    job = db.session.get(Job, running.id)
    assert job is not None
    name, arguments = job.name, dict(job.arguments)
    db.session.rollback()
    if running.tries > TRIES:  # an accident would have failed it: it is the workers that ended
        outcome = _failure(_l("The program ended each time that it was at this. An administrator can run it again."))
    else:
        with _heartbeat(running):
            outcome = _run(name, running, arguments)
    running.write(**outcome)
    return True


def _claim() -> RunningJob | None:
    moment = clock.now()
    other = aliased(Job)
    share = (select(func.count()).where(other.owner_id == Job.owner_id, other.state == "running")
             .correlate(Job).scalar_subquery())
    due = or_(and_(Job.state == "queued", Job.run_at <= moment),
              and_(Job.state == "running", Job.lease_until < moment))
    with transaction():
        chosen = (select(Job.id).where(due).order_by(Job.priority, share, Job.id).limit(1)
                  .with_for_update(skip_locked=True))
        job_id = db.session.scalar(chosen)
        if job_id is None:
            return None
        tries = db.session.scalar(
            update(Job).where(Job.id == job_id)
            .values(state="running", lease_until=moment + LEASE, tries=Job.tries + 1).returning(Job.tries))
        return RunningJob(job_id, int(tries or 1))


def _run(name: str, running: RunningJob, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call the handler; what the row must say afterwards."""
    try:
        switches.require_job(name)
        _handlers[name](running, **arguments)
    except JobFailed as failed:
        return _failure(failed.reason)
    except Unavailable as error:
        log.warning("job-waits", job=name, id=str(running.id), service=error.service)
        return _wait(running, error.message)
    except PlatformError as error:
        log.warning("job-refused", job=name, id=str(running.id), error=error.code)
        return _retry_or_fail(running, error.message)
    except Exception:
        log.exception("job-error", job=name, id=str(running.id))
        return _retry_or_fail(running, _l("Something went wrong on our side. An administrator can run it again."))
    finally:
        db.session.rollback()
    return {"state": "done", "progress": 1.0, "finished_at": clock.now()}


def _retry_or_fail(running: RunningJob, reason: Any) -> dict[str, Any]:
    if running.tries >= TRIES:
        return _failure(reason)
    wait = timedelta(seconds=BACKOFF_SECONDS[running.tries - 1])
    return {"state": "queued", "run_at": clock.now() + wait, "reasons": _in_all_languages(reason)}


def _wait(running: RunningJob, reason: Any) -> dict[str, Any]:
    """Until the part answers, however long; this try ends here, so its number can be given again."""
    told = _in_all_languages(reason)
    return {"state": "queued", "tries": running.tries - 1, "run_at": clock.now() + timedelta(seconds=WAIT_SECONDS),
            "reasons": told, "notes": told}


def _failure(reason: Any) -> dict[str, Any]:
    return {"state": "failed", "reasons": _in_all_languages(reason), "finished_at": clock.now()}


def _in_all_languages(text: Any) -> dict[str, str]:
    spoken = {}
    for locale in LOCALES:
        with force_locale(locale):
            spoken[locale] = str(text)
    return spoken


class _heartbeat:
    """Renews the lease while a long step says nothing."""

    def __init__(self, running: RunningJob) -> None:
        self.running = running
        self.ended = threading.Event()
        self.app = current_app._get_current_object()  # type: ignore[attr-defined]

    def __enter__(self) -> None:
        threading.Thread(target=self._beat, daemon=True).start()

    def __exit__(self, *_error: object) -> None:
        self.ended.set()

    def _beat(self) -> None:
        while not self.ended.wait(LEASE.total_seconds() / 3):
            try:
                with self.app.app_context():
                    self.running.write(lease_until=clock.now() + LEASE)
            except SQLAlchemyError as error:  # the next beat may be in time
                log.warning("job-heartbeat-missed", id=str(self.running.id), error=type(error).__name__)


def forget_old_jobs() -> None:
    """Remove jobs that were done over KEEP_DONE ago; failed ones stay until somebody has seen to them."""
    with transaction():
        db.session.execute(delete(Job).where(Job.state == "done", Job.finished_at < clock.now() - KEEP_DONE))


def run_all(limit: int = 1000) -> int:
    """Run due jobs until none is left; how many ran."""
    ran = 0
    while ran < limit and run_next():
        ran += 1
    return ran


