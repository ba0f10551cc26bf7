"""What other rooms and the doors of this one may do with reviews and collections."""

from content_repo.curation.services.checks import Check, list_checks
from content_repo.curation.services.collections import (
    add_to_collection,
    collections_of,
    create_collection,
    edit_collection,
    find_collection,
    get_collection,
    get_collection_to_edit,
    list_collection_works,
    list_collections,
    remove_from_collection,
)
from content_repo.curation.services.reviews import (
    QueueEntry,
    claim_review,
    count_waiting,
    find_open_review,
    list_queue,
    publish_work,
    release_review,
    return_work,
)

__all__ = [
    "Check",
    "QueueEntry",
    "add_to_collection",
    "claim_review",
    "collections_of",
    "count_waiting",
    "create_collection",
    "edit_collection",
    "find_collection",
    "find_open_review",
    "get_collection",
    "get_collection_to_edit",
    "list_checks",
    "list_collection_works",
    "list_collections",
    "list_queue",
    "publish_work",
    "release_review",
    "remove_from_collection",
    "return_work",
]
