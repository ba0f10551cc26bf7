"""Jobs of marking and analysis."""

from uuid import UUID

from assessment.analysis import services as analysis
from assessment.marking import services as marking
from lms.core.jobs import RunningJob, handler


@handler("assessment.mark_attempt")
def mark_attempt(_job: RunningJob, attempt_id: str) -> None:
    """Mark an attempt that was submitted."""
    marking.mark_attempt(UUID(attempt_id))


@handler("assessment.mark_attempts")
def mark_attempts(_job: RunningJob, attempt_ids: list[str]) -> None:
    """Mark attempts that ended together."""
    marking.mark_attempts(map(UUID, attempt_ids))


@handler("assessment.mark_exam")
def mark_exam(job: RunningJob, exam_id: str) -> None:
    """Mark a whole exam again."""
    marking.mark_exam_in_steps(job, UUID(exam_id))


@handler("assessment.analyse_exam")
def analyse_exam(job: RunningJob, exam_id: str) -> None:
    """Mark an exam and compute its analysis."""
    analysis.analyse_exam(job, UUID(exam_id))
