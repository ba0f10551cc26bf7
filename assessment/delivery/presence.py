"""When each candidate's page was last heard of: known for a while, and forgotten without harm.

No answer and no deadline depends on it: without it the board knows of saves only. It is kept in Redis, so that every
web process knows it, and on the embedded size, which has one web process, in its memory.
"""

import json
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import redis

from lms.core import clock
from lms.core.config import settings

KEPT = timedelta(minutes=30)
MOST = 20_000
"""So many attempts one process remembers; an exam room's server has some hundreds."""
PATIENCE = 0.2

_lock = threading.Lock()
_memory: dict[UUID, "Seen"] = {}
_stores: dict[str, redis.Redis] = {}


class Seen(NamedTuple):
    """What a page told of itself: when, whether another window hides it, and how many answers it has not sent."""

    at: datetime
    hidden: bool
    waiting: int


def note_presence(attempt_id: UUID, *, hidden: bool, waiting: int) -> None:
    """Remember that this page was heard of now."""
    seen = Seen(clock.now(), hidden, waiting)
    if settings().redis_url:
        _note_in_redis(attempt_id, seen)
        return
    with _lock:
        _memory[attempt_id] = seen
        while len(_memory) > MOST:
            del _memory[next(iter(_memory))]


def list_presence(attempt_ids: Sequence[UUID]) -> dict[UUID, Seen]:
    """What is known of these attempts; nothing where the store does not answer."""
    if not attempt_ids:
        return {}
    if settings().redis_url:
        return _list_from_redis(attempt_ids)
    with _lock:
        return {attempt_id: _memory[attempt_id] for attempt_id in attempt_ids if attempt_id in _memory}


def _store() -> redis.Redis:
    url = settings().redis_url
    return _stores.setdefault(url, redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE))


def _key(attempt_id: UUID) -> str:
    return f"lms:exam-presence:{attempt_id.hex}"


def _note_in_redis(attempt_id: UUID, seen: Seen) -> None:
    told = json.dumps([seen.at.isoformat(), seen.hidden, seen.waiting])
    try:
        _store().set(_key(attempt_id), told, ex=KEPT)
    except redis.RedisError:
        return  # the board then knows of saves only


def _list_from_redis(attempt_ids: Sequence[UUID]) -> dict[UUID, Seen]:
    try:
        found = _store().mget([_key(attempt_id) for attempt_id in attempt_ids])
    except redis.RedisError:
        return {}
    told = {attempt_id: json.loads(text) for attempt_id, text in zip(attempt_ids, found, strict=True) if text}
    return {attempt_id: Seen(datetime.fromisoformat(at), hidden, waiting)
            for attempt_id, (at, hidden, waiting) in told.items()}
