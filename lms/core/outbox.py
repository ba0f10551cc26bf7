"""The outbox: what changed, told to whoever keeps a projection of it (search), in the same transaction."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped

from lms.core.db import Entity, db


class OutboxChange(Entity):
    """Something of this kind and id changed; its state is read when the change is consumed."""

    __tablename__ = "outbox_change"
    kind: Mapped[str]
    subject_id: Mapped[str]


def mark_changed(kind: str, subject_id: Any) -> None:
    """Note a change in the current transaction."""
    db.session.add(OutboxChange(kind=kind, subject_id=str(subject_id)))


def list_changes(limit: int = 500) -> list[OutboxChange]:
    """The oldest changes first."""
    return list(db.session.scalars(select(OutboxChange).order_by(OutboxChange.id).limit(limit)))


def forget_changes(changes: list[OutboxChange]) -> None:
    """Remove the changes that were consumed; call it in the transaction after the projection is written."""
    ids = [change.id for change in changes]
    db.session.execute(delete(OutboxChange).where(OutboxChange.id.in_(ids)))


