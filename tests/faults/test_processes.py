"""The real processes, killed as a crash or an operator kills them. On the full size their lines are cut as well."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from flask import Flask

from assessment.delivery.current_log import event_log_at
from content_repo.media import services as media
from deploy.run import Platform, free_port
from lms.core import broker, jobs
from lms.core.config import Settings
from lms.core.db import transaction
from lms.core.ids import new_id
from tests.conftest import SIZE
from tests.factories.delivery import Candidate
from tests.factories.media import make_clip
from tests.faults.conftest import Lines, opened
from tests.faults.scenes import EXAM_KIND, let_time_pass, queue_video, read_job, seat_candidate

DATABASE = "lms_test_faults_live"
LINED = ("database_url", "events_url", "redis_url", "elasticsearch_url", "s3_endpoint", "s3_bucket",
         "elasticsearch_prefix")


@dataclass
class Live:
    """A running platform, an application on the same data, and the lines of both."""

    platform: Platform
    app: Flask
    lines: Lines

    @property
    def given(self) -> Settings:
        """The settings of both."""
        settings: Settings = self.app.extensions["lms.settings"]
        return settings

    def wait_for(self, seen: Callable[[], object], seconds: float) -> None:
        """Until `seen()` is true; fails after so many seconds."""
        until = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < until, f"not seen within {seconds} s" + self.platform.tail()
            time.sleep(0.3)

    def health(self) -> int:
        """What the web says of itself."""
        return requests.get(f"{self.platform.base}/health", timeout=20).status_code


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Web, worker and scheduler over lines of their own, on an empty platform."""
    folder, lines = tmp_path_factory.mktemp("live"), Lines()
    with opened(folder / "data", DATABASE, lines) as app:
        app.extensions["lms.wake"] = broker.wake(app.extensions["lms.settings"])
        platform = Platform(SIZE, free_port(), folder / "data", log_file=folder / "platform.log")
        if lines:
            given = app.extensions["lms.settings"]
            platform.environment |= {f"LMS_{name.upper()}": getattr(given, name) for name in LINED}
        try:
            platform.start()
            yield Live(platform, app, lines)
        finally:
            platform.stop()


@dataclass
class Sender:
    """A candidate's page that saves one answer after the other over HTTP, each until it is acknowledged."""

    base: str
    candidate: Candidate
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    refusals: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(default_factory=threading.Thread)

    def run(self) -> None:
        """Until told to stop."""
        while not self.stopped.is_set():
            event = self.candidate.answer_event(EXAM_KIND, f"o{len(self.acknowledged) % 4 + 1}")
            while not self.send(event) and not self.stopped.is_set():
                time.sleep(0.2)

    def send(self, event: dict[str, Any]) -> bool:
        """Whether it was acknowledged."""
        try:
            answer = requests.post(f"{self.base}/api/v1/attempts/{self.candidate.id}/events", timeout=15,
                                   json={"events": [event]},
                                   headers={"Authorization": f"Bearer {self.candidate.token}"})
        except requests.RequestException:
            self.refusals += 1
            return False
        if answer.status_code != 200:
            assert answer.status_code == 503, answer.text
            self.refusals += 1
            return False
        self.acknowledged += answer.json()["acks"]
        return True

    def stop(self) -> None:
        """No more answers; what is on its way is waited for, it may yet be acknowledged."""
        self.stopped.set()
        self.thread.join(20)
        assert not self.thread.is_alive(), "an answer is still on its way"


@pytest.fixture
def sender(live: Live) -> Iterator[Sender]:
    """A page that is saving."""
    sender = Sender(live.platform.base, seat_candidate(live.app))
    sender.thread = threading.Thread(target=sender.run)
    sender.thread.start()
    yield sender
    sender.stop()


def stored(live: Live, sender: Sender) -> dict[int, str]:
    """Number and hash of every event in the log; its chain is whole."""
    log, attempt = event_log_at(live.given.events_url), sender.candidate.attempt
    assert log.verify_chain(attempt.sitting_id, sender.candidate.id).whole
    return {event.seq: event.hash for event in log.list_events(attempt.sitting_id, sender.candidate.id)}


def cut_the_database(live: Live) -> None:
    """Three times in a row, as a bad cable does."""
    for _time in range(3):
        live.lines["database"].cut()
        time.sleep(0.5)
        live.lines["database"].mend()
        time.sleep(0.5)
    live.wait_for(lambda: live.health() == 200, 10)


FAULTS: list[Callable[[Live], None]] = [lambda live: live.platform.restart_web()]
if SIZE == "full":
    FAULTS.append(cut_the_database)


@pytest.mark.parametrize("happen", FAULTS, ids=["web killed", "database cut"][:len(FAULTS)])
def test_no_acknowledged_answer_is_lost(live: Live, sender: Sender, happen: Callable[[Live], None]) -> None:
    live.wait_for(lambda: len(sender.acknowledged) > 3, 20)
    happen(live)
    before = len(sender.acknowledged)
    live.wait_for(lambda: len(sender.acknowledged) > before + 3, 30)
    sender.stop()
    kept = stored(live, sender)
    assert {ack["seq"]: ack["hash"] for ack in sender.acknowledged}.items() <= kept.items()
    assert sender.refusals > 0, "nothing was ever in the way"


def kill(live: Live, name: str) -> list[str]:
    """End a process and what it started, at once; what it was started with."""
    process = live.platform.processes[name]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return list(process.args)  # type: ignore[arg-type]


def test_worker_is_killed_in_the_middle_of_a_video(live: Live) -> None:
    asset_id = queue_video(live.app, content=make_clip("640x360", seconds=60, rate=25))
    subject = ("asset", asset_id)
    live.wait_for(lambda: 0.04 < read_job(live.app, subject).progress < 1, 60)
    command = kill(live, "worker")
    assert read_job(live.app, subject).state == "running", "nobody has noticed yet"
    let_time_pass(live.app)
    live.platform._start("worker", *command[4:])
    live.wait_for(lambda: read_job(live.app, subject).state == "done", 90)
    assert read_job(live.app, subject).tries == 2
    with live.app.app_context():
        assert media.get_asset(asset_id).state == "ready"


def test_a_lost_wake_up_is_swept_also_after_every_line_was_cut(live: Live) -> None:
    for line in live.lines.values():
        line.cut()
    time.sleep(3 if live.lines else 0)
    for line in live.lines.values():
        line.mend()
    subject = ("test", new_id())
    live.app.extensions["lms.wake"] = lambda: None
    with live.app.app_context(), transaction():
        jobs.enqueue("lms.forget_old_jobs", subject=subject)
    live.wait_for(lambda: read_job(live.app, subject).state == "done", 60)
    assert not live.platform.ended()
    live.wait_for(lambda: live.health() == 200, 10)
