"""The object store gone: records are shown, files and uploads say so, and what was begun goes on afterwards."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from content_repo.media import services as media
from lms.core.errors import Unavailable
from lms.core.storage import storage
from tests.faults.conftest import Lines
from tests.faults.scenes import (
    EXAM_KIND,
    MIB,
    begin_upload,
    let_time_pass,
    publish_thesis,
    queue_video,
    read_job,
    seat_candidate,
    send_piece,
    upload_offset,
)

ClientOf = Callable[[str], FlaskClient]
SAYS_SO = "Kho lưu trữ tệp hiện không phản hồi"


@pytest.fixture
def store(app: Flask, lines: Lines) -> Iterator[Callable[[], None]]:
    """Call it to cut the store off."""
    with app.app_context():
        client = storage().client  # type: ignore[attr-defined]
    yield lines["storage"].cut
    client.close()


def test_records_are_shown_and_exams_go_on(app: Flask, client: FlaskClient, store: Callable[[], None]) -> None:
    record, candidate = publish_thesis(app, "Sóng cơ"), seat_candidate(app)
    store()
    assert client.get(record).status_code == 200
    assert client.get("/works").status_code == 200
    assert candidate.answer(EXAM_KIND, "o2").status_code == 200


def test_a_file_says_so_and_opens_again(app: Flask, client: FlaskClient, lines: Lines,
                                        store: Callable[[], None]) -> None:
    record = publish_thesis(app, "Sóng âm")
    href = re.search(rf"{record}/files/[0-9a-f-]+", client.get(record).text)
    assert href is not None
    store()
    page = client.get(href.group())
    assert page.status_code == 503
    assert SAYS_SO in page.text
    lines["storage"].mend()
    assert client.get(href.group()).status_code == 302


def test_an_upload_says_so_and_goes_on_where_it_was(lines: Lines, client_of: ClientOf,
                                                    store: Callable[[], None]) -> None:
    teacher, piece = client_of("teacher"), b"v" * 5 * MIB
    url = begin_upload(teacher, 10 * MIB).headers["Location"]
    assert send_piece(teacher, url, 0, piece).status_code == 204
    store()
    refused = send_piece(teacher, url, 5 * MIB, piece)
    assert refused.status_code == 503
    assert SAYS_SO in refused.text
    assert begin_upload(teacher, 10 * MIB).status_code == 503
    assert upload_offset(teacher, url) == 5 * MIB
    lines["storage"].mend()
    assert send_piece(teacher, url, 5 * MIB, piece).status_code == 204


def test_an_upload_whose_last_word_was_lost_is_completed_when_asked(lines: Lines, client_of: ClientOf, app: Flask,
                                                                    monkeypatch: pytest.MonkeyPatch,
                                                                    store: Callable[[], None]) -> None:
    teacher = client_of("teacher")
    url = begin_upload(teacher, 6 * MIB).headers["Location"]
    with app.app_context():
        kind = type(storage())
    finish = kind.finish

    def finish_and_cut(*arguments: object) -> int:
        size = finish(*arguments)
        store()
        return size

    with monkeypatch.context() as patched:
        patched.setattr(kind, "finish", finish_and_cut)
        assert send_piece(teacher, url, 0, b"v" * 6 * MIB).status_code == 503
    lines["storage"].mend()
    assert upload_offset(teacher, url) == 6 * MIB
    assert teacher.delete(url, headers={"Tus-Resumable": "1.0.0"}).status_code == 409


@pytest.mark.parametrize("size", [100, 11 * MIB])
def test_storing_small_and_large_says_so(app: Flask, store: Callable[[], None], size: int) -> None:
    store()
    with app.app_context(), pytest.raises(Unavailable):
        storage().put("files/x/original", BytesIO(b"v" * size), "video/mp4")


def test_a_line_that_breaks_while_a_file_is_read_says_so(app: Flask, store: Callable[[], None]) -> None:
    def read_and_cut() -> None:
        with storage().open("files/y/original") as stream:
            stream.read(1000)
            store()
            while stream.read(MIB):
                pass

    with app.app_context():
        storage().put("files/y/original", BytesIO(b"v" * 20 * MIB), "video/mp4")
        with pytest.raises(Unavailable):
            read_and_cut()


def test_a_video_waits_for_the_store_and_is_made_when_it_is_back(app: Flask, lines: Lines,
                                                                 store: Callable[[], None],
                                                                 run_jobs: Callable[[], int]) -> None:
    asset_id = queue_video(app)
    store()
    for _sweep in range(4):
        run_jobs()
        let_time_pass(app)
    job = read_job(app, ("asset", asset_id))
    assert (job.state, job.tries) == ("queued", 0)
    assert SAYS_SO in job.reasons["vi"]
    lines["storage"].mend()
    run_jobs()
    with app.app_context():
        assert media.get_asset(asset_id).state == "ready"
    assert read_job(app, ("asset", asset_id)).state == "done"
