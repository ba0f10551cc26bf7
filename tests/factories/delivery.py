"""Exams, sittings, candidates and attempts for tests; and a candidate's pen for the event log."""

import json
from datetime import datetime

from assessment.delivery.eventlog import Ack, EventLog, Head, NewEvent, Refusal, event_hash
from lms.core.clock import now


class Pen:
    """Writes events as the player does: numbered, each carrying the hash of the one before."""

    def __init__(self, log: EventLog, head: Head) -> None:
        self.log, self.head = log, head
        self.seq, self.prev = head.last_seq, head.last_hash

    def write(self, response: object, *, item: str = "item", seq: int | None = None, prev: str | None = None,
              epoch: int = 1, at: datetime | None = None) -> NewEvent:
        """The next event, not sent yet; with `seq` and `prev` one that is out of step."""
        payload = json.dumps({"item": item, "response": response, "ms": 10}, ensure_ascii=False)
        return self._event("answer", payload, seq, prev, epoch, at)

    def write_submit(self, *, at: datetime | None = None) -> NewEvent:
        """The submission, not sent yet."""
        return self._event("submit", '{"submit":true}', None, None, 1, at)

    def _event(self, kind: str, payload: str, seq: int | None, prev: str | None, epoch: int,
               at: datetime | None) -> NewEvent:
        in_step = seq is None and prev is None
        seq = self.seq + 1 if seq is None else seq
        prev = self.prev if prev is None else prev
        event = NewEvent(self.head.sitting_id, self.head.attempt_id, seq, epoch, kind, payload, 10, at or now(),
                         prev, event_hash(prev, seq, payload))
        if in_step:
            self.seq, self.prev = seq, event.hash
        return event

    def send(self, event: NewEvent) -> Ack | Refusal:
        """What the log says to one event."""
        return self.log.append([event])[0]

    def answer(self, response: object, *, item: str = "item", epoch: int = 1,
               at: datetime | None = None) -> Ack | Refusal:
        """Write and send."""
        return self.send(self.write(response, item=item, epoch=epoch, at=at))

    def submit(self) -> Ack | Refusal:
        """Write and send the submission."""
        return self.send(self.write_submit())

    def rewind(self) -> None:
        """Go back to where the log stands, as the player does after a refusal."""
        head = self.log.get_head(self.head.sitting_id, self.head.attempt_id)
        self.seq, self.prev = head.last_seq, head.last_hash
