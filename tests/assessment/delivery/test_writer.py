"""Group commit: nobody is answered too early, nobody is left waiting, one bad event harms nobody else."""

import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from assessment.delivery.eventlog import NewEvent
from assessment.delivery.eventlog import writer as writer_module
from assessment.delivery.eventlog.events import Appended
from assessment.delivery.eventlog.writer import GroupWriter
from lms.core.clock import now
from lms.core.errors import Unavailable


class FakeAppender:
    """Keeps what it is given; may be held, may refuse what says `poison`, may be dead."""

    def __init__(self) -> None:
        self.statements = self.commits = 0
        self.groups: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.dead = False

    def append(self, events: Sequence[NewEvent]) -> list[Appended | None]:
        self.entered.set()
        self.gate.wait(10)
        if self.dead:
            raise OSError("gone")
        if any(event.payload == "poison" for event in events):
            raise ValueError("the database cannot hold this")
        self.groups.append([event.payload for event in events])
        self.commits += 1
        return [Appended(False, now()) for _ in events]

    def close(self) -> None:
        """Nothing to give back."""


def event(payload: str) -> NewEvent:
    return NewEvent(uuid4(), uuid4(), 1, 1, "answer", payload, 0, now(), "", "")


@pytest.fixture
def appender() -> FakeAppender:
    return FakeAppender()


@pytest.fixture
def writer(appender: FakeAppender) -> Any:
    writer = GroupWriter(lambda: appender)
    yield writer
    appender.gate.set()
    writer.close()


def in_background(writer: GroupWriter, payload: str, outcomes: dict[str, Any]) -> threading.Thread:
    def run() -> None:
        try:
            outcomes[payload] = writer.append([event(payload)])
        except Unavailable as error:
            outcomes[payload] = error

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def hold_writer(writer: GroupWriter, appender: FakeAppender, outcomes: dict[str, Any]) -> list[threading.Thread]:
    """Keep the writer in the middle of its first group, so that what comes next waits together."""
    appender.gate.clear()
    thread = in_background(writer, "first", outcomes)
    assert appender.entered.wait(10)
    return [thread]


def wait_for_queue(writer: GroupWriter, tickets: int) -> None:
    """Until so many requests wait."""
    until = time.monotonic() + 10
    while writer._waiting.qsize() < tickets:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_events_that_wait_together_are_committed_together(writer: GroupWriter, appender: FakeAppender) -> None:
    outcomes: dict[str, Any] = {}
    threads = hold_writer(writer, appender, outcomes)
    threads += [in_background(writer, f"e{n}", outcomes) for n in range(20)]
    wait_for_queue(writer, 20)
    assert outcomes == {}, "nobody may be answered before the commit"
    appender.gate.set()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 21
    assert [len(group) for group in appender.groups] == [1, 20]


def test_a_bad_event_harms_nobody_else(writer: GroupWriter, appender: FakeAppender) -> None:
    outcomes: dict[str, Any] = {}
    threads = hold_writer(writer, appender, outcomes)
    threads += [in_background(writer, payload, outcomes) for payload in ("good-1", "poison", "good-2")]
    wait_for_queue(writer, 3)
    appender.gate.set()
    for thread in threads:
        thread.join()
    assert isinstance(outcomes["poison"], Unavailable)
    assert outcomes["good-1"][0] is not None
    assert outcomes["good-2"][0] is not None


def test_dead_database_refuses_and_the_writer_goes_on_when_it_is_back(writer: GroupWriter,
                                                                      appender: FakeAppender) -> None:
    appender.dead = True
    with pytest.raises(Unavailable) as refused:
        writer.append([event("lost")])
    assert refused.value.retry_after > 0
    appender.dead = False
    assert writer.append([event("back")])[0] is not None


def test_full_queue_refuses_at_once(writer: GroupWriter, appender: FakeAppender,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_WAITING", 0)
    with pytest.raises(Unavailable):
        writer.append([event("too much")])


def test_nobody_waits_for_ever(writer: GroupWriter, appender: FakeAppender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "WAIT_SECONDS", 0.05)
    appender.gate.clear()
    with pytest.raises(Unavailable):
        writer.append([event("slow")])


def test_closed_writer_has_written_what_waited(appender: FakeAppender) -> None:
    writer = GroupWriter(lambda: appender)
    assert writer.append([event("a")])[0] is not None
    writer.close()
    with pytest.raises(Unavailable):
        writer.append([event("b")])
    assert appender.groups == [["a"]]
