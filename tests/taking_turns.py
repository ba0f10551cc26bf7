"""Signing in one after the other, whatever process does it.

A provider that protects accounts from guessing refuses the second of two sign-ins of one person that come at once.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "lms-tests-sign-in.lock"


@contextmanager
def one_sign_in_at_a_time() -> Iterator[None]:
    """Nobody else of the tests signs in meanwhile."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
