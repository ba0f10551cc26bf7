"""Jobs and their faults: a part that is away, a worker that dies, a heartbeat that is missed; and bad uploads."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from content_repo.media import services as media
from lms.core import jobs
from lms.core.db import transaction
from lms.core.errors import Unavailable
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from tests.factories.media import make_clip
from tests.faults.scenes import begin_upload, let_time_pass, queue_video, read_job, send_piece, upload_offset

Run = Callable[[], int]
AWAY = "test.away"


class Part:
    """A part that a job needs, which is away until somebody brings it back."""

    is_away = True
    asked = 0

    def ask(self, _job: jobs.RunningJob) -> None:
        """What the job does."""
        self.asked += 1
        if self.is_away:
            raise Unavailable("Kho đang nghỉ.", service="test")


@pytest.fixture
def part(app: Flask) -> Iterator[Part]:
    """The part that jobs of this name need."""
    part = Part()
    jobs.handler(AWAY)(part.ask)
    yield part
    jobs._handlers.pop(AWAY)


def queue(app: Flask, name: str) -> tuple[str, UUID]:
    """A job of this name; its subject."""
    subject = ("test", new_id())
    with app.app_context(), transaction():
        jobs.enqueue(name, subject=subject)
    return subject


def test_a_part_that_is_away_is_waited_for_and_costs_no_try(app: Flask, part: Part, run_jobs: Run) -> None:
    subject = queue(app, AWAY)
    for _outage in range(jobs.TRIES + 2):
        assert run_jobs() == 1, "it waits before it asks again"
        let_time_pass(app)
    job = read_job(app, subject)
    assert (job.state, job.tries, job.notes["vi"]) == ("queued", 0, "Kho đang nghỉ.")
    part.is_away = False
    run_jobs()
    assert (read_job(app, subject).state, part.asked) == ("done", jobs.TRIES + 3)


def test_a_job_that_ends_every_worker_is_not_given_to_another(app: Flask, part: Part, run_jobs: Run) -> None:
    subject = queue(app, AWAY)
    for _killed in range(jobs.TRIES):
        with app.app_context():
            assert jobs._claim() is not None
        let_time_pass(app)
    run_jobs()
    job = read_job(app, subject)
    assert (job.state, part.asked) == ("failed", 0)
    assert "Quản trị viên" in job.reasons["vi"]
    with app.app_context(), transaction():
        jobs.rerun_job(SYSTEM, job.id)
    part.is_away = False
    run_jobs()
    assert read_job(app, subject).state == "done"


def test_a_missed_heartbeat_is_not_the_last(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running = jobs.RunningJob(new_id(), 1)
    beats: list[object] = []

    def write(**values: object) -> bool:
        beats.append(values)
        if len(beats) == 1:
            raise OperationalError("UPDATE", {}, Exception("away"))
        return True

    monkeypatch.setattr(running, "write", write)
    with app.app_context():
        heart = jobs._heartbeat(running)
    monkeypatch.setattr(heart.ended, "wait", lambda _seconds: len(beats) == 3)
    heart._beat()
    assert len(beats) == 3


@pytest.mark.parametrize(("kind", "reason"), [
    ("empty", "empty"), ("program", "not_video"), ("no sound", "no_sound"), ("no picture", "no_picture")])
def test_a_bad_upload_fails_with_a_reason_and_can_be_run_again(app: Flask, run_jobs: Run, kind: str,
                                                               reason: str) -> None:
    contents = {"empty": lambda: b"", "program": lambda: b"MZ\x90\x00" * 400,
                "no sound": lambda: make_clip(sound=False),
                "no picture": lambda: make_clip(picture=False, extension="m4a")}
    asset_id = queue_video(app, content=contents[kind]())
    run_jobs()
    told = read_job(app, ("asset", asset_id))
    assert (told.state, told.tries) == ("failed", 1)
    assert told.reasons["vi"] != told.reasons["en"]
    with app.app_context(), transaction():
        assert media.get_asset(asset_id).reason == reason
        jobs.rerun_job(SYSTEM, told.id)
    run_jobs()
    assert read_job(app, ("asset", asset_id)).state == "failed"


def test_an_empty_upload_is_complete_at_once(app: Flask, client_of: Callable[[str], FlaskClient]) -> None:
    teacher = client_of("teacher")
    made = begin_upload(teacher, 0)
    assert made.status_code == 201
    assert upload_offset(teacher, made.headers["Location"]) == 0


def test_a_piece_that_is_cut_short_is_not_counted(client_of: Callable[[str], FlaskClient]) -> None:
    teacher = client_of("teacher")
    url = begin_upload(teacher, 100).headers["Location"]
    assert send_piece(teacher, url, 0, b"v" * 40).status_code == 422
    assert upload_offset(teacher, url) == 0
    assert send_piece(teacher, url, 0, b"v" * 100).status_code == 204
