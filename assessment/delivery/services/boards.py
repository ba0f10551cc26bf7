"""The board of a room: who is in, how far each is, whose line is cut, and what was put on record."""

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.models import Attempt, Candidate, Evidence, Incident
from assessment.delivery.presence import Seen, list_presence
from assessment.delivery.services.archives import find_log
from assessment.delivery.services.counted import counted_answers
from assessment.delivery.services.following import look_at_room
from assessment.delivery.services.saving import item_shapes
from assessment.delivery.services.watching import WatchedRoom, get_watched_room, list_seated
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor
from lms.identity import services as identity

SILENT = timedelta(seconds=50)
"""A page tells of itself every 20 seconds: so long without a word, and its line is taken for cut."""
REMEMBERED = 5_000
ORDINARY = ("began", "returned")

_counting = threading.Lock()
_answered: dict[UUID, tuple[int, int]] = {}
"""By attempt: up to which event its answers were counted, and how many questions they answer."""


@dataclass(frozen=True)
class BoardRow:
    """A candidate in his room. `line` is "", online or offline; `seen` what his page last told."""

    candidate: Candidate
    name: str
    attempt: Attempt | None
    items: int = 0
    answered: int = 0
    saved: int = 0
    last_at: datetime | None = None
    seen: Seen | None = None
    evidence: Mapping[str, int] = field(default_factory=dict)
    incidents: int = 0

    @property
    def state(self) -> str:
        """ready, in_progress or submitted."""
        return self.attempt.state if self.attempt else "ready"

    @property
    def heard_at(self) -> datetime | None:
        """When anything of his page was last heard."""
        times = [self.last_at, self.seen.at if self.seen else None]
        return max((at for at in times if at), default=None)

    @property
    def line(self) -> str:
        """online or offline while he works; "" where his page never told of itself."""
        if self.state != "in_progress" or self.seen is None or self.heard_at is None:
            return ""
        return "online" if clock.now() - self.heard_at < SILENT else "offline"

    @property
    def left_page(self) -> bool:
        """Whether another window or tab hides the page now."""
        return self.line == "online" and self.seen is not None and self.seen.hidden

    @property
    def devices(self) -> int:
        """In how many browsers he has written by the invigilator's leave."""
        return self.attempt.epoch if self.attempt else 1

    @property
    def remaining(self) -> timedelta | None:
        """The time left to him while he works."""
        if self.state != "in_progress" or self.attempt is None or self.attempt.deadline is None:
            return None
        return max(timedelta(), self.attempt.deadline - clock.now())

    @property
    def needs_a_look(self) -> bool:
        """Whether the invigilator should look at him first."""
        return self.line == "offline" or self.left_page


@dataclass(frozen=True)
class Board:
    """A room as it stands now."""

    watched: WatchedRoom
    rows: list[BoardRow]

    @property
    def counts(self) -> dict[str, int]:
        """How many have not begun, work, have handed in, and how many of those who work are cut off."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in ("ready", "in_progress", "submitted")} | {
            "offline": sum(row.line == "offline" for row in self.rows)}


def get_board(actor: Actor, room_id: UUID) -> Board:
    """The board of a room; raises NotFound, Forbidden."""
    watched = get_watched_room(actor, room_id)
    look_at_room(room_id)
    return Board(watched, list_board_rows(watched, list_seated(room_id)))


def get_board_row(watched: WatchedRoom, candidate: Candidate, attempt: Attempt | None) -> BoardRow:
    """One line of the board. Internal: the caller has authorised the room."""
    return list_board_rows(watched, [(candidate, attempt)])[0]


def list_board_rows(watched: WatchedRoom, seated: Sequence[tuple[Candidate, Attempt | None]]) -> list[BoardRow]:
    """A line for each of these; the number of statements does not grow with them. Internal: as above."""
    names = identity.person_names(candidate.person_id for candidate, _attempt in seated)
    begun = [attempt for _candidate, attempt in seated if attempt and attempt.state != "ready"]
    ids = [attempt.id for attempt in begun]
    log = find_log(watched.sitting.id)
    receipts = log.last_receipts(watched.sitting.id, ids) if log and ids else {}
    answered = _count_answered(watched.sitting.id, receipts)
    seen, evidence = list_presence(ids), _count_evidence(ids)
    incidents = _count_incidents([candidate.id for candidate, _attempt in seated])
    rows = []
    for candidate, attempt in seated:
        key = attempt.id if attempt else candidate.id
        saved, last_at = receipts.get(key, (0, None))
        rows.append(BoardRow(
            candidate, names.get(candidate.person_id, ""), attempt, len(item_shapes(attempt.form_id)) if attempt else 0,
            answered.get(key, 0), saved, last_at, seen.get(key), evidence.get(key, {}), incidents.get(candidate.id, 0)))
    return rows


def _count_answered(sitting_id: UUID, receipts: dict[UUID, tuple[int, datetime]]) -> dict[UUID, int]:
    """By attempt, how many questions are answered; read anew only for those who have written since."""
    with _counting:
        known = {attempt_id: _answered[attempt_id] for attempt_id in receipts if attempt_id in _answered}
    stale = [attempt_id for attempt_id, (seq, _at) in receipts.items() if known.get(attempt_id, (-1, 0))[0] != seq]
    answers: dict[UUID, dict[str, bool]] = {attempt_id: {} for attempt_id in stale}
    for attempt_id, text in counted_answers(sitting_id, stale) if stale else ():
        payload = json.loads(text)
        if "item" in payload:
            answers[attempt_id][payload["item"]] = payload["response"] not in (None, "", [], {})
    fresh = {attempt_id: (receipts[attempt_id][0], sum(given.values())) for attempt_id, given in answers.items()}
    with _counting:
        if len(_answered) > REMEMBERED:
            _answered.clear()
        _answered.update(fresh)
    return {attempt_id: count for attempt_id, (_seq, count) in (known | fresh).items()}


def _count_evidence(attempt_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """By attempt and kind, but for what tells of nothing by itself."""
    rows = db.session.execute(
        select(Evidence.attempt_id, Evidence.kind, func.count())
        .where(Evidence.attempt_id.in_(attempt_ids), Evidence.kind.not_in(ORDINARY))
        .group_by(Evidence.attempt_id, Evidence.kind).order_by(Evidence.kind))
    found: dict[UUID, dict[str, int]] = {}
    for attempt_id, kind, number in rows:
        found.setdefault(attempt_id, {})[kind] = number
    return found


def _count_incidents(candidate_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = db.session.execute(select(Incident.candidate_id, func.count())
                              .where(Incident.candidate_id.in_(candidate_ids)).group_by(Incident.candidate_id))
    return {candidate_id: number for candidate_id, number in rows if candidate_id is not None}
