"""Mail: a row in the caller's transaction, sent by a job after the commit.

Where `LMS_SMTP_URL` is set the job hands it to that server and forgets its text. Where it is not, the row stays for the
mailbox page of administrators: never in production, where such mail is refused instead. The text is sealed, because
links in it open doors.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from lms.core import clock
from lms.core.config import settings
from lms.core.db import Entity, Page, db, outside_transaction, paginate, transaction
from lms.core.errors import NotFound, Unavailable
from lms.core.i18n import _, _l
from lms.core.jobs import JobFailed, enqueue
from lms.core.permissions import NATIONWIDE, Actor, authorize, rule, to
from lms.core.signing import seal, unseal

PURPOSE = "mail"
SMTP_SECONDS = 20

rule("mail:read", _l("Read the mail that this platform keeps instead of sending it"),
     to("administrator", scope=NATIONWIDE))


class MailMessage(Entity):
    """One message; `sealed` is its text, empty once it was sent."""

    __tablename__ = "mail_message"
    recipient: Mapped[str]
    subject: Mapped[str]
    sealed: Mapped[str]
    sent_at: Mapped[datetime | None]

    @property
    def text(self) -> str:
        """What is in it, for as long as it is kept."""
        return unseal(PURPOSE, self.sealed) if self.sealed else ""


def can_send() -> bool:
    """Whether mail reaches anybody: a server, or the mailbox page."""
    return bool(settings().smtp_url) or has_mailbox()


def has_mailbox() -> bool:
    """Whether mail is kept for administrators to read instead of being sent."""
    return not settings().smtp_url and not settings().is_production


def send_mail(recipient: str, subject: str, text: str) -> None:
    """Send plain text after the commit of this transaction; nothing where no mail can be sent."""
    if not can_send():
        return
    row = MailMessage(recipient=_one_line(recipient), subject=_one_line(subject), sealed=seal(PURPOSE, text))
    db.session.add(row)
    db.session.flush()
    if not has_mailbox():
        enqueue("lms.send_mail", priority=10, subject=("mail", row.id), message_id=str(row.id))


def deliver_mail(message_id: UUID) -> None:
    """The job: hand one message to the server; raises Unavailable where it is silent, JobFailed where it refuses."""
    row = db.session.get(MailMessage, message_id)
    if row is None or row.sent_at is not None:
        return
    message = _as_message(row)
    outside_transaction()
    try:
        _hand_over(settings().smtp_url, message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise JobFailed(_l("The mail server refused this message.")) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(_("The mail server does not answer now."), service="mail") from error
    with transaction():
        sent = db.session.get(MailMessage, message_id)
        if sent is not None:
            sent.sent_at, sent.sealed = clock.now(), ""


def list_mail(actor: Actor, page: int = 1) -> Page[MailMessage]:
    """The mailbox, the newest first; raises NotFound where there is none."""
    if not has_mailbox():
        raise NotFound(_("There is no such page, or it is not for you."))
    authorize(actor, "mail:read")
    return paginate(select(MailMessage).order_by(MailMessage.id.desc()), page, per_page=20)


def _as_message(row: MailMessage) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings().mail_from, row.recipient, row.subject
    message["Date"], message["Message-ID"] = formatdate(row.created_at.timestamp()), make_msgid(str(row.id))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.text)
    return message


def _hand_over(url: str, message: EmailMessage) -> None:
    """By TLS from the start (smtps), or by STARTTLS wherever there is a password to protect (smtp)."""
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SMTP_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SMTP_SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and (parts.username or server.has_extn("starttls")):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _one_line(text: str) -> str:
    """No header can be begun by what a person typed."""
    return " ".join(text.split())
