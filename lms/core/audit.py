"""The audit: who did what to what, when. Rows are added and never changed; a database trigger sees to it.

`record` writes in the transaction of the act, so the two stand or fall together. A refusal is written in a
transaction of its own, after the refused one has rolled back. Details carry ids, never personal data.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, event, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from lms.core.db import Entity, Page, db, paginate, transaction
from lms.core.i18n import _l
from lms.core.permissions import NATIONWIDE, Actor, Refused, authorize, rule, to

rule("audit:read", _l("Read the audit log"), to("administrator", scope=NATIONWIDE))


class AuditEvent(Entity):
    """One act or one refusal."""

    __tablename__ = "audit_event"
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None] = mapped_column(index=True)
    refused: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(actor: Actor, action: str, subject: tuple[str, Any] | None = None, **details: Any) -> None:
    """Add an event to the current transaction."""
    kind, subject_id = (subject[0], str(subject[1])) if subject else (None, None)
    db.session.add(AuditEvent(actor_id=actor.person_id, action=action, subject_kind=kind,
                              subject_id=subject_id, details=details))


def record_refusal(actor: Actor, refused: Refused) -> None:
    """Write a refusal, committed at once. The refused transaction must have been rolled back."""
    kind, subject_id = refused.subject or (None, None)
    with transaction():
        db.session.add(AuditEvent(actor_id=actor.person_id, action=refused.permission, subject_kind=kind,
                                  subject_id=subject_id, refused=True))


def list_events(actor: Actor, *, action: str = "", actor_id: UUID | None = None, since: datetime | None = None,
                page: int = 1) -> Page[AuditEvent]:
    """Newest first; `action` matches from its beginning."""
    authorize(actor, "audit:read")
    statement: Select[Any] = select(AuditEvent).order_by(AuditEvent.id.desc())
    if action:
        statement = statement.where(AuditEvent.action.startswith(action, autoescape=True))
    if actor_id:
        statement = statement.where(AuditEvent.actor_id == actor_id)
    if since:
        statement = statement.where(AuditEvent.created_at >= since)
    return paginate(statement, page, per_page=50)


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _never(_mapper: Mapper[Any], _connection: Connection, target: AuditEvent) -> None:
    raise RuntimeError(f"audit event {target.id} cannot be changed")
