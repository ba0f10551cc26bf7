"""Tell the search how to read works and what their kinds are called, and media whose a work's video is."""

from typing import Any

from flask import Flask

from content_repo.media import services as media
from content_repo.works.licences import LICENCES
from content_repo.works.schema import KINDS
from content_repo.works.services import (
    find_work,
    list_ids_below,
    list_indexed_ids,
    organisation_of,
    search_document,
)
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind
from search import services as search


def init_app(_app: Flask) -> None:
    """Register works as a source of search documents and as owners of videos."""
    media.know_owner("work", organisation_of)
    know_kind(Kind("work", _l("Material"), "work_id", ("work:*", "review:*"), "work:read", find_work,
                   lambda work: str(work.title)))
    search.register_source("work", search_document, list_indexed_ids)
    search.register_dependents("organisation", "work", list_ids_below)
    search.register_labels("kind", kind_labels)
    search.register_labels("licence", licence_labels)


def kind_labels() -> dict[str, Any]:
    """Kinds by code."""
    return {code: kind.label for code, kind in KINDS.items()}


def licence_labels() -> dict[str, Any]:
    """Licences by code."""
    return {licence.code: licence.label for licence in LICENCES}
