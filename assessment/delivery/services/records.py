"""What the rooms above read of finished attempts, and how simulated ones are written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import ChainReport, event_hash
from assessment.delivery.models import Attempt, Candidate, Exam, Sitting
from assessment.delivery.services.archives import log_of
from assessment.delivery.services.counted import counted_answers
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.saving import item_shapes
from assessment.delivery.services.sittings import list_sittings
from assessment.delivery.states import change_state
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

ATTEMPTS_A_BATCH = 20
QUERY_CHUNK = 500


@dataclass(frozen=True)
class AttemptRef:
    """A finished attempt; `number` is the candidate's."""

    id: UUID
    candidate_id: UUID
    person_id: UUID
    form_id: UUID
    started_at: datetime
    submitted_at: datetime
    number: str


@dataclass(frozen=True)
class SimulatedAttempt:
    """What a simulated candidate did: (form item id, response, seconds after the start), in order of time."""

    person_id: UUID
    started_at: datetime
    answers: Sequence[tuple[UUID, Any, float]]
    submitted_after: float
    """Seconds from the start to the submission."""


def list_finished_attempts(exam_id: UUID, *, only: Sequence[UUID] | None = None) -> list[AttemptRef]:
    """Every submitted attempt of an exam, or these of them, by candidate number. Internal, for marking: no actor."""
    wanted = select(Attempt, Candidate.number).join(Candidate, Candidate.id == Attempt.candidate_id)
    if only is not None:
        wanted = wanted.where(Attempt.id.in_(only))
    rows = db.session.execute(wanted.where(Attempt.exam_id == exam_id, Attempt.state == "submitted")
                              .order_by(Candidate.number, Attempt.number))
    return [AttemptRef(a.id, a.candidate_id, a.person_id, a.form_id, a.started_at, a.submitted_at, number)
            for a, number in rows if a.started_at and a.submitted_at]


def find_attempt(attempt_id: UUID) -> Attempt | None:
    """An attempt, or None. Internal, for marking, which decides itself who may see it: no actor."""
    return db.session.get(Attempt, attempt_id)


def candidate_number(attempt_id: UUID) -> str:
    """The number under which a candidate sat, "" where there is none. Internal, for marking: no actor."""
    return db.session.scalar(select(Candidate.number).join(Attempt, Attempt.candidate_id == Candidate.id)
                             .where(Attempt.id == attempt_id)) or ""


def verify_exam(exam_id: UUID) -> tuple[int, list[tuple[UUID, ChainReport]]]:
    """How many chains of an exam were re-checked, and those that are broken. For the command line: no actor."""
    checked, broken = 0, []
    for attempt_id, report in verify_chains(exam_id):
        checked += 1
        if not report.whole:
            broken.append((attempt_id, report))
    return checked, broken


def verify_chains(exam_id: UUID | None = None) -> Iterator[tuple[UUID, ChainReport]]:
    """Re-check every chain of an exam, or of all, one after another. For the command line: no actor."""
    begun = select(Attempt.sitting_id, Attempt.id).where(Attempt.state != "ready").order_by(Attempt.id)
    if exam_id is not None:
        begun = begun.where(Attempt.exam_id == exam_id)
    for sitting_id, attempt_id in _in_steps(begun):
        yield attempt_id, log_of(sitting_id).verify_chain(sitting_id, attempt_id)


def _in_steps(begun: Select[UUID, UUID]) -> Iterator[tuple[UUID, UUID]]:
    """The rows of a statement in the order of attempts, so many at a time: a million need no more memory than one."""
    step = db.session.execute(begun.limit(QUERY_CHUNK)).all()
    while step:
        yield from ((row[0], row[1]) for row in step)
        step = db.session.execute(begun.where(Attempt.id > step[-1][1]).limit(QUERY_CHUNK)).all()


