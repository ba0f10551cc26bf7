"""Exams, sittings, candidates, attempts, and the log of their changes of state.

What a candidate answered is not here: it is in the event log (`eventlog/`), from which all else follows.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity, Model

LEVELS = ("practice", "class_test", "school", "department", "national")
RELEASES = ("at_once", "after_close", "at_time", "never")
REVIEWS = ("marks", "answers", "key")
LATE_POLICIES = ("outage", "none")


class Exam(Entity):
    """What is sat: a subject, a plan of questions, a time limit and rules.

    `review` is how much a candidate sees after release: his marks, his answers with them, or the key too.
    `sections` has a line for each part of the paper, or none at all: {"part", "minutes" or null, "one_way", "of"}, by
    its number from 1; "of" is the time limit for which the minutes were planned. `tools` are codes of what the player
    offers; `integrity` holds what a browser must be: {"seb", "addresses", "watermark"}.
    `late_policy` says which late answers count: those within a recorded outage of the room, or none.
    `dry_run` is the report of the last one with the digest of what it ran on.
    """

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'proposed', 'published', 'closed')", name="state"),
        CheckConstraint("time_limit_minutes between 1 and 600", name="time_limit"),
        CheckConstraint("level in ('practice', 'class_test', 'school', 'department', 'national')", name="level"),
        CheckConstraint("attempts_allowed between 1 and 100", name="attempts_allowed"),
    )
    title: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    instructions: Mapped[str] = mapped_column(default="")
    time_limit_minutes: Mapped[int]
    shuffle: Mapped[bool] = mapped_column(default=True)
    release: Mapped[str] = mapped_column(default="after_close")
    release_at: Mapped[datetime | None]
    review: Mapped[str] = mapped_column(default="marks")
    draw_rows: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    level: Mapped[str] = mapped_column(default="class_test")
    attempts_allowed: Mapped[int] = mapped_column(default=1)
    late_policy: Mapped[str] = mapped_column(default="outage")
    sections: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    tools: Mapped[list[str]] = mapped_column(default=list)
    integrity: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dry_run: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must approve it."""
        return self.level in ("school", "department", "national")


class Sitting(Entity):
    """One window in which an exam can be sat.

    `start_by` is the clock, or the invigilator, who lets each room begin. Who may register himself does so until
    `register_until`, where that is given.
    """

    __tablename__ = "sitting"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="window"),
                      CheckConstraint("start_by in ('clock', 'invigilator')", name="start_by"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(default="")
    start_by: Mapped[str] = mapped_column(default="clock")
    register_until: Mapped[datetime | None]
    places: Mapped[int | None]


class SittingArchive(Model):
    """Where the events of a closed sitting are kept once they leave the log. `digest` is the SHA-256 of the manifest.

    `written`: read from the archive, the rows are still in the log; `dropping`: they leave it; `archived`: they are
    gone; `restored`: in the log again; `removed`: nowhere any more, by the years for which answers are kept.
    """

    __tablename__ = "sitting_archive"
    __table_args__ = (CheckConstraint("state in ('written', 'dropping', 'archived', 'restored', 'removed')",
                                      name="state"),)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    attempts: Mapped[int]
    events: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class Room(Entity):
    """A room of a sitting; `addresses` are the networks (CIDR) its candidates must come from, if any."""

    __tablename__ = "exam_room"
    __table_args__ = (UniqueConstraint("sitting_id", "name"),
                      CheckConstraint("state in ('waiting', 'open', 'paused', 'ended')", name="state"),
                      CheckConstraint("seats between 1 and 1000", name="seats"))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    seats: Mapped[int]
    start_code: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    opened_at: Mapped[datetime | None]
    addresses: Mapped[list[str]] = mapped_column(default=list)


class RoomInvigilator(Model):
    """Who watches a room."""

    __tablename__ = "room_invigilator"
    room_id: Mapped[UUID] = mapped_column(ForeignKey("exam_room.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Candidate(Entity):
    """A person who is registered to a sitting, maybe by himself; `number` is the số báo danh within it."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"), UniqueConstraint("sitting_id", "number"),
                      UniqueConstraint("room_id", "seat"))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str]
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"), index=True)
    seat: Mapped[int | None]
    by_self: Mapped[bool] = mapped_column(default=False)


class Accommodation(Model):
    """What a candidate is granted: minutes more, minutes of breaks in which his clock stands, large print, a reader."""

    __tablename__ = "accommodation"
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), primary_key=True)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    break_minutes: Mapped[int] = mapped_column(default=0)
    large_print: Mapped[bool] = mapped_column(default=False)
    reader: Mapped[bool] = mapped_column(default=False)
    separate_room: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    granted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)


class Attempt(Entity):
    """One candidate's run through one form. The event log holds what he did in it.

    `device` is a digest of the secret that the browser in which he began keeps: another browser is let in by
    the invigilator only.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("candidate_id", "number"),
        CheckConstraint("state in ('ready', 'in_progress', 'submitted', 'withdrawn')", name="state"),
        Index("ix_attempt_due", "state", "deadline"),
    )
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="ready")
    epoch: Mapped[int] = mapped_column(default=1)
    device: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")


class WithdrawnForm(Entity):
    """A form of an exam's paper on which nobody begins any more, once it is done; `reach` says whom else it concerns.

    `actor_id` is who withdrew or proposed it, `confirmed_by_id` the second person, where the exam needs one.
    """

    __tablename__ = "withdrawn_form"
    __table_args__ = (CheckConstraint("reach in ('ready', 'running', 'all')", name="reach"),)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"), unique=True)
    reach: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]


