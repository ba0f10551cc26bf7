"""Resumable uploads as a tus client sees them, and as a hostile one tries them."""

import base64
import hashlib
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import func, select

from content_repo.files import services
from content_repo.files.models import StoredFile, Upload
from content_repo.files.services import uploads
from content_repo.files.services.uploads import PART_BYTES, part_sizes
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.ids import new_id
from lms.core.jobs import enqueue
from lms.core.storage import SMALLEST_PART, storage
from tests.factories.identity import make_actor, make_person

MIB = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def signed_in(app, sign_in):
    """A client of a new person of a role. No context stays open: requests must not share one."""

    def make(role):
        with app.app_context(), transaction():
            person_id = make_person(role).id
        return sign_in(person_id)

    return make


@pytest.fixture
def teacher(signed_in):
    return signed_in("teacher")


@pytest.fixture
def other(signed_in):
    return signed_in("teacher")


@pytest.fixture
def file_of(app):
    """The stored file that an upload became, or None."""

    def find(url):
        with app.app_context():
            row = db.session.get(StoredFile, UUID(url.rsplit("/", 1)[-1]))
            db.session.expunge_all()
            return row

    return find


def count_uploads(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Upload))


def encoded(**told):
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())


def create(client, size, *, name="bài giảng.mp4", owner_id=None, **headers):
    told = encoded(filename=name, owner_kind="work", owner_id=str(owner_id or new_id()))
    told_all = TUS | {"Upload-Length": str(size), "Upload-Metadata": told} | headers
    return client.post("/uploads", headers=told_all)


def send(client, url, offset, data, **headers):
    return client.patch(url, data=data, headers=TUS | {
        "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"} | headers)


def offset_of(client, url):
    return int(client.head(url, headers=TUS).headers["Upload-Offset"])


def test_what_the_server_says_it_can_do(teacher):
    answer = teacher.open("/uploads", method="OPTIONS")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation" in answer.headers["Tus-Extension"]
    assert int(answer.headers["Tus-Max-Size"]) > 2 * 1024**3


