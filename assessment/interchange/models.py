"""Tables: an uploaded question file, read and waiting for its owner's word."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity

STATES = ("staged", "imported")


class ImportBatch(Entity):
    """What was found in a file and where it shall go; kept a day, seen by nobody but its owner."""

    __tablename__ = "import_batch"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str]
    format: Mapped[str]
    place: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="staged")
    imported: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
