"""The embedded size stands on files: they are damaged, away, full or held while people work, and come back."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery.current_log import event_log_at
from assessment.delivery.eventlog.sqlite import SqliteAppender
from lms.core import broker
from lms.core.db import transaction
from lms.core.jobs import enqueue
from search import services as search
from tests.faults.scenes import (
    EXAM_KIND,
    answer_that_counts,
    begin_upload,
    let_time_pass,
    publish_thesis,
    queue_video,
    read_job,
    seat_candidate,
)

FIND = "/search?q=giao+thoa"
TITLE = "Giao thoa ánh sáng"
SEARCH_SAYS_SO = "Chức năng tìm kiếm tạm thời không phản hồi"
STORE_SAYS_SO = "Kho lưu trữ tệp hiện không phản hồi"


@pytest.fixture
def folder(app: Flask) -> Path:
    """Where the platform keeps its data."""
    given: Path = app.extensions["lms.settings"].data_folder
    return given


@pytest.fixture
def record(app: Flask) -> str:
    """A published work that can be found."""
    path = publish_thesis(app, TITLE)
    refresh(app)
    return path


def refresh(app: Flask) -> None:
    """Do what the periodic job does."""
    with app.app_context():
        search.refresh()


@pytest.mark.parametrize("damage", [b"", b"this is no database at all " * 200])
def test_a_damaged_index_is_told_and_made_anew_by_itself(app: Flask, client: FlaskClient, folder: Path, record: str,
                                                         damage: bytes) -> None:
    for suffix in ("-wal", "-shm"):
        (folder / f"search.sqlite{suffix}").unlink(missing_ok=True)
    (folder / "search.sqlite").write_bytes(damage)
    page = client.get(FIND)
    assert record not in page.text
    assert (SEARCH_SAYS_SO in page.text) == bool(damage), "an empty index finds nothing"
    for path in ("/", "/works", record):
        assert client.get(path).status_code == 200
    refresh(app)
    assert record in client.get(FIND).text


def test_an_index_whose_pages_are_damaged_is_made_anew(app: Flask, client: FlaskClient, folder: Path,
                                                       record: str) -> None:
    path = folder / "search.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    head = path.read_bytes()
    path.write_bytes(head[:4096] + b"\xa5" * (len(head) - 4096))
    assert client.get(FIND).status_code == 503
    refresh(app)
    assert record in client.get(FIND).text


def test_an_index_that_cannot_be_opened_is_found_again(client: FlaskClient, folder: Path, record: str) -> None:
    path, beside = folder / "search.sqlite", folder / "search.away"
    path.rename(beside)
    path.mkdir()
    assert client.get(FIND).status_code == 503
    path.rmdir()
    beside.rename(path)
    assert record in client.get(FIND).text


@pytest.fixture(params=["a file", "an empty folder", "nothing"])
def store_away(folder: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[bool], None]]:
    """Call it to take the folder of objects away, with True to bring it back."""
    objects, beside = folder / "objects", folder / "objects.away"

    def put_in_its_place() -> None:
        if request.param == "a file":
            objects.write_text("in the way")
        elif request.param == "an empty folder":
            objects.mkdir()

    def swap(back: bool = False) -> None:
        if back:
            _remove(objects)
            beside.rename(objects)
        else:
            objects.rename(beside)
            put_in_its_place()

    yield swap
    if beside.exists():
        swap(True)


def _remove(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def test_a_store_that_is_away_is_told_and_waited_for(app: Flask, client: FlaskClient, folder: Path,
                                                     client_of: Callable[[str], FlaskClient],
                                                     store_away: Callable[..., None],
                                                     run_jobs: Callable[[], int]) -> None:
    teacher, page = client_of("teacher"), publish_thesis(app, TITLE)
    asset_id = queue_video(app)
    store_away()
    assert client.get(page).status_code == 200
    refused = begin_upload(teacher, 100)
    assert refused.status_code == 503
    assert STORE_SAYS_SO in refused.text
    run_jobs()
    waits = read_job(app, ("asset", asset_id))
    assert (waits.state, waits.reasons["vi"].startswith(STORE_SAYS_SO)) == ("queued", True)
    store_away(True)
    let_time_pass(app)
    run_jobs()
    assert read_job(app, ("asset", asset_id)).state == "done"


@pytest.fixture
def full_disk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it to let the event log grow no more; undone by monkeypatch."""
    log = event_log_at(app.extensions["lms.settings"].events_url)
    usual = SqliteAppender.__init__

    def limited(self: SqliteAppender, url: str) -> None:
        usual(self, url)
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        self._connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        log._writer._disconnect()
        monkeypatch.setattr(SqliteAppender, "__init__", limited)

    return fill


def test_a_full_disk_acknowledges_nothing_that_it_does_not_keep(app: Flask, full_disk: Callable[[], None],
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = seat_candidate(app)
    padded = json.dumps({"item": candidate.item(EXAM_KIND), "response": "o2", "ms": 12}) + " " * 7000
    full_disk()
    acknowledged = 1
    for _answer in range(200):
        event: dict[str, Any] = candidate.event(padded)
        answer = candidate.post(event)
        if answer.status_code != 200:
            break
        acknowledged += 1
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert candidate.state()["seq"] == acknowledged
    monkeypatch.undo()
    event_log_at(app.extensions["lms.settings"].events_url)._writer._disconnect()
    assert candidate.post(event).status_code == 200
    assert candidate.state()["seq"] == acknowledged + 1


def test_saves_do_not_wait_for_the_main_database(app: Flask, folder: Path) -> None:
    candidate = seat_candidate(app)
    holder = sqlite3.connect(folder / "platform.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert candidate.answer(EXAM_KIND, "o4").status_code == 200
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert answer_that_counts(app, candidate) == "o4"


def test_a_broker_folder_that_is_away_keeps_no_work_from_being_queued(app: Flask, folder: Path,
                                                                      run_jobs: Callable[[], int]) -> None:
    usual, queue, beside = app.extensions["lms.wake"], folder / "broker", folder / "broker.away"
    app.extensions["lms.wake"] = broker.wake(app.extensions["lms.settings"])
    queue.rename(beside)
    queue.write_text("in the way")
    try:
        with app.app_context(), transaction():
            enqueue("lms.forget_old_jobs")
    finally:
        queue.unlink()
        beside.rename(queue)
        app.extensions["lms.wake"] = usual
    assert run_jobs() == 1
