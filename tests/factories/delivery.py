"""Exams, sittings, candidates and attempts for tests; and a candidate's pen for the event log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assessment.assembly import services as assembly
from assessment.delivery import services
from assessment.delivery.eventlog import Ack, EventLog, Head, NewEvent, Refusal, event_hash
from assessment.delivery.models import Exam
from lms.core.clock import now
from lms.core.db import db
from lms.core.permissions import Actor
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

FOUR_TYPES = ("single_choice", "multiple_response", "true_false", "short_numeric")


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


@dataclass(frozen=True)
class SetExam:
    """An exam that is set: who made it, who sits it, and its paper."""

    exam: Exam
    teacher: Actor
    students: list[Actor]
    paper: assembly.Paper


def make_exam(*, students: int = 1, kinds: Sequence[str] = FOUR_TYPES, publish: bool = True, minutes: int = 50,
              opens_in: timedelta = timedelta(hours=-1), closes_in: timedelta = timedelta(hours=3)) -> SetExam:
    """An exam of one item of each kind, drawn, with candidates, published if asked for. Commits."""
    school, subject = make_school(), make_subject()
    teacher = make_person("teacher", school)
    people = [make_person("student", school) for _ in range(students)]
    for kind in kinds:
        make_item(kind, owner=teacher, subject=subject, organisation=school)
    actor, moment = make_actor(teacher), now()
    exam = services.create_exam(actor, services.ExamDraft(
        "Kiểm tra giữa kì I", subject.id, minutes, moment + opens_in, moment + closes_in))
    services.set_draw_rows(actor, exam.id, [assembly.DrawRow(subject.id, 1, type=kind) for kind in kinds])
    form_id = services.draw_exam_form(actor, exam.id, seed=7)
    services.register_people(actor, exam.id, [person.id for person in people])
    if publish:
        services.publish_exam(actor, exam.id)
    db.session.commit()
    db.session.refresh(exam)
    db.session.expunge(exam)  # so that it can be read after its context has ended
    return SetExam(exam, actor, [make_actor(person) for person in people], assembly.get_paper(form_id))


class Candidate:
    """A candidate at work: begins an exam, and writes through the API with his token."""

    def __init__(self, client: FlaskClient, given: SetExam, student: Actor, device: str = "device-1") -> None:
        self.client, self.paper = client, given.paper
        self.attempt = services.start_attempt(student, given.exam.id, device=device)
        db.session.commit()
        desk = services.find_desk(student, given.exam.id, device=device)
        assert desk is not None
        self.id, self.token = self.attempt.id, desk.token
        self.seq, self.prev = desk.state["seq"], desk.state["hash"]
        db.session.commit()

    def item(self, type: str) -> str:
        """The form item of a type."""
        return next(str(item.form_item_id) for item in self.paper.items if item.type == type)

    def label(self, type: str, response: object) -> Any:
        """A response to the item of a type as the candidate's page has it."""
        return next(item for item in self.paper.items if item.type == type).labels.labelled(response)

    def event(self, payload: object) -> dict[str, Any]:
        """The next event, chained but not sent."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        event = {"seq": self.seq + 1, "prev": self.prev, "payload": text}
        self.seq, self.prev = self.seq + 1, event_hash(self.prev, self.seq + 1, text)
        return event

    def answer_event(self, type: str, response: object) -> dict[str, Any]:
        """An answer to the item of a type, chained but not sent."""
        return self.event({"item": self.item(type), "response": response, "ms": 12})

    def post(self, *events: object, token: str | None = None, attempt_id: object = None) -> TestResponse:
        """Send events as they are."""
        return self.client.post(f"/api/v1/attempts/{attempt_id or self.id}/events", json={"events": list(events)},
                                headers={"Authorization": f"Bearer {token or self.token}"})

    def answer(self, type: str, response: object) -> TestResponse:
        """Answer the item of a type."""
        return self.post(self.answer_event(type, response))

    def submit(self) -> TestResponse:
        """Hand in."""
        return self.post(self.event({"submit": True, "ms": 5, "unanswered": 0}))

    def state(self) -> dict[str, Any]:
        """What the server has."""
        response = self.client.get(f"/api/v1/attempts/{self.id}", headers={"Authorization": f"Bearer {self.token}"})
        state: dict[str, Any] = response.get_json()
        return state
