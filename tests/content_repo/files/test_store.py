"""Storing, addressing, checking and deleting whole files."""

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest

from content_repo.files import services
from content_repo.files.models import StoredFile
from content_repo.files.services import store
from lms.core.db import db
from lms.core.errors import Forbidden, NotFound, SignInRequired, TooLarge
from lms.core.ids import new_id
from lms.core.jobs import enqueue, find_job
from lms.core.permissions import ANONYMOUS, SYSTEM
from lms.core.storage import storage
from tests.factories.files import make_file
from tests.factories.identity import make_actor, make_person
from tests.fetching import fetch

PDF = b"%PDF-1.7\n" + b"x" * 10_000


def test_what_is_stored(context):
    owner = ("work", new_id())
    row = make_file(PDF, "../Luận văn.pdf", owner)
    assert (row.name, row.content_type, row.size) == ("Luận văn.pdf", "application/pdf", len(PDF))
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    with storage().open(row.key) as stream:
        assert stream.read() == PDF


def test_the_senders_type_is_not_believed(context):
    def kept(content, declared):
        return make_file(content, content_type=declared).content_type

    assert kept(b"MZ\x90" * 9, "video/mp4") == "application/x-msdownload"
    assert kept(b"<script>", "image/png") == "text/html"
    assert kept(b"WEBVTT\n\n", "text/vtt") == "text/vtt"
    assert kept(b"WEBVTT\n\n", "text/html") == "text/plain"


def test_an_empty_file_is_kept_as_one(context):
    row = make_file(b"", "empty.mp4")
    assert row.size == 0
    assert storage().size(row.key) == 0


def test_only_those_who_may_upload(context):
    student = make_actor(make_person("student"))
    with pytest.raises(Forbidden):
        services.store_file(student, BytesIO(PDF), "a.pdf", "", ("work", new_id()))
    with pytest.raises(SignInRequired):
        services.store_file(ANONYMOUS, BytesIO(PDF), "a.pdf", "", ("work", new_id()))


def test_a_file_beyond_the_limit_is_refused_while_it_streams(context, monkeypatch):
    small = replace(context.extensions["lms.settings"], max_upload_bytes=100)
    monkeypatch.setattr(store, "settings", lambda: small)
    before = set(storage().list("files/"))
    with pytest.raises(TooLarge):
        services.store_file(SYSTEM, BytesIO(PDF), "a.pdf", "", ("work", new_id()))
    assert set(storage().list("files/")) == before
    assert db.session.query(StoredFile).count() == 0


def test_another_owner_has_no_such_file(context):
    row = make_file(owner=("work", new_id()))
    with pytest.raises(NotFound):
        services.get_owned_file(row.id, ("work", new_id()))
    assert services.get_owned_file(row.id, (row.owner_kind, row.owner_id)).id == row.id


def test_a_pdf_is_shown_in_the_page(request_context, client):
    url = services.file_url(make_file(PDF, "a.pdf").id)
    answer = fetch(client, url)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert answer.data == PDF


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"<svg onload='x'>", b"MZ\x90\x00"])
def test_what_could_run_is_only_downloaded(request_context, client, content):
    answer = fetch(client, services.file_url(make_file(content, "trang.html").id))
    assert answer.headers["Content-Type"].startswith("application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_no_cache_between_keeps_a_file_for_others(request_context, client):
    answer = fetch(client, services.file_url(make_file(PDF, "a.pdf").id))
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_a_vietnamese_name_survives_the_download(request_context, client):
    url = services.file_url(make_file(PDF, "a.pdf").id, download=True, name="Đề cương ôn tập.pdf")
    told = fetch(client, url).headers["Content-Disposition"]
    assert "%C4%90%E1%BB%81%20c%C6%B0%C6%A1ng" in told


def test_deleting_takes_the_bytes_too(context, run_jobs):
    row = make_file(PDF)
    key = row.key
    services.delete_file(row.id)
    db.session.commit()
    assert storage().exists(key)
    run_jobs()
    assert not storage().exists(key)
    services.delete_file(new_id())


def check(file_id):
    enqueue("content_repo.check_file", subject=("file", file_id), file_id=str(file_id))
    db.session.commit()


def test_a_lost_file_is_told_as_damaged(context, run_jobs):
    row = make_file(PDF)
    file_id, key = row.id, row.key
    check(file_id)
    run_jobs()
    assert find_job(("file", file_id)).state == "done"
    storage().delete(key)
    check(file_id)
    run_jobs()
    assert find_job(("file", file_id)).state == "failed"
    assert services.get_stored_file(file_id).state == "damaged"
