"""Saving answers: the one path that must always be open. A token, one append, no query of its own.

No session is loaded and no permission is asked: the token says whose attempt it is, the append checks epoch,
deadline and previous hash in one statement (design.md, section 4, rules 2, 3 and 6).
"""

import json
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from assessment.assembly import services as assembly
from assessment.bank.stimuli import counted_recording
from assessment.delivery.current_log import event_log, event_log_at
from assessment.delivery.eventlog import Ack, Head, NewEvent, Refusal, StoredEvent, event_hash
from assessment.delivery.eventlog.log import remaining_ms
from assessment.delivery.payloads import MAX_EVENTS, MAX_SEQ, BadPayload, ItemShape, is_hash, read_payload
from assessment.delivery.sections import is_entry
from assessment.delivery.services.counted import count_own
from assessment.delivery.services.settling import mark_late_answers, settle_attempt
from assessment.delivery.tokens import Claims, read_token
from lms.core import clock
from lms.core.config import Settings, settings
from lms.core.errors import Forbidden, Invalid, Problem, TooLarge
from lms.core.i18n import _

MAX_BODY = 600_000


@dataclass(frozen=True)
class SaveResult:
    """What became of the events of one request."""

    acks: list[Ack]
    refusal: Refusal | None
    received_at: datetime
    deadline: datetime | None = None
    """The attempt's, where only the time was asked for."""
    entered: bool = False
    """Whether one of them goes into a part of the paper: the reply then says how the parts stand."""

    @property
    def late(self) -> bool:
        """Whether any of them came too late to count."""
        return any(ack.late for ack in self.acks)

    @property
    def remaining_ms(self) -> int:
        """Milliseconds left to the candidate."""
        deadline = self.acks[-1].deadline if self.acks else self.deadline
        if deadline:
            return remaining_ms(deadline, self.received_at)
        head = self.refusal.head if self.refusal else None
        return remaining_ms(head.deadline, self.received_at) if head and head.closed == "open" else 0


def save_events(given: Settings, token: str, attempt_id: UUID, body: bytes, *,
                received_at: datetime | None = None, settle: bool = True) -> SaveResult:
    """Append the events of one request, in order, and return when they are on disk.

    `body` is JSON: {"events": [{"seq": int, "prev": hash, "payload": text}, ...]}; with no event in it, it only asks
    how much time is left. The token is the
    authority: no actor. Only a dry run says itself when a request came in. Without `settle` the row of an attempt that
    is handed in follows later. Raises SignInRequired, Forbidden,
    Invalid, TooLarge, Unavailable.
    """
    received_at = received_at or clock.now()
    claims = read_token(given, token)
    if claims.attempt_id != attempt_id:
        raise Forbidden(_("This token belongs to another attempt."))
    events = _read_events(claims, body, received_at)
    if not events:
        return _tell_time(claims, event_log_at(given.events_url).find_head(claims.sitting_id, attempt_id), received_at)
    answers = event_log_at(given.events_url).append(events)
    acks = [answer for answer in answers if isinstance(answer, Ack)]
    refusal = next((answer for answer in answers if isinstance(answer, Refusal)), None)
    if settle and len(acks) == len(events) and events[-1].kind == "submit":
        settle_attempt(attempt_id)
    if settle and any(ack.late for ack in acks):
        mark_late_answers(attempt_id)
    return SaveResult(acks, refusal, received_at, entered=any(is_entry(event.payload) for event in events))


def _tell_time(claims: Claims, head: Head | None, received_at: datetime) -> SaveResult:
    """The answer to a page whose clock has run out: how long there is, and nothing is written."""
    if head is None or head.closed == "submitted":
        return SaveResult([], Refusal(0, "submitted" if head else "unknown", head), received_at)
    if head.epoch != claims.epoch:
        return SaveResult([], Refusal(0, "other_device", head), received_at)
    return SaveResult([], None, received_at, deadline=head.deadline)


def _read_events(claims: Claims, body: bytes, received_at: datetime) -> list[NewEvent]:
    if len(body) > MAX_BODY:
        raise TooLarge(_("These are too many answers for one message."))
    given = _read_body(body)
    on_paper = item_shapes(claims.form_id), recordings_of(claims.form_id), parts_of(claims.form_id)
    events = []
    for number, one in enumerate(given):
        try:
            events.append(_read_event(claims, one, on_paper, received_at))
        except BadPayload as error:
            raise _malformed(f"events[{number}]", str(error)) from None
    return events


