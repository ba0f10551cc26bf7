"""Collections for tests."""

from itertools import count
from typing import Any

from content_repo.curation.models import Collection
from lms.core.db import db

_numbers = count(1)


def make_collection(title: str | None = None, organisation: Any = None) -> Collection:
    """An empty collection, flushed."""
    title = title or f"Bộ sưu tập {next(_numbers)}"
    row = Collection(title_vi=title, title_en=title, organisation_id=organisation.id if organisation else None)
    db.session.add(row)
    db.session.flush()
    return row
