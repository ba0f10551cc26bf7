"""Events of the audit, and how they are written.

An act is written in its own transaction. A refusal is written in a transaction of its own, after the refused one has
rolled back. Values carry ids and codes; secrets and what is personal are left out (`withheld`).
"""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from lms.core.audit.origin import here
from lms.core.audit.withheld import changed, fit_to_keep
from lms.core.db import Entity, db, transaction
from lms.core.i18n import _l
from lms.core.permissions import BELOW, Actor, Refused, rule, to

rule("audit:open", _l("Open the audit log"), to("administrator"))
rule("audit:read", _l("Read an event of the audit log"), to("administrator", scope=BELOW))
rule("audit:export", _l("Export the audit log"), to("administrator"))

ANYTHING = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOST_REASON = 500


class AuditEvent(Entity):
    """One act or one refusal. Its place in the chain stands in a table of its own, so that no row ever changes."""

    __tablename__ = "audit_event"
    actor_id: Mapped[UUID | None]
    program: Mapped[str | None]
    """The client id of the program that acted, for itself or for the actor."""
    action: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None]
    organisation_id: Mapped[UUID | None]
    """Where the thing belongs, else the actor: says whose administrator may read the event."""
    refused: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    address: Mapped[str | None]
    device: Mapped[str | None]
    before: Mapped[Any] = mapped_column(ANYTHING, nullable=True)
    after: Mapped[Any] = mapped_column(ANYTHING, nullable=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (
        Index("ix_audit_event_time", "created_at", "id"),
        Index("ix_audit_event_actor", "actor_id", "created_at", "id"),
        Index("ix_audit_event_action_time", "action", "created_at", "id"),
        Index("ix_audit_event_subject", "subject_id", "created_at", "id"),
        Index("ix_audit_event_organisation", "organisation_id", "created_at", "id"),
        Index("ix_audit_event_refused", "created_at", "id", sqlite_where=text("refused = 1"),
              postgresql_where=text("refused")),
    )


def record(actor: Actor, action: str, subject: tuple[str, Any] | None = None, *, before: Any = None, after: Any = None,
           organisation_id: UUID | None = None, refused: bool = False, reason: str | None = None,
           **details: Any) -> None:
    """Add an event to the current transaction.

    `before` and `after` are what the act changed, as JSON; of two dicts only the fields that differ are kept.
    `organisation_id` is the thing's, where it has one. Where the request came from is noted by itself.
    """
    kind, subject_id = (subject[0], str(subject[1])) if subject else (None, None)
    before, after = changed(before, after)
    _add(actor, action=action, subject_kind=kind, subject_id=subject_id, refused=refused,
         organisation_id=organisation_id, reason=reason and reason[:MOST_REASON], before=fit_to_keep(before, kind),
         after=fit_to_keep(after, kind), details=fit_to_keep(details, kind))


def record_refusal(actor: Actor, refused: Refused) -> None:
    """Write a refusal, committed at once. The refused transaction must have been rolled back."""
    kind, subject_id = refused.subject or (None, None)
    with transaction():
        _add(actor, action=refused.permission, subject_kind=kind, subject_id=subject_id, refused=True,
             organisation_id=refused.organisation_id)


def _add(actor: Actor, *, organisation_id: UUID | None, **values: Any) -> None:
    origin = here()
    db.session.add(AuditEvent(actor_id=actor.person_id, organisation_id=organisation_id or _home_of(actor),
                              program=origin.program, address=origin.address, device=origin.device, **values))


def _home_of(actor: Actor) -> UUID | None:
    """One place of the actor's, always the same: where he is more than a student, if anywhere."""
    return min(actor.staff_ids or actor.organisation_ids, default=None)


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _never(_mapper: Mapper[Any], _connection: Connection, target: AuditEvent) -> None:
    raise RuntimeError(f"audit event {target.id} cannot be changed")
