"""Jobs of the bundled provider."""

from uuid import UUID

from lms.core.jobs import RunningJob, handler
from lms.identity.provider import back_channel, upkeep


@handler("lms.tell_logout")
def tell_logout(_job: RunningJob, notice_id: str) -> None:
    """Tell an application that a session has ended."""
    back_channel.tell_logout(UUID(notice_id))


@handler("lms.keep_provider")
def keep_provider(_job: RunningJob) -> None:
    """Change the signing key in time, and forget what is long over."""
    upkeep.keep_provider()
