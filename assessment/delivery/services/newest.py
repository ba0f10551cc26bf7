"""Of the attempts of one candidate: the newest, which is the one that he sits, and how many he has used."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from assessment.delivery.models import Attempt, Candidate


def is_newest() -> ColumnElement[bool]:
    """Whether an attempt is the last of its candidate: a condition on `Attempt`."""
    other = aliased(Attempt)
    newest = (select(func.max(other.number)).where(other.candidate_id == Attempt.candidate_id)
              .correlate(Attempt).scalar_subquery())
    return Attempt.number == newest


def count_used() -> Any:
    """How many attempts a candidate has had, the one that he sits among them: a subquery on `Candidate`."""
    other = aliased(Attempt)
    return select(func.count()).where(other.candidate_id == Candidate.id).correlate(Candidate).scalar_subquery()
