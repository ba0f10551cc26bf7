"""Who a cookie's sign-in is: the question that every request asks. A port with two implementations.

`database`: two statements a request. `cached`: one GET from Redis, and the database where Redis has no answer or is
away. The database is the truth and the history on both sizes; see docs/decisions/0004.
"""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from flask import Flask, current_app

from lms.core.config import Settings
from lms.core.db import after_commit
from lms.identity.providers import Providers
from lms.identity.sessions.cached import CachedSessions, make_redis
from lms.identity.sessions.database import DatabaseSessions
from lms.identity.sessions.port import Sessions, SignedIn

__all__ = ["Sessions", "SignedIn", "forget_after_commit", "init_app", "sessions"]


def init_app(app: Flask, given: Settings, providers: Providers) -> None:
    """The implementation of this size."""
    database = DatabaseSessions(given, providers)
    made: Sessions = CachedSessions(database, make_redis(given.redis_url), given) if given.is_full else database
    app.extensions["lms.identity.sessions"] = made


def sessions() -> Sessions:
    """The implementation in use."""
    return cast(Sessions, current_app.extensions["lms.identity.sessions"])


def forget_after_commit(sign_in_ids: Iterable[UUID]) -> None:
    """Once the current transaction is on disk, what was remembered of these sign-ins is remembered no more."""
    ids, store = list(sign_in_ids), sessions()
    if ids:
        after_commit(lambda: store.forget(ids))
