"""Answers that come in a file, from a browser whose line never came back, through the checks of every other answer.

The browser seals the file with a key of its attempt (AES-GCM): whoever opens it knows that nobody else has made or
changed it. Its events go behind the end of the log, as the player itself would send them: they are kept, marked as
late, and count by the policy of the exam.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Ack, Head, NewEvent, StoredEvent, event_hash
from assessment.delivery.models import Attempt, Candidate, Exam
from assessment.delivery.payloads import MAX_SEQ, BadPayload, Written, is_hash, read_payload
from assessment.delivery.services.archives import need_in_log
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.saving import item_shapes, parts_of, recordings_of
from assessment.delivery.services.settling import queue_marking, settle_attempt
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.core.signing import keys_for

KIND = "lms-recovery"
LARGEST_FILE = 24 * 1024**2
KEY_SEED = "exam-recovery."


@dataclass(frozen=True)
class TakenBack:
    """What became of a file: whose, how many of its events are new, were there already, came late, and were left out
    because another device has answered the same questions since.
    """

    number: str
    new: int
    known: int
    late: int
    older: int


@dataclass(frozen=True)
class _Sealed:
    attempt_id: UUID
    nonce: bytes
    data: bytes


def recovery_key(attempt_id: UUID) -> str:
    """What the page of an attempt seals its file with. Internal: the caller has found the attempt."""
    return base64.b64encode(keys_for(KEY_SEED + attempt_id.hex)[0]).decode()


def get_exam_to_invigilate(actor: Actor, exam_id: UUID) -> Exam:
    """The exam, for whoever may take answers back; raises NotFound."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    return exam


def take_back_answers(actor: Actor, exam_id: UUID, data: bytes) -> TakenBack:
    """Add what a recovery file has and the log lacks. Repeating it adds nothing.

    Raises Invalid, also while the attempt still runs or where somebody else writes to it; NotFound.
    """
    get_exam_to_invigilate(actor, exam_id)
    sealed = _read_file(data)
    attempt = db.session.get(Attempt, sealed.attempt_id)
    if attempt is None or attempt.exam_id != exam_id:
        raise _bad(_("This file does not belong to a candidate of this exam."))
    given = _read_events(_unseal(sealed))
    written = _check_payloads(attempt.form_id, given)
    acks, known, older = _append(attempt, given, written)
    late = sum(ack.late for ack in acks)
    number = db.session.get_one(Candidate, attempt.candidate_id).number
    if acks:
        audit.record(actor, "exam:invigilate", ("attempt", attempt.id), taken_back=len(acks), late=late, older=older)
        _bring_in_step(attempt)
    return TakenBack(number, len(acks), known, late, older)


def find_exam_of_file(data: bytes) -> UUID:
    """The exam that a recovery file belongs to; raises Invalid. For a command: no actor."""
    attempt = db.session.get(Attempt, _read_file(data).attempt_id)
    if attempt is None:
        raise _bad(_("This file belongs to no candidate here."))
    return attempt.exam_id


def _bring_in_step(attempt: Attempt) -> None:
    settle_attempt(attempt.id)
    if attempt.state == "submitted":
        queue_marking(attempt.id)


def _read_file(data: bytes) -> _Sealed:
    try:
        given = json.loads(data)
        if given["kind"] != KIND or given["version"] != 1:
            raise _unreadable()
        return _Sealed(UUID(given["attempt"]), base64.b64decode(given["nonce"], validate=True),
                       base64.b64decode(given["sealed"], validate=True))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _unreadable() from None


def _unseal(sealed: _Sealed) -> bytes:
    bound_to = str(sealed.attempt_id).encode()
    for key in keys_for(KEY_SEED + sealed.attempt_id.hex):
        try:
            return AESGCM(key).decrypt(sealed.nonce, sealed.data, bound_to)
        except (InvalidTag, ValueError):
            continue
    raise _bad(_("This file was changed, or was not made by the page of this candidate: nothing of it is taken."))


