"""Sign-ins remembered in Redis, so that a request costs one GET and no statement.

Correct first: the database decides, Redis only repeats what it said within the last KEPT seconds.

- What changed is forgotten after the commit: a mark takes the entry's place, and while it stands nothing may be
  remembered (`SET NX`). So a reader who looked before the commit cannot put the old word back after it, and the very
  next request of every device asks the database.
- If Redis cannot be told (it is away just then, or this process cannot reach it), an ended sign-in may live for at most
  KEPT seconds where another process still can. That is the price, and why KEPT is short.
- Redis away costs one short wait; then the database is asked alone for RESTS seconds.
"""

import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import redis
import structlog

from lms.core import clock
from lms.core.config import Settings
from lms.core.permissions import Actor, Position
from lms.identity.sessions.database import DatabaseSessions
from lms.identity.sessions.port import SignedIn

log = structlog.get_logger()
KEPT = timedelta(seconds=60)
RESTS = 5
PATIENCE = 0.25
MARK = b"-"


def make_redis(url: str) -> redis.Redis:
    """A connection pool that does not let a page wait."""
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


class CachedSessions:
    """Redis in front of the database."""

    def __init__(self, database: DatabaseSessions, store: redis.Redis, given: Settings) -> None:
        self.database, self.store = database, store
        self._prefix = f"lms:{given.elasticsearch_prefix}:sign-in:"
        self._rests_until = 0.0

    def find(self, sign_in_id: UUID) -> SignedIn | None:
        """One GET; the database where that has no answer."""
        told = self._get(sign_in_id)
        if told is not None and told != MARK:
            found = _read(sign_in_id, told)
            if found is not None:
                return found
        found = self.database.find(sign_in_id)
        if found is not None and told is None:
            self._keep(found)
        return found

    def forget(self, sign_in_ids: Iterable[UUID]) -> None:
        """Marks in place of what was remembered; tried even while Redis rests."""
        try:
            with self.store.pipeline(transaction=False) as together:
                for each in sign_in_ids:
                    together.set(self._key(each), MARK, ex=KEPT)
                together.execute()
        except redis.RedisError as error:
            self._rest(error)

    def _get(self, sign_in_id: UUID) -> bytes | None:
        if time.monotonic() < self._rests_until:
            return MARK
        try:
            return self.store.get(self._key(sign_in_id))  # type: ignore[return-value]
        except redis.RedisError as error:
            self._rest(error)
            return MARK

    def _keep(self, found: SignedIn) -> None:
        try:
            self.store.set(self._key(found.sign_in_id), _write(found), ex=KEPT, nx=True)
        except redis.RedisError as error:
            self._rest(error)

    def _rest(self, error: redis.RedisError) -> None:
        self._rests_until = time.monotonic() + RESTS
        log.warning("sign-in-cache-away", error=type(error).__name__)

    def _key(self, sign_in_id: UUID) -> str:
        return f"{self._prefix}{sign_in_id}"


def _write(found: SignedIn) -> str:
    """The entry; it says when it was true, so that a clock that moves is believed, not the store's."""
    actor = found.actor
    positions = [[each.role, str(each.organisation_id) if each.organisation_id else None, each.nationwide]
                 for each in actor.positions]
    return json.dumps({
        "at": clock.now().isoformat(), "person": str(actor.id), "name": actor.name, "positions": positions,
        "locale": found.locale, "issuer": found.issuer, "acr": found.acr, "wanted_acrs": list(found.wanted_acrs),
        "auth_time": found.auth_time.isoformat() if found.auth_time else None})


def _read(sign_in_id: UUID, entry: bytes) -> SignedIn | None:
    """The sign-in again; None for an entry that is too old, or of another version of the platform."""
    try:
        told = json.loads(entry)
        if abs(clock.now() - datetime.fromisoformat(told["at"])) > KEPT:
            return None
        positions = frozenset(_position(*each) for each in told["positions"])
        auth_time = datetime.fromisoformat(told["auth_time"]) if told["auth_time"] else None
        actor = Actor(UUID(told["person"]), told["name"], positions)
        return SignedIn(sign_in_id, actor, told["locale"], told["issuer"], auth_time, told["acr"],
                        tuple(told["wanted_acrs"]))
    except (ValueError, KeyError, TypeError):
        return None


def _position(role: Any, organisation_id: Any, nationwide: Any) -> Position:
    return Position(str(role), UUID(organisation_id) if organisation_id else None, bool(nationwide))
