"""The storage contract, on the store of the size under test."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from lms.core.config import settings
from lms.core.errors import NotFound, Unavailable
from lms.core.storage import SMALLEST_PART, FolderStorage, S3Storage, Storage, storage
from tests.conftest import SIZE
from tests.fetching import fetch


@pytest.fixture
def store(request_context: Flask) -> Storage:
    return storage()


def put(store: Storage, key: str, content: bytes = b"0123456789") -> str:
    store.put(key, io.BytesIO(content), "text/plain")
    return key


def test_the_size_under_test_has_its_own_store(store: Storage) -> None:
    assert isinstance(store, S3Storage if SIZE == "full" else FolderStorage)


def test_what_was_put_is_read_back(store: Storage) -> None:
    assert store.put("files/a/one", io.BytesIO(b"0123456789"), "text/plain") == 10
    with store.open("files/a/one") as content:
        assert content.read() == b"0123456789"
    assert store.size("files/a/one") == 10
    assert store.exists("files/a/one")


class Trickle(io.BytesIO):
    """A stream that brings less than it is asked for, as sockets and wrappers do."""

    def read(self, size: int | None = -1) -> bytes:
        """At most 700 kB at once."""
        return super().read(700_000 if size is None or size < 0 else min(size, 700_000))


@pytest.mark.parametrize("size", [900_000, 12_000_000])
def test_a_stream_that_trickles_is_stored_whole(store: Storage, size: int) -> None:
    content = bytes(range(250)) * (size // 250)
    assert store.put("files/a/trickle", Trickle(content), "video/mp4") == size
    with store.local_path("files/a/trickle") as path:
        assert path.read_bytes() == content


def test_a_range_is_read(store: Storage) -> None:
    put(store, "files/a/range")
    with store.open("files/a/range", start=3, length=4) as content:
        assert content.read() == b"3456"
    with store.open("files/a/range", start=8) as content:
        assert content.read() == b"89"


def test_putting_again_replaces(store: Storage) -> None:
    put(store, "files/a/twice")
    put(store, "files/a/twice", b"new")
    assert store.size("files/a/twice") == 3


def test_a_local_path_has_the_content(store: Storage) -> None:
    put(store, "files/a/local")
    with store.local_path("files/a/local") as path:
        assert path.read_bytes() == b"0123456789"


def test_a_missing_object_is_not_found(store: Storage) -> None:
    assert not store.exists("files/none/x")
    with pytest.raises(NotFound):
        store.size("files/none/x")
    with pytest.raises(NotFound), store.open("files/none/x") as content:
        content.read()
    store.delete("files/none/x")


def test_deleted_is_gone(store: Storage) -> None:
    put(store, "files/a/gone")
    store.delete("files/a/gone")
    assert not store.exists("files/a/gone")


def test_list_is_by_prefix_and_in_order(store: Storage) -> None:
    for name in ("c", "a", "b"):
        put(store, f"media/list/{name}")
    put(store, "media/listed/z")
    assert list(store.list("media/list/")) == ["media/list/a", "media/list/b", "media/list/c"]


@pytest.mark.parametrize("key", ["", "a", "/a/b", "a/../b", "a/.hidden", "a//b", "A/b", "files/ô", "a/" + "x" * 600])
def test_a_key_that_could_leave_the_store_is_refused(store: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        store.put(key, io.BytesIO(b""), "text/plain")


def test_parts_become_one_object(store: Storage) -> None:
    store.delete("files/parts/x")  # an earlier run on the same store may have left it
    first, second = b"a" * SMALLEST_PART, b"b" * 100
    upload = store.begin("files/parts/x", "application/octet-stream")
    tags = [store.append("files/parts/x", upload, 1, io.BytesIO(first), len(first))]
    store.append("files/parts/x", upload, 2, io.BytesIO(b"?" * 100), 100)
    tags.append(store.append("files/parts/x", upload, 2, io.BytesIO(second), 100))
    assert not store.exists("files/parts/x")
    assert store.finish("files/parts/x", upload, tags) == SMALLEST_PART + 100
    with store.open("files/parts/x", start=SMALLEST_PART - 1, length=3) as content:
        assert content.read() == b"abb"


def test_a_part_that_is_cut_off_is_an_error(store: Storage) -> None:
    upload = store.begin("files/parts/cut", "application/octet-stream")
    with pytest.raises((OSError, Unavailable)):
        store.append("files/parts/cut", upload, 1, io.BytesIO(b"abc"), 10)
    store.abort("files/parts/cut", upload)
    with pytest.raises(NotFound):
        store.finish("files/parts/cut", upload, ["1"])


def test_a_signed_address_serves_ranges(store: Storage, app: Flask) -> None:
    put(store, "files/a/signed")
    address = store.url("files/a/signed", expires=timedelta(minutes=1), content_type="video/mp4")
    whole = fetch(app.test_client(), address)
    assert (whole.status, whole.data, whole.headers["Content-Type"]) == (200, b"0123456789", "video/mp4")
    part = fetch(app.test_client(), address, Range="bytes=2-4")
    assert (part.status, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")


def test_a_download_has_its_name(store: Storage, app: Flask) -> None:
    put(store, "files/a/named")
    address = store.url("files/a/named", expires=timedelta(minutes=1), download_name="Luận văn.pdf")
    headers = fetch(app.test_client(), address).headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert "Lu%E1%BA%ADn" in headers["Content-Disposition"]


def test_a_changed_address_serves_nothing(store: Storage, app: Flask) -> None:
    put(store, "files/a/secret")
    address = store.url("files/a/secret", expires=timedelta(minutes=1))
    status = fetch(app.test_client(), address[:-3] + ("AAA" if not address.endswith("AAA") else "BBB")).status
    assert status in (403, 404)


def test_a_store_that_is_down_says_so(app: Flask) -> None:
    with app.test_request_context():
        if SIZE == "full":
            from dataclasses import replace
            down: Storage = S3Storage(replace(settings(), s3_endpoint="http://127.0.0.1:9"))
        else:
            file = settings().data_folder / "not-a-folder"
            file.write_text("in the way")
            down = FolderStorage(file)
        with pytest.raises(Unavailable) as told:
            down.put("files/a/down", io.BytesIO(b"x"), "text/plain")
        assert told.value.service == "storage"
