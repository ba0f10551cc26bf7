"""The table of legal changes of state, and the one function that makes them (rule 9 of an exam)."""

from typing import Literal
from uuid import UUID

from assessment.delivery.models import Attempt, Exam, Room, Transition
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor

LEGAL: dict[str, dict[str, tuple[str, ...]]] = {
    "exam": {"draft": ("proposed", "published"), "proposed": ("draft", "published"), "published": ("draft", "closed"),
             "closed": ()},
    "room": {"waiting": ("open",), "open": ("paused", "ended"), "paused": ("open", "ended"), "ended": ("open",)},
    "attempt": {"ready": ("in_progress",), "in_progress": ("submitted", "withdrawn"), "submitted": ("withdrawn",),
                "withdrawn": ()},
}
Kind = Literal["exam", "room", "attempt"]

KIND_OF: dict[type, Kind] = {Exam: "exam", Room: "room", Attempt: "attempt"}


def change_state(actor: Actor, subject: Exam | Room | Attempt, to_state: str, *, reason: str = "") -> None:
    """Move `subject` on and remember who did it and why; raises Conflict where the step is not legal."""
    kind = KIND_OF[type(subject)]
    if to_state not in LEGAL[kind][subject.state]:
        raise Conflict(_("This step is not possible any more, because the state has changed meanwhile."))
    record_transition(actor.person_id, kind, subject.id, subject.state, to_state, reason)
    subject.state = to_state


def record_transition(actor_id: UUID | None, kind: Kind, subject_id: UUID, from_state: str, to_state: str,
                      reason: str) -> None:
    """Add one line to the log of changes; the platform itself acts where `actor_id` is None."""
    db.session.add(Transition(subject_kind=kind, subject_id=subject_id, from_state=from_state,
                              to_state=to_state, actor_id=actor_id, reason=reason))
