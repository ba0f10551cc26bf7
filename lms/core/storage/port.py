"""The storage port: what a backend must do. The contract suite runs on every backend."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

SMALLEST_PART = 5 * 1024 * 1024
"""Bytes: every part of a multipart object but the last has at least this many (an S3 rule)."""

BLOCK = 1024 * 1024
"""Bytes that are copied at a time; nothing is ever held whole in memory."""

_KEY = re.compile(r"[a-z0-9_-]+(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


def checked_key(key: str) -> str:
    """The key, or ValueError if it is not of the form `area/name/...`: no dots in front, no empty parts."""
    if not _KEY.fullmatch(key) or ".." in key or len(key) > 512:
        raise ValueError(f"not a storage key: {key!r}")
    return key


def blocks(stream: IO[bytes], length: int | None = None) -> Iterator[bytes]:
    """The stream in blocks, at most `length` bytes of it."""
    left = length
    while left is None or left > 0:
        block = stream.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            return
        if left is not None:
            left -= len(block)
        yield block


class Storage(Protocol):
    """A store of objects by key. Raises NotFound for a missing key, Unavailable when it does not answer."""

    def prepare(self, origin: str) -> None:
        """Make the store ready (bucket, cross-origin rules for pages at `origin`); can be called again."""

    def put(self, key: str, stream: IO[bytes], content_type: str) -> int:
        """Store the stream whole under `key`, replacing what is there; returns its size in bytes."""

    def open(self, key: str, start: int = 0, length: int | None = None) -> AbstractContextManager[IO[bytes]]:
        """A readable over the object, from byte `start`, `length` bytes at most."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The object as a file on this machine, for programs that want one; gone after the block."""

    def size(self, key: str) -> int:
        """Size in bytes."""

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""

    def delete(self, key: str) -> None:
        """Remove the object; no error if it is not there."""

    def list(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""

    def url(self, key: str, *, expires: timedelta, content_type: str | None = None,
            download_name: str | None = None) -> str:
        """A signed address that serves the object, with ranges, until it expires."""

    def begin(self, key: str, content_type: str) -> str:
        """Start an object that arrives in parts; returns the upload's id."""

    def append(self, key: str, upload_id: str, number: int, stream: IO[bytes], length: int) -> str:
        """Store part `number` (from 1) of exactly `length` bytes; returns its tag. Can be repeated."""

    def finish(self, key: str, upload_id: str, tags: Sequence[str]) -> int:
        """Join the parts, in order, into the object; returns its size in bytes."""

    def abort(self, key: str, upload_id: str) -> None:
        """Forget an unfinished upload."""
