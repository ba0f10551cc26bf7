"""What runs again and again, and how often."""

SWEEP_SECONDS = 15
"""Every so often a worker looks for jobs whose wake-up was lost."""

_periodic: list[tuple[float, str]] = []


def every(seconds: float, name: str) -> None:
    """Queue the job `name` every `seconds`."""
    _periodic.append((seconds, name))


def periodic() -> list[tuple[float, str]]:
    """(seconds, name) of all periodic jobs."""
    return list(_periodic)


every(10, "assessment.close_due_attempts")
every(3600, "assessment.follow_log")
every(5, "search.refresh")
every(5, "lms.seal_audit")
every(3600, "lms.forget_old_jobs")
every(6 * 3600, "content_repo.forget_old_uploads")
every(3600, "lms.keep_provider")
every(6 * 3600, "lms.forget_old_credentials")
every(6 * 3600, "assessment.forget_old_imports")
every(6 * 3600, "assessment.archive_exams")
