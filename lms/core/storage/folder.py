"""Objects in a folder: the embedded size. Signed addresses lead to `/objects/<token>` of this platform.

The folder for parts, which `prepare` makes, shows that the store is there. Without it (a disk that is not
mounted) nothing is missing and nothing is written: the store does not answer.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TypeVar, cast
from uuid import uuid4

from flask import Response, abort, current_app, request, send_file, url_for

from lms.core.errors import NotFound, Unavailable
from lms.core.i18n import _l
from lms.core.signing import sign, unsign
from lms.core.storage.port import BLOCK, blocks, checked_key

Result = TypeVar("Result")
PURPOSE = "object"


class FolderStorage:
    """The storage port over one folder; every write is complete before it has its name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parts = root / ".parts"

    def prepare(self, origin: str) -> None:
        """Make the folders."""
        self.parts.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, stream: IO[bytes], content_type: str) -> int:
        """Write beside, sync, then rename into place."""
        return self._write(self._path(key), blocks(stream))

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[IO[bytes]]:
        """The file, from `start`."""
        with self._existing(key).open("rb") as file:
            file.seek(start)
            yield cast(IO[bytes], file if length is None else _Limited(file, length))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The file itself: read it, do not change it."""
        yield self._existing(key)

    def size(self, key: str) -> int:
        """Size in bytes."""
        return self._existing(key).stat().st_size

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        try:
            self._existing(key)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the file if it is there."""
        self._require_store()
        self._path(key).unlink(missing_ok=True)

    def list(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix`, in order."""
        self._require_store()
        files = (path for path in self.root.rglob("*") if path.is_file() and self.parts not in path.parents)
        keys = sorted(path.relative_to(self.root).as_posix() for path in files)
        return (key for key in keys if key.startswith(prefix))

    def url(self, key: str, *, expires: timedelta, content_type: str | None = None,
            download_name: str | None = None) -> str:
        """An address of this platform whose token names the object."""
        payload = {"k": checked_key(key), "t": content_type, "n": download_name}
        return url_for("core.stored_object", token=sign(PURPOSE, payload, expires))

    def begin(self, key: str, content_type: str) -> str:
        """A folder for the parts."""
        checked_key(key)
        upload_id = uuid4().hex
        self._guarded(lambda: (self.parts / upload_id).mkdir())
        return upload_id

    def append(self, key: str, upload_id: str, number: int, stream: IO[bytes], length: int) -> str:
        """One file a part."""
        written = self._write(self._upload(upload_id) / f"{number:05}", blocks(stream, length))
        if written != length:
            raise OSError(f"part {number} has {written} bytes instead of {length}")
        return str(number)

    def finish(self, key: str, upload_id: str, tags: Sequence[str]) -> int:
        """Join the parts, each removed once it is in."""
        folder = self._upload(upload_id)
        size = self._write(self._path(key), self._joined(folder, tags))
        shutil.rmtree(folder)
        return size

    def abort(self, key: str, upload_id: str) -> None:
        """Remove the parts."""
        self._require_store()
        shutil.rmtree(self.parts / upload_id, ignore_errors=True)

    def _joined(self, folder: Path, tags: Sequence[str]) -> Iterator[bytes]:
        for tag in tags:
            with (folder / f"{int(tag):05}").open("rb") as part:
                yield from blocks(part)

    def _upload(self, upload_id: str) -> Path:
        folder = self.parts / upload_id
        if not upload_id.isalnum() or not folder.is_dir():
            self._require_store()
            raise NotFound(_l("This upload does not exist any more."))
        return folder

    def _path(self, key: str) -> Path:
        return self.root / checked_key(key)

    def _existing(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            self._require_store()
            raise NotFound(_l("The file is not in the store."))
        return path

    def _write(self, path: Path, content: Iterator[bytes]) -> int:
        self._require_store()

        def work() -> int:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.parts / f".{uuid4().hex}"
            try:
                with beside.open("wb", buffering=BLOCK) as file:
                    for block in content:
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                    size = file.tell()
                beside.rename(path)
                return size
            finally:
                beside.unlink(missing_ok=True)
        return self._guarded(work)

    def _require_store(self) -> None:
        if not self.parts.is_dir():
            raise _unavailable()

    def _guarded(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except OSError as error:
            if isinstance(error, FileNotFoundError) and self.parts.is_dir():
                raise
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable(_l("The file store does not answer now. Please try again later."), service="storage")


class _Limited:
    """The next `left` bytes of a file."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self.file = file
        self.left = left

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, never past the limit."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.file.read(wanted)
        self.left -= len(data)
        return data


def serve_object(token: str) -> Response:
    """What a signed address leads to: the file, with ranges, and nothing that could run in a page."""
    named = unsign(PURPOSE, token)
    store = current_app.extensions["lms.storage"]
    if not isinstance(store, FolderStorage):
        abort(404)
    path = store._existing(named["k"])
    response = send_file(path, mimetype=named["t"] or "application/octet-stream", conditional=True,
                         as_attachment=named["n"] is not None, download_name=named["n"], max_age=3600)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; style-src 'unsafe-inline'"
    response.cache_control.public, response.cache_control.private = False, True  # the address was one person's
    if request.range is None:
        response.headers["Accept-Ranges"] = "bytes"
    return response
