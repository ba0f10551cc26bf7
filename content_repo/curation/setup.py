"""What curation tells the page of reasons: what a collection is."""

from flask import Flask

from content_repo.curation.services import find_collection
from lms.core.i18n import _l, current_locale
from lms.core.permissions import Kind, know_kind


def init_app(_app: Flask) -> None:
    """Collections are things of `collection:*`."""
    know_kind(Kind("collection", _l("Collection"), "collection_id", ("collection:*",), "collection:read",
                   find_collection, lambda row: str(row.title_en if current_locale() == "en" else row.title_vi)))
