"""Jobs of the kernel."""

from lms.core import jobs
from lms.core.jobs import RunningJob, handler


@handler("lms.forget_old_jobs")
def forget_old_jobs(_job: RunningJob) -> None:
    """Remove jobs that were done long ago."""
    jobs.forget_old_jobs()
