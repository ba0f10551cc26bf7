"""Passwords as argon2id hashes. The cost stands in the settings; a hash of another cost is renewed at the next sign-in.

The defaults, 32 MiB and three passes, lie between OWASP's least (19 MiB, two) and the second choice of RFC 9106
(64 MiB, three): whoever steals the hashes pays more than half of a sign-in for every guess, and a class still signs
in at once.
"""

import os
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from prometheus_client import Counter

from lms.core.config import settings
from lms.core.errors import Unavailable
from lms.core.i18n import _
from lms.identity.provider.password_policy import check_new_password as check_new_password

LONGEST = 1000
LONGEST_WAIT = 20
"""Seconds that a password waits for its turn: a class that signs in at once takes three."""
_lanes = BoundedSemaphore(max(2, os.cpu_count() or 2))
CHECKS = Counter("lms_password_checks", "Passwords that were compared with a hash")
CHECK_SECONDS = Counter("lms_password_check_cpu_seconds", "CPU time inside argon2id of these comparisons")


def hash_password(password: str) -> str:
    """The argon2id hash, with its own salt."""
    with _lane():
        return _hasher().hash(_typed(password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an account that does not exist (None)."""
    kept = password_hash or _nobody(_hasher())
    try:
        with _lane(), _counted():
            return _hasher().verify(kept, _typed(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made at another cost than today's."""
    return _hasher().check_needs_rehash(password_hash)


@contextmanager
def _lane() -> Iterator[None]:
    """One of as many hashes at once as there are cores: more would be no faster, and each takes its memory."""
    if not _lanes.acquire(timeout=LONGEST_WAIT):
        raise Unavailable(_("Very many people are signing in just now. Please try again in a moment."),
                          service="passwords")
    try:
        yield
    finally:
        _lanes.release()


@contextmanager
def _counted() -> Iterator[None]:
    """Tell the metrics what it cost: one lane, so all of it is this thread's."""
    started = time.thread_time()
    try:
        yield
    finally:
        CHECKS.inc()
        CHECK_SECONDS.inc(time.thread_time() - started)


def _typed(password: str) -> str:
    """Keyboards write the same Vietnamese letters in more than one way."""
    return unicodedata.normalize("NFKC", password[:LONGEST])


def _hasher() -> PasswordHasher:
    given = settings()
    return _hasher_of(given.argon2_memory, given.argon2_passes)


@cache
def _hasher_of(memory: int, passes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
