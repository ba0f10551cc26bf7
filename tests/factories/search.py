"""Documents for tests of search."""

from itertools import count
from typing import Any

from lms.core import clock
from search.documents import PUBLIC, Document

_numbers = count(1)


def make_document(title: str = "Dao động điều hoà", **changes: Any) -> Document:
    """A document that everybody may find, but for what `changes` says."""
    number = next(_numbers)
    given = {
        "kind": "work",
        "id": f"00000000-0000-7000-8000-{number:012}",
        "url": f"/works/{number}",
        "audience": [PUBLIC],
        "updated_at": clock.now(),
        **changes,
    }
    return Document(title=title, **given)
