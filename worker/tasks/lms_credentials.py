"""Jobs of mail and of the bundled provider's credentials."""

from uuid import UUID

from lms.core import mail
from lms.core.db import transaction
from lms.core.jobs import RunningJob, handler
from lms.identity.provider import recovery


@handler("lms.send_mail")
def send_mail(_job: RunningJob, message_id: str) -> None:
    """Hand a message to the mail server."""
    mail.deliver_mail(UUID(message_id))


@handler("lms.send_reset_links")
def send_reset_links(_job: RunningJob, wanted: str) -> None:
    """Mail links to a new password to whom they are meant for."""
    recovery.send_links(wanted)


@handler("lms.forget_old_credentials")
def forget_old_credentials(_job: RunningJob) -> None:
    """Remove old links, challenges and sign-in history."""
    with transaction():
        recovery.forget_old()
