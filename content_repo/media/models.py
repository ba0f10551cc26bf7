"""Tables of media: the asset that a file is made into, and its renditions."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class MediaAsset(Entity):
    """A video of whatever `owner_kind` and `owner_id` name; the newest of an owner is the one that counts."""

    __tablename__ = "media_asset"
    __table_args__ = (
        Index("ix_media_asset_owner", "owner_kind", "owner_id"),
        CheckConstraint("state IN ('waiting', 'processing', 'ready', 'failed')", name="state"),
    )

    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), index=True)
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    reason: Mapped[str | None]
    silent_ok: Mapped[bool] = mapped_column(default=False)
    duration_ms: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    poster_key: Mapped[str | None]
    run: Mapped[str | None]


class Rendition(Entity):
    """One rung, or the sound. `playlist` is {init, segments: [{key, seconds}]}; rates in bit/s."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("asset_id", "name"),
        CheckConstraint("kind IN ('video', 'audio')", name="kind"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    kind: Mapped[str]
    name: Mapped[str]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    fps: Mapped[float | None]
    bitrate: Mapped[int]
    average_bitrate: Mapped[int]
    codecs: Mapped[str]
    playlist: Mapped[dict[str, Any]]
