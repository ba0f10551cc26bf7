"""Tables of files: what is stored, and what is still arriving."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity

FILE_STATES = ("stored", "checked", "damaged")
"""`stored`: checksum still to be computed; `checked`: known; `damaged`: lost, or not as it was."""
UPLOAD_STATES = ("open", "finished", "abandoned")


class StoredFile(Entity):
    """A file that is whole in the store. It belongs to whatever `owner_kind` and `owner_id` name."""

    __tablename__ = "stored_file"
    __table_args__ = (
        Index("ix_stored_file_owner", "owner_kind", "owner_id"),
        CheckConstraint("state IN ('stored', 'checked', 'damaged')", name="state"),
    )

    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="stored", index=True)


class Upload(Entity):
    """A file that arrives in pieces. The file that it becomes has the same id."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'finished', 'abandoned')", name="state"),
        Index("ix_upload_state_expires_at", "state", "expires_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    key: Mapped[str]
    storage_id: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    expires_at: Mapped[datetime]


class UploadPart(Entity):
    """One piece that the store has acknowledged."""

    __tablename__ = "upload_part"
    __table_args__ = (UniqueConstraint("upload_id", "number"),)

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    number: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    tag: Mapped[str]