class Transition(Entity):
    """One change of state of an exam or an attempt: who, why, when. Only ever added to."""

    __tablename__ = "exam_transition"
    __table_args__ = (Index("ix_exam_transition_subject", "subject_kind", "subject_id"),)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    from_state: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Adjustment(Entity):
    """One line of the ledger of deadlines: so many seconds for an attempt, a room or a whole sitting. Only added to."""

    __tablename__ = "deadline_adjustment"
    __table_args__ = (CheckConstraint("scope in ('attempt', 'room', 'sitting')", name="scope"),)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    scope: Mapped[str]
    scope_id: Mapped[UUID] = mapped_column(index=True)
    seconds: Mapped[int]
    code: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Outage(Entity):
    """A time in which a room was cut off: what was written in it counts although it came late."""

    __tablename__ = "room_outage"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    code: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Incident(Entity):
    """What an invigilator put on record, by a coded reason."""

    __tablename__ = "exam_incident"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"), index=True)
    candidate_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidate.id"), index=True)
    code: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class RoomMessage(Entity):
    """What an invigilator tells one candidate, or all of a room."""

    __tablename__ = "room_message"
    __table_args__ = (Index("ix_room_message_room", "room_id", "created_at"),)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"))
    candidate_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidate.id"), index=True)
    text: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Evidence(Entity):
    """Something that a browser told of itself during an attempt: evidence for a person to weigh, never a verdict."""

    __tablename__ = "attempt_evidence"
    __table_args__ = (Index("ix_attempt_evidence_attempt", "attempt_id", "created_at"),)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SubmissionReceipt(Model):
    """The signed receipt of a handed-in attempt: `body` is the text that was signed, `room_id` where it was sat."""

    __tablename__ = "submission_receipt"
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"), index=True)
    digest: Mapped[str]
    body: Mapped[str]
    signature: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class RoomRoot(Entity):
    """The Merkle root of the receipts of a room (or of those without one), published after closing."""

    __tablename__ = "room_root"
    __table_args__ = (UniqueConstraint("sitting_id", "room_id"),)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("exam_room.id"), index=True)
    root: Mapped[str]
    leaves: Mapped[int]
    body: Mapped[str]
    signature: Mapped[str]
