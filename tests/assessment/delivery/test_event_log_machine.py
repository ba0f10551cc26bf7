"""Whatever clients do, in whatever order, the log stays what a simple model says it is."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assessment.delivery.eventlog import Ack, EventLog, NewEvent, Refusal, event_hash
from lms.core.clock import now


class LogMachine(RuleBasedStateMachine):
    """The model: a list of (payload, late) and the head's flags."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.log = EventLog(f"sqlite:///{Path(self.folder.name) / 'events.sqlite'}")
        self.start = now()
        self.minutes = 0

    def teardown(self) -> None:
        self.log.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.head = self.log.open_attempt(uuid4(), uuid4(), deadline=self.start + timedelta(minutes=60),
                                          started_at=self.start, payload="{}")
        self.kept: list[tuple[str, bool]] = [("{}", False)]
        self.hashes = [self.head.last_hash]
        self.epoch, self.closed = 1, "open"

    def send(self, payload: str, *, kind: str = "answer", seq: int | None = None, prev: str | None = None,
             epoch: int | None = None) -> Ack | Refusal:
        seq = len(self.kept) if seq is None else seq
        prev = self.hashes[-1] if prev is None else prev
        event = NewEvent(self.head.sitting_id, self.head.attempt_id, seq, self.epoch if epoch is None else epoch,
                         kind, payload, 0, self.start + timedelta(minutes=self.minutes), prev,
                         event_hash(prev, seq, payload))
        return self.log.append([event])[0]

    def expect_taken(self, answer: Ack | Refusal, payload: str) -> None:
        late = self.minutes > 60 or self.closed != "open"
        assert isinstance(answer, Ack)
        assert answer.late == late
        self.kept.append((payload, late))
        self.hashes.append(answer.hash)

    @rule(text=st.text(max_size=20))
    def next_event(self, text: str) -> None:
        payload = json.dumps({"item": "a", "response": text})
        answer = self.send(payload)
        if self.closed == "submitted":
            assert isinstance(answer, Refusal)
            assert answer.reason == "submitted"
        else:
            self.expect_taken(answer, payload)

    @precondition(lambda self: len(self.kept) > 1)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        seq = data.draw(st.integers(1, len(self.kept) - 1))
        answer = self.send(self.kept[seq][0], seq=seq, prev=self.hashes[seq - 1])
        assert isinstance(answer, Ack)
        assert answer.late == self.kept[seq][1]

    @precondition(lambda self: len(self.kept) > 1)
    @rule(data=st.data())
    def rewrite(self, data: st.DataObject) -> None:
        seq = data.draw(st.integers(1, len(self.kept) - 1))
        assert isinstance(self.send('{"forged":1}', seq=seq, prev=self.hashes[seq - 1]), Refusal)

    @rule(ahead=st.integers(1, 5))
    def from_the_future(self, ahead: int) -> None:
        assert isinstance(self.send("{}", seq=len(self.kept) + ahead), Refusal)

    @rule()
    def wrong_previous_hash(self) -> None:
        assert isinstance(self.send("{}", prev="0" * 64), Refusal)

    @rule()
    def old_epoch(self) -> None:
        assert isinstance(self.send("{}", epoch=self.epoch - 1), Refusal)

    @rule()
    def hand_over(self) -> None:
        self.epoch = self.log.hand_over(self.head.sitting_id, self.head.attempt_id)

    @rule(minutes=st.integers(1, 25))
    def time_passes(self, minutes: int) -> None:
        self.minutes += minutes

    @rule()
    def hand_in(self) -> None:
        answer = self.send('{"submit":true}', kind="submit")
        if self.closed == "submitted":
            assert isinstance(answer, Refusal)
        else:
            self.expect_taken(answer, '{"submit":true}')
            self.closed = "submitted"

    @rule()
    def the_clock_closes(self) -> None:
        self.log.close_by_clock(self.head.sitting_id, [self.head.attempt_id], payload='{"auto_submit":true}',
                                received_at=self.start + timedelta(minutes=self.minutes))
        head = self.log.get_head(self.head.sitting_id, self.head.attempt_id)
        if self.closed == "open":
            self.closed = "time_up"
            self.kept.append(('{"auto_submit":true}', False))
            self.hashes.append(head.last_hash)
        assert head.closed == self.closed

    @invariant()
    def log_is_the_model(self) -> None:
        if not hasattr(self, "kept"):
            return
        stored = self.log.list_events(self.head.sitting_id, self.head.attempt_id)
        assert [(event.payload, event.late) for event in stored] == self.kept
        assert self.log.verify_chain(self.head.sitting_id, self.head.attempt_id).whole
        counted = [payload for _id, payload in self.log.counted_answers(self.head.sitting_id, [self.head.attempt_id])]
        assert counted == [event.payload for event in stored if event.kind == "answer" and not event.late]


TestLog = LogMachine.TestCase
TestLog.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
