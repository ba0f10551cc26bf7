"""Bringing attempts' rows in step with their event logs, which are the truth about how they ended.

Many at once: the end of a large sitting is some reads and some bulk writes for a batch, never a round for each attempt.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Ending
from assessment.delivery.models import Attempt
from assessment.delivery.services.receipts import issue_receipts
from assessment.delivery.states import change_state
from lms.core.db import db
from lms.core.jobs import enqueue, find_job
from lms.core.permissions import SYSTEM, Actor

AUTO_SUBMIT = json.dumps({"auto_submit": True})
TOGETHER = timedelta(seconds=5)
REASONS = {"submit": "submitted by the candidate", "auto_submit": "time was up"}


def settle_attempt(attempt_id: UUID) -> None:
    """Mark an attempt as submitted if its log says so. Called after a submission is on disk: no actor."""
    attempt = db.session.get(Attempt, attempt_id, with_for_update=True)
    if attempt is not None:
        settle_attempts([attempt])


def settle_attempts(attempts: Iterable[Attempt]) -> None:
    """Mark those as submitted of which the log says so. The caller keeps their rows from others: no actor."""
    for sitting_id, running in _by_sitting(attempts):
        _end(SYSTEM, running, event_log().list_endings(sitting_id, list(running)))


def close_by_clock(actor: Actor, attempts: Iterable[Attempt], moment: datetime) -> None:
    """Submit attempts in the name of the clock, or of the teacher who ends the exam.

    Harmless when repeated. The caller keeps their rows from others.
    """
    for sitting_id, running in _by_sitting(attempts):
        _end(actor, running, event_log().close_by_clock(
            sitting_id, list(running), received_at=moment, payload=AUTO_SUBMIT))


def _by_sitting(attempts: Iterable[Attempt]) -> list[tuple[UUID, dict[UUID, Attempt]]]:
    running = sorted((each for each in attempts if each.state == "in_progress"), key=_sitting)
    return [(sitting_id, {each.id: each for each in own}) for sitting_id, own in groupby(running, key=_sitting)]


def _sitting(attempt: Attempt) -> UUID:
    return attempt.sitting_id


def _end(actor: Actor, running: Mapping[UUID, Attempt], endings: Mapping[UUID, Ending]) -> None:
    ended = [(running[attempt_id], ending) for attempt_id, ending in endings.items()]
    for attempt, ending in ended:
        assert attempt.deadline is not None
        change_state(actor, attempt, "submitted", reason=REASONS[ending.kind])
        attempt.submitted_at = min(ending.received_at, attempt.deadline)
        attempt.ended_by = "candidate" if ending.kind == "submit" else "clock"
    if ended:
        late = event_log().list_late(ended[0][0].sitting_id, list(running))
        issue_receipts(ended, late)
        enqueue("assessment.mark_attempts", priority=60, attempt_ids=[str(attempt.id) for attempt, _ending in ended])


def queue_marking(attempt_id: UUID, *, delay: timedelta = timedelta()) -> None:
    """Have an attempt marked from its answers as they are then, unless that is waiting to be done already."""
    job = find_job(("marking", attempt_id))
    if job is None or job.state != "queued":
        enqueue("assessment.mark_attempt", priority=60, subject=("marking", attempt_id), delay=delay,
                attempt_id=str(attempt_id))


def mark_late_answers(attempt_id: UUID) -> None:
    """Answers came after an attempt had ended: where an outage excuses them they belong to its marks. Internal: no
    actor. Batches of one page come one after another and are marked together.
    """
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "submitted":
        queue_marking(attempt_id, delay=TOGETHER)
