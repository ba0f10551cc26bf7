"""Wrong start codes of a candidate: some are free, then pauses double. Kept in the memory of each web process.

Candidates of a room begin in the same seconds, most of them rightly: nothing is asked of a database for it. Of P
processes a guesser has P times the tries, which is still some hundreds an hour against a million codes.
"""

import threading
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

FREE = 5
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=2)
MOST = 20_000
"""So many candidates with wrong codes one process remembers."""

_lock = threading.Lock()
_wrong: dict[UUID, "_Tries"] = {}


class _Tries(NamedTuple):
    number: int
    until: datetime


def count_wrong(attempt_id: UUID, moment: datetime) -> None:
    """Somebody gave a code that is not his room's."""
    with _lock:
        before = _wrong.pop(attempt_id, None)
        number = before.number + 1 if before else 1
        pause = min(FIRST_PAUSE * 2 ** min(number - FREE, 10), LONGEST_PAUSE) if number >= FREE else timedelta()
        _wrong[attempt_id] = _Tries(number, moment + pause)
        while len(_wrong) > MOST:
            del _wrong[next(iter(_wrong))]


def pause_left(attempt_id: UUID, moment: datetime) -> timedelta:
    """How long no code of this candidate is looked at."""
    tries = _wrong.get(attempt_id)
    return max(timedelta(), tries.until - moment) if tries else timedelta()
