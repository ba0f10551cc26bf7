"""Reading the answers that count: the one place where the log meets the outages of rooms and the policy of an exam."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from assessment.delivery.counting import Counted, Rules, Span, count_events
from assessment.delivery.eventlog import StoredEvent
from assessment.delivery.models import Attempt, Candidate, Exam, Outage
from assessment.delivery.sections import Sections
from assessment.delivery.services.archives import ReadableLog, log_of
from assessment.delivery.services.parts import has_sections, sections_of
from assessment.delivery.services.release import released_since
from lms.core.db import db

ATTEMPTS_A_QUERY = 500


def counted_answers(sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """(attempt, payload) of every answer that counts, in the order of each attempt. Internal: no actor."""
    log = log_of(sitting_id)
    unclear = set(attempt_ids) if has_sections(sitting_id) else log.attempts_with_late_answers(sitting_id, attempt_ids)
    yield from log.counted_answers(sitting_id, [each for each in attempt_ids if each not in unclear])
    ordered = sorted(unclear)
    for start in range(0, len(ordered), ATTEMPTS_A_QUERY):
        yield from _weighed(log, sitting_id, ordered[start:start + ATTEMPTS_A_QUERY])


def _weighed(log: ReadableLog, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """What counts of attempts of which each event must be looked at."""
    rules = _rules_of(attempt_ids, sections_of(attempt_ids))
    for attempt_id, events in log.list_events_of(sitting_id, attempt_ids):
        counted = _count(events, rules.get(attempt_id)).counts
        yield from ((attempt_id, event.payload) for event, counts in zip(events, counted, strict=True)
                    if counts and event.kind == "answer")


def count_own(attempt_id: UUID, events: Sequence[StoredEvent]) -> Counted:
    """Of the events of an attempt whether they count, and where its candidate is. Internal: no actor."""
    sections = sections_of([attempt_id])
    unclear = sections or any(event.late for event in events)
    return _count(events, _rules_of([attempt_id], sections).get(attempt_id) if unclear else None)


def late_answers_of_room(sitting_id: UUID, room_id: UUID) -> list[UUID]:
    """The handed-in attempts of a room that have answers which came late. Internal: no actor."""
    seated = select(Attempt.id).join(Candidate, Candidate.id == Attempt.candidate_id)
    ids = db.session.scalars(seated.where(Candidate.room_id == room_id, Attempt.state == "submitted")).all()
    return sorted(log_of(sitting_id).attempts_with_late_answers(sitting_id, ids))


def _count(events: Sequence[StoredEvent], rules: Rules | None) -> Counted:
    """Of an attempt without a row, which only rehearsals have, what came in time counts."""
    return count_events(events, rules) if rules else Counted([not event.late for event in events], None)


def _rules_of(attempt_ids: Sequence[UUID], sections: Mapping[UUID, Sections]) -> dict[UUID, Rules]:
    """By what each attempt is counted: outages are those of the room where its candidate sits, and of his sitting."""
    rows: list[Any] = []
    for start in range(0, len(attempt_ids), ATTEMPTS_A_QUERY):
        rows += db.session.execute(
            select(Attempt.id, Attempt.deadline, Outage.began_at, Outage.ended_at, Outage.created_at)
            .join(Candidate, Candidate.id == Attempt.candidate_id).join(Exam, Exam.id == Attempt.exam_id)
            .outerjoin(Outage, (Outage.sitting_id == Attempt.sitting_id) & (Exam.late_policy == "outage")
                       & or_(Outage.room_id.is_(None), Outage.room_id == Candidate.room_id))
            .where(Attempt.id.in_(attempt_ids[start:start + ATTEMPTS_A_QUERY]), Attempt.deadline.is_not(None))).all()
    spans: dict[UUID, list[Span]] = {}
    for attempt_id, _deadline, *span in rows:
        spans.setdefault(attempt_id, []).extend([Span(*span)] if all(span) else [])
    released_at = _released_at(attempt_ids[0]) if any(spans.values()) else None
    return {attempt_id: Rules(deadline, spans[attempt_id], sections.get(attempt_id), released_at)
            for attempt_id, deadline, *_span in rows}


def _released_at(attempt_id: UUID) -> datetime | None:
    """When the results of the exam of these attempts were out."""
    exam = db.session.scalar(select(Exam).join(Attempt, Attempt.exam_id == Exam.id).where(Attempt.id == attempt_id))
    return released_since(exam) if exam else None
