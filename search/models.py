"""What the database knows of the index: that somebody rebuilds it."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class SearchRebuild(Entity):
    """A rebuild that is going on. While `until` lies ahead, changes wait in the outbox for the new index."""

    __tablename__ = "search_rebuild"
    name: Mapped[str] = mapped_column(unique=True)
    until: Mapped[datetime]
