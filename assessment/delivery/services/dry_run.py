"""The dry run: the slowest candidate sits every form of an exam through the real engine, before anybody else does.

Real forms, the real save door's reading and checking, the real event log, in a file of its own that is thrown away;
only the time is the exam's and not the clock's. What it ran on has a digest: a change afterwards makes it stale.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.bank.types import TYPES
from assessment.bank.types.base import UnfitKey
from assessment.delivery.counting import Rules, which_count
from assessment.delivery.current_log import close_log, event_log_at
from assessment.delivery.eventlog import EventLog, event_hash
from assessment.delivery.models import Accommodation, Attempt, Candidate, Exam, Sitting
from assessment.delivery.sections import FIRST, Part
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.parts import find_unfit_sections, sections_for
from assessment.delivery.services.saving import SaveResult, save_events
from assessment.delivery.services.sittings import get_sitting, list_sittings
from assessment.delivery.services.times import find_too_short, minutes_of, window_minutes
from assessment.delivery.tokens import make_token
from lms.core import audit, clock
from lms.core.config import Settings, settings
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize

STEPS = ("window", "start", "answers", "parts", "last_second", "too_late", "submit", "closed", "chain", "read_back",
         "marks")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Slowest:
    """The candidate who is granted most: "" for the number where nobody is registered yet."""

    number: str
    minutes: int
    break_minutes: int


@dataclass(frozen=True)
class Step:
    """One thing that was tried, and how often it succeeded."""

    code: str
    done: int
    of: int


@dataclass(frozen=True)
class Report:
    """What a dry run found; `fresh` while the exam is what it ran on, `by_hand` questions that people mark."""

    at: datetime
    number: str
    minutes: int
    break_minutes: int
    forms: int
    questions: int
    by_hand: int
    steps: list[Step]
    fresh: bool

    @property
    def holds(self) -> bool:
        """Whether every step succeeded."""
        return all(step.done == step.of for step in self.steps)


def run_dry(actor: Actor, exam_id: UUID) -> Report:
    """Let the slowest candidate sit every form, keep the report with the exam and return it.

    Raises Invalid where nothing is drawn yet, Conflict once the exam is published.
    """
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if exam.state not in ("draft", "proposed"):
        raise Conflict(_("This exam is published already."))
    forms = assembly.form_ids(exam.id)
    if not forms:
        raise Invalid(_("Draw the test first."))
    if unfit := find_unfit_sections(exam):
        raise Invalid(unfit[0])
    slowest, sitting = _find_slowest(exam)
    tally = _Tally()
    for each in list_sittings(exam.id):
        tally.note("window", not find_too_short(exam, each) and window_minutes(each) >= exam.time_limit_minutes)
    with _log_of_its_own() as given:
        for form_id in forms:
            _Run(given, exam, slowest, sitting, form_id, tally).sit()
    exam.dry_run = {"digest": digest_of(exam), "at": clock.now().isoformat(), **vars(slowest), "forms": len(forms),
                    "questions": tally.questions, "by_hand": tally.by_hand, "steps": tally.steps()}
    report = read_report(exam)
    assert report is not None
    audit.record(actor, "exam:edit", ("exam", exam.id), dry_run=report.holds)
    return report


def read_report(exam: Exam) -> Report | None:
    """The report of the last dry run, None where there was none. The caller has authorised."""
    if not exam.dry_run:
        return None
    kept = dict(exam.dry_run)
    fresh = kept.pop("digest") == digest_of(exam)
    return Report(**kept | {"at": datetime.fromisoformat(kept["at"]), "fresh": fresh,
                            "steps": [Step(**step) for step in kept["steps"]]})


def need_dry_run(exam: Exam) -> None:
    """Raise Invalid unless a dry run of just this exam succeeded. The caller has authorised."""
    report = read_report(exam)
    if report is None:
        raise Invalid(_("Make a dry run first."))
    if not report.fresh:
        raise Invalid(_("The exam has changed since its dry run: make another."))
    if not report.holds:
        raise Invalid(_("The last dry run found a fault: read its report, mend it and make another."))


def digest_of(exam: Exam) -> str:
    """What a dry run depends on, in one value: rules, window, forms and questions, what candidates are granted."""
    papers = [assembly.get_paper(form_id) for form_id in assembly.form_ids(exam.id)]
    granted = db.session.execute(_granted(exam.id).order_by(Candidate.number, Candidate.id)).tuples()
    facts = [[exam.level, exam.time_limit_minutes, exam.shuffle, exam.late_policy, exam.sections, exam.tools,
              exam.integrity, exam.attempts_allowed],
             [[each.start_by, each.opens_at.isoformat(), each.closes_at.isoformat()]
              for each in list_sittings(exam.id)],
             [[str(item.form_item_id), str(item.item_version_id)] for paper in papers for item in paper.items],
             [[candidate.number, str(candidate.sitting_id), one.extra_minutes, one.break_minutes]
              for candidate, one in granted]]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _granted(exam_id: UUID) -> Any:
    return (select(Candidate, Accommodation).join(Accommodation, Accommodation.candidate_id == Candidate.id)
            .join(Sitting, Sitting.id == Candidate.sitting_id).where(Sitting.exam_id == exam_id))


def _find_slowest(exam: Exam) -> tuple[Slowest, Sitting]:
    """Of the candidates of all sittings, with his sitting; nobody in particular where nobody is granted anything."""
    nobody = Slowest("", exam.time_limit_minutes, 0), list_sittings(exam.id)[0].id
    granted = [(Slowest(candidate.number, minutes_of(exam, one), one.break_minutes), candidate.sitting_id)
               for candidate, one in db.session.execute(_granted(exam.id).order_by(Candidate.id)).tuples()]
    slowest, sitting_id = max(granted, key=lambda each: each[0].minutes, default=nobody)
    return slowest, get_sitting(exam.id, sitting_id)


@contextmanager
def _log_of_its_own() -> Iterator[Settings]:
    """The settings of a platform whose event log is an empty file, for as long as the block."""
    with TemporaryDirectory(prefix="dry-run-") as folder:
        given = replace(settings(), events_url=f"sqlite:///{Path(folder) / 'events.sqlite'}")
        try:
            yield given
        finally:
            close_log(given.events_url)


class _Tally:
    """How often each step was tried, and how often it succeeded."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.of: Counter[str] = Counter()
        self.questions = self.by_hand = 0

    def note(self, step: str, succeeded: bool) -> None:
        """One more try of a step."""
        self.of[step] += 1
        self.done[step] += succeeded

    def steps(self) -> list[dict[str, Any]]:
        """The steps in their order, as they are kept; parts are one where they have rules."""
        return [{"code": code, "done": self.done[code], "of": self.of[code]} for code in STEPS
                if code != "parts" or self.of[code]]


