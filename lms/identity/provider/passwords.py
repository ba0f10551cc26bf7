"""Passwords: argon2id, and a pause after several wrong ones from one address for one account."""

import hashlib
import hmac
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from lms.core import clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.identity.provider.models import PasswordFailure

SHORTEST = 10
LONGEST = 1000
FREE_TRIES = 5
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
# The second of OWASP's settings for argon2id: 19 MiB, so that a whole class may sign in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash, with its own salt."""
    return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an account that does not exist (None)."""
    try:
        return _hasher.verify(password_hash or _nobody(), password[:LONGEST]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def wait_before_retry(username: str, address: str) -> timedelta:
    """How long this account must wait at this address; zero where it may try now."""
    row = db.session.scalar(select(PasswordFailure).where(PasswordFailure.key == _key(username, address)))
    if row is None or row.last_at < clock.now() - FORGOTTEN_AFTER:
        return timedelta(0)
    return max(timedelta(0), row.last_at + pause_after(row.count) - clock.now())


def pause_after(failures: int) -> timedelta:
    """The pause that so many failures earn: none for the first, then doubling."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - FREE_TRIES, 10))


def record_failure(username: str, address: str) -> None:
    """Count a wrong password, in a transaction of its own: the refusal that follows must not undo it."""
    key, now = _key(username, address), clock.now()
    with transaction():
        db.session.execute(delete(PasswordFailure).where(PasswordFailure.last_at < now - FORGOTTEN_AFTER))
        row = db.session.scalar(select(PasswordFailure).where(PasswordFailure.key == key).with_for_update())
        if row is None:
            row = PasswordFailure(key=key, count=0, last_at=now)
            db.session.add(row)
        row.count, row.last_at = row.count + 1, now


def forget_failures(username: str, address: str) -> None:
    """After a right password."""
    db.session.execute(delete(PasswordFailure).where(PasswordFailure.key == _key(username, address)))


def _key(username: str, address: str) -> str:
    secret = settings().secret_key.encode()
    return hmac.new(secret, f"{username.casefold()}\n{address}".encode(), hashlib.sha256).hexdigest()


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")