def _read_events(text: bytes) -> list[dict[str, Any]]:
    """The events of a file, each of which carries the hash of the one before."""
    try:
        events = json.loads(text)["events"]
        for number, event in enumerate(events):
            seq, prev, payload = event["seq"], event["prev"], event["payload"]
            if type(seq) is not int or not 0 < seq <= MAX_SEQ or not is_hash(prev) or not isinstance(payload, str):
                raise _unreadable()
            event["hash"] = event_hash(prev, seq, payload)
            before = events[number - 1] if number else None
            if before and (seq != before["seq"] + 1 or prev != before["hash"]):
                raise _unreadable()
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable() from None
    return list(events)


def _check_payloads(form_id: UUID, events: list[dict[str, Any]]) -> list[Written]:
    on_paper = item_shapes(form_id), recordings_of(form_id), parts_of(form_id)
    try:
        return [read_payload(event["payload"], *on_paper) for event in events]
    except BadPayload as error:
        raise _bad(_("This file has an answer that does not fit the paper: %(problem)s.", problem=str(error))) from None


def _append(attempt: Attempt, given: list[dict[str, Any]], written: list[Written]) -> tuple[list[Ack], int, int]:
    """Acknowledgements of what was added behind the end of the log, and how many events are known and how many old."""
    need_in_log(attempt.sitting_id)
    log = event_log()
    head = log.get_head(attempt.sitting_id, attempt.id)
    if head.closed == "open" and head.deadline > clock.now():
        raise _bad(_("This candidate's time is not up: his page sends what it has by itself once it has a line."))
    stored = log.list_events(attempt.sitting_id, attempt.id)
    known, newer = _known(stored, given), _answered_elsewhere(stored, given)
    unknown = [(event["payload"], what) for event, what in zip(given, written, strict=True) if not known(event)]
    fresh = [(payload, what) for payload, what in unknown if json.loads(payload).get("item") not in newer]
    if fresh and head.closed == "submitted":
        raise _bad(_("This test has been handed in: nothing can be changed any more."))
    answers = log.append(_chained(head, fresh)) if fresh else []
    acks = [answer for answer in answers if isinstance(answer, Ack)]
    if len(acks) < len(fresh):
        raise _bad(_("Something else was written for this candidate at the same time: take the file once more."))
    return acks, len(given) - len(unknown), len(unknown) - len(fresh)


def _answered_elsewhere(stored: list[StoredEvent], given: list[dict[str, Any]]) -> set[str]:
    """The questions that another device has answered since the one that made the file went its own way."""
    own = {event["payload"] for event in given}
    first = given[0]["seq"] if given else 0
    return {json.loads(event.payload)["item"] for event in stored
            if event.kind == "answer" and event.seq >= first and event.payload not in own
            and "item" in json.loads(event.payload)}


def _known(stored: list[StoredEvent], given: list[dict[str, Any]]) -> Any:
    """Whether the log has an event: at its place, or further on, where the page itself has put it again.

    The text of an event carries the milliseconds since the last receipt: within one attempt none is like another.
    """
    hashes = {event.hash for event in stored}
    first = given[0]["seq"] if given else 0
    texts = {event.payload for event in stored if event.seq >= first}
    return lambda event: event["hash"] in hashes or event["payload"] in texts


def _chained(head: Head, fresh: list[tuple[str, Written]]) -> list[NewEvent]:
    events, seq, prev, moment = [], head.last_seq, head.last_hash, clock.now()
    for payload, what in fresh:
        seq += 1
        digest = event_hash(prev, seq, payload)
        events.append(NewEvent(head.sitting_id, head.attempt_id, seq, head.epoch, what.kind, payload, what.client_ms,
                               moment, prev, digest))
        prev = digest
    return events


def _unreadable() -> Invalid:
    return _bad(_("This is not a file of answers that the page of an exam has made."))


def _bad(message: str) -> Invalid:
    return Invalid(message, [Problem("file", message)])
