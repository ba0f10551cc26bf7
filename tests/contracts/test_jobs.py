"""The queue's contract: the table is the queue on both databases, and a wake-up goes over both brokers."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.contrib.testing.worker import start_worker
from flask import Flask
from sqlalchemy import update

from lms.core import clock, jobs
from lms.core.broker import WAKE, make_celery, wake
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Forbidden
from lms.core.i18n import _l
from lms.core.jobs import Job, JobFailed, RunningJob, enqueue, handler, run_all, run_next
from lms.core.permissions import SYSTEM, Actor, positions_in

seen: list[str] = []


@handler("test.note")
def note(job: RunningJob, text: str) -> None:
    """Remember that it ran."""
    seen.append(text)
    job.progress(1.0, _l("Something went wrong"))


@handler("test.refuse")
def refuse(_job: RunningJob) -> None:
    """Fail for good, with a reason."""
    raise JobFailed(_l("There is no such job."))


@handler("test.crash")
def crash(_job: RunningJob) -> None:
    """Fail by accident."""
    raise RuntimeError("internal detail")


@pytest.fixture(autouse=True)
def forget(context: Flask) -> None:
    seen.clear()


def add(name: str, **arguments: object) -> Job:
    with transaction():
        return enqueue(name, **arguments)  # type: ignore[arg-type]


def state(job: Job) -> Job:
    db.session.rollback()
    return db.session.get(Job, job.id)


def test_a_job_runs_once_and_tells_its_progress() -> None:
    job = add("test.note", text="a")
    assert run_all() == 1
    assert run_all() == 0
    assert seen == ["a"]
    assert (state(job).state, state(job).progress) == ("done", 1.0)


def test_a_job_of_a_rolled_back_transaction_never_was() -> None:
    def work() -> None:
        with transaction():
            enqueue("test.note", text="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert run_all() == 0


def test_lower_priority_numbers_run_sooner() -> None:
    for text, priority in (("late", 90), ("soon", 10), ("middle", 50)):
        add("test.note", text=text, priority=priority)
    run_all()
    assert seen == ["soon", "middle", "late"]


def test_a_teacher_with_many_jobs_does_not_starve_another() -> None:
    busy, other = uuid4(), uuid4()
    running, second = add("test.note", text="busy-1", owner=busy), add("test.note", text="busy-2", owner=busy)
    third = add("test.note", text="other", owner=other)
    with transaction():
        db.session.execute(
            update(Job)
            .where(Job.id == running.id)
            .values(state="running", lease_until=clock.now() + timedelta(minutes=1))
        )
    run_next()
    assert seen == ["other"]
    assert (state(second).state, state(third).state) == ("queued", "done")


def test_a_refusal_keeps_its_reason_in_both_languages() -> None:
    job = add("test.refuse")
    run_all()
    assert state(job).state == "failed"
    assert state(job).reasons == {"vi": "Không có tác vụ này.", "en": "There is no such job."}


def test_an_accident_is_tried_again_and_then_failed_without_detail() -> None:
    job = add("test.crash")
    for minutes in (0, 2, 5, 10):
        with clock.shifted(timedelta(minutes=minutes)):
            run_all()
    assert (state(job).state, state(job).tries) == ("failed", 3)
    assert "internal detail" not in str(state(job).reasons)


def test_a_killed_workers_job_is_taken_up_when_its_lease_ends() -> None:
    job = add("test.note", text="again")
    killed = jobs._claim()
    assert killed is not None
    assert not run_next()
    with clock.shifted(jobs.LEASE * 2):
        assert run_next()
    assert seen == ["again"]
    assert not killed.write(state="failed"), "the old try no longer holds the job"
    assert state(job).state == "done"


def test_a_delayed_job_waits() -> None:
    add("test.note", text="later", delay=timedelta(minutes=5))
    assert run_all() == 0
    with clock.shifted(timedelta(minutes=6)):
        assert run_all() == 1


def test_a_periodic_job_has_one_row() -> None:
    for _time in range(3):
        with transaction():
            jobs.enqueue_periodic("lms.forget_old_jobs")
    assert run_all() == 1
    with transaction():
        jobs.enqueue_periodic("lms.forget_old_jobs")
    assert run_all() == 1
    assert db.session.query(Job).count() == 1


def test_an_administrator_runs_a_failed_job_again() -> None:
    job = add("test.refuse")
    run_all()
    with transaction():
        jobs.rerun_job(SYSTEM, job.id)
    assert state(job).state == "queued"
    with pytest.raises(Conflict):
        jobs.rerun_job(SYSTEM, job.id)
    db.session.rollback()
    with pytest.raises(Forbidden):
        jobs.rerun_job(Actor(uuid4(), positions=positions_in([], "teacher")), job.id)


@pytest.mark.filterwarnings("ignore")
def test_a_wake_up_reaches_a_worker(context: Flask) -> None:
    celery, woken = make_celery(settings()), []

    @celery.task(name=WAKE)
    def note_wake() -> None:
        woken.append(1)

    wake(settings())()
    with start_worker(celery, perform_ping_check=False, shutdown_timeout=20):
        for _wait in range(100):
            if woken:
                break
            time.sleep(0.1)
    assert woken


def test_a_broker_that_is_down_does_not_stop_the_work(app: Flask) -> None:
    def refuse_to_send() -> None:
        raise ConnectionError

    usual = app.extensions["lms.wake"]
    app.extensions["lms.wake"] = refuse_to_send
    try:
        add("test.note", text="kept")
    finally:
        app.extensions["lms.wake"] = usual
    assert run_all() == 1
