"""Bringing an attempt's row in step with its event log, which is the truth about how it ended."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Head
from assessment.delivery.models import Attempt
from assessment.delivery.services.receipts import issue_receipt
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
    if attempt is not None and attempt.state == "in_progress":
        head = event_log().get_head(attempt.sitting_id, attempt.id)
        if head.closed != "open":
            _end(SYSTEM, attempt, head)


def close_by_clock(actor: Actor, attempt: Attempt, moment: datetime) -> None:
    """Submit an attempt in the name of the clock, or of the teacher who ends the exam.

    Harmless when repeated.
    """
    if attempt.state != "in_progress":
        return
    head = event_log().close_by_clock(attempt.sitting_id, attempt.id, received_at=moment, payload=AUTO_SUBMIT)
    if head.closed != "open":
        _end(actor, attempt, head)


def _end(actor: Actor, attempt: Attempt, head: Head) -> None:
    events = event_log().list_events(head.sitting_id, head.attempt_id)
    ending = next(event for event in reversed(events) if event.kind in REASONS)
    assert attempt.deadline is not None
    change_state(actor, attempt, "submitted", reason=REASONS[ending.kind])
    attempt.submitted_at = min(ending.received_at, attempt.deadline)
    attempt.ended_by = "candidate" if ending.kind == "submit" else "clock"
    issue_receipt(attempt, events[:ending.seq + 1])
    queue_marking(attempt.id)


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
