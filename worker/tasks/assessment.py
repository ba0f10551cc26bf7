"""Jobs of assessment."""

from assessment.delivery import services as delivery
from lms.core.jobs import RunningJob, handler


@handler("assessment.close_due_attempts")
def close_due_attempts(_job: RunningJob) -> None:
    """Submit the attempts whose time is up, and close exams whose window is over."""
    delivery.close_due_attempts()
