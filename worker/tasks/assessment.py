"""Jobs of assessment."""

from datetime import datetime
from uuid import UUID

from assessment.delivery import services as delivery
from assessment.delivery.services import archiving, dealing, ending, receipts
from assessment.interchange import services as interchange
from lms.core.db import transaction
from lms.core.jobs import RunningJob, handler


@handler("assessment.close_due_attempts")
def close_due_attempts(_job: RunningJob) -> None:
    """Submit the attempts whose time is up, and close exams whose window is over."""
    delivery.close_due_attempts()


@handler("assessment.follow_log")
def follow_log(_job: RunningJob) -> None:
    """Bring in step what was missed, also of sittings that are long over."""
    delivery.follow_log(everywhere=True)


@handler("assessment.make_attempts")
def make_attempts(job: RunningJob, sitting_id: str) -> None:
    """Make the attempts of a large exam before the bell."""
    dealing.make_attempts_in_steps(job, UUID(sitting_id))


@handler("assessment.end_exam")
def end_exam(job: RunningJob, exam_id: str, actor_id: str | None, moment: str, again: bool) -> None:
    """End the attempts of a closed exam, or of who slipped in behind its end."""
    ending.end_exam_in_steps(job, UUID(exam_id), actor_id=UUID(actor_id) if actor_id else None,
                             moment=datetime.fromisoformat(moment), again=again)


@handler("assessment.end_attempts")
def end_attempts(job: RunningJob, attempt_ids: list[str], actor_id: str | None, moment: str) -> None:
    """End those who were at work in a large room that was ended."""
    ending.end_attempts_in_steps(job, [UUID(each) for each in attempt_ids], moment=datetime.fromisoformat(moment),
                                 actor_id=UUID(actor_id) if actor_id else None)


@handler("assessment.publish_roots")
def publish_roots(_job: RunningJob, exam_id: str) -> None:
    """Publish the roots of a closed exam's receipts."""
    with transaction():
        receipts.publish_roots(UUID(exam_id))


@handler("assessment.archive_exams")
def archive_exams(_job: RunningJob) -> None:
    """Archive exams that are over long since, empty the log of what is archived, remove what was kept for its years."""
    archiving.archive_due()
    archiving.empty_log()
    archiving.apply_retention()


@handler("assessment.read_import")
def read_import(job: RunningJob, batch_id: str, locale: str) -> None:
    """Read a large question file into the staging."""
    interchange.read_in_steps(job, UUID(batch_id), locale)


@handler("assessment.take_import")
def take_import(job: RunningJob, batch_id: str, locale: str) -> None:
    """Write the questions of a large file into the bank."""
    interchange.take_in_steps(job, UUID(batch_id), locale)


@handler("assessment.forget_media")
def forget_media(_job: RunningJob, batch_id: str) -> None:
    """Remove the pictures of an import that was taken back."""
    interchange.forget_media(UUID(batch_id))


@handler("assessment.write_export")
def write_export(job: RunningJob, export_id: str, locale: str) -> None:
    """Write questions into a file of another format."""
    interchange.write_in_steps(job, UUID(export_id), locale)


@handler("assessment.forget_old_imports")
def forget_old_imports(_job: RunningJob) -> None:
    """Remove staged and exported files whose days are over."""
    interchange.forget_old_imports()
    interchange.forget_old_exports()