class _Sitter:
    """A made-up candidate: writes into the log as the player does, at the times he is told."""

    def __init__(self, given: Settings, exam: Exam, form_id: UUID, start: datetime, deadline: datetime) -> None:
        self.given, self.log = given, event_log_at(given.events_url)
        self.attempt = Attempt(id=new_id(), sitting_id=new_id(), exam_id=exam.id, form_id=form_id, epoch=1,
                               deadline=deadline)
        head = self.log.open_attempt(self.attempt.sitting_id, self.attempt.id, deadline=deadline, started_at=start,
                                     payload=json.dumps({"started": {"form": str(form_id)}}))
        self.token, self.seq, self.hash = make_token(self.attempt), head.last_seq, head.last_hash
        self.receipt = start

    def save(self, payload: dict[str, Any], at: datetime) -> SaveResult:
        """Send one event as a request of its own."""
        since = max(0, (at - self.receipt) // timedelta(milliseconds=1))
        text, seq = json.dumps(payload | {"ms": since}, ensure_ascii=False), self.seq + 1
        body = json.dumps({"events": [{"seq": seq, "prev": self.hash, "payload": text}]}).encode()
        result = save_events(self.given, self.token, self.attempt.id, body, received_at=at)
        if result.acks:
            self.seq, self.hash, self.receipt = seq, event_hash(self.hash, seq, text), at
        return result

    def answer(self, item: assembly.PaperItem, response: Any, at: datetime) -> bool:
        """Answer a question; whether the answer is kept and counts."""
        return counts(self.save({"item": str(item.form_item_id), "response": response}, at))


def counts(result: SaveResult) -> bool:
    """Whether everything of a request is on disk and in time."""
    return bool(result.acks) and result.refusal is None and not result.late


class _Times(NamedTuple):
    """When a part is entered, and when it is over."""

    begin: datetime
    end: datetime


class _Run:
    """One form, sat by the slowest candidate from the opening of the window to his last second."""

    def __init__(self, given: Settings, exam: Exam, slowest: Slowest, sitting: Sitting, form_id: UUID,
                 tally: _Tally) -> None:
        self.exam, self.slowest, self.tally = exam, slowest, tally
        self.items = list(assembly.get_paper(form_id).items)
        self.versions = bank.get_versions(item.item_version_id for item in self.items)
        self.sitting, self.start = sitting, sitting.opens_at
        self.deadline = min(self.start + timedelta(minutes=slowest.minutes), self.sitting.closes_at)
        self.given, self.form_id = given, form_id
        self.sections = sections_for(exam, slowest.minutes, form_id)
        self.plan = self._plan_times()
        self.last = min(self.deadline, max(times.end for times in self.plan.values()))

    def sit(self) -> None:
        """All steps, in the order of an exam."""
        self.tally.questions += len(self.items)
        sitter = self._begin()
        responses = self._answer_all(sitter)
        last = self.items[-1]
        again = responses[last.form_item_id]
        self.tally.note("last_second", sitter.answer(last, again, self.last - SECOND))
        self.tally.note("submit", counts(sitter.save({"submit": True, "unanswered": 0}, self.deadline)))
        refused = sitter.save({"item": str(last.form_item_id), "response": None}, self.deadline).refusal
        self.tally.note("closed", refused is not None and refused.reason == "submitted")
        late = self._begin().save({"item": str(last.form_item_id), "response": again}, self.deadline + SECOND)
        self.tally.note("too_late", bool(late.acks) and late.late)
        self._read_back(sitter.log, sitter.attempt, responses)

    def _begin(self) -> _Sitter:
        sitter = _Sitter(self.given, self.exam, self.form_id, self.start, self.deadline)
        self.tally.note("start", sitter.seq == 0)
        return sitter

    def _plan_times(self) -> dict[int, _Times]:
        """By part when it is entered and when its time is over; without rules one part is the whole test.

        Parts without minutes share what the others leave.
        """
        whole = timedelta(minutes=self.slowest.minutes)
        parts = self.sections.parts if self.sections else [Part()]
        fixed = [part.lasts for part in parts if part.lasts]
        share = (whole - sum(fixed, timedelta())) / max(1, len(parts) - len(fixed))
        times, at = {}, self.start
        for number, part in enumerate(parts, start=1):
            times[number] = _Times(at, at + (part.lasts or share))
            at = times[number].end
        return times

    def _answer_all(self, sitter: _Sitter) -> dict[UUID, Any]:
        """Each question at its share of the time, with the breaks in the middle; what was answered."""
        responses: dict[UUID, Any] = {}
        for number, times in self.plan.items():
            items = [item for item in self.items if self._part_of(item) == number]
            if number > FIRST:
                self._go_on(sitter, number, times.begin)
            pause = (times.end - times.begin) * (self.slowest.break_minutes / self.slowest.minutes)
            share = (times.end - times.begin - pause) / (len(items) + 1)
            for place, item in enumerate(items, start=1):
                at = times.begin + share * place + (pause if place > len(items) // 2 else timedelta())
                responses[item.form_item_id] = self._right_response(item)
                self.tally.note("answers", sitter.answer(item, responses[item.form_item_id], at))
        return responses

    def _part_of(self, item: assembly.PaperItem) -> int:
        return self.sections.part_of[str(item.form_item_id)] if self.sections else FIRST

    def _go_on(self, sitter: _Sitter, number: int, at: datetime) -> None:
        """Into the next part; what is written in the one before afterwards is kept, and seen not to count."""
        assert self.sections is not None
        self.tally.note("parts", counts(sitter.save({"section": number}, at)))
        before = next(item for item in self.items if self._part_of(item) == number - 1)
        over = self.sections.parts[number - 2]
        if over.lasts or over.one_way:
            sitter.answer(before, None, at + SECOND)

    def _right_response(self, item: assembly.PaperItem) -> Any:
        content, key = assembly.realise_key(item, self.versions[item.item_version_id])
        return item.labels.labelled(TYPES[item.type].answer(content, key))

    def _read_back(self, log: EventLog, attempt: Attempt, responses: dict[UUID, Any]) -> None:
        """The chain is whole, the log gives back what was answered, and a right answer gets all its points."""
        self.tally.note("chain", log.verify_chain(attempt.sitting_id, attempt.id).whole)
        events = log.list_events(attempt.sitting_id, attempt.id)
        counted = which_count(events, Rules(self.deadline, sections=self.sections))
        kept = {answer["item"]: answer["response"] for event, is_counted in zip(events, counted, strict=True)
                if is_counted and "item" in (answer := json.loads(event.payload))}
        for item in self.items:
            response = kept.get(str(item.form_item_id))
            self.tally.note("read_back", response == responses[item.form_item_id])
            if TYPES[item.type].judge is None or responses[item.form_item_id] is None:
                self.tally.by_hand += 1
            else:
                self.tally.note("marks", self._is_right(item, item.labels.own(response)))

    def _is_right(self, item: assembly.PaperItem, response: Any) -> bool:
        judge = TYPES[item.type].judge
        assert judge is not None
        content, key = assembly.realise_key(item, self.versions[item.item_version_id])
        try:
            parts = judge(content, key, response)
        except UnfitKey:
            return False
        return parts.right == parts.total and not parts.wrong
