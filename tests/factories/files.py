"""Stored files for tests."""

from io import BytesIO
from uuid import UUID

from content_repo.files import services
from content_repo.files.models import StoredFile
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM


def make_file(content: bytes = b"%PDF-1.7\n", name: str = "file.pdf", owner: tuple[str, UUID] | None = None,
              content_type: str = "") -> StoredFile:
    """A file in the store, committed; of a work that does not exist, unless `owner` says whose."""
    owner = owner or ("work", new_id())
    row = services.store_file(SYSTEM, BytesIO(content), name, content_type, owner)
    db.session.commit()
    return row
