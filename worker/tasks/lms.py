"""Jobs of the kernel."""

from lms.core import audit, jobs
from lms.core.jobs import RunningJob, handler


@handler("lms.forget_old_jobs")
def forget_old_jobs(_job: RunningJob) -> None:
    """Remove jobs that were done long ago."""
    jobs.forget_old_jobs()


@handler("lms.seal_audit")
def seal_audit(_job: RunningJob) -> None:
    """Give the events that wait their places in the chain."""
    audit.seal_events()
