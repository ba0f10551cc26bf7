"""Jobs of files and media."""

from uuid import UUID

from content_repo.files import services as files
from content_repo.media import services as media
from lms.core.jobs import RunningJob, handler


@handler("content_repo.check_file")
def check_file(job: RunningJob, file_id: str) -> None:
    """Compute the checksum of a stored file."""
    files.check_file(job, UUID(file_id))


@handler("content_repo.delete_objects")
def delete_objects(job: RunningJob, prefix: str) -> None:
    """Remove objects that nothing refers to any more."""
    files.delete_objects(job, prefix)


@handler("content_repo.forget_old_uploads")
def forget_old_uploads(job: RunningJob) -> None:
    """Free what unfinished uploads hold."""
    files.forget_old_uploads(job)


@handler("content_repo.transcode")
def transcode(job: RunningJob, asset_id: str) -> None:
    """Make an uploaded video into its ladder."""
    media.transcode_asset(job, UUID(asset_id))
