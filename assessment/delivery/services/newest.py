"""Of the attempts of one candidate: the newest, which is the one that he sits, and how many he has used; and the forms
on which there are new ones.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from assessment.assembly import services as assembly
from assessment.delivery.models import Attempt, Candidate, WithdrawnForm
from lms.core.db import db


def is_newest() -> ColumnElement[bool]:
    """Whether an attempt is the last of its candidate: a condition on `Attempt`."""
    other = aliased(Attempt)
    newest = (select(func.max(other.number)).where(other.candidate_id == Attempt.candidate_id)
              .correlate(Attempt).scalar_subquery())
    return Attempt.number == newest


def count_used() -> Any:
    """How many attempts a candidate has had, the one that he sits among them, but none that was withdrawn: a subquery
    on `Candidate`.
    """
    other = aliased(Attempt)
    return (select(func.count()).where(other.candidate_id == Candidate.id, other.state != "withdrawn")
            .correlate(Candidate).scalar_subquery())


def usable_forms(exam_id: UUID) -> list[UUID]:
    """The forms of an exam that are dealt out: those that were not withdrawn. Internal: no actor."""
    gone = set(db.session.scalars(select(WithdrawnForm.form_id).where(
        WithdrawnForm.exam_id == exam_id, WithdrawnForm.done_at.is_not(None))))
    return [form_id for form_id in assembly.form_ids(exam_id) if form_id not in gone]