def test_a_file_in_three_pieces(app, teacher, file_of, run_jobs):
    content = b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * (13 * MIB // 256)
    answer = create(teacher, len(content), owner_id=(owner := new_id()))
    assert answer.status_code == 201
    url = answer.headers["Location"]
    assert offset_of(teacher, url) == 0
    for start in range(0, len(content), 6 * MIB):
        piece = content[start:start + 6 * MIB]
        answer = send(teacher, url, start, piece)
        assert answer.status_code == 204
        assert int(answer.headers["Upload-Offset"]) == start + len(piece)
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    row = file_of(url)
    assert (row.owner_kind, row.owner_id, row.size) == ("work", owner, len(content))
    assert (row.name, row.content_type) == ("bài giảng.mp4", "video/mp4")
    run_jobs()
    assert file_of(url).sha256 == hashlib.sha256(content).hexdigest()
    with app.app_context(), storage().open(row.key) as stream:
        assert stream.read() == content


def test_goes_on_where_it_stopped(teacher, file_of):
    url = create(teacher, 8 * MIB).headers["Location"]
    send(teacher, url, 0, b"a" * 6 * MIB)
    assert offset_of(teacher, url) == 6 * MIB
    assert send(teacher, url, 6 * MIB, b"b" * 2 * MIB).status_code == 204
    assert file_of(url).size == 8 * MIB


def test_a_wrong_offset_is_a_conflict(teacher):
    url = create(teacher, 8 * MIB).headers["Location"]
    assert send(teacher, url, 5, b"a").status_code == 409
    send(teacher, url, 0, b"a" * 6 * MIB)
    assert send(teacher, url, 0, b"a" * 6 * MIB).status_code == 409
    assert offset_of(teacher, url) == 6 * MIB


def test_a_finished_upload_takes_no_more(teacher, file_of):
    url = create(teacher, 3).headers["Location"]
    assert send(teacher, url, 0, b"abc").status_code == 204
    assert send(teacher, url, 3, b"d").status_code == 409
    assert teacher.delete(url, headers=TUS).status_code == 409
    assert file_of(url).size == 3


def test_an_empty_file_is_whole_at_once(teacher, file_of):
    url = create(teacher, 0).headers["Location"]
    assert offset_of(teacher, url) == 0
    assert file_of(url).size == 0


def test_more_than_was_announced_is_refused(teacher):
    url = create(teacher, 3).headers["Location"]
    assert send(teacher, url, 0, b"abcd").status_code == 413
    assert offset_of(teacher, url) == 0


def test_small_pieces_are_refused_but_for_the_last(teacher):
    url = create(teacher, 8 * MIB).headers["Location"]
    assert send(teacher, url, 0, b"a" * 1000).status_code == 422
    assert offset_of(teacher, url) == 0


def test_giving_up(teacher):
    url = create(teacher, 8 * MIB).headers["Location"]
    send(teacher, url, 0, b"a" * 6 * MIB)
    assert teacher.delete(url, headers=TUS).status_code == 204
    assert teacher.head(url, headers=TUS).status_code == 404


def test_another_person_can_neither_look_nor_write(teacher, other):
    url = create(teacher, 3).headers["Location"]
    assert other.head(url, headers=TUS).status_code == 403
    assert send(other, url, 0, b"abc").status_code == 403
    assert other.delete(url, headers=TUS).status_code == 403
    assert offset_of(teacher, url) == 0


def test_students_and_strangers_do_not_upload(signed_in, client):
    assert create(signed_in("student"), 3).status_code == 403
    assert create(client, 3).status_code == 401


@pytest.mark.parametrize(("headers", "status"), [
    ({"Tus-Resumable": "0.2.2"}, 412),
    ({"Upload-Length": "-5"}, 422),
    ({"Upload-Length": "9" * 14}, 413),
    ({"Upload-Length": "\u00b2"}, 422),
    ({"Upload-Metadata": "filename ***"}, 422),
    ({"Upload-Metadata": ""}, 422),
    ({"Upload-Metadata": encoded(owner_kind="../../x", owner_id=str(new_id()))}, 422),
    ({"Upload-Metadata": encoded(owner_kind="work", owner_id="1 OR 1=1")}, 422),
])
def test_hostile_creations(app, teacher, headers, status):
    assert create(teacher, 3, **headers).status_code == status
    assert count_uploads(app) == 0


def test_a_piece_must_say_what_it_is(teacher):
    url = create(teacher, 3).headers["Location"]
    assert send(teacher, url, 0, b"abc", **{"Content-Type": "text/plain"}).status_code == 415
    assert send(teacher, url, "x", b"abc").status_code == 422


def test_one_person_has_not_endless_uploads(teacher, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    assert [create(teacher, 3).status_code for _each in range(3)] == [201, 201, 429]


def test_a_forged_page_cannot_upload(csrf, teacher):
    assert create(teacher, 3).status_code == 422


def test_a_crash_after_the_last_piece_is_made_good(teacher, file_of, monkeypatch):
    url = create(teacher, 3).headers["Location"]
    monkeypatch.setattr(uploads, "_make_file", lambda *_all: (_ for _ in ()).throw(RuntimeError("killed")))
    assert send(teacher, url, 0, b"abc").status_code == 500
    assert file_of(url) is None
    monkeypatch.undo()
    assert offset_of(teacher, url) == 3
    assert file_of(url).size == 3


def test_a_line_that_breaks_keeps_the_parts_that_arrived(context):
    actor = make_actor(make_person("teacher"))
    row = services.start_upload(actor, name="a.bin", size=40 * MIB, owner=("work", new_id()))
    upload_id = row.id
    db.session.commit()
    broken = BytesIO(b"a" * 20 * MIB)
    with pytest.raises(Invalid):
        services.append_to_upload(actor, upload_id, offset=0, stream=broken, length=40 * MIB)
    db.session.rollback()
    assert services.get_upload(actor, upload_id).offset == 2 * PART_BYTES


def test_old_uploads_are_forgotten(app, teacher, run_jobs):
    url = create(teacher, 8 * MIB).headers["Location"]
    send(teacher, url, 0, b"a" * 6 * MIB)
    with clock.frozen(clock.now() + timedelta(days=8)):
        with app.app_context(), transaction():
            enqueue("content_repo.forget_old_uploads")
        run_jobs()
    assert count_uploads(app) == 0


@pytest.mark.parametrize(("length", "last"), [
    (1, True), (SMALLEST_PART, False), (PART_BYTES, False), (PART_BYTES + 1, False), (40 * MIB + 3, False),
    (40 * MIB + 3, True), (3 * PART_BYTES + SMALLEST_PART, False),
])
def test_parts_are_as_large_as_stores_want(length, last):
    sizes = list(part_sizes(length, last=last))
    assert sum(sizes) == length
    assert all(size >= SMALLEST_PART for size in sizes) or last
    assert max(sizes) < PART_BYTES + SMALLEST_PART


def test_too_small_a_part_is_invalid(context):
    with pytest.raises(Invalid):
        list(part_sizes(SMALLEST_PART - 1, last=False))