def final_responses(attempt_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Of each attempt, the newest counted response by form item id, in the item's own ids; None where it was cleared.

    Computed from the raw events each time, and the one place where labels of a form become ids of items again: who
    marks, analyses or shows responses asks here. Internal, for marking: no actor.
    """
    final: dict[UUID, dict[str, Any]] = {attempt_id: {} for attempt_id in attempt_ids}
    for sitting_id, forms in _by_sitting(attempt_ids).items():
        for attempt_id, text in counted_answers(sitting_id, list(forms)):
            payload = json.loads(text)
            if "item" in payload:  # not a play of a recording
                final[attempt_id][payload["item"]] = payload["response"]
        for attempt_id, form_id in forms.items():
            items = item_shapes(form_id)
            final[attempt_id] = {item: items[item].labels.own(response) if item in items else response
                                 for item, response in final[attempt_id].items()}
    return final


def _by_sitting(attempt_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Of each sitting, the form by attempt."""
    found: dict[UUID, dict[UUID, UUID]] = {}
    for start in range(0, len(attempt_ids), QUERY_CHUNK):
        rows = db.session.execute(select(Attempt.sitting_id, Attempt.id, Attempt.form_id)
                                  .where(Attempt.id.in_(attempt_ids[start:start + QUERY_CHUNK])))
        for sitting_id, attempt_id, form_id in rows:
            found.setdefault(sitting_id, {})[attempt_id] = form_id
    return found


def load_simulated_attempts(actor: Actor, exam_id: UUID, simulated: Iterable[SimulatedAttempt]) -> int:
    """Write what simulated candidates did, as the events of a real exam; how many attempts.

    They must be registered and the exam published. For demo data and rehearsals.
    """
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if exam.state != "published":
        raise Conflict(_("Publish the exam first."))
    sittings = {sitting.id: sitting for sitting in list_sittings(exam.id)}
    attempts = {attempt.person_id: attempt for attempt in db.session.scalars(
        select(Attempt).where(Attempt.exam_id == exam.id, Attempt.state == "ready"))}
    done, source = 0, iter(simulated)
    while batch := list(islice(source, ATTEMPTS_A_BATCH)):
        _write_batch(actor, exam, sittings, [(attempts.pop(one.person_id), one) for one in batch])
        done += len(batch)
    audit.record(actor, "exam:edit", ("exam", exam.id), simulated=done)
    return done


def _write_batch(actor: Actor, exam: Exam, sittings: dict[UUID, Sitting],
                 batch: list[tuple[Attempt, SimulatedAttempt]]) -> None:
    heads: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for attempt, one in batch:
        deadline = min(one.started_at + timedelta(minutes=exam.time_limit_minutes),
                       sittings[attempt.sitting_id].closes_at)
        heads.append({"sitting_id": attempt.sitting_id, "attempt_id": attempt.id, "epoch": 1, "deadline": deadline,
                      "closed": "submitted"})
        events += _chain(attempt, one, deadline)
        change_state(actor, attempt, "in_progress", reason="simulated")
        change_state(actor, attempt, "submitted", reason="simulated")
        attempt.started_at, attempt.deadline, attempt.ended_by = one.started_at, deadline, "candidate"
        attempt.submitted_at = one.started_at + timedelta(seconds=one.submitted_after)
    event_log().load(heads, events)
    db.session.flush()


def _chain(attempt: Attempt, one: SimulatedAttempt, deadline: datetime) -> Iterator[dict[str, Any]]:
    prev, last = "", 0.0
    for seq, (kind, payload, after) in enumerate(_happenings(attempt, one)):
        text, at = json.dumps(payload), one.started_at + timedelta(seconds=after)
        digest = event_hash(prev, seq, text)
        yield {"sitting_id": attempt.sitting_id, "attempt_id": attempt.id, "seq": seq, "epoch": 1,
               "kind": kind, "payload": text, "client_ms": round((after - last) * 1000), "received_at": at,
               "late": at > deadline, "prev_hash": prev, "hash": digest}
        prev, last = digest, after


def _happenings(attempt: Attempt, one: SimulatedAttempt) -> Iterator[tuple[str, dict[str, Any], float]]:
    yield "started", {"started": {"attempt": str(attempt.id), "form": str(attempt.form_id)}}, 0.0
    for item_id, response, after in one.answers:
        yield "answer", {"item": str(item_id), "response": response, "ms": round(after * 1000)}, after
    after = one.submitted_after
    yield "submit", {"submit": True, "ms": round(after * 1000)}, after