def _read_body(body: bytes) -> list[Any]:
    try:
        given = json.loads(body)["events"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _malformed("events", "the body must be JSON with a list of events") from None
    if not isinstance(given, list) or len(given) > MAX_EVENTS:
        raise _malformed("events", f"there must be at most {MAX_EVENTS} events")
    return given


def _read_event(claims: Claims, one: Any, on_paper: tuple[Mapping[str, ItemShape], Container[str], int],
                received_at: datetime) -> NewEvent:
    if not isinstance(one, dict):
        raise BadPayload("an event is an object")
    seq, prev, payload = one.get("seq"), one.get("prev"), one.get("payload")
    if type(seq) is not int or not 0 < seq <= MAX_SEQ:
        raise BadPayload("seq must be a whole number from 1")
    if not is_hash(prev) or not isinstance(payload, str):
        raise BadPayload("prev must be a SHA-256 in hex and payload a text")
    written = read_payload(payload, *on_paper)
    return NewEvent(claims.sitting_id, claims.attempt_id, seq, claims.epoch, written.kind, payload,
                    written.client_ms, received_at, str(prev), event_hash(str(prev), seq, payload))


def _malformed(where: str, message: str) -> Invalid:
    return Invalid(_("The answer could not be read."), problems=[Problem(where, message)])


@lru_cache(maxsize=4_096)
def item_shapes(form_id: UUID) -> Mapping[str, ItemShape]:
    """What may be answered on a form; forms never change once their exam is published."""
    paper = assembly.get_paper(form_id)
    return MappingProxyType({
        str(item.form_item_id): ItemShape(item.type, item.content, item.labels) for item in paper.items})


@lru_cache(maxsize=4_096)
def recordings_of(form_id: UUID) -> Mapping[str, int]:
    """How often the recordings on a form may be heard, by id; those that may be heard at will are not here."""
    texts = {item.stimulus.id: item.stimulus for item in assembly.get_paper(form_id).items if item.stimulus}
    found = [counted_recording(text.content) for text in texts.values()]
    return MappingProxyType(dict(each for each in found if each))


def parts_of(form_id: UUID) -> int:
    """How many parts a form has."""
    return len(assembly.get_paper(form_id).sections)


def read_attempt_state(token: str, attempt_id: UUID) -> dict[str, Any]:
    """Where the log of an attempt stands, with its answers: what a player goes on from.

    The token is the authority: no actor.
    """
    claims = read_token(settings(), token)
    if claims.attempt_id != attempt_id:
        raise Forbidden(_("This token belongs to another attempt."))
    head = event_log().get_head(claims.sitting_id, attempt_id)
    return describe_state(head, claims.epoch, claims.form_id)


def read_sections(token: str, attempt_id: UUID) -> dict[str, Any] | None:
    """How the parts of the paper stand for an attempt, None where they have no rules. The token is the authority."""
    claims = read_token(settings(), token)
    events = event_log().list_events(claims.sitting_id, attempt_id)
    walk = count_own(attempt_id, events).walk
    return walk.describe(clock.now()) if walk else None


def describe_state(head: Head, epoch: int, form_id: UUID, events: Sequence[StoredEvent] = ()) -> dict[str, Any]:
    """JSON of an attempt's state: end of the chain, time left, the newest answer of every item, plays of recordings.

    `events` are the attempt's, where they were read already. Answers are in the labels of the form, as the candidate's
    page has them, however they were saved. `sections` says where the candidate is, if the parts have rules;
    `since_receipt_ms` how long ago the last event came.
    """
    moment = clock.now()
    events = events or event_log().list_events(head.sitting_id, head.attempt_id)
    counted = count_own(head.attempt_id, events)
    answers, plays = _read_answers(events, counted.counts, item_shapes(form_id))
    return {"state": head.closed, "epoch_holds": head.epoch == epoch,
            "seq": head.last_seq, "hash": head.last_hash,
            "remaining_ms": remaining_ms(head.deadline, moment) if head.closed == "open" else 0,
            "since_receipt_ms": remaining_ms(moment, events[-1].received_at),
            "server_time": moment.isoformat(), "answers": answers, "plays": plays,
            "sections": counted.walk.describe(moment) if counted.walk else None}


def _read_answers(events: Sequence[StoredEvent], counts: Sequence[bool],
                  items: Mapping[str, ItemShape]) -> tuple[dict[str, dict[str, Any]], Counter[str]]:
    """By item the newest answer that counts, number of the newest and whether that does; by recording its plays."""
    answers: dict[str, dict[str, Any]] = {}
    plays: Counter[str] = Counter()
    for event, is_counted in zip(events, counts, strict=True):
        payload = json.loads(event.payload) if event.kind == "answer" else {}
        plays.update([payload["play"]] if "play" in payload else [])
        if "item" not in payload:
            continue
        answer = answers.setdefault(payload["item"], {"response": None, "late": False})
        answer |= {"late": not is_counted, "seq": event.seq}
        if is_counted:
            shape = items.get(payload["item"])
            answer["response"] = shape.labels.labelled(payload["response"]) if shape else payload["response"]
    return answers, plays
